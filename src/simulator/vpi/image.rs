//! What the image of a compiled design says that no function of the interface tells: which nets have a
//! driver.
//!
//! Icarus has none of the relations of drivers (IEEE 1800-2017, 37.16), but its compiler writes their number
//! behind each net of the image that `vvp` runs: `v0x5_0 .net "ready", 0 0, L_0x7;  1 drivers`. The image is
//! read once, when a net is first written that may have a driver.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};

use crate::simulator::text::latin_1;

/// The paths of the nets that have drivers.
#[derive(Default)]
pub(super) struct Image(OnceCell<HashSet<String>>);

impl Image {
    /// Whether the net of this path has a driver; not, if the image cannot be read.
    pub(super) fn is_driven(&self, path: &str, image: Option<&str>) -> bool {
        let driven = self.0.get_or_init(|| {
            let file = image.and_then(|image| File::open(image).ok());
            file.map(|file| driven_nets(BufReader::new(file)))
                .unwrap_or_default()
        });
        driven.contains(path)
    }
}

fn driven_nets(mut image: impl BufRead) -> HashSet<String> {
    let mut scopes: HashMap<String, String> = HashMap::new();
    let (mut driven, mut scope) = (HashSet::new(), String::new());
    let mut bytes = Vec::new();
    while image
        .read_until(b'\n', &mut bytes)
        .is_ok_and(|read| read > 0)
    {
        if bytes.starts_with(b"S_") {
            let line = latin_1(&bytes);
            if let Some((label, name, parent)) = scope_of(&line) {
                scope = match scopes.get(parent) {
                    Some(parent) => format!("{parent}.{name}"),
                    None => name.to_owned(),
                };
                scopes.insert(label.to_owned(), scope.clone());
            }
        } else if bytes.starts_with(b"v")
            && let Some(name) = driven_net(&latin_1(&bytes))
        {
            driven.insert(format!("{scope}.{name}"));
        }
        bytes.clear();
    }
    driven
}

/// The label, the name and the label of the parent in a line such as
/// `S_0x5 .scope module, "s" "sub" 3 5, 3 1 0, S_0x4;`.
fn scope_of(line: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = line.split_once(" .scope ")?;
    let (name, rest) = quoted(rest.split_once(", ")?.1)?;
    let parent = rest.trim_end().trim_end_matches(';').rsplit_once(", ");
    Some((label, name, parent.map_or("", |(_, parent)| parent)))
}

/// The name in the line of a net that has drivers.
fn driven_net(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(" .net")?;
    let (_, rest) = rest.split_once(' ')?;
    // What the compiler made for itself has a `*` before its name.
    let (name, rest) = quoted(rest)?;
    let (_, count) = rest.rsplit_once(';')?;
    let count = count
        .split(' ')
        .find(|word| word.starts_with(|it: char| it.is_ascii_digit()));
    (count? != "0").then_some(name)
}

/// The text in the quotation marks at the beginning, and what is behind them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('"')?.split_once('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nets_with_drivers_are_known_by_their_paths() {
        let image = "S_0x1 .scope package, \"$unit\" \"$unit\" 2 1;\n\
            S_0x2 .scope module, \"top\" \"top\" 3 2;\n \
            .timescale 0 0;\n\
            v0x3_0 .net/2s *\"_ivl_10\", 1 0, L_0x7;  1 drivers\n\
            v0x4 .array \"arr\", 1 0;\n\
            v0x4_0 .net v0x4 0, 1 0, L_0x7; 1 drivers\n\
            v0x5_0 .net \"odd+name\", 0 0, L_0x7;  1 drivers\n\
            v0x6_0 .net8 \"free\", 0 0, o0x7;  0 drivers, strength-aware\n\
            v0x6_1 .net8 \"held\", 0 0, o0x7;  2 drivers, strength-aware\n\
            S_0x8 .scope generate, \"g[1]\" \"g[1]\" 3 2, 3 2 0, S_0x2;\n\
            S_0x9 .scope module, \"u\" \"sub\" 3 2, 3 1 0, S_0x8;\n\
            v0xa_0 .net/s \"y\", 1 0, L_0xb;  alias, 1 drivers\n\
            v0xc_0 .net \"a\", 1 0, o0xd;  alias, 0 drivers\n\
            v0xe_0 .var \"driven\", 0 0;\n\
            S_0xf .scope module, \"v\" \"sub\" 3 2, 3 1 0, S_0x2;\n\
            v0x10_0 .net/real \"r\", 0 0, L_0x11;  1 drivers\n    \
            .scope S_0x2;\n";
        let driven = driven_nets(image.as_bytes());
        let mut driven: Vec<_> = driven.iter().map(String::as_str).collect();
        driven.sort_unstable();
        let expected = ["top.g[1].u.y", "top.held", "top.odd+name", "top.v.r"];
        assert_eq!(driven, expected);
    }

    #[test]
    fn without_an_image_nothing_is_known() {
        assert!(!Image::default().is_driven("top.y", Some("/there/is/none.vvp")));
        assert!(!Image::default().is_driven("top.y", None));
    }
}
