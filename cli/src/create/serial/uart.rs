//! UARTs among the ports of a design.

use super::names::{Group, LOW, Named, PLACES, are_all, around, is_input, is_output};

/// The settings that the ports leave open: no parity, even, odd.
pub(in super::super) const PARITIES: [&str; 3] = [
    "",
    ".parity(uart::Parity::Even)",
    ".parity(uart::Parity::Odd)",
];

/// Words of lines that look like a UART's and are none.
const OTHER_LINES: [&str; 12] = [
    "can", "lin", "spi", "i2c", "i2s", "eth", "mii", "rmii", "gmii", "usb", "pcie", "hdmi",
];

pub(super) fn find<'a>(ports: &[Named<'a>]) -> Vec<Group<'a>> {
    const DATA: [&str; 10] = [
        "rx", "rxd", "tx", "txd", "sin", "sout", "uartrx", "uarttx", "serrx", "sertx",
    ];
    const FLOW: [&str; 8] = ["rts", "cts", "rtsn", "ctsn", "nrts", "ncts", "rtsb", "ctsb"];
    const FILLERS: [&str; 4] = ["serial", "uart", "ser", "line"];
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut flows = Vec::new();
    for (port, words) in ports {
        let is_other = words
            .iter()
            .any(|word| OTHER_LINES.contains(&word.as_str()));
        if port.width() != 1 || is_other {
            continue;
        }
        let pin = match (is_input(port), is_output(port)) {
            (true, _) => "rx",
            (_, true) => "tx",
            _ => continue,
        };
        if let Some((group, _, after)) = around(words, &DATA)
            && are_all(after, &[&PLACES, &FILLERS])
        {
            let open = groups
                .iter_mut()
                .find(|(known, pins)| *known == group && pins.iter().all(|(it, _)| *it != pin));
            match open {
                Some((_, pins)) => pins.push((pin, port)),
                None => groups.push((group, vec![(pin, port)])),
            }
        } else if let Some((group, word, after)) = around(words, &FLOW)
            && are_all(after, &[&PLACES, &LOW])
        {
            let marked = after.iter().any(|word| LOW.contains(&word.as_str()));
            let low = marked || word.len() > 3;
            // By direction: the design's output and its input.
            flows.push((group, is_output(port), low, *port));
        }
    }
    let is_only = groups.len() == 1;
    for (group, pins) in &mut groups {
        for (other, says, low, port) in &flows {
            let (pin, line) = match (says, low) {
                (true, true) => ("rts_n", "rx"),
                (true, false) => ("rts", "rx"),
                (false, true) => ("cts_n", "tx"),
                (false, false) => ("cts", "tx"),
            };
            let is_there = pins.iter().any(|(it, _)| *it == line);
            if is_there && (other == group || is_only) {
                pins.push((pin, port));
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::tests::found;

    #[test]
    fn a_uart_is_known_by_its_lines_and_their_directions() {
        for (ports, expected) in [
            (&["rxd<1", "txd>1"][..], "Uart uart rx=rxd tx=txd"),
            (&["clk<1", "tx>1"], "Uart uart tx=tx"),
            (&["i_Rx_Serial<1"], "Uart uart rx=i_Rx_Serial"),
            (
                &["UART_RX<1", "UART_TX>1"],
                "Uart uart rx=UART_RX tx=UART_TX",
            ),
            // By a host's names: the directions are the design's.
            (
                &["uart_txd_in<1", "uart_rxd_out>1"],
                "Uart uart rx=uart_txd_in tx=uart_rxd_out",
            ),
            (
                &["ser1_sin<1", "ser1_sout>1"],
                "Uart ser1 rx=ser1_sin tx=ser1_sout",
            ),
            (
                &["rxd<1", "txd>1", "cts_n<1", "rtsn>1"],
                "Uart uart rx=rxd tx=txd cts_n=cts_n rts_n=rtsn",
            ),
            (&["rx<1", "rts>1"], "Uart uart rx=rx rts=rts"),
        ] {
            assert_eq!(found(ports), [expected], "{ports:?}");
        }
        assert_eq!(
            found(&["a_rx<1", "a_tx>1", "b_rx<1", "b_tx>1", "b_cts<1"]),
            ["Uart a rx=a_rx tx=a_tx", "Uart b rx=b_rx tx=b_tx cts=b_cts"]
        );
        for none in [
            "tx_en<1",
            "rxd<4",
            "can_tx>1",
            "rx_data>1",
            "tx_valid<1",
            "rx_n<1",
            "cts<1",
        ] {
            assert!(found(&[none]).is_empty(), "{none}");
        }
    }
}
