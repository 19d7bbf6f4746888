//! `src/buses.rs` of a new crate: components at the buses of its design, and traffic over them.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::buses::{Bus, Kind};
use super::first_test::{clocks, cycle_of, release};
use super::parts::{Form, NOTHING_CAME_OUT, Parts};
use super::serial::{Serial, SerialKind};
use super::serial_traffic as lines;
use super::statements::random;
use super::survey::{PULSES, survey};
use crate::object::{camel_case, escaped};
use crate::source::{Port, Written, free};

/// The name of its test.
pub(super) const TEST: &str = "buses::traffic";

/// The source of the module.
pub(super) fn traffic(written: &Written<'_>, parts: &Parts<'_>, form: &Form) -> String {
    let (name, buses) = (&written.name, &parts.buses);
    let mut modules: Vec<&str> = buses.iter().map(|bus| bus.kind.module()).collect();
    modules.extend(parts.serials.iter().map(|it| it.kind.module()));
    if !buses.is_empty() {
        modules.extend(["Clocked", "Pauses"]);
    }
    let answers = |bus: &Bus<'_>| !bus.into_design && !bus.kind.is_channel();
    let is_controller = |it: &Serial<'_>| it.kind == SerialKind::I2c && it.begins();
    if buses.iter().any(answers) || parts.serials.iter().any(is_controller) {
        modules.push("memory::Memory");
    }
    if buses.iter().any(carries_several) {
        modules.push("payload");
    }
    if buses
        .iter()
        .any(|bus| bus.kind == Kind::ValidReady && !carries_several(bus))
    {
        modules.push("Data");
    }
    modules.sort_unstable();
    modules.dedup();
    let allowed = match form {
        Form::Survey(_) => "#![allow(unused, unreachable_code, reason = \"it is replaced\")]\n\n",
        _ => "",
    };
    let mut text = format!(
        "//! Traffic over the buses of `{name}`: components drive them, and checkers know the rules of their\n\
         //! protocols.\n\n{allowed}use verifork::prelude::*;\nuse verifork_components::{{{}}};\n\n\
         use crate::dut;\n\n",
        modules.join(", ")
    );
    if has_traffic(parts) {
        text += "/// How much goes over each bus.\nconst TRANSFERS: u32 = 20;\n\n";
    }
    text += &structure(name, parts);
    for bus in buses.iter().filter(|bus| carries_several(bus)) {
        text += &payload(bus);
    }
    text += &test(written, parts, form);
    if matches!(form, Form::Survey(_)) {
        text += PULSES;
    }
    text
}

/// Whether the testbench sends or asks for something of its own accord.
fn has_traffic(parts: &Parts<'_>) -> bool {
    parts.buses.iter().any(|bus| bus.into_design) || parts.serials.iter().any(lines::has_traffic)
}

/// Whether a channel carries another thing than a signal `data`.
fn carries_several(bus: &Bus<'_>) -> bool {
    bus.kind == Kind::ValidReady && !bus.payload().map(|(name, _)| name).eq(["data"])
}

fn structure(name: &str, parts: &Parts<'_>) -> String {
    let mut text = format!(
        "/// The buses, each by the prefix of its signals.\n#[derive(Dut)]\nstruct Buses {{\n    \
         /// All ports, one by one.\n    #[dut(prefix = \"\")]\n    ports: dut::{name},\n"
    );
    for bus in &parts.buses {
        let way = if bus.into_design { "into" } else { "out of" };
        let signals = match (bus.kind, bus.payload().next()) {
            (Kind::ValidReady, _) if carries_several(bus) => {
                format!("valid_ready::Channel<{}Signals>", type_name(bus))
            }
            (Kind::ValidReady, Some((_, data))) => {
                format!("valid_ready::Channel<Data<{}>>", value_type(data))
            }
            (kind, _) => format!("{}::Signals", kind.module()),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "    /// {}, {way} the design.\n    #[dut(prefix = {:?})]\n    {}: {signals},\n",
            bus.kind.name(),
            bus.prefix,
            bus.field
        );
    }
    text.extend(parts.serials.iter().map(lines::fields));
    text + "}\n\n"
}

/// The prefix of the types of a channel's payload.
fn type_name(bus: &Bus<'_>) -> String {
    camel_case(plain(bus))
}

/// The field's name without a mark.
fn plain<'b>(bus: &'b Bus<'_>) -> &'b str {
    bus.field.trim_start_matches("r#")
}

fn value_type(port: &Port<'_>) -> String {
    if port.variants.is_empty() {
        port.value_type.clone()
    } else {
        format!("dut::{}", port.value_type)
    }
}

