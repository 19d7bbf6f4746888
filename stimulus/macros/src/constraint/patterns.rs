//! Patterns: of parameters, and of `match`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Expr, Pat, RangeLimits, Token};

use super::{Translator, function};

pub(super) fn without_type(pattern: &Pat) -> &Pat {
    match pattern {
        Pat::Type(typed) => without_type(&typed.pat),
        other => other,
    }
}

pub(super) fn split_guard(pattern: &Pat) -> (&Pat, Option<&Expr>) {
    match pattern {
        Pat::Guard(guarded) => (&guarded.pat, Some(&guarded.guard)),
        other => (other, None),
    }
}

/// Elements are passed by reference, with or without `&` in the pattern.
pub(super) fn without_references(pattern: &Pat) -> Pat {
    match pattern {
        Pat::Type(typed) => without_references(&typed.pat),
        Pat::Reference(reference) => without_references(&reference.pat),
        Pat::Paren(paren) => without_references(&paren.pat),
        Pat::Tuple(tuple) => {
            let mut plain = tuple.clone();
            for element in &mut plain.elems {
                *element = without_references(element);
            }
            Pat::Tuple(plain)
        }
        other => other.clone(),
    }
}

pub(super) fn names(pattern: &Pat) -> Option<Vec<Ident>> {
    match pattern {
        Pat::Ident(name) if name.subpat.is_none() => Some(vec![name.ident.clone()]),
        Pat::Wild(_) => Some(Vec::new()),
        Pat::Tuple(tuple) => {
            let names: Option<Vec<_>> = tuple.elems.iter().map(names).collect();
            Some(names?.concat())
        }
        _ => None,
    }
}

/// `value, pattern`, optionally followed by `if guard`.
pub(super) fn parse_matches(input: ParseStream<'_>) -> syn::Result<(Expr, Pat, Option<Expr>)> {
    let of = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = if input.peek(Token![if]) {
        input.parse::<Token![if]>()?;
        Some(input.parse()?)
    } else {
        None
    };
    input.parse::<Option<Token![,]>>()?;
    Ok((of, pattern, guard))
}

impl Translator<'_> {
    /// The condition that the value with this name matches a pattern of constants.
    pub(super) fn pattern(&mut self, pattern: &Pat, of: &Ident) -> TokenStream {
        let span = pattern.span();
        let lift = function("lift", span);
        match pattern {
            Pat::Wild(_) => quote_spanned!(span=> #lift(true)),
            Pat::Paren(paren) => self.pattern(&paren.pat, of),
            Pat::Or(or) => {
                let either = function("either", span);
                let cases: Vec<_> = or.cases.iter().map(|case| self.pattern(case, of)).collect();
                let cases = cases.into_iter();
                cases
                    .reduce(|left, right| quote_spanned!(span=> #either(#left, #right)))
                    .expect("an or-pattern has cases")
            }
            Pat::Lit(value) => is_value(value, of),
            Pat::Path(value) => is_value(value, of),
            // A constant, or a variant in scope. If it is a new name, the compiler reports it, because it is also
            // used as a pattern.
            Pat::Ident(name)
                if name.subpat.is_none()
                    && name.ident.to_string().starts_with(char::is_uppercase) =>
            {
                is_value(&name.ident, of)
            }
            Pat::Range(range) => {
                let bound = |bound: &Option<Box<Expr>>| {
                    let bound = bound.as_ref()?;
                    Some(quote_spanned!(span=> #lift(#bound)))
                };
                let (start, end) = (bound(&range.start), bound(&range.end));
                lies_in(of, &range.limits, start, end, span)
            }
            other => self.refuse(
                other,
                "a pattern in a constraint consists of constants, variants without fields, ranges, `|` and `_`",
            ),
        }
    }
}

/// The condition that the value with this name lies in a range with these ends.
pub(super) fn lies_in(
    value: &Ident,
    limits: &RangeLimits,
    start: Option<TokenStream>,
    end: Option<TokenStream>,
    span: Span,
) -> TokenStream {
    let start = start.map(|start| {
        let ge = function("ge", span);
        quote_spanned!(span=> #ge(#value, #start))
    });
    let end = end.map(|end| {
        let below = match limits {
            RangeLimits::HalfOpen(_) => function("lt", span),
            RangeLimits::Closed(_) => function("le", span),
        };
        quote_spanned!(span=> #below(#value, #end))
    });
    match (start, end) {
        (Some(start), Some(end)) => {
            let both = function("both", span);
            quote_spanned!(span=> #both(#start, #end))
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => {
            let lift = function("lift", span);
            quote_spanned!(span=> #lift(true))
        }
    }
}

fn is_value(value: &(impl quote::ToTokens + ?Sized), of: &Ident) -> TokenStream {
    let span = value.span();
    let (eq, lift) = (function("eq", span), function("lift", span));
    quote_spanned!(span=> #eq(#of, #lift(#value)))
}
