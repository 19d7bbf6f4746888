//! Observes the rates of a design's UARTs before the test of its buses is written, because no name shows them.

use std::fmt::Write as _;

use super::parts::Parts;
use super::serial::uart::PARITIES;
use super::serial::{Rate, Serial, SerialKind};

/// Statements that look for the rates of UARTs and write them into a file of the folder: [`read`] reads it. They end
/// the test with an error.
pub(super) fn survey(parts: &Parts<'_>, folder: &str) -> String {
    let mut text = "        let mut report = String::new();\n".to_owned();
    for serial in uarts(&parts.serials) {
        let plain = serial.plain_field();
        text += "        let seen = std::rc::Rc::new(std::cell::Cell::new((0_u32, u128::MAX)));\n        \
                 let mut found: Option<(u64, &str)> = None;\n";
        if let Some(tx) = serial.pin("tx") {
            let _ = write!(
                text,
                "        tm.background(\"{plain} pulses\", pulses(dut.ports.{}.as_logic(), seen.clone()));\n        \
                 timer(100.us()).await;\n",
                tx.field
            );
        }
        if let Some(rx) = serial.pin("rx") {
            let outputs = parts.free.iter().filter(|port| {
                port.object.direction.as_deref() == Some("output")
                    && port.value_type == "u8"
                    && port.dimensions == 0
                    && port.width() == 8
                    && !parts.buses.iter().any(|bus| bus.has(port))
            });
            let outputs: Vec<String> = outputs
                .map(|port| format!("(\"{0}\", dut.ports.{0}.as_logic())", port.field))
                .collect();
            let _ = write!(
                text,
                "        let outputs: Vec<(&str, Signal<LogicVec>)> = vec![{}];\n        \
                 for cycles in {CANDIDATES:?} {{\n            \
                 if seen.get().0 >= 40 || found.is_some() {{\n                break;\n            }}\n            \
                 let bit = cycles * 10.ns();\n            \
                 let mut matches = vec![0; outputs.len()];\n            \
                 scope(async |tm| {{\n                \
                 let format = uart::Format::bit_time(bit);\n                \
                 let line = uart::Transmitter::new(&dut.ports.{}, &format).start(tm);\n                \
                 for byte in [0xa5_u8, 0x1b, 0x74] {{\n                    \
                 line.send(byte).await?.sent().await?;\n                    \
                 for ((_, output), count) in outputs.iter().zip(&mut matches) {{\n                        \
                 let value = output.get();\n                        \
                 *count += i32::from(!value.has_unknown() && value.value_word(0) == u64::from(byte));\n                    \
                 }}\n                }}\n                \
                 timer(20 * bit).await;\n                Ok(())\n            }})\n            .await?;\n            \
                 let at = matches.iter().position(|count| *count == 3);\n            \
                 found = at.map(|at| (cycles, outputs[at].0));\n        }}\n",
                outputs.join(", "),
                rx.field
            );
        }
        let _ = write!(
            text,
            "        let begun = now();\n        \
             while (1..40).contains(&seen.get().0) && now().since(begun) < 5.ms() {{\n            \
             timer(100.us()).await;\n        }}\n        \
             if seen.get().0 > 0 {{\n            \
             report += &format!(\"{plain} {{}}\\n\", seen.get().1);\n        \
             }} else if let Some((cycles, output)) = found {{\n            \
             report += &format!(\"{plain} {{}} {{output}}\\n\", u128::from(cycles) * 10_000_000);\n        }}\n"
        );
        if serial.pin("tx").is_some()
            && let Some(rx) = serial.pin("rx")
        {
            text += &parities(plain, &rx.field);
        }
    }
    let _ = write!(
        text,
        "        std::fs::write(format!(\"{{}}/{{}}\", {folder:?}, std::process::id()), report)?;\n        \
         bail!(\"seen\");\n"
    );
    text
}

