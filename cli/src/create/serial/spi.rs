//! SPI buses among the ports of a design.

use super::super::ports::plain;
use super::names::{Group, LOW, Named, PLACES, are_all, around, is_input, is_output};
use crate::source::Port;

pub(super) fn find<'a>(ports: &[Named<'a>]) -> Vec<Group<'a>> {
    const CLOCKS: [&str; 4] = ["sclk", "sck", "spck", "spiclk"];
    const SELECTS: [&str; 13] = [
        "cs", "csn", "ss", "ssn", "ncs", "nss", "csb", "ssb", "scs", "scsn", "ssel", "cen", "sel",
    ];
    const DATA: [&str; 10] = [
        "mosi", "miso", "copi", "cipo", "sdi", "sdo", "si", "so", "sdin", "sdout",
    ];
    let is_spi = |group: &str| group.split('_').any(|word| plain(word) == "spi");
    // A clock, a select, or data; with the group.
    let part = |(port, words): &Named<'a>| {
        if let Some((group, _, after)) = around(words, &CLOCKS)
            && are_all(after, &[&PLACES])
        {
            return Some((group, "sclk", *port));
        }
        if let Some((group, _, after)) = around(words, &SELECTS)
            && are_all(after, &[&PLACES, &LOW])
        {
            return Some((group, "cs_n", *port));
        }
        if let Some((group, _, after)) = around(words, &DATA)
            && are_all(after, &[&PLACES])
        {
            return Some((group, "data", *port));
        }
        let (group, word, after) = around(words, &["clk", "clock", "din", "dout", "di", "do"])?;
        let what = if word.starts_with('c') {
            "sclk"
        } else {
            "data"
        };
        (is_spi(&group) && are_all(after, &[&PLACES])).then_some((group, what, *port))
    };
    let parts: Vec<(String, &str, &'a Port<'a>)> = ports.iter().filter_map(part).collect();
    let clocks = parts.iter().filter(|(_, what, _)| *what == "sclk");
    let is_only = clocks.clone().count() == 1;
    let mut found = Vec::new();
    for (group, _, clock) in clocks {
        let is_controller = is_output(clock);
        let of = |wanted: &str, outputs: bool| {
            let fits = |(other, what, port): &&(String, &str, &'a Port<'a>)| {
                let goes = if outputs {
                    is_output(port)
                } else {
                    is_input(port)
                };
                *what == wanted && goes && (other == group || is_only)
            };
            let mut all = parts.iter().filter(fits).map(|(_, _, port)| *port);
            // Of several candidates, none is certain.
            all.next().filter(|_| all.next().is_none())
        };
        let select = of("cs_n", is_controller);
        let (mosi, miso) = (of("data", is_controller), of("data", !is_controller));
        let bits = |port: Option<&Port<'_>>, most| port.is_none_or(|it| it.width() <= most);
        let fits = clock.width() == 1 && bits(select, 64) && bits(mosi, 8) && bits(miso, 8);
        let (Some(select), true) = (select, fits && (mosi.is_some() || miso.is_some())) else {
            continue;
        };
        let mut pins = vec![("sclk", *clock), ("cs_n", select)];
        pins.extend(mosi.map(|port| ("mosi", port)));
        pins.extend(miso.map(|port| ("miso", port)));
        found.push((group.clone(), pins));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn an_spi_is_known_from_either_side() {
        for (ports, expected) in [
            (
                &["sclk<1", "cs_n<1", "mosi<1", "miso>1"][..],
                "Spi spi sclk=sclk cs_n=cs_n mosi=mosi miso=miso",
            ),
            (
                &["flash_sck>1", "flash_csn>2", "flash_sdo>1", "flash_sdi<1"],
                "Spi flash sclk=flash_sck cs_n=flash_csn mosi=flash_sdo miso=flash_sdi",
            ),
            // The data lines of a peripheral are named from its own side.
            (
                &["SCK<1", "NSS<1", "SDI<1", "SDO>1"],
                "Spi spi sclk=SCK cs_n=NSS mosi=SDI miso=SDO",
            ),
            (
                &[
                    "o_SPI_Clk>1",
                    "o_SPI_CS_n>1",
                    "o_SPI_MOSI>1",
                    "i_SPI_MISO<1",
                ],
                "Spi spi sclk=o_SPI_Clk cs_n=o_SPI_CS_n mosi=o_SPI_MOSI miso=i_SPI_MISO",
            ),
            (
                &["dac_sclk>1", "sync>1", "cs>1", "dac_mosi>1"],
                "Spi dac sclk=dac_sclk cs_n=cs mosi=dac_mosi",
            ),
        ] {
            assert_eq!(found(ports), [expected], "{ports:?}");
        }
        // No select, a select that goes the other way, no data, and I2S.
        for ports in [
            &["sclk<1", "mosi<1", "miso>1"][..],
            &["sclk<1", "cs_n>1", "mosi<1"],
            &["sclk<1", "cs_n<1"],
            &["sclk>1", "lrck>1", "sdout>1"],
        ] {
            assert!(found(ports).is_empty(), "{ports:?}");
        }
    }
}
