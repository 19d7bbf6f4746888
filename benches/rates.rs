//! What an event costs on Icarus Verilog, beside a plugin in C that does the same; and whether
//! memory stays flat over ten million events.
//!
//! ```text
//! cargo bench -p verifork --bench rates -- [--count N] [--rounds N] [--memory N] [NAME…]
//! ```
//!
//! `--count` events a run (300000), `--rounds` runs of each plugin, in turns (7), `--memory`
//! rounds of each check of the memory (10000000; 0 for none), and names that choose what runs.
//! Nothing here has an opinion on the rates; memory that grows fails.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use common::{Icarus, find_tool, release_plugin, root, run};

/// The benches that have a twin in C, with the design that each runs on.
const TWINS: [(&str, Design); 6] = [
    ("timer", Design::PluginClock),
    ("edge", Design::PluginClock),
    ("tb_cycle", Design::PluginClock),
    ("design_edge", Design::DesignClock),
    ("words_written", Design::PluginClock),
    ("words_read", Design::PluginClock),
];

/// Those that C has nothing to compare with.
const ALONE: [&str; 3] = ["edge_with_timeout", "queue_ping_pong", "fork_and_join"];

const MEMORY: [&str; 7] = [
    "memory::edges",
    "memory::timers",
    "memory::forks",
    "memory::forks_left_alone",
    "memory::scopes",
    "memory::limits_that_are_not_reached",
    "memory::races",
];

#[derive(Clone, Copy)]
enum Design {
    PluginClock,
    DesignClock,
}

struct Settings {
    count: u64,
    rounds: usize,
    memory: u64,
    names: Vec<String>,
}

impl Settings {
    /// `None` if this is no `cargo bench`, or it is not understood.
    fn read() -> Option<Settings> {
        let mut settings = Settings {
            count: 300_000,
            rounds: 7,
            memory: 10_000_000,
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
                option if option.starts_with('-') => return None,
                name => settings.names.push(name.to_owned()),
            }
        }
        is_bench.then_some(settings)
    }

    fn wants(&self, bench: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|name| bench.contains(&**name))
    }
}

/// Both plugins and both designs.
struct Setup {
    plugin: PathBuf,
    plugin_clock: Icarus,
    design_clock: Icarus,
}

impl Setup {
    fn new() -> Setup {
        let compile = |file| Icarus::compile::<&str>("bench", &[file], &[]);
        let setup = Setup {
            plugin: release_plugin("bench_tb"),
            plugin_clock: compile("benches/hdl/plugin_clock.v"),
            design_clock: compile("benches/hdl/design_clock.v"),
        };
        compile_c(setup.c_folder());
        setup
    }

    fn c_folder(&self) -> &Path {
        self.plugin_clock.folder()
    }

    fn design(&self, design: Design) -> &Icarus {
        match design {
            Design::PluginClock => &self.plugin_clock,
            Design::DesignClock => &self.design_clock,
        }
    }

    fn rust(&self, bench: &str, design: Design, count: u64) -> common::Run {
        let filter = format!("={bench}");
        let variables = [
            ("VERIFORK_FILTER", &*filter),
            ("VERIFORK_LOG", "warn"),
            ("VERIFORK_WALL_TIMEOUT", "off"),
        ];
        self.design(design)
            .run(&self.plugin, &variables, &[&format!("+count={count}")])
    }

    fn c(&self, bench: &str, design: Design, count: u64) -> common::Run {
        let mut command = Command::new("vvp");
        command
            .arg("-M")
            .arg(self.c_folder())
            .args(["-m", "vpi_bench"]);
        command.arg(self.design(design).image());
        command.args([format!("+bench={bench}"), format!("+count={count}")]);
        run(command)
    }
}

fn compile_c(folder: &Path) {
    let flags = Command::new("iverilog-vpi").arg("--cflags").output();
    let flags = flags.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let flags = flags.unwrap_or_else(|_| "-I/usr/include/iverilog".to_owned());
    let mut command = Command::new("cc");
    command
        .args(flags.split_whitespace())
        .args(["-O2", "-shared", "-fPIC", "-o"]);
    command.arg(folder.join("vpi_bench.vpi"));
    command.arg(root().join("benches/plugin_c/vpi_bench.c"));
    run(command).passed();
}

/// The number after `key=` in what a run printed.
#[track_caller]
fn number<T: std::str::FromStr>(run: &common::Run, key: &str) -> T {
    let text = run
        .output
        .split_whitespace()
        .find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let number = text.and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("no {key}=… is printed:\n{}", run.output))
}

/// The least and the middle one.
fn summary(mut rates: Vec<f64>) -> (f64, f64) {
    rates.sort_by(f64::total_cmp);
    (rates[0], rates[rates.len() / 2])
}

fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

fn rates(setup: &Setup, settings: &Settings) {
    println!(
        "ns an event, {} events a run, {} runs in turns",
        settings.count, settings.rounds
    );
    println!("                      least                    median");
    println!("bench               C   Rust  ratio        C   Rust  ratio");
    for (bench, design) in TWINS.into_iter().filter(|(bench, _)| settings.wants(bench)) {
        let (mut c, mut rust) = (Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            c.push(number(
                &setup.c(bench, design, settings.count),
                "ns_per_event",
            ));
            rust.push(number(
                &setup.rust(bench, design, settings.count),
                "ns_per_event",
            ));
        }
        let ((c, c_median), (rust, rust_median)) = (summary(c), summary(rust));
        let (ratio, ratio_median) = (rust / c, rust_median / c_median);
        print!("{bench:<16} {c:>4.0}   {rust:>4.0}  {ratio:>5.2}     ");
        println!("{c_median:>4.0}   {rust_median:>4.0}  {ratio_median:>5.2}");
    }
    for bench in ALONE.into_iter().filter(|bench| settings.wants(bench)) {
        let rates = (0..settings.rounds).map(|_| {
            number(
                &setup.rust(bench, Design::PluginClock, settings.count),
                "ns_per_event",
            )
        });
        let (rust, median) = summary(rates.collect());
        println!("{bench:<16}    -   {rust:>4.0}      -        -   {median:>4.0}      -");
    }
}

/// `false` if memory grew.
fn memory(setup: &Setup, settings: &Settings) -> bool {
    let mut flat = true;
    println!("\nresident memory in KiB, {} rounds", settings.memory);
    println!("check                                  at 10 %   at the end");
    for check in MEMORY.into_iter().filter(|check| settings.wants(check)) {
        let run = setup.rust(check, Design::PluginClock, settings.memory);
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
        println!("see the head of benches/rates.rs: it is run by `cargo bench --bench rates`");
        return ExitCode::SUCCESS;
    };
    for tool in ["iverilog", "vvp", "cc"] {
        if find_tool(tool).is_none() {
            println!("skipped: `{tool}` is not installed");
            return ExitCode::SUCCESS;
        }
    }
    let setup = Setup::new();
    let mut version = Command::new("vvp");
    version.arg("-V");
    println!("{}", run(version).output.lines().next().unwrap_or_default());
    println!("load before: {}", load());
    rates(&setup, &settings);
    let flat = settings.memory == 0 || memory(&setup, &settings);
    println!("load after: {}", load());
    if flat {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
