//! What the first test can check: the design's behaviour in and after reset, as a trial has seen it on each
//! simulator.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::statements::each;
use crate::source::Port;

/// The observations on all simulators together.
#[derive(Debug, Default)]
pub(super) struct Observations {
    /// Whether an output has moved on each of them.
    pub(super) moved: bool,
    /// The outputs, and elements of arrays as `data.at(3)`, by the way to their fields.
    outputs: BTreeMap<String, InReset>,
}

/// An output in reset.
#[derive(Clone, Debug, PartialEq)]
enum InReset {
    /// Its bits, the same in each reset.
    Same(String),
    /// Why it cannot be checked.
    Unsure(&'static str),
}

const UNKNOWN: &str = "it has unknown bits in reset";
const KEPT: &str = "a second reset does not bring its value back";
const DIFFERENT: &str = "simulators have different values";

impl Observations {
    /// The text that trials have written.
    pub(super) fn of(texts: &[String]) -> Observations {
        let mut seen = Observations {
            moved: !texts.is_empty(),
            ..Observations::default()
        };
        for text in texts {
            let mut lines = text.lines();
            seen.moved &= lines.next() == Some("true");
            for line in lines {
                let words: Vec<&str> = line.split(' ').collect();
                let &[name, bits, kept] = &words[..] else {
                    continue;
                };
                let known = !bits.is_empty() && bits.bytes().all(|bit| b"01".contains(&bit));
                let now = match (known, kept) {
                    (false, _) => InReset::Unsure(UNKNOWN),
                    (true, "true") => InReset::Unsure(KEPT),
                    _ => InReset::Same(bits.to_owned()),
                };
                seen.add(name, now);
            }
        }
        seen
    }

    fn add(&mut self, name: &str, now: InReset) {
        let before = self.outputs.get(name);
        let both = match before {
            Some(InReset::Same(bits)) => match now {
                InReset::Same(other) if other != *bits => InReset::Unsure(DIFFERENT),
                now => now,
            },
            Some(unsure) => unsure.clone(),
            None => now,
        };
        self.outputs.insert(name.to_owned(), both);
    }