fn payload(bus: &Bus<'_>) -> String {
    let name = type_name(bus);
    let mut text = format!(
        "payload! {{\n    /// What `{}` carries.\n    struct {name}Payload: {name}Signals {{\n",
        plain(bus)
    );
    for (field, port) in bus.payload() {
        let _ = writeln!(text, "        {}: {},", escaped(field), value_type(port));
    }
    text + "    }\n}\n\n"
}

fn test(written: &Written<'_>, parts: &Parts<'_>, form: &Form) -> String {
    let buses = &parts.buses;
    let what = match form {
        Form::Checked if buses.iter().any(is_received) || !parts.serials.is_empty() => {
            "Random traffic comes through, and nobody breaks a rule of a protocol"
        }
        _ => "With random traffic nobody breaks a rule of a protocol",
    };
    let mut text = format!(
        "/// {what}.\n///\n\
         /// A starting point for a real test: a `Scoreboard` compares what comes out with what should.\n"
    );
    // Writing to a string cannot fail.
    let _ = match form {
        Form::Skipped(reason) => write!(
            text,
            "///\n/// It failed when this crate was made: take `skip` away once it has a design that passes, or\n\
             /// traffic that fits the design.\n\
             #[verifork::test(timeout = {}.ms(), skip = {:?})]\n",
            lines::milliseconds(parts),
            format!("when this crate was made: {reason}")
        ),
        Form::Survey(_) => writeln!(text, "#[verifork::test(timeout = 100.ms())]"),
        _ => match lines::options(parts).as_str() {
            "" => writeln!(
                text,
                "#[verifork::test(timeout = {}.ms())]",
                lines::milliseconds(parts)
            ),
            options => writeln!(
                text,
                "#[verifork::test(\n    timeout = {}.ms(),\n{options})]",
                lines::milliseconds(parts)
            ),
        },
    };
    let into = buses.iter().any(|bus| bus.into_design) || lines::draws(parts);
    let parameter = if into { ", test: Test" } else { "" };
    let ports = |text: String| text.replace("dut.", "dut.ports.");
    let _ = write!(
        text,
        "async fn traffic(dut: Buses{parameter}) -> Result {{\n{}    crate::reset(&dut.ports).await;\n{}{}",
        ports(clocks(written)),
        lines::before_release(parts),
        ports(release(written))
    );
    let groups = groups(buses);
    for (variable, bus) in &groups {
        let reset = bus.reset.map_or(String::new(), |(reset, active_low)| {
            let level = if active_low { "low" } else { "high" };
            format!(".reset_{level}(&dut.ports.{})", reset.field)
        });
        let _ = writeln!(
            text,
            "    let {variable} = Clocked::external(&dut.ports.{}){reset};",
            bus.clock.field
        );
    }
    text += "    scope(async |tm| {\n";
    let is_survey = matches!(form, Form::Survey(_));
    for bus in buses {
        let of = |group: &&(String, &Bus<'_>)| is_same_clock(group.1, bus);
        let clocked = groups.iter().find(of).map_or("clocked", |(it, _)| it);
        text += &components(bus, clocked, !is_survey);
    }
    text += &lines::inputs(parts, &format!("        {}", cycle_of(written)));
    if let Form::Survey(folder) = form {
        text += &survey(parts, folder);
    } else {
        let serials = parts.serials.iter();
        text.extend(serials.map(|it| lines::components(it, parts)));
        text += &end(parts, form, &groups);
    }
    text + "        Ok(())\n    })\n    .await?;\n    Ok(())\n}\n"
}

/// What must have happened when the traffic has ended.
fn end(parts: &Parts<'_>, form: &Form, groups: &[(String, &Bus<'_>)]) -> String {
    let mut text = String::new();
    if has_traffic(parts) {
        text += "        tm.join_all().await?;\n";
    }
    let wait = match (lines::last_wait(parts), groups.first()) {
        (Some(time), _) => format!("timer({time})"),
        (None, Some((clocked, _))) => format!("{clocked}.edges(200)"),
        (None, None) => "timer(50.us())".to_owned(),
    };
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "        {wait}.await; // what is still inside comes out"
    );
    for bus in parts.buses.iter().filter(|bus| is_received(bus)) {
        let (field, name) = (&bus.field, plain(bus));
        let _ = match form {
            Form::Checked => writeln!(
                text,
                "        ensure!(!{field}.is_empty(), \"{NOTHING_CAME_OUT} `{name}`\");"
            ),
            _ => writeln!(
                text,
                "        log::info!(\"{{}} came out of `{name}`: that is not checked\", {field}.len());"
            ),
        };
    }
    text.extend(parts.serials.iter().map(|it| lines::end(it, form)));
    text
}

