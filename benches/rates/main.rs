//! What an event costs on a simulator, beside the same work done by a plugin in C, or by a testbench in C++
//! on Verilator's model; and, on Icarus, whether memory stays flat over ten million events.
//!
//! ```text
//! cargo bench -p verifork --bench rates -- [--sim NAME] [--count N] [--rounds N] [--memory N] [--peers]
//!     [--write] [NAME…]
//! ```
//!
//! `--sim`: `icarus` (the default), `ghdl`, `nvc` or `verilator`. `--count` events a run (300000;
//! 3000000 on Verilator), `--rounds` runs of each contender, in turns (7), `--memory` rounds of each check
//! of the memory (10000000; 0 for none), `--peers` with cocotb and rustdv, and names choose what
//! runs. `--write` updates the table in `docs/performance.md`, or with names only their rows. Nothing here judges
//! the rates; memory that grows fails, and so do contenders that do not read the same values.

#[path = "../../tests/common/mod.rs"]
mod common;
// The processor's program is assembled by its testbench.
#[path = "../../examples/rv32i/src/isa.rs"]
#[allow(dead_code, reason = "the testbench uses all of it")]
mod isa;
#[path = "../../examples/rv32i/src/program.rs"]
#[allow(dead_code, reason = "the testbench uses all of it")]
mod program;
#[path = "../peers/python.rs"]
mod python;

mod c;
mod contender;
mod ghdl;
mod icarus;
mod nvc;
mod peers;
mod table;
mod verilator;
mod vhdl;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use common::{find_tool, release_plugin, run};
use contender::{Rates, Work, number};
use table::Section;

const MEMORY: [&str; 7] = [
    "memory::edges",
    "memory::timers",
    "memory::forks",
    "memory::forks_left_alone",
    "memory::scopes",
    "memory::limits_that_are_not_reached",
    "memory::races",
];

#[derive(Clone, Copy, PartialEq)]
enum Simulator {
    Icarus,
    Ghdl,
    Nvc,
    Verilator,
}

struct Settings {
    simulator: Simulator,
    count: u64,
    rounds: usize,
    memory: u64,
    peers: bool,
    write: bool,
    names: Vec<String>,
}

impl Settings {
    /// `None` if this is no `cargo bench`, or it is not understood.
    fn read() -> Option<Settings> {
        let mut settings = Settings {
            simulator: Simulator::Icarus,
            count: 0,
            rounds: 7,
            memory: 10_000_000,
            peers: false,
            write: false,
            names: vec![],
        };
        let mut is_bench = false;
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || arguments.next()?.parse::<u64>().ok();
            match &*argument {
                "--bench" => is_bench = true,
                "--count" => settings.count = number()?,
                "--rounds" => settings.rounds = usize::try_from(number()?).ok()?.max(1),
                "--memory" => settings.memory = number()?,
                "--peers" => settings.peers = true,
                "--write" => settings.write = true,
                "--sim" => {
                    settings.simulator = match &*arguments.next()? {
                        "icarus" => Simulator::Icarus,
                        "ghdl" => Simulator::Ghdl,
                        "nvc" => Simulator::Nvc,
                        "verilator" => Simulator::Verilator,
                        _ => return None,
                    }
                }
                option if option.starts_with('-') => return None,
                name => settings.names.push(name.to_owned()),
            }
        }
        if settings.count == 0 {
            settings.count = match settings.simulator {
                Simulator::Verilator => 3_000_000,
                _ => 300_000,
            };
        }
        is_bench.then_some(settings)
    }

    fn wants(&self, bench: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| bench.contains(&**name))
    }
}

/// Our plugin, and where others go.
struct Plugins {
    ours: PathBuf,
    folder: PathBuf,
}

/// Has our plugin run one test.
fn prepare(command: &mut Command, test: &str) {
    common::without_settings(command);
    command
        .env("VERIFORK_FILTER", format!("={test}"))
        .env("VERIFORK_LOG", "warn")
        .env("VERIFORK_WALL_TIMEOUT", "off");
}

/// The words of the processor's program, a line each.
fn isa_program() -> String {
    let mut text = String::new();
    for word in program::words() {
        _ = writeln!(text, "{word:08x}");
    }
    text
}

