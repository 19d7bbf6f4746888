//! Components at the serial lines of a new crate's design.

use std::fmt::Write as _;

use super::parts::{Form, NOTHING_CAME_OUT, Parts};
use super::ports::{plain, split};
use super::serial::uart::PARITIES;
use super::serial::{Rate, Serial, SerialKind};
use super::statements::{random, set};
use crate::source::Port;

/// The assumed rate of a line that has not shown its own.
const BAUD: &str = "115_200";

/// Fields of the test's struct, for the pins of a bus.
pub(super) fn fields(serial: &Serial<'_>) -> String {
    let (plain, module) = (serial.plain_field(), serial.kind.module());
    let kind = serial.kind.name();
    match (serial.kind, serial.prefix()) {
        // The components are given the lines themselves.
        (SerialKind::Uart, _) => String::new(),
        (_, Some(prefix)) => {
            let pins = pins_type(serial.kind);
            format!(
                "    /// {kind}.\n    #[dut(prefix = {prefix:?})]\n    {}: {module}::{pins},\n",
                serial.field
            )
        }
        (_, None) => {
            let field = |(pin, port): &(&str, &Port<'_>)| {
                let value = match *pin {
                    "cs_n" | "mosi" | "miso" => "LogicVec",
                    _ => "Logic",
                };
                format!(
                    "    /// {kind}.\n    #[dut(path = {:?})]\n    {plain}_{pin}: Signal<{value}>,\n",
                    port.object.name
                )
            };
            serial.pins.iter().map(field).collect()
        }
    }
}

fn pins_type(kind: SerialKind) -> &'static str {
    match kind {
        SerialKind::I2c => "Pins",
        _ => "Signals",
    }
}

/// Statements, with the design in reset, about inputs that must not be 0.
pub(super) fn before_release(parts: &Parts<'_>) -> String {
    let mut lines = String::new();
    for (pin, port) in parts.serials.iter().flat_map(|it| &it.pins) {
        let level = match *pin {
            "rx" | "cs_n" | "scl_i" | "sda_i" | "cts" => "true",
            "cts_n" => "false",
            _ => continue,
        };
        if port.object.is_input() && port.value_type == "bool" {
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "    dut.ports.{}.set({level});", port.field);
        }
    }
    let mut text = String::new();
    if !lines.is_empty() {
        text += "    // Lines as they are when nothing goes over them.\n";
        text += &lines;
    }
    for port in free_inputs(parts).filter(|port| is_divisor(port)) {
        let Some(value) = divisor(parts, port) else {
            continue;
        };
        let _ = write!(
            text,
            "    // Choose what the design is to divide its clock by.\n    dut.ports.{}.set({value});\n",
            port.field
        );
    }
    text
}

/// Inputs on no bus and no line.
fn free_inputs<'p, 'a>(parts: &'p Parts<'a>) -> impl Iterator<Item = &'a Port<'a>> + use<'p, 'a> {
    parts.free.iter().copied().filter(|port| {
        port.object.is_input()
            && port.dimensions == 0
            && !parts.serials.iter().any(|serial| serial.has(port))
            && !parts.buses.iter().any(|bus| bus.has(port))
    })
}

fn has_word(port: &Port<'_>, known: &[&str]) -> bool {
    let words = split(&port.object.name);
    words
        .iter()
        .any(|word| known.contains(&plain(word).as_str()))
}

fn is_divisor(port: &Port<'_>) -> bool {
    let known = [
        "prescale",
        "prescaler",
        "divisor",
        "divider",
        "div",
        "clkdiv",
        "bauddiv",
        "dvsr",
        "baudrate",
    ];
    has_word(port, &known) && port.width() > 1
}

/// The divider of a bus's clock, as slow as the bus requires, at 10 ns.
fn divisor(parts: &Parts<'_>, port: &Port<'_>) -> Option<u128> {
    let is_i2c = |serial: &Serial<'_>| serial.kind == SerialKind::I2c;
    let wanted = if parts.serials.iter().any(is_i2c) {
        63
    } else {
        4
    };
    let most = 1_u128.checked_shl(port.width())?.checked_sub(1)?;
    let is_number = port.value_type.starts_with('u');
    is_number.then(|| wanted.min(most))
}