/// Whether a sink keeps what comes over it.
fn is_received(bus: &Bus<'_>) -> bool {
    !bus.into_design && bus.kind.is_channel()
}

fn is_same_clock(a: &Bus<'_>, b: &Bus<'_>) -> bool {
    let reset = |bus: &Bus<'_>| bus.reset.map(|(it, _)| it.field.clone());
    a.clock.field == b.clock.field && reset(a) == reset(b)
}

/// The variables of clocks and resets that belong together, each with a bus that they are of.
fn groups<'b, 'a>(buses: &'b [Bus<'a>]) -> Vec<(String, &'b Bus<'a>)> {
    let mut groups: Vec<(String, &Bus<'_>)> = Vec::new();
    for bus in buses {
        if !groups.iter().any(|(_, known)| is_same_clock(known, bus)) {
            groups.push((String::new(), bus));
        }
    }
    let several = groups.len() > 1;
    let mut names = HashSet::new();
    for (variable, bus) in &mut groups {
        let base = if several {
            format!("clocked_{}", bus.clock.field.trim_start_matches("r#"))
        } else {
            "clocked".to_owned()
        };
        *variable = free(&base, "_", &mut names);
    }
    groups
}

/// The statements that start the components of a bus.
fn components(bus: &Bus<'_>, clocked: &str, is_checked: bool) -> String {
    let (module, field, name) = (bus.kind.module(), &bus.field, plain(bus));
    // With STALL it is presumably pipelined.
    let mode = if bus.is_standard { ".classic()" } else { "" };
    let signals = format!("dut.{field}{mode}");
    let start = format!(
        "\n            .pauses(&Pauses::random(0.2))\n            .start(tm, &{clocked});\n"
    );
    let what = match (bus.kind.is_channel(), bus.into_design) {
        (true, true) => "a source sends",
        (true, false) => "a sink receives, and stalls at times",
        (_, true) => "a manager writes and reads",
        (_, false) => "a memory answers the design",
    };
    let checker = if bus.into_design {
        format!("{module}::Checker::new(&{signals}).start(tm, &{clocked});\n")
    } else {
        let ignored = at_end(bus.kind)
            .iter()
            .map(|rule| format!("            .ignore({rule:?})\n"));
        let (start, ignored): (_, String) =
            (format!(".start(tm, &{clocked});\n"), ignored.collect());
        match ignored.as_str() {
            "" => format!("{module}::Checker::new(&{signals}){start}"),
            _ => format!(
                "{module}::Checker::new(&{signals})\n            \
                 // The design begins transfers when it likes, the last as the test ends.\n\
                 {ignored}            {start}"
            ),
        }
    };
    let checker = if is_checked { checker } else { String::new() };
    let mut text = format!("        // `{name}`: {what}.\n        {checker}");
    let component = match (bus.kind.is_channel(), bus.into_design) {
        (true, true) => "Source",
        (true, false) => "Sink",
        (_, true) => "Manager",
        (_, false) => {
            let _ = writeln!(
                text,
                "        {module}::Subordinate::new(&{signals}, &Memory::sparse()){start}"
            );
            return text;
        }
    };
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "        let {field} = {module}::{component}::new(&{signals}){start}"
    );
    if bus.into_design {
        let _ = write!(
            text,
            "        let mut rng = test.rng_named(\"{name}\");\n        \
             tm.fork(\"{name} traffic\", async move {{\n            \
             for _ in 0..TRANSFERS {{\n{}            }}\n{}            Ok(())\n        }});\n",
            transfer(bus),
            if component == "Source" {
                format!("            {field}.all_sent().await?;\n")
            } else {
                String::new()
            }
        );
    }
    text + "\n"
}

/// The rules about what is under way when the test ends.
fn at_end(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::AxiStream => &["AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS"],
        Kind::Axi => &[
            "AXI4_ERRS_BRESP_ALL_DONE_EOS",
            "AXI4_ERRS_RLAST_ALL_DONE_EOS",
        ],
        Kind::Wishbone => &["WB_ALL_DONE_EOS"],
        Kind::Ahb => &["AHB_ERRS_ALL_DONE_EOS"],
        Kind::AxiLite => &[
            "AXI4LITE_ERRS_BRESP_ALL_DONE_EOS",
            "AXI4LITE_ERRS_RDATA_ALL_DONE_EOS",
        ],
        Kind::Apb => &["APB_ERRS_ALL_DONE_EOS"],
        Kind::ValidReady => &[],
    }
}