fn first_line(file: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    let (_, value) = line.split_once([':', '='])?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What the rates were measured on.
fn machine() -> String {
    let of = |mut command: Command, argument: &str| {
        command.arg(argument);
        let output = run(command).output;
        output.lines().next().unwrap_or_default().to_owned()
    };
    format!(
        "{}, {} processors; {}; {}; {}",
        first_line("/proc/cpuinfo", "model name").unwrap_or_default(),
        std::thread::available_parallelism().map_or(0, usize::from),
        first_line("/etc/os-release", "PRETTY_NAME").unwrap_or_default(),
        of(Command::new("rustc"), "--version"),
        of(Command::new("cc"), "--version"),
    )
}

/// Measures works on a simulator, prints what came out, and brings the page up to date.
fn measure(
    place: &str,
    version: &str,
    works: Vec<Work>,
    settings: &Settings,
) -> Vec<(Work, Vec<Rates>)> {
    println!("{version}\n{}", machine());
    let before = load();
    let (count, rounds) = (settings.count, settings.rounds);
    let works: Vec<_> = works
        .into_iter()
        .filter(|work| settings.wants(&work.name))
        .map(|work| {
            let rates = work.measure(count, rounds);
            println!("{}", table::markdown(&table::rows(&work, &rates)));
            (work, rates)
        })
        .collect();
    let rows: Vec<_> = works
        .iter()
        .flat_map(|(work, rates)| table::rows(work, rates))
        .collect();
    let how = format!(
        "{count} events a run, {rounds} runs in turns, load {before} before, {} after.",
        load()
    );
    let watching = verilator::watching(&works);
    let mut measured = Section {
        rows,
        notes: vec![format!("{version}; {how}")],
    };
    measured.notes.extend(watching.clone());
    println!("\n{}", measured.text());
    if settings.write {
        let peers = if settings.peers { "-peers" } else { "" };
        let place = format!("{place}{peers}");
        if settings.names.is_empty() {
            table::write(&place, &measured.text());
            table::write("machine", &machine());
        } else {
            let mut section = Section::parse(&table::read(&place));
            assert!(
                section
                    .notes
                    .first()
                    .is_some_and(|note| note.starts_with(version)),
                "the table was measured on another version: measure all of it, without names"
            );
            for (work, rates) in &works {
                section.replace(table::rows(work, rates));
                section.note(&format!("Of {}: ", work.name), &how);
            }
            if let Some(watching) = watching {
                section.note(verilator::TO_WATCH, &watching[verilator::TO_WATCH.len()..]);
            }
            table::write(&place, &section.text());
        }
    }
    works
}

/// `false` if memory grew.
fn memory(stand: &icarus::Stand, settings: &Settings) -> bool {
    let mut flat = true;
    println!("\nresident memory in KiB, {} rounds", settings.memory);
    println!("check                                  at 10 %   at the end");
    for check in MEMORY.into_iter().filter(|check| settings.wants(check)) {
        let run = stand.run(check, settings.memory);
        let (early, late): (u64, u64) = (
            number(&run, "kib_at_10_percent"),
            number(&run, "kib_at_end"),
        );
        let passed = run.status == Some(0);
        flat &= passed;
        let verdict = if passed { "" } else { "   GROWS" };
        println!("{check:<36} {early:>9} {late:>12}{verdict}");
    }
    flat
}

fn main() -> ExitCode {
    let Some(settings) = Settings::read() else {
        println!("see the head of benches/rates/main.rs: it is run by `cargo bench --bench rates`");
        return ExitCode::SUCCESS;
    };
    let missing = match settings.simulator {
        Simulator::Icarus => icarus::missing(),
        Simulator::Ghdl => ghdl::missing(),
        Simulator::Nvc => nvc::missing(),
        Simulator::Verilator => verilator::missing(),
    };
    if let Some(tool) = missing.or_else(|| find_tool("cc").is_none().then_some("cc")) {
        println!("skipped: `{tool}` is not installed");
        return ExitCode::SUCCESS;
    }
    let scratch = tempfile::tempdir().expect("a folder");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = match settings.simulator {
        Simulator::Verilator => verilator::folder(target),
        _ => scratch.path().to_owned(),
    };
    fs::create_dir_all(&folder).expect("a folder");
    let plugins = Plugins {
        ours: release_plugin("bench_tb"),
        folder,
    };
    let peers = settings
        .peers
        .then(|| peers::Peers::new(&target.join("peers")));
    let peers = peers.as_ref();
    let mut flat = true;
    match settings.simulator {
        Simulator::Icarus => {
            let stand = icarus::Stand::new(&plugins);
            let works = icarus::works(&stand, peers);
            measure("icarus", &icarus::version(), works, &settings);
            flat = settings.memory == 0 || memory(&stand, &settings);
        }
        Simulator::Ghdl => {
            for stand in ghdl::Stand::all(&plugins) {
                let works = vhdl::works(&stand, peers);
                measure(stand.name(), &stand.version(), works, &settings);
            }
        }
        Simulator::Nvc => {
            let works = vhdl::works(&nvc::Stand::new(&plugins), peers);
            measure("nvc", &nvc::version(), works, &settings);
        }
        Simulator::Verilator => {
            let works = verilator::works(&verilator::Stand::new(&plugins), peers, &settings);
            let version = verilator::version();
            measure("verilator", &version, works, &settings);
        }
    }
    if flat {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