/// The inputs that start a design: their names show that they are not settings.
fn beginners<'a>(parts: &Parts<'a>) -> Vec<&'a Port<'a>> {
    const BEGIN: [&str; 33] = [
        "d", "data", "din", "dat", "byte", "word", "start", "send", "valid", "vld", "dv", "wr",
        "we", "write", "load", "req", "go", "trig", "trigger", "begin", "en", "ena", "enable",
        "strobe", "stb", "addr", "address", "rw", "cmd", "command", "char", "transmit", "newd",
    ];
    const SETTINGS: [&str; 16] = [
        "mode", "cpol", "cpha", "cfg", "config", "parity", "baud", "loop", "loopback", "bits",
        "stop", "width", "len", "test", "scan", "break",
    ];
    let begins = |port: &&Port<'_>| {
        has_word(port, &BEGIN) && !has_word(port, &SETTINGS) && !is_divisor(port)
    };
    let ports = free_inputs(parts).filter(begins);
    ports.filter(|port| random(port).is_some()).collect()
}

/// Statements that give random values to the inputs that make the design begin.
pub(super) fn inputs(parts: &Parts<'_>, cycle: &str) -> String {
    let ports = beginners(parts);
    if ports.is_empty() || !parts.serials.iter().any(Serial::begins) {
        return String::new();
    }
    let mut sets = String::new();
    for port in ports {
        let text = set(port, random(port));
        let text = text.trim_start().replacen("dut.", "ports.", 1);
        // Writing to a string cannot fail.
        let _ = write!(sets, "                {text}");
    }
    format!(
        "        // Choose what makes the design begin: here these inputs have random values.\n        \
         let (ports, mut rng) = (dut.ports, test.rng_named(\"inputs\"));\n        \
         tm.background(\"inputs\", async move {{\n            loop {{\n{sets}{cycle}            }}\n        \
         }});\n\n"
    )
}

/// Whether anything of it is drawn.
pub(super) fn draws(parts: &Parts<'_>) -> bool {
    let drawn = |serial: &Serial<'_>| match serial.kind {
        SerialKind::Uart => serial.pin("rx").is_some(),
        SerialKind::Spi => serial.begins(),
        SerialKind::I2c => !serial.begins(),
    };
    parts.serials.iter().any(drawn)
        || (parts.serials.iter().any(Serial::begins) && !beginners(parts).is_empty())
}

/// Whether a task of it ends by itself.
pub(super) fn has_traffic(serial: &Serial<'_>) -> bool {
    match serial.kind {
        SerialKind::Uart => serial.pin("rx").is_some(),
        _ => !serial.begins(),
    }
}

/// The statements that start the components.
pub(super) fn components(serial: &Serial<'_>, parts: &Parts<'_>) -> String {
    match serial.kind {
        SerialKind::Uart => uart(serial, parts),
        SerialKind::Spi => spi(serial),
        SerialKind::I2c => i2c(serial),
    }
}

/// What must have happened when the traffic has ended.
pub(super) fn end(serial: &Serial<'_>, form: &Form) -> String {
    let plain = serial.plain_field();
    let came = match (serial.kind, has_traffic(serial)) {
        (SerialKind::Uart, _) if serial.pin("tx").is_none() => return String::new(),
        (SerialKind::Uart, _) => format!("!{plain}_seen.is_empty()"),
        (_, true) => format!("{plain}_traffic.await?"),
        (_, false) => format!("!{plain}_seen.is_empty()"),
    };
    let missing = match serial.kind {
        SerialKind::I2c if has_traffic(serial) => {
            format!("I2C: no address is acknowledged on `{plain}`")
        }
        _ => format!("{NOTHING_CAME_OUT} `{plain}`"),
    };
    match form {
        Form::Checked => format!("        ensure!({came}, \"{missing}\");\n"),
        _ => format!(
            "        if !({came}) {{\n            log::warn!(\"{missing}: that is not checked\");\n        }}\n"
        ),
    }
}

