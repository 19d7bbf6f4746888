//! Which derives stand beside `Dut`. A derive macro sees those of later attributes alone, so the others are read
//! from the source.

use std::fs;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// The derives beside `Dut` of what it implements too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(super) clone: bool,
    pub(super) copy: bool,
}

impl Beside {
    /// Those before `Dut`, or in its list. None where the compiler does not say where this is.
    pub(crate) fn in_source() -> Beside {
        let place = proc_macro::Span::call_site();
        let text = place
            .local_file()
            .and_then(|file| fs::read_to_string(file).ok());
        let text = text.unwrap_or_default();
        Beside::before(&text, place.line(), place.column()).unwrap_or_default()
    }

    /// Those around the `Dut` of this line and column, which count from 1.
    fn before(text: &str, line: usize, column: usize) -> Option<Beside> {
        let mut lines = text.split_inclusive('\n');
        let skipped: usize = lines
            .by_ref()
            .take(line.checked_sub(1)?)
            .map(str::len)
            .sum();
        let within = lines.next()?.char_indices().nth(column.checked_sub(1)?)?.0;
        let (before, after) = text.split_at(skipped + within);
        let mut beside = Beside::default();
        let begin = before.rfind("#[")?;
        let end = before.len() + after.find(']')? + 1;
        beside.add_tokens(text[begin..end].parse().ok()?);

        let mut above = before[..begin].trim_end();
        loop {
            let last = above.rfind('\n').map_or(0, |at| at + 1);
            if above[last..].trim_start().starts_with("//") {
                above = above[..last].trim_end();
            } else if let Some(begin) = last_attribute(above) {
                beside.add_tokens(above[begin..].parse().ok()?);
                above = above[..begin].trim_end();
            } else {
                return Some(beside);
            }
        }
    }

    /// Together with those of the attributes that are left on the struct.
    pub(super) fn and_of(mut self, attributes: &[Attribute]) -> Beside {
        for attribute in attributes {
            if let Meta::List(list) = &attribute.meta
                && list.path.is_ident("derive")
            {
                self.add(list.tokens.clone());
            }
        }
        self
    }

    /// Adds those of each `derive(…)`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut is_derive = false;
        for token in tokens {
            match token {
                TokenTree::Group(group) if is_derive => self.add(group.stream()),
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                _ => is_derive = matches!(&token, TokenTree::Ident(name) if name == "derive"),
            }
        }
    }

    /// Adds those of a list.
    fn add(&mut self, list: TokenStream) {
        for token in list {
            if let TokenTree::Ident(name) = token {
                self.clone |= name == "Clone";
                self.copy |= name == "Copy";
            }
        }
    }
}

/// Where the attribute begins in which the text ends.
fn last_attribute(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in text.ends_with(']').then(|| text.char_indices().rev())? {
        match c {
            ']' => open += 1,
            '[' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return text[..at].ends_with('#').then(|| at - 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found for the only `Dut` of the text.
    fn found(text: &str) -> Beside {
        let at = text.find("Dut").unwrap();
        let line = text[..at].matches('\n').count() + 1;
        let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
        Beside::before(text, line, text[start..at].chars().count() + 1).unwrap()
    }

    #[test]
    fn derives_are_found_in_the_list_and_above_it() {
        const BOTH: Beside = Beside {
            clone: true,
            copy: true,
        };
        const CLONE: Beside = Beside {
            clone: true,
            copy: false,
        };
        for (text, beside) in [
            ("#[derive(Dut)]\nstruct A;", Beside::default()),
            ("#[derive(Clone, Copy, Dut)] struct A;", BOTH),
            (
                "#[derive(\n    Dut,\n    core::clone::Clone,\n)]\nstruct A;",
                CLONE,
            ),
            (
                "/* é */ #[derive(Copy)] #[derive(Clone)]\n/// [odd\n#[allow(x)]\n#[derive(Dut)]",
                BOTH,
            ),
            ("#[cfg_attr(all(), derive(Clone, Dut))]", CLONE),
            ("#[derive(Dut /* no Clone */)]", Beside::default()),
            (
                "#[derive(Clone)]\nstruct Other;\n\n#[derive(Dut)]",
                Beside::default(),
            ),
            (
                "#[derive(Clone)]\nstruct Other([u8; 2]);\n#[derive(Dut)]",
                Beside::default(),
            ),
            ("#![allow(x)]\n#[derive(Dut)]", Beside::default()),
            ("fn f() { x[0] }\n#[derive(Dut)]", Beside::default()),
        ] {
            assert_eq!(found(text), beside, "{text}");
        }
    }

    #[test]
    fn where_the_source_is_not_what_it_should_be_nothing_is_found() {
        for (text, line, column) in [
            ("", 1, 1),
            ("Dut", 1, 1),
            ("#[derive(Dut", 1, 10),
            ("x", 7, 7),
            ("x", 0, 0),
        ] {
            assert_eq!(Beside::before(text, line, column), None, "{text}");
        }
    }
}
