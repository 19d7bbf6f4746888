//! `#[bins(…)]`: the bins of a point.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, LitStr, RangeLimits, Token, Type, bracketed, parenthesized, token};

const KNOWN: &str = "a bin is written `name = values`, `name[] = values` (one each) or \
     `name[4] = values` (so many); there are `each`, `automatic`, `rest(name)`, `ignore(…)`, `illegal(…)`, \
     `wildcard(…)`, `ignore_wildcard(…)`, `illegal_wildcard(…)`, `illegal_rest(name)`, `transitions(…)`, \
     `ignore_transitions(…)`, `illegal_transitions(…)` and `overlapping`";

/// The calls that create the bins.
pub(super) fn parse(attribute: &Attribute, value_type: &Type) -> syn::Result<TokenStream> {
    attribute
        .parse_args_with(|input: ParseStream<'_>| separated(input, |input| bin(input, value_type)))
}

fn bin(input: ParseStream<'_>, value_type: &Type) -> syn::Result<TokenStream> {
    let key = input.call(Ident::parse_any)?;
    let name = key.unraw().to_string();
    if input.peek(token::Bracket) {
        let content;
        bracketed!(content in input);
        let count: Option<Expr> = if content.is_empty() {
            None
        } else {
            Some(content.parse()?)
        };
        input.parse::<Token![=]>()?;
        let values = values(input, value_type)?;
        return Ok(match count {
            Some(count) => quote!(.split(#name, #count, #values)),
            None => quote!(.each(#name, #values)),
        });
    }
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        return list(&key, &name, &content, value_type);
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        if name == "automatic" {
            let count: Expr = input.parse()?;
            return Ok(quote!(.automatic(#count)));
        }
        let values = values(input, value_type)?;
        return Ok(quote!(.bin(#name, #values)));
    }
    match &*name {
        "each" => Ok(quote!(.each_value())),
        "automatic" => Ok(quote!(.automatic(64))),
        "overlapping" => Ok(quote!(.overlapping())),
        _ => Err(syn::Error::new_spanned(key, KNOWN)),
    }
}

/// The content of `key(…)`.
fn list(
    key: &Ident,
    name: &str,
    content: ParseStream<'_>,
    value_type: &Type,
) -> syn::Result<TokenStream> {
    let call = Ident::new(name, key.span());
    match name {
        "each" => {
            let values = values(content, value_type)?;
            Ok(quote!(.each("", #values)))
        }
        "rest" | "illegal_rest" => {
            let name = content.call(Ident::parse_any)?.unraw().to_string();
            Ok(quote!(.#call(#name)))
        }
        "ignore" | "illegal" => several(content, |name, content| {
            let values = values(content, value_type)?;
            Ok(quote!(.#call(#name, #values)))
        }),
        "wildcard" | "ignore_wildcard" | "illegal_wildcard" => several(content, |name, content| {
            let pattern: LitStr = content.parse()?;
            Ok(quote!(.#call(#name, #pattern)))
        }),
        "transitions" | "ignore_transitions" | "illegal_transitions" => {
            let call = Ident::new(name.trim_end_matches('s'), key.span());
            separated(content, |content| transition(content, &call, value_type))
        }
        _ => Err(syn::Error::new_spanned(key, KNOWN)),
    }
}

/// `name = …`, several of them.
fn several(
    content: ParseStream<'_>,
    each: impl Fn(&str, ParseStream<'_>) -> syn::Result<TokenStream>,
) -> syn::Result<TokenStream> {
    separated(content, |content| {
        let name = content.call(Ident::parse_any)?.unraw().to_string();
        content.parse::<Token![=]>()?;
        each(&name, content)
    })
}

/// The tokens between commas.
fn separated(
    input: ParseStream<'_>,
    each: impl Fn(ParseStream<'_>) -> syn::Result<TokenStream>,
) -> syn::Result<TokenStream> {
    let mut all = TokenStream::new();
    while !input.is_empty() {
        all.extend(each(input)?);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(all)
}

fn values(input: ParseStream<'_>, value_type: &Type) -> syn::Result<Expr> {
    Ok(of_type(input.parse()?, value_type))
}

/// `name = a => b[*2..=4] => c`; without a name, the text of the transition is its name.
fn transition(input: ParseStream<'_>, call: &Ident, value_type: &Type) -> syn::Result<TokenStream> {
    let name = if input.peek(Ident::peek_any) && input.peek2(Token![=]) && !input.peek2(Token![=>])
    {
        let name = input.call(Ident::parse_any)?.unraw().to_string();
        input.parse::<Token![=]>()?;
        Some(name)
    } else {
        None
    };
    let steps = Punctuated::<Step, Token![=>]>::parse_separated_nonempty(input)?;
    let name = name.unwrap_or_else(|| {
        let steps: Vec<_> = steps.iter().map(|step| written(&step.written)).collect();
        steps.join(" => ")
    });
    let mut sequence = TokenStream::new();
    for (index, step) in steps.into_iter().enumerate() {
        let values = of_type(step.values, value_type);
        sequence.extend(if index == 0 {
            quote!(::verifork_coverage::Transition::<#value_type>::from(#values))
        } else {
            quote!(.then(#values))
        });
        if let Some((method, times)) = step.times {
            sequence.extend(quote!(.#method(#times)));
        }
    }
    Ok(quote!(.#call(#name, #sequence)))
}

/// `values` with an optional repetition: `values[*2..=4]`, `values[->3]`, `values[=3]`.
struct Step {
    values: Expr,
    /// The method of the repetition, and its argument.
    times: Option<(Ident, TokenStream)>,
    written: TokenStream,
}

impl Parse for Step {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut tokens: Vec<TokenTree> = Vec::new();
        while !(input.is_empty() || input.peek(Token![,]) || input.peek(Token![=>])) {
            tokens.push(input.parse()?);
        }
        if tokens.is_empty() {
            return Err(input.error("a value, a range or an array of these is missing"));
        }
        let written: TokenStream = tokens.iter().cloned().collect();
        let mut times = None;
        // A bracket without anything before it is an array.
        if let [_, .., TokenTree::Group(group)] = &tokens[..]
            && group.delimiter() == Delimiter::Bracket
        {
            times = parse_repetition.parse2(group.stream())?;
        }
        if times.is_some() {
            tokens.pop();
        }
        let values = syn::parse2(tokens.into_iter().collect())?;
        Ok(Step {
            values,
            times,
            written,
        })
    }
}

/// The repetition in brackets after a step; `None` for an index.
fn parse_repetition(input: ParseStream<'_>) -> syn::Result<Option<(Ident, TokenStream)>> {
    let span = input.span();
    let method = if input.peek(Token![*]) {
        input.parse::<Token![*]>()?;
        "repeated"
    } else if input.peek(Token![->]) {
        input.parse::<Token![->]>()?;
        "goto"
    } else if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        "nonconsecutive"
    } else {
        input.parse::<TokenStream>()?;
        return Ok(None);
    };
    let counted: Expr = input.parse()?;
    let times = match &counted {
        Expr::Range(range) => {
            let (Some(start), Some(end)) = (&range.start, &range.end) else {
                let message = "a step comes at least and at most so many times: `[*2..=4]`";
                return Err(syn::Error::new_spanned(&counted, message));
            };
            match range.limits {
                RangeLimits::Closed(_) => quote!(#start..=#end),
                RangeLimits::HalfOpen(_) => quote!(#start..=#end - 1),
            }
        }
        times => quote!({ let times = #times; times..=times }),
    };
    Ok(Some((Ident::new(method, span), times)))
}

/// The source text, with spaces only after commas.
fn written(tokens: &TokenStream) -> String {
    let text = tokens.to_string();
    text.replace(' ', "").replace(',', ", ")
}

/// Names in `CamelCase` are variants of the point's type.
fn of_type(expression: Expr, value_type: &Type) -> Expr {
    let again = |inner: Box<Expr>| Box::new(of_type(*inner, value_type));
    match expression {
        Expr::Path(path) => match path.path.get_ident() {
            Some(name) if is_variant(name) => syn::parse_quote!(<#value_type>::#name),
            _ => Expr::Path(path),
        },
        // An array may mix values and ranges, unlike arrays in Rust.
        Expr::Array(array) => {
            let each = array.elems.into_iter().map(|it| of_type(it, value_type));
            let each = each.map(|it| quote!(::verifork_coverage::Values::<#value_type>::keys(#it)));
            syn::parse_quote!([#(#each),*].concat())
        }
        Expr::Range(mut range) => {
            range.start = range.start.map(again);
            range.end = range.end.map(again);
            Expr::Range(range)
        }
        Expr::Paren(mut inner) => {
            inner.expr = again(inner.expr);
            Expr::Paren(inner)
        }
        other => other,
    }
}

fn is_variant(name: &Ident) -> bool {
    let name = name.unraw().to_string();
    let is_word = name.chars().any(char::is_lowercase) || name.len() == 1;
    name.starts_with(char::is_uppercase) && is_word
}