/// The time of a bit, in femtoseconds: of a rate that is not known that of [`BAUD`].
fn bit(serial: &Serial<'_>) -> u128 {
    match serial.rate {
        Rate::Unknown => 1_000_000_000_000_000 / 115_200,
        Rate::Pulse(bit) | Rate::Received(bit, _) => bit,
    }
}

/// For how long a test of these lines may last, in milliseconds.
pub(super) fn milliseconds(parts: &Parts<'_>) -> u128 {
    let uarts = parts
        .serials
        .iter()
        .filter(|it| it.kind == SerialKind::Uart);
    // All that the test sends, and what other buses have a UART send.
    let longest = uarts
        .map(|serial| bit(serial) * 2000 / 1_000_000_000_000)
        .max();
    10 * (1 + longest.unwrap_or(0).div_ceil(10))
}

/// A wait until what is inside the design has come out; none of a design without a UART.
pub(super) fn last_wait(parts: &Parts<'_>) -> Option<String> {
    let uarts = parts
        .serials
        .iter()
        .filter(|it| it.begins() && it.kind == SerialKind::Uart);
    let longest = uarts.map(bit).max()?;
    Some(duration(60 * longest))
}

/// A duration as Rust has it.
fn duration(femtoseconds: u128) -> String {
    for (factor, unit) in [(1_000_000_000, "us"), (1_000_000, "ns"), (1000, "ps")] {
        if femtoseconds.is_multiple_of(factor) {
            return format!("{}.{unit}()", femtoseconds / factor);
        }
    }
    format!("{femtoseconds}.fs()")
}

fn uart(serial: &Serial<'_>, parts: &Parts<'_>) -> String {
    let plain = serial.plain_field();
    let (rate, known) = match &serial.rate {
        Rate::Unknown => (
            format!("baud({BAUD})"),
            "Nothing has shown them when this crate was made.",
        ),
        Rate::Pulse(bit) => (
            format!("bit_time({})", duration(*bit)),
            "A bit took so long when this crate was made.",
        ),
        Rate::Received(bit, _) => (
            format!("bit_time({})", duration(*bit)),
            "At this rate the design received what was sent when this crate was made.",
        ),
    };
    let mut text = format!(
        "        // `{plain}`: choose the rate and the format that the design is set to.\n        \
         // {known}\n        \
         let {plain}_format = uart::Format::{rate}{};\n",
        PARITIES[serial.setting]
    );
    let flow = |method: &str, low: &str, high: &str, rest: &str| {
        let (pin, level) = match (serial.pin(low), serial.pin(high)) {
            (Some(pin), _) => (pin, "low"),
            (None, Some(pin)) => (pin, "high"),
            (None, None) => return None,
        };
        Some(format!(".{method}_{level}(&dut.ports.{}{rest})", pin.field))
    };
    // Writing to a string cannot fail.
    if let Some(tx) = serial.pin("tx") {
        let line = format!("&dut.ports.{}, &{plain}_format", tx.field);
        let stops = flow("cts", "cts_n", "cts", "");
        let is_echo = serial.pin("rx").is_some() && beginners(parts).is_empty();
        let ignored = if is_echo {
            ""
        } else {
            "\n            // The design sends when it likes, the last as the test ends.\n            \
             .ignore(\"UART_ALL_DONE_EOS\")\n            "
        };
        let _ = writeln!(
            text,
            "        uart::Checker::new({line}){}{ignored}.start(tm);",
            stops.unwrap_or_default()
        );
        let reader = format!("uart::Receiver::new({line})");
        let _ = match flow("rts", "cts_n", "cts", ", 4") {
            None => writeln!(text, "        let {plain}_seen = {reader}.start(tm);"),
            Some(rts) => write!(
                text,
                "        let {plain}_seen = uart::Monitor::new({line}).start(tm).transfers();\n        \
                 let {plain}_receiver = {reader}{rts}.start(tm);\n        \
                 tm.background(\"{plain} reader\", async move {{\n            \
                 loop {{\n                {plain}_receiver.recv().await?;\n            }}\n        }});\n"
            ),
        };
    }
    if let Some(rx) = serial.pin("rx") {
        let waits = flow("cts", "rts_n", "rts", "").unwrap_or_default();
        let (ports, check) = match &serial.rate {
            Rate::Received(_, output) => (
                "let ports = dut.ports;\n        ",
                format!(
                    "let byte: u8 = rng.random();\n                \
                     {0}.send(byte).await?.sent().await?;\n                \
                     ports.{output}.expect(byte)?; // where it stood when this crate was made\n",
                    serial.field
                ),
            ),
            _ => (
                "",
                format!("{}.send(rng.random::<u8>()).await?;\n", serial.field),
            ),
        };
        let _ = write!(
            text,
            "        let {0} = uart::Transmitter::new(&dut.ports.{1}, &{plain}_format){waits}.start(tm);\n        \
             {ports}let mut rng = test.rng_named(\"{plain}\");\n        \
             tm.fork(\"{plain} traffic\", async move {{\n            \
             for _ in 0..TRANSFERS {{\n                {check}            }}\n            \
             {0}.all_sent().await?;\n            Ok(())\n        }});\n",
            serial.field, rx.field
        );
    }
    text + "\n"
}

