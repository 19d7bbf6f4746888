//! Which simulators an option is for: `ghdl`, `ghdl < 3`, `verilator >= 5.032`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Lit, LitStr, Token};

use crate::errors::{Errors, nearest};
use crate::settings::SettingValue;

/// The simulators, as `VERIFORK_SIM` calls them.
pub(super) const SIMULATORS: [&str; 4] = ["icarus", "ghdl", "verilator", "nvc"];

/// A simulator, and the version to compare with.
pub(super) struct Condition {
    simulator: String,
    version: Option<Version>,
}

struct Version {
    /// The variants of `Ordering` that match.
    fitting: &'static [&'static str],
    number: LitStr,
}

impl Condition {
    /// Whether a list begins with a condition: a simulator, or a name in a comparison.
    pub(super) fn begins(value: &SettingValue) -> bool {
        let SettingValue::List(list) = value else {
            return false;
        };
        let mut tokens = list.clone().into_iter();
        let Some(TokenTree::Ident(first)) = tokens.next() else {
            return false;
        };
        let compares = match tokens.next() {
            Some(TokenTree::Punct(next)) => match next.as_char() {
                '<' | '>' | '!' => true,
                // `==`, and not the `=` of `timeout = "…"`.
                '=' => {
                    matches!(tokens.next(), Some(TokenTree::Punct(next)) if next.as_char() == '=')
                }
                _ => false,
            },
            _ => false,
        };
        compares || SIMULATORS.contains(&first.unraw().to_string().as_str())
    }

    /// The condition at the beginning of a list, and the tokens after its comma. `span` is that of the option.
    pub(super) fn parse(
        span: Span,
        list: &TokenStream,
        errors: &mut Errors,
    ) -> Option<(Condition, Option<TokenStream>)> {
        if list.is_empty() {
            errors.at(span, format!("name a simulator: {}", names()));
            return None;
        }
        let parser = |input: ParseStream<'_>| {
            let condition = input.parse()?;
            if input.is_empty() {
                return Ok((condition, None));
            }
            input.parse::<Token![,]>()?;
            let mut rest: Vec<TokenTree> = input.parse::<TokenStream>()?.into_iter().collect();
            // A trailing comma is allowed.
            if matches!(rest.last(), Some(TokenTree::Punct(last)) if last.as_char() == ',') {
                rest.pop();
            }
            Ok((
                condition,
                (!rest.is_empty()).then(|| rest.into_iter().collect()),
            ))
        };
        errors.take(parser.parse2(list.clone()))
    }

    pub(super) fn expand(&self) -> TokenStream {
        let simulator = &self.simulator;
        let version = match &self.version {
            Some(Version { fitting, number }) => {
                let fitting = fitting
                    .iter()
                    .map(|name| Ident::new(name, Span::call_site()));
                quote! {
                    ::core::option::Option::Some(
                        (
                            &[#(::core::cmp::Ordering::#fitting),*]
                                as &'static [::core::cmp::Ordering],
                            #number,
                        ),
                    )
                }
            }
            None => quote!(::core::option::Option::None),
        };
        quote! {
            ::verifork::__private::Condition { simulator: #simulator, version: #version }
        }
    }
}

impl Parse for Condition {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = Ident::parse_any(input)?;
        let simulator = name.unraw().to_string();
        if !SIMULATORS.contains(&simulator.as_str()) {
            let meant = nearest(&simulator, &SIMULATORS)
                .map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
            return Err(syn::Error::new(
                name.span(),
                format!(
                    "unknown simulator `{simulator}`{meant} (there are {})",
                    names()
                ),
            ));
        }
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(Condition {
                simulator,
                version: None,
            });
        }
        let fitting = operator(input)?;
        let number = number(input, &simulator)?;
        Ok(Condition {
            simulator,
            version: Some(Version { fitting, number }),
        })
    }
}

fn operator(input: ParseStream<'_>) -> syn::Result<&'static [&'static str]> {
    let fitting: &[&str] = if input.parse::<Option<Token![<=]>>()?.is_some() {
        &["Less", "Equal"]
    } else if input.parse::<Option<Token![>=]>>()?.is_some() {
        &["Greater", "Equal"]
    } else if input.parse::<Option<Token![==]>>()?.is_some() {
        &["Equal"]
    } else if input.parse::<Option<Token![!=]>>()?.is_some() {
        &["Less", "Greater"]
    } else if input.parse::<Option<Token![<]>>()?.is_some() {
        &["Less"]
    } else if input.parse::<Option<Token![>]>>()?.is_some() {
        &["Greater"]
    } else {
        return Err(input.error(
            "a simulator's version is compared by `<`, `<=`, `==`, `!=`, `>=` or `>`: `ghdl < 3`",
        ));
    };
    Ok(fitting)
}

/// `3`, `5.006` or `"5.0.1"`.
fn number(input: ParseStream<'_>, simulator: &str) -> syn::Result<LitStr> {
    const REMEDY: &str = "a version is a number, or a text of numbers: `3`, `5.006`, `\"5.0.1\"`";
    let literal: Lit = input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), REMEDY))?;
    let text = match &literal {
        Lit::Str(text) => text.value(),
        Lit::Int(_) | Lit::Float(_) => literal_text(&literal),
        _ => return Err(syn::Error::new(literal.span(), REMEDY)),
    };
    let parts: Vec<&str> = text.split('.').collect();
    let is_number = |part: &&str| part.parse::<u64>().is_ok();
    if !parts.iter().all(is_number) {
        return Err(syn::Error::new(literal.span(), REMEDY));
    }
    if simulator == "verilator" && parts.get(1).is_some_and(|minor| minor.len() != 3) {
        return Err(syn::Error::new(
            literal.span(),
            "Verilator's versions have three digits after the point: `5.040`, and not `5.04` or `5.4`",
        ));
    }
    Ok(LitStr::new(&text, literal.span()))
}

/// The source text: `5.040` has a zero that the number does not have.
fn literal_text(literal: &Lit) -> String {
    quote!(#literal).to_string()
}

fn names() -> String {
    SIMULATORS.map(|name| format!("`{name}`")).join(", ")
}