/// Statements that send with each parity and note the one at which most comes back. A design that answers drops what
/// has the wrong parity: of these bytes all or a half, so that what is left breaks no rule of any parity.
fn parities(plain: &str, rx: &str) -> String {
    let formats = PARITIES.map(|parity| format!("uart::Format::bit_time(bit){parity}"));
    format!(
        "        if seen.get().0 > 0 {{\n            \
         let bit = u64::try_from(seen.get().1 / 1000)? * 1.ps();\n            \
         let formats = [{}];\n            \
         let mut counts = formats.each_ref().map(|_| 0);\n            \
         for (format, count) in formats.iter().zip(&mut counts) {{\n                \
         let before = seen.get().0;\n                \
         scope(async |tm| {{\n                    \
         let line = uart::Transmitter::new(&dut.ports.{rx}, format).start(tm);\n                    \
         for byte in [0x55_u8, 0x15, 0x33, 0x2a, 0xaa, 0x25] {{\n                        \
         line.send(byte).await?.sent().await?;\n                        \
         timer(30 * bit).await;\n                    \
         }}\n                    \
         Ok(())\n                \
         }})\n                \
         .await?;\n                \
         *count = seen.get().0 - before;\n            \
         }}\n            \
         let most = counts.iter().max().unwrap();\n            \
         let others = counts.iter().filter(|count| *count * 4 <= most * 3).count();\n            \
         let at = counts.iter().position(|count| count == most).unwrap();\n            \
         if others == 2 {{\n                \
         report += &format!(\"{PARITY} {plain} {{at}}\\n\");\n            \
         }}\n        }}\n",
        formats.join(", ")
    )
}

/// Before the name of a UART, in what a survey writes: no name has the colon.
const PARITY: &str = "parity:";

/// Clocks a bit that UARTs are often set to.
const CANDIDATES: [u64; 28] = [
    4, 8, 10, 16, 20, 25, 27, 32, 50, 54, 64, 87, 100, 104, 128, 163, 174, 200, 217, 234, 256, 326,
    434, 868, 1302, 2604, 5208, 10416,
];

/// The functions that the statements of [`survey`] use.
pub(super) const PULSES: &str = "
/// The shortest time for which a line keeps its level, and how often it has changed.
async fn pulses(line: Signal<LogicVec>, seen: std::rc::Rc<std::cell::Cell<(u32, u128)>>) -> Result {
    line.changed().await;
    loop {
        let begun = now();
        line.changed().await;
        let (count, shortest) = seen.get();
        let pulse = now().since(begun).femtoseconds();
        seen.set((count + 1, shortest.min(pulse)));
    }
}
";

/// The UARTs, whose rates are not in their names.
pub(super) fn uarts<'s, 'a>(serials: &'s [Serial<'a>]) -> impl Iterator<Item = &'s Serial<'a>> {
    serials.iter().filter(|it| it.kind == SerialKind::Uart)
}

/// Takes the rates from what a survey has written, where all simulators say the same.
pub(super) fn read(serials: &mut [Serial<'_>], texts: &[String]) {
    for serial in serials {
        let name = serial.plain_field().to_owned();
        let lines = || texts.iter().flat_map(|text| text.lines());
        let parity = lines().find_map(|line| {
            let (of, at) = line.strip_prefix(PARITY)?.trim_start().split_once(' ')?;
            at.parse().ok().filter(|_| of == name)
        });
        let mut rates = lines().filter_map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                [of, bit] if of == name => Some(Rate::Pulse(bit.parse().ok()?)),
                [of, bit, output] if of == name => {
                    Some(Rate::Received(bit.parse().ok()?, output.to_owned()))
                }
                _ => None,
            }
        });
        let first = rates.next().unwrap_or_default();
        if rates.all(|rate| rate == first) {
            serial.rate = first;
        }
        serial.setting = parity
            .filter(|setting| *setting < serial.settings())
            .unwrap_or_default();
    }
}
