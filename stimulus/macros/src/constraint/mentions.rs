//! Whether tokens name a symbol.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};

/// A name after a dot is that of a field or a method, and one beside `::` is a part of a path.
pub(super) fn mentions(tokens: TokenStream, symbols: &HashSet<Ident>) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |index: Option<usize>, sign: char| {
        let token = index.and_then(|index| tokens.get(index));
        matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
    };
    tokens.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Group(group) => mentions(group.stream(), symbols),
        TokenTree::Ident(name) => {
            let (before, earlier) = (index.checked_sub(1), index.checked_sub(2));
            let after_dot = is(before, '.') && !is(earlier, '.');
            let after_path = is(before, ':') && is(earlier, ':');
            let before_path = is(Some(index + 1), ':') && is(Some(index + 2), ':');
            symbols.contains(name) && !after_dot && !after_path && !before_path
        }
        _ => false,
    })
}
