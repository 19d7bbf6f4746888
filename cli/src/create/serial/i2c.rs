//! I²C buses among the ports of a design.

use std::collections::HashSet;

use super::names::{Group, LOW, Named, PLACES, are_all, around, is_input, is_output};
use crate::source::Port;

pub(super) fn find<'a>(ports: &[Named<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (port, words) in ports {
        let Some((group, word, after)) = around(words, &["scl", "sda"]) else {
            continue;
        };
        let Some(form) = form(port, after).filter(|_| port.width() == 1) else {
            continue;
        };
        let pin = match (word.as_str(), form) {
            ("scl", Form::Net) => "scl",
            ("scl", Form::Input) => "scl_i",
            ("scl", Form::Output) => "scl_o",
            ("scl", Form::Tristate) => "scl_t",
            ("scl", Form::Enable) => "scl_oe",
            (_, Form::Net) => "sda",
            (_, Form::Input) => "sda_i",
            (_, Form::Output) => "sda_o",
            (_, Form::Tristate) => "sda_t",
            (_, Form::Enable) => "sda_oe",
        };
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, pins)) => pins.push((pin, port)),
            None => groups.push((group, vec![(pin, port)])),
        }
    }
    let mut found = Vec::new();
    for (group, mut pins) in groups {
        let has = |pins: &[(&str, &Port<'_>)], name: &str| pins.iter().any(|(it, _)| *it == name);
        // A design that drives SCL and does not read it drives the wire itself.
        if !has(&pins, "scl_i")
            && let Some((pin, _)) = pins.iter_mut().find(|(pin, _)| *pin == "scl_o")
        {
            *pin = "scl";
        }
        let names: HashSet<&str> = pins.iter().map(|(pin, _)| *pin).collect();
        let any = |pins: &[&str]| pins.iter().any(|pin| names.contains(pin));
        let fits = names.len() == pins.len()
            && any(&["scl", "scl_i"])
            && (any(&["sda"]) || any(&["sda_i"]) && any(&["sda_o", "sda_t", "sda_oe"]))
            && ["scl", "sda"]
                .iter()
                .all(|wire| !(any(&[&format!("{wire}_t")]) && any(&[&format!("{wire}_oe")])));
        if fits {
            found.push((group, pins));
        }
    }
    found
}

/// The purpose of a pin of an open drain.
#[derive(Clone, Copy)]
enum Form {
    Net,
    Input,
    Output,
    /// It lets go at 1.
    Tristate,
    /// It lets go at 0.
    Enable,
}

fn form(port: &Port<'_>, after: &[String]) -> Option<Form> {
    const TRISTATES: [&str; 10] = [
        "t", "tri", "ts", "oen", "padoen", "oeb", "oenb", "noe", "hiz", "oe_n",
    ];
    const ENABLES: [&str; 6] = ["oe", "en", "ena", "padoe", "drive", "pull"];
    let has = |known: &[&str]| after.iter().any(|word| known.contains(&word.as_str()));
    if !are_all(after, &[&PLACES, &LOW, &TRISTATES, &ENABLES]) {
        return None;
    }
    let is_low = after.iter().any(|word| LOW.contains(&word.as_str()));
    match (is_input(port), is_output(port)) {
        (true, _) => (!has(&TRISTATES) && !has(&ENABLES) && !is_low).then_some(Form::Input),
        (_, true) if has(&TRISTATES) => Some(Form::Tristate),
        (_, true) if has(&ENABLES) && is_low => Some(Form::Tristate),
        (_, true) if has(&ENABLES) => Some(Form::Enable),
        (_, true) => (!is_low).then_some(Form::Output),
        _ => Some(Form::Net),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn an_i2c_is_known_by_every_form_of_its_pins() {
        for (ports, expected) in [
            (&["scl=1", "sda=1"][..], "I2c i2c scl=scl sda=sda"),
            (&["scl<1", "sda=1"], "I2c i2c scl_i=scl sda=sda"),
            (&["scl>1", "sda=1"], "I2c i2c scl=scl sda=sda"),
            (
                &[
                    "m_scl_i<1",
                    "m_scl_o>1",
                    "m_scl_t>1",
                    "m_sda_i<1",
                    "m_sda_o>1",
                    "m_sda_t>1",
                ],
                "I2c m scl_i=m_scl_i scl_o=m_scl_o scl_t=m_scl_t sda_i=m_sda_i sda_o=m_sda_o sda_t=m_sda_t",
            ),
            (
                &["scl_pad_i<1", "sda_pad_i<1", "sda_padoen_o>1"],
                "I2c i2c scl_i=scl_pad_i sda_i=sda_pad_i sda_t=sda_padoen_o",
            ),
            (
                &["I2C_SCL_I<1", "I2C_SDA_I<1", "I2C_SDA_OE_N>1"],
                "I2c i2c scl_i=I2C_SCL_I sda_i=I2C_SDA_I sda_t=I2C_SDA_OE_N",
            ),
            (
                &["i_scl<1", "i_sda<1", "sda_en>1"],
                "I2c i2c scl_i=i_scl sda_i=i_sda sda_oe=sda_en",
            ),
        ] {
            assert_eq!(found(ports), [expected], "{ports:?}");
        }
        for ports in [
            &["scl_i<1", "sda_i<1"][..],
            &["sda=1"],
            &["scl_count<1", "sda=1"],
        ] {
            assert!(found(ports).is_empty(), "{ports:?}");
        }
    }
}