/// The pins as the component has them; `all` are its optional ones.
fn pins(serial: &Serial<'_>, needed: &[&str], all: &[&str]) -> String {
    let plain = serial.plain_field();
    if serial.prefix().is_some() {
        return format!("dut.{}", serial.field);
    }
    let mut fields = String::new();
    for pin in needed {
        let _ = write!(fields, "{pin}: dut.{plain}_{pin}, ");
    }
    for pin in all {
        let _ = match serial.pin(pin) {
            Some(_) => write!(fields, "{pin}: Some(dut.{plain}_{pin}), "),
            None => write!(fields, "{pin}: None, "),
        };
    }
    let module = serial.kind.module();
    format!("{module}::{} {{ {fields}}}", pins_type(serial.kind))
}

fn spi(serial: &Serial<'_>) -> String {
    let plain = serial.plain_field();
    // The usual one first.
    let mode = [0, 3, 1, 2][serial.setting];
    let pins = pins(serial, &["sclk", "cs_n"], &["mosi", "miso"]);
    let mut text = format!(
        "        // `{plain}`: choose the mode and the bits of a word that the design is set to.\n        \
         let {plain}_format = spi::Format::new(spi::Mode::new({mode})).width(8);\n        \
         let {plain}_pins = {pins};\n"
    );
    let checker = format!("spi::Checker::new(&{plain}_pins, &{plain}_format)");
    // Writing to a string cannot fail.
    let _ = if serial.begins() {
        write!(
            text,
            "        {checker}\n            \
             // The design begins transfers when it likes, the last as the test ends.\n            \
             .ignore(\"SPI_ALL_DONE_EOS\")\n            .start(tm);\n        \
             let mut rng = test.rng_named(\"{plain}\");\n        \
             let answer = move |_: &[u64]| rng.random_range(0..256);\n        \
             spi::Peripheral::new(&{plain}_pins, &{plain}_format, answer).start(tm);\n        \
             let {plain}_seen = spi::Monitor::new(&{plain}_pins, &{plain}_format).start(tm).transfers();\n\n"
        )
    } else {
        write!(
            text,
            "        {checker}.start(tm);\n        \
             // Choose a period that suits the design: here 20 clocks of 10 ns.\n        \
             let {0} = spi::Controller::new(&{plain}_pins, &{plain}_format, 200.ns()).start(tm);\n        \
             // The same words in each run: others may read what was never written.\n        \
             let mut rng = TestRng::new(1);\n        \
             let {plain}_traffic = tm.fork(\"{plain} traffic\", async move {{\n            \
             let mut answered = false;\n            for _ in 0..TRANSFERS {{\n                \
             let words: Vec<u64> = (0..4).map(|_| rng.random_range(0..256)).collect();\n                \
             let answers = {0}.exchange(0, &words).await?;\n                \
             answered |= answers.iter().any(|answer| *answer != answers[0]);\n            }}\n            \
             Ok(answered)\n        }});\n\n",
            serial.field
        )
    };
    text
}