    /// The statements that check a port's value in reset, or why there are none.
    pub(super) fn reset_value(&self, port: &Port<'_>) -> Result<String, &'static str> {
        let Port { field, .. } = port;
        if port.dimensions == 0 {
            let value = self.literal(field, port)?;
            return Ok(format!("    dut.{field}.expect({value})?;\n"));
        }
        let elements = self.outputs.keys();
        let elements = elements.filter(|name| {
            let index = name.strip_prefix(field.as_str());
            index.is_some_and(|index| index.starts_with(['.', '[']))
        });
        let values: Result<Vec<(&String, String)>, &str> = elements
            .map(|name| Ok((name, self.literal(name, port)?)))
            .collect();
        let values = values?;
        let Some((_, first)) = values.first() else {
            return Err("it has no elements");
        };
        if values.iter().all(|(_, value)| value == first) {
            return Ok(each(port, &format!("element.expect({first})?;")));
        }
        if port.dimensions > 2 {
            return Err("its elements are not equal");
        }
        let mut text = String::new();
        for (name, value) in values {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    dut.{name}.expect({value})?;");
        }
        Ok(text)
    }

    /// The value of an output in reset as its type's.
    fn literal(&self, name: &str, port: &Port<'_>) -> Result<String, &'static str> {
        match self.outputs.get(name) {
            Some(InReset::Same(bits)) => literal(bits, port).ok_or("its type has no such value"),
            Some(InReset::Unsure(reason)) => Err(reason),
            None => Err("no simulator has shown it"),
        }
    }
}

/// Bits as a value of the port's type.
fn literal(bits: &str, port: &Port<'_>) -> Option<String> {
    let width = bits.len();
    let number = || u128::from_str_radix(bits, 2).ok();
    if !port.variants.is_empty() {
        let index = usize::try_from(number()?).ok()?;
        return Some(format!("dut::{}", port.variants.get(index)?));
    }
    Some(match port.value_type.as_str() {
        "bool" => (number()? == 1).to_string(),
        "Logic" if bits == "1" => "Logic::One".to_owned(),
        "Logic" => "Logic::Zero".to_owned(),
        "LogicVec" => format!("\"{width}'b{bits}\".parse()?"),
        signed if signed.starts_with('i') => {
            let unused = 128
                - u32::try_from(width)
                    .ok()
                    .filter(|it| (1..=128).contains(it))?;
            ((number()? << unused).cast_signed() >> unused).to_string()
        }
        _ => number()?.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Object;

    fn object() -> Object {
        let described: verifork_protocol::description::Object = serde_json::from_str(
            r#"{"kind": "net", "name": "q", "direction": "output", "constant": false,
                "encoding": {"logic": {"width": 4, "range": [3, 0], "signed": false}}}"#,
        )
        .unwrap();
        described.into()
    }

    fn port<'a>(object: &'a Object, value_type: &str, variants: &[&str]) -> Port<'a> {
        Port {
            object,
            dimensions: object.ranges().len(),
            field: "q".to_owned(),
            value_type: value_type.to_owned(),
            variants: variants.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_value_in_reset_is_one_of_the_ports_type() {
        let object = object();
        for (bits, value_type, variants, expected) in [
            ("0", "bool", &[][..], Some("false")),
            ("1", "bool", &[], Some("true")),
            ("0101", "u8", &[], Some("5")),
            ("1101", "i8", &[], Some("-3")),
            ("0101", "i8", &[], Some("5")),
            ("1", "Logic", &[], Some("Logic::One")),
            ("0011", "LogicVec", &[], Some("\"4'b0011\".parse()?")),
            (
                "01",
                "State",
                &["State::Idle", "State::Busy"],
                Some("dut::State::Busy"),
            ),
            ("11", "State", &["State::Idle", "State::Busy"], None),
        ] {
            let port = port(&object, value_type, variants);
            assert_eq!(
                literal(bits, &port).as_deref(),
                expected,
                "{bits} {value_type}"
            );
        }
    }

    #[test]
    fn what_is_checked_is_known_the_same_in_each_reset_and_on_each_simulator() {
        let object = object();
        let check = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
            let seen = Observations::of(&texts);
            let statements = seen.reset_value(&port(&object, "u8", &[]));
            (seen.moved, statements)
        };
        let expects = Ok("    dut.q.expect(5)?;\n".to_owned());
        assert_eq!(check(&["true\nq 0101 false\n"]), (true, expects.clone()));
        let twice = ["true\nq 0101 false\n", "false\nq 0101 false\n"];
        assert_eq!(check(&twice), (false, expects));
        assert_eq!(check(&["true\nq 0x01 false\n"]), (true, Err(UNKNOWN)));
        assert_eq!(check(&["true\nq 0101 true\n"]), (true, Err(KEPT)));
        let different = ["true\nq 0101 false\n", "true\nq 0100 false\n"];
        assert_eq!(check(&different), (true, Err(DIFFERENT)));
        let unknown_on_one = ["true\nq 0000 false\n", "true\nq xxxx true\n"];
        assert_eq!(check(&unknown_on_one), (true, Err(UNKNOWN)));
        assert!(!check(&[]).0);
    }

    #[test]
    fn elements_of_an_array_are_checked_one_by_one_where_they_differ() {
        let mut object = object();
        object.array = Some((0, 1));
        let port = port(&object, "u8", &[]);
        let of = |text: &str| Observations::of(&[text.to_owned()]).reset_value(&port);
        let alike = of("true\nq.at(0) 0000 false\nq.at(1) 0000 false\n").unwrap();
        assert!(
            alike.contains("for (_, element) in dut.q.elements()"),
            "{alike}"
        );
        let apart = of("true\nq.at(0) 0000 false\nq.at(1) 0001 false\n").unwrap();
        assert_eq!(
            apart,
            "    dut.q.at(0).expect(0)?;\n    dut.q.at(1).expect(1)?;\n"
        );
        assert_eq!(
            of("true\nq.at(0) 0000 false\nq.at(1) 0001 true\n"),
            Err(KEPT)
        );
    }
}
