//! Bounds that the fields of a generic struct need.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Generics, Type, parse_quote};

/// Adds a bound for each field's type that uses a type parameter: it must implement a trait.
pub(crate) fn with_field_bounds<'a>(
    generics: &Generics,
    types: impl Iterator<Item = &'a Type>,
    bound: &TokenStream,
) -> Generics {
    let parameters: HashSet<_> = generics
        .type_params()
        .map(|parameter| parameter.ident.to_string())
        .collect();
    let mut generics = generics.clone();
    if !parameters.is_empty() {
        let clause = generics.make_where_clause();
        for ty in types {
            if mentions(ty.to_token_stream(), &parameters) {
                clause.predicates.push(parse_quote!(#ty: #bound));
            }
        }
    }
    generics
}

fn mentions(tokens: TokenStream, names: &HashSet<String>) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&ident.to_string()),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
