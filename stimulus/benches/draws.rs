//! The time of a draw, and of building a diagram before the first one.
//!
//! ```text
//! cargo bench -p verifork-stimulus --bench draws -- [--peers]
//! ```
//!
//! `--peers`: the same draws by pyvsc too, from Python's index, in an environment of its own.

#[path = "../../benches/peers/python.rs"]
mod python;

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use python::{Environment, output};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use verifork_stimulus::{Randomize, constrain};

#[derive(Randomize, Clone, Copy, PartialEq)]
enum Burst {
    Fixed,
    Incr,
    Wrap,
}

/// A burst of AXI: 25 bits that matter to its rules, of 46.
#[derive(Randomize)]
#[randomize(
    (address & 0xfff) + ((length as u32 + 1) << size) <= 4096,
    if burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) && address % (1 << size) == 0 },
)]
struct Uniform {
    address: u32,
    length: u8,
    #[randomize(range = 0..=2)]
    size: u8,
    burst: Burst,
}

#[derive(Randomize)]
#[randomize(
    (address & 0xfff) + ((length as u32 + 1) << size) <= 4096,
    if burst == Burst::Wrap { [1, 3, 7, 15].contains(&length) && address % (1 << size) == 0 },
)]
struct Weighted {
    address: u32,
    length: u8,
    #[randomize(range = 0..=2)]
    size: u8,
    #[randomize(weights(Incr = 6, Wrap = 3, Fixed = 1))]
    burst: Burst,
}

#[derive(Randomize)]
struct Free {
    address: u32,
    length: u8,
    burst: Burst,
}

#[derive(Randomize)]
#[randomize(a as u64 * b as u64 > 0xfc00_0000_0000_0000, a ^ b == 0x00f0_0f00)]
struct Product {
    a: u32,
    b: u32,
}

const PYVSC: &str = "pyvsc==1.0.0";
const PYVSC_DRAWS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../benches/peers/pyvsc/draws.py"
);
/// The method of its solver.
const PYVSC_SOLVERS: [&str; 2] = ["boolector", "dv-solve"];

fn row(name: &str, time: Duration) {
    println!("{name:<52} {time:>10.2?}");
}

/// The best of some rounds of `count` draws each. A round is short, so that some rounds run without interruption.
fn draws(name: &str, count: u32, mut draw: impl FnMut()) -> Duration {
    draw();
    let rounds = (0..60).map(|_| {
        let start = Instant::now();
        for _ in 0..count {
            draw();
        }
        start.elapsed() / count
    });
    let least = rounds.min().unwrap_or_default();
    row(name, least);
    least
}

/// A draw that pyvsc makes too: its name there, its name here, and our time.
type Shared = (&'static str, &'static str, Duration);

/// The draws by pyvsc, and the ratio of their times to ours.
///
/// # Errors
///
/// If pyvsc fails, or one of its draws breaks a constraint.
fn by_pyvsc(environment: &Environment, shared: &[Shared]) -> Result<(), String> {
    for solver in PYVSC_SOLVERS {
        let mut command = Command::new(environment.program("python"));
        command.args(["-B", PYVSC_DRAWS]).env("VSC_SOLVER", solver);
        let printed = output(command)?;
        println!("{PYVSC}, by {solver}");
        for (key, name, ours) in shared {
            let line = printed
                .lines()
                .find_map(|line| line.strip_prefix(key)?.trim().parse().ok());
            let theirs = Duration::from_nanos(line.ok_or_else(|| format!("no time of `{key}`"))?);
            let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
            println!("  {name:<50} {theirs:>10.2?} {ratio:>8.0} x ours");
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let is_given = |option: &str| std::env::args().any(|argument| argument == option);
    if !is_given("--bench") {
        return ExitCode::SUCCESS;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let start = Instant::now();
    black_box(Weighted::randomize(&mut rng).is_ok());
    row(
        "first draw of an AXI burst: its diagram is built",
        start.elapsed(),
    );
    let rng_of = || ChaCha8Rng::seed_from_u64(2);
    let mut rng = rng_of();
    let free = draws("draw: three fields that nothing constrains", 1000, || {
        black_box(Free::randomize(&mut rng).is_ok());
    });
    let mut rng = rng_of();
    let uniform = draws("draw: AXI burst, uniform, by rejection", 1000, || {
        black_box(Uniform::randomize(&mut rng).is_ok());
    });
    let mut rng = rng_of();
    let weighted = draws(
        "draw: AXI burst, by weights, from the diagram",
        1000,
        || {
            black_box(Weighted::randomize(&mut rng).is_ok());
        },
    );
    let mut rng = rng_of();
    let in_line = draws("draw: the same, `burst == Wrap` in line", 1000, || {
        let with = constrain!(|t: Weighted| t.burst == Burst::Wrap);
        black_box(Weighted::randomize_with(&mut rng, with).is_ok());
    });
    println!("draw: the same, in line with other values each time");
    let (mut rng, mut page) = (rng_of(), 0_u32);
    draws("  `address >> 12 == page && burst == Wrap`", 500, || {
        page += 1;
        let with = constrain!(|t: Weighted| t.address >> 12 == page && t.burst == Burst::Wrap);
        black_box(Weighted::randomize_with(&mut rng, with).is_ok());
    });
    let (mut rng, mut length) = (rng_of(), 0_u32);
    draws("  `length == some`", 500, || {
        length += 1;
        let [length, page] = [length & 0xff, length >> 8];
        let with = constrain!(|t: Weighted| t.length as u32 == length && t.address >> 12 != page);
        black_box(Weighted::randomize_with(&mut rng, with).is_ok());
    });
    let (mut rng, mut most) = (rng_of(), 0_u32);
    draws("  `address < end`", 500, || {
        most += 1;
        let with = constrain!(|t: Weighted| t.address < 0x1000_0000 + (most << 12));
        black_box(Weighted::randomize_with(&mut rng, with).is_ok());
    });
    let (mut rng, mut other) = (rng_of(), 0_u32);
    draws("  `address != other + length`, uniform", 500, || {
        other += 1;
        let with = constrain!(|t: Uniform| t.address != other + t.length as u32);
        black_box(Uniform::randomize_with(&mut rng, with).is_ok());
    });
    let mut rng = rng_of();
    let product = draws("draw: a product of 64 bits", 200, || {
        black_box(Product::randomize(&mut rng).is_ok());
    });
    if !is_given("--peers") {
        return ExitCode::SUCCESS;
    }
    let shared = [
        ("free ", "draw: three fields that nothing constrains", free),
        ("uniform ", "draw: AXI burst, uniform", uniform),
        ("weighted ", "draw: AXI burst, by weights", weighted),
        (
            "in_line ",
            "draw: the same, `burst == Wrap` in line",
            in_line,
        ),
        ("product ", "draw: a product of 64 bits", product),
    ];
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    let environment = match Environment::new(&folder, &[PYVSC]) {
        Ok(environment) => environment,
        Err(why) => {
            println!("skipped: {PYVSC}: {why}");
            return ExitCode::SUCCESS;
        }
    };
    match by_pyvsc(&environment, &shared) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{PYVSC} fails: {why}");
            ExitCode::FAILURE
        }
    }
}
