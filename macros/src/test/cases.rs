//! `cases(name = value, …)`: one test for each case, and the product of several lists.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, FnArg, PatType, Token, Type};

use crate::errors::Errors;

/// One `cases(…)`.
pub(super) struct CaseList {
    /// The word `cases`.
    pub(super) span: Span,
    /// The number of parameters that each case provides.
    pub(super) arity: usize,
    choices: Vec<Choice>,
}

struct Choice {
    name: Ident,
    values: Vec<Expr>,
}

/// One test: a case from each list.
#[derive(Clone, Default)]
pub(super) struct Case<'a> {
    pub(super) names: Vec<String>,
    pub(super) values: Vec<&'a Expr>,
}

/// `name = value`.
struct Written {
    name: Ident,
    value: Expr,
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const FORM: &str = "a case has a name and a value: `cases(small = 1, large = 255)`";
        let named = input.peek(syn::Ident::peek_any) && input.peek2(Token![=]);
        if !named || input.peek2(Token![==]) || input.peek2(Token![=>]) {
            return Err(input.error(FORM));
        }
        let name = Ident::parse_any(input)?;
        input.parse::<Token![=]>()?;
        Ok(Written {
            name,
            value: input.parse()?,
        })
    }
}

impl CaseList {
    /// The list, or `None` if the number of its parameters is unknown.
    pub(super) fn parse(key: &Ident, list: TokenStream, errors: &mut Errors) -> Option<Self> {
        let parser = Punctuated::<Written, Token![,]>::parse_terminated;
        let written = errors.take(parser.parse2(list))?;
        if written.is_empty() {
            errors.at(
                key.span(),
                "without a case there is no test: `cases(small = 1, large = 255)`",
            );
            return None;
        }
        let mut names = HashSet::new();
        let mut choices = Vec::<Choice>::new();
        for Written { name, value } in written {
            if !names.insert(name.unraw().to_string()) {
                errors.at(
                    name.span(),
                    format!("two cases are called `{}`", name.unraw()),
                );
            }
            let values = spread(value);
            if let Some(first) = choices.first()
                && first.values.len() != values.len()
            {
                errors.at(
                    name.span(),
                    format!(
                        "the case `{}` has {}, but `{}` has {}: all fill the same parameters",
                        name.unraw(),
                        count(&values),
                        first.name.unraw(),
                        count(&first.values),
                    ),
                );
            }
            choices.push(Choice { name, values });
        }
        Some(CaseList {
            span: key.span(),
            arity: choices[0].values.len(),
            choices,
        })
    }
}

/// The elements of a tuple, or the value itself. `()` is a single value.
fn spread(value: Expr) -> Vec<Expr> {
    match value {
        Expr::Tuple(tuple) if !tuple.elems.is_empty() => tuple.elems.into_iter().collect(),
        Expr::Group(group) if matches!(*group.expr, Expr::Tuple(_)) => spread(*group.expr),
        other => vec![other],
    }
}

/// The argument of the call for a case's value. A literal is not changed by coercions; it passes through a trait,
/// whose error explains a wrong type.
pub(super) fn argument(parameter: &FnArg, value: &Expr) -> TokenStream {
    let literal = match value {
        Expr::Unary(negative) => &*negative.expr,
        other => other,
    };
    let ty = match parameter {
        FnArg::Typed(PatType { ty, .. }) if matches!(literal, Expr::Lit(_)) => ty,
        _ => return value.to_token_stream(),
    };
    if !matches!(**ty, Type::Path(_) | Type::Reference(_)) || mentions_impl(ty.to_token_stream()) {
        return value.to_token_stream();
    }
    let call = quote_spanned!(value.span()=> ::verifork::__private::case_value);
    quote!(#call::<#ty, _>(#value))
}

/// `impl Trait` names a type only in a parameter.
fn mentions_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => mentions_impl(group.stream()),
        _ => false,
    })
}

fn count(values: &[Expr]) -> String {
    match values.len() {
        1 => "1 value".to_owned(),
        several => format!("{several} values"),
    }
}

/// Every combination of one case from each list; the first list's varies slowest. Without lists there is one test,
/// without a case.
pub(super) fn product(lists: &[CaseList]) -> Vec<Case<'_>> {
    lists.iter().fold(vec![Case::default()], |cases, list| {
        cases
            .iter()
            .flat_map(|case| {
                list.choices.iter().map(|choice| {
                    let mut case = case.clone();
                    case.names.push(choice.name.unraw().to_string());
                    case.values.extend(&choice.values);
                    case
                })
            })
            .collect()
    })
}