fn i2c(serial: &Serial<'_>) -> String {
    let plain = serial.plain_field();
    let timing = [
        "i2c::Timing::fast()",
        "i2c::Timing::fast()",
        "i2c::Timing::fast_plus()",
        "i2c::Timing::fast_plus().divided_by(10)",
    ][serial.setting];
    let pins = pins(
        serial,
        &[],
        &[
            "scl_i", "scl_o", "scl_t", "scl_oe", "scl", "sda_i", "sda_o", "sda_t", "sda_oe", "sda",
        ],
    );
    let ignored = if serial.begins() {
        "\n            // The design begins transfers when it likes, the last as the test ends.\n            \
         .ignore(\"I2C_ALL_DONE_EOS\")\n            "
    } else {
        ""
    };
    let mut text = format!(
        "        // `{plain}`: choose the timing that the design is made for.\n        \
         let {plain}_timing = {timing};\n        \
         let {plain}_bus = i2c::Bus::new(&{pins}).start(tm);\n        \
         i2c::Checker::new(&{plain}_bus, {plain}_timing){ignored}.start(tm);\n"
    );
    // Writing to a string cannot fail.
    let _ = if serial.begins() {
        write!(
            text,
            "        // Choose the addresses that the design wants to find targets at: here all.\n        \
             let {plain}_memory = Memory::sparse();\n        \
             for bits in 0x08..0x78 {{\n            \
             let (address, memory) = (i2c::Address::seven(bits), i2c::MemoryDevice::new(&{plain}_memory, 1));\n            \
             i2c::Target::new(&{plain}_bus, address, memory).start(tm);\n        }}\n        \
             let {plain}_seen = i2c::Monitor::new(&{plain}_bus).start(tm).transfers();\n\n"
        )
    } else {
        write!(
            text,
            "        let {0} = i2c::Controller::new(&{plain}_bus, {plain}_timing).start(tm);\n        \
             let mut rng = test.rng_named(\"{plain}\");\n        \
             let {plain}_traffic = tm.fork(\"{plain} traffic\", async move {{\n            \
             // Choose the address of the design: here the first that is acknowledged.\n            \
             for bits in 0x08..0x78 {{\n                \
             let address = i2c::Address::seven(bits);\n                \
             match {0}.write(address, &[]).await {{\n                    \
             Err(error) if error.is::<i2c::Refused>() => continue,\n                    \
             other => other?,\n                }}\n                \
             for _ in 0..TRANSFERS / 4 {{\n                    \
             let message = [0, rng.random(), rng.random()];\n                    \
             match {0}.write(address, &message).await {{\n                        \
             // It may not take every byte.\n                        \
             Err(error) if error.is::<i2c::Refused>() => {{}}\n                        \
             other => other?,\n                    }}\n                    \
             {0}.write_read(address, &[0], 2).await?;\n                }}\n                \
             return Ok(true);\n            }}\n            Ok(false)\n        }});\n\n",
            serial.field
        )
    };
    text
}

/// Options of the test: simulators that cannot hold an inout low.
pub(super) fn options(parts: &Parts<'_>) -> String {
    let is_net = |serial: &Serial<'_>| {
        serial.kind == SerialKind::I2c
            && (serial.pin("scl").is_some() || serial.pin("sda").is_some())
    };
    if parts.serials.iter().any(is_net) {
        "    skip(ghdl < 5, \"it does not release an inout\"),\n    \
         skip(verilator, \"it does not force an inout\"),\n"
            .to_owned()
    } else {
        String::new()
    }
}
