//! The source text of tokens.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// A position in a file: line and column.
type LineColumn = (usize, usize);

/// The text of tokens on one line, with spaces where the file has white space.
pub(super) fn text(tokens: &TokenStream) -> String {
    if !proc_macro::is_available() {
        return tokens.to_string();
    }
    let mut text = String::new();
    append(tokens.clone(), &mut text, &mut None);
    text
}

fn append(tokens: TokenStream, text: &mut String, last: &mut Option<LineColumn>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                word(open, group.span_open(), text, last);
                if group.delimiter() != Delimiter::Brace {
                    *last = None;
                }
                append(group.stream(), text, last);
                if group.delimiter() != Delimiter::Brace {
                    *last = None;
                }
                word(close, group.span_close(), text, last);
            }
            other => word(&other.to_string(), other.span(), text, last),
        }
    }
}

fn word(word: &str, span: Span, text: &mut String, last: &mut Option<LineColumn>) {
    let span = span.unwrap();
    let place = |span: proc_macro::Span| (span.line(), span.column());
    if last.is_some_and(|last| last != place(span.start())) {
        text.push(' ');
    }
    text.push_str(word);
    *last = Some(place(span.end()));
}
