//! Which items of a test's sequences are drawn, and how: what `VERIFORK_ITEMS` holds. The harness writes it when it
//! makes a failing test smaller; a report of a failure has it, and the plugin reads it.
//!
//! An item is drawn from random words of its own, so leaving some out changes no other. Words that are replaced make it
//! simpler: most draws take a small word for a small value.
//!
//! ```
//! use verifork_protocol::items::Items;
//!
//! // Of `writes` the items 0, 3 and 7: 3 with two words replaced, 7 with zeros for all. Of `reads` none.
//! let items: Items = "writes=0,3~0:1f~2:0,7~*;reads=".parse().unwrap();
//! assert_eq!(items.of("writes").unwrap().len(), 3);
//! assert_eq!(items.of("reads").unwrap().len(), 0);
//! assert_eq!(items.of("others"), None);
//! assert_eq!(items.to_string(), "writes=0,3~0:1f~2:0,7~*;reads=");
//! ```

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The items that are left of some sequences; others are whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the text has nothing else")]
pub struct Items {
    /// The name of each sequence, and what is left of it.
    pub sequences: Vec<(String, Vec<Item>)>,
}

/// An item that is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "the text has nothing else")]
pub struct Item {
    /// Its place in the whole sequence, from 0 on.
    pub index: u32,
    /// All of its words are 0.
    pub zero: bool,
    /// The indices of words, and what replaces the random ones there.
    pub words: Vec<(u32, u64)>,
}

/// A sequence as a test has drawn it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "another field is another format")]
pub struct Drawn {
    /// Its name.
    pub name: String,
    /// How many items it has, if all are drawn.
    pub of: u32,
    /// Those that were drawn.
    pub items: Vec<DrawnItem>,
}

/// An item as a test has drawn it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(clippy::exhaustive_structs, reason = "another field is another format")]
pub struct DrawnItem {
    /// Its place in the whole sequence, from 0 on.
    pub index: u32,
    /// The words that it was drawn from.
    pub words: Vec<u64>,
    /// The item, as `{:?}` shows it.
    pub text: String,
}

/// Whether a sequence may have this name: letters and digits of ASCII, `_`, `-` and `.`.
pub fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !name.is_empty() && name.bytes().all(fits)
}

impl Items {
    /// The remaining items of the sequence with this name; `None` for all.
    pub fn of(&self, name: &str) -> Option<&[Item]> {
        let found = self.sequences.iter().find(|(of, _)| of == name);
        found.map(|(_, items)| &**items)
    }
}

impl Item {
    /// As it is drawn without a word replaced.
    pub fn whole(index: u32) -> Item {
        Item {
            index,
            zero: false,
            words: Vec::new(),
        }
    }

    /// The word at a place, if it is replaced.
    pub fn word(&self, place: u32) -> Option<u64> {
        let found = self.words.iter().find(|(of, _)| *of == place);
        let found = found.map(|&(_, word)| word);
        found.or(self.zero.then_some(0))
    }
}

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (name, items)) in self.sequences.iter().enumerate() {
            let between = if number == 0 { "" } else { ";" };
            write!(f, "{between}{name}=")?;
            for (number, item) in items.iter().enumerate() {
                let between = if number == 0 { "" } else { "," };
                write!(f, "{between}{item}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.index)?;
        if self.zero {
            f.write_str("~*")?;
        }
        let mut words = self.words.iter();
        words.try_for_each(|(place, word)| write!(f, "~{place}:{word:x}"))
    }
}

impl FromStr for Items {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut items = Items::default();
        for part in text.split(';') {
            let (name, list) = part
                .split_once('=')
                .ok_or_else(|| format!("`{part}` is not a sequence: name=0,3 fits"))?;
            let name = name.trim();
            if !is_name(name) {
                return Err(format!("`{name}` is not a name for a sequence"));
            }
            if items.of(name).is_some() {
                return Err(format!("the sequence `{name}` is named twice"));
            }
            let list = list.trim();
            let list = list.split(',').filter(|_| !list.is_empty());
            let list: Vec<Item> = list.map(str::parse).collect::<Result<_, _>>()?;
            if list.windows(2).any(|pair| pair[0].index >= pair[1].index) {
                return Err(format!("the items of `{name}` do not ascend"));
            }
            items.sequences.push((name.to_owned(), list));
        }
        Ok(items)
    }
}

impl FromStr for Item {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not an item: 3, 3~* or 3~0:1f fits");
        let mut parts = text.trim().split('~');
        let index = parts.next().unwrap_or_default();
        let mut item = Item::whole(index.parse().map_err(|_| wrong())?);
        for part in parts {
            if part == "*" {
                item.zero = true;
                continue;
            }
            let (place, word) = part.split_once(':').ok_or_else(wrong)?;
            let place = place.parse().map_err(|_| wrong())?;
            let word = u64::from_str_radix(word, 16).map_err(|_| wrong())?;
            item.words.push((place, word));
        }
        Ok(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_reported() {
        for (text, message) in [
            ("", "is not a sequence"),
            ("writes", "`writes` is not a sequence"),
            ("a b=1", "`a b` is not a name"),
            ("a=1;a=2", "named twice"),
            ("a=2,1", "do not ascend"),
            ("a=1,1", "do not ascend"),
            ("a=x", "`x` is not an item"),
            ("a=1~2", "`1~2` is not an item"),
            ("a=1~2:g", "`1~2:g` is not an item"),
            ("a=1,", "`` is not an item"),
        ] {
            let error = text.parse::<Items>().unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn words_that_are_replaced_come_before_zeros() {
        let item: Item = "4~*~1:ff".parse().unwrap();
        assert_eq!((item.word(0), item.word(1)), (Some(0), Some(255)));
        assert_eq!(Item::whole(4).word(0), None);
        assert_eq!(item.to_string(), "4~*~1:ff");
    }
}