/// The statements of one transfer into the design.
fn transfer(bus: &Bus<'_>) -> String {
    let field = &bus.field;
    match bus.kind {
        Kind::AxiStream => {
            let bytes = bus.width("tdata") / 8;
            let length = if bytes == 1 {
                "rng.random_range(1..=4)".to_owned()
            } else {
                format!("{bytes} * rng.random_range(1..=4)")
            };
            format!(
                "                let mut bytes = vec![0; {length}];\n                \
                 rng.fill_bytes(&mut bytes);\n                \
                 {field}.send(axi_stream::Frame::new(bytes)).await?;\n"
            )
        }
        Kind::AxiLite => {
            let bytes = bus.width("wdata") / 8;
            let data = if bytes == 8 {
                "rng.random()"
            } else {
                "rng.random_range(0..1 << 32)"
            };
            format!(
                "{}                \
                 {field}.write_response(address, {data}, {:#x}).await?;\n                \
                 {field}.read_response(address).await?;\n",
                address(bytes, bus.width("awaddr").min(bus.width("araddr"))),
                (1u32 << bytes) - 1
            )
        }
        Kind::Axi => {
            let bytes = bus.width("wdata") / 8;
            // Four beats that begin at a multiple of this many bytes do not cross 4 KB.
            format!(
                "{}                \
                 let burst = axi::Burst::incr(address, rng.random_range(1..=4), {bytes});\n                \
                 let mut bytes = vec![0; burst.data_bytes()];\n                \
                 rng.fill_bytes(&mut bytes);\n                \
                 {field}.write_burst(burst.clone(), bytes).await?;\n                \
                 {field}.read_burst(burst).await?;\n",
                address(4 * bytes, bus.width("awaddr"))
            )
        }
        Kind::Wishbone | Kind::Ahb => {
            let module = bus.kind.module();
            let (data, address_bits) = match bus.kind {
                Kind::Ahb => ("hwdata", "haddr"),
                _ => ("dat_w", "adr"),
            };
            let bits = bus.width(data);
            let (drawn, data) = match bits {
                65.. => (
                    format!(
                        "                let mut bytes = [0; {}];\n                \
                         rng.fill_bytes(&mut bytes);\n",
                        bits / 8
                    ),
                    format!("{module}::Word::from_le_bytes(&bytes)"),
                ),
                64 => (String::new(), "rng.random::<u64>()".to_owned()),
                _ => (
                    String::new(),
                    format!("rng.random_range(0..1_u64 << {bits})"),
                ),
            };
            format!(
                "{}{drawn}                \
                 {field}.access({module}::Request::write(address, {data})).await?;\n                \
                 {field}.access({module}::Request::read(address)).await?;\n",
                address(bits / 8, bus.width(address_bits))
            )
        }
        Kind::Apb => {
            let bits = bus.width("pwdata");
            let data = if bits == 32 {
                "rng.random()".to_owned()
            } else {
                format!("rng.random_range(0..1 << {bits})")
            };
            format!(
                "{}                \
                 {field}.access(apb::Request::write(address, {data})).await?;\n                \
                 {field}.access(apb::Request::read(address)).await?;\n",
                address(bits / 8, bus.width("paddr"))
            )
        }
        Kind::ValidReady => {
            let mut values = bus.payload().map(|(name, port)| (name, value(port)));
            let value = if carries_several(bus) {
                let fields: Vec<String> = values
                    .map(|(name, it)| format!("{}: {it}", escaped(name)))
                    .collect();
                format!("{}Payload {{ {} }}", type_name(bus), fields.join(", "))
            } else {
                values.next().map_or_else(String::new, |(_, it)| it)
            };
            format!("                {field}.send({value}).await?;\n")
        }
    }
}

/// A statement that draws the address of one of the first words.
fn address(bytes: u32, bits: u32) -> String {
    // 64 words are more than most have registers.
    let words = 1u64 << bits.saturating_sub(bytes.ilog2()).min(6);
    let factor = if bytes == 1 {
        String::new()
    } else {
        format!("{bytes} * ")
    };
    format!("                let address = {factor}rng.random_range(0..{words});\n")
}

/// A random value of a port, or a valid one.
fn value(port: &Port<'_>) -> String {
    if let Some(random) = random(port) {
        return random;
    }
    match (port.variants.first(), port.value_type.as_str()) {
        (Some(first), _) => format!("dut::{first}"),
        (None, "LogicVec") => format!("LogicVec::random({}, &mut rng)", port.width()),
        (None, _) => "0".to_owned(),
    }
}
