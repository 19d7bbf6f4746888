//! `#[cross(…)]`: the points of a cross, and which of its bins are ignored or illegal.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, Token, parenthesized, token};

use super::options::Options;

pub(super) struct CrossMember<'a> {
    pub(super) field: &'a Ident,
    pub(super) points: Vec<Ident>,
    pub(super) bins: TokenStream,
    pub(super) options: Options,
}

pub(super) fn parse<'a>(
    field: &'a Ident,
    attribute: &Attribute,
    points: &[String],
) -> syn::Result<CrossMember<'a>> {
    let mut member = CrossMember {
        field,
        points: Vec::new(),
        bins: TokenStream::new(),
        options: Options::default(),
    };
    attribute.parse_args_with(|input: ParseStream<'_>| {
        while !input.is_empty() {
            part(input, &mut member, points)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    })?;
    if member.points.len() < 2 {
        let text = "a cross has two points at least: `#[cross(length, burst)]`";
        return Err(syn::Error::new_spanned(attribute, text));
    }
    Ok(member)
}

fn part(
    input: ParseStream<'_>,
    member: &mut CrossMember<'_>,
    points: &[String],
) -> syn::Result<()> {
    let key = input.call(Ident::parse_any)?;
    let name = key.unraw().to_string();
    if input.peek(token::Paren) {
        let content;
        parenthesized!(content in input);
        if name != "ignore" && name != "illegal" {
            let text = "bins of a cross are selected by `ignore(…)` and `illegal(…)`";
            return Err(syn::Error::new_spanned(key, text));
        }
        let bins = Punctuated::<String, Token![,]>::parse_terminated_with(&content, selection)?;
        let bins = bins.iter();
        member.bins.extend(quote!(.#key([#(#bins),*])));
        return Ok(());
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let value: Expr = input.parse()?;
        if name == "ignore_where" || name == "illegal_where" {
            member.bins.extend(quote!(.#key(#value)));
        } else if !member.options.set(&key, value) {
            let text = "there are the options `ignore(…)`, `illegal(…)`, `ignore_where`, `illegal_where`, \
                 `weight`, `goal` and `at_least`";
            return Err(syn::Error::new_spanned(key, text));
        }
        return Ok(());
    }
    if !points.contains(&name) {
        let known: Vec<_> = points.iter().map(|point| format!("`{point}`")).collect();
        let text = format!(
            "the group has no point `{name}`; there are {}",
            known.join(", ")
        );
        return Err(syn::Error::new_spanned(key, text));
    }
    member.points.push(key);
    Ok(())
}

/// The bins of one point: names, numbers or strings, several with `|`; `_` for any.
fn selection(input: ParseStream<'_>) -> syn::Result<String> {
    let mut names = Vec::new();
    loop {
        names.push(if input.peek(Token![_]) {
            input.parse::<Token![_]>()?;
            "_".to_owned()
        } else if input.peek(Lit) {
            match input.parse()? {
                Lit::Str(text) => text.value(),
                Lit::Int(number) => number.base10_digits().to_owned(),
                Lit::Bool(value) => value.value.to_string(),
                other => {
                    return Err(syn::Error::new_spanned(
                        other,
                        "a bin has a name or a number",
                    ));
                }
            }
        } else {
            input.call(Ident::parse_any)?.unraw().to_string()
        });
        if !input.peek(Token![|]) {
            return Ok(names.join(" | "));
        }
        input.parse::<Token![|]>()?;
    }
}
