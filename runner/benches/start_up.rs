//! What a test costs beyond the simulator itself: the harness's whole process, as nextest starts
//! it, against plain `vvp` on the same image without and with the plugin. Milliseconds, the
//! median of many runs. `make bench`, or `cargo bench -p verifork-runner`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::Harness;

const RUNS: usize = 40;

fn median(mut run: impl FnMut()) -> Duration {
    run();
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            run();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}

fn main() {
    if !common::icarus() {
        return;
    }
    let harness = Harness::new();
    let one = ["--exact", "gate::icarus::passes_too"];
    let whole = median(|| {
        harness.run("", &[], &one).status(0);
    });
    let designs = harness.target.path().join("verifork/designs");
    let image = std::fs::read_dir(designs)
        .expect("a design was compiled")
        .map(|entry| entry.expect("a folder").path().join("design.vvp"))
        .find(|path| path.is_file())
        .expect("there is an image");
    let vvp = |plugin: bool| {
        let mut command = Command::new("vvp");
        command
            .arg("-n")
            .stdout(Stdio::null())
            .current_dir(harness.target.path());
        if plugin {
            command
                .arg("-m")
                .arg(harness.target.path().join("debug/deps/libfaulty_tb.so"));
            command.env("VERIFORK_FILTER", "=passes_too");
        }
        command.arg(&image);
        median(|| assert!(command.status().expect("vvp starts").success()))
    };
    let (plain, plugin) = (vvp(false), vvp(true));
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!("plain vvp                   {:7.1} ms", milliseconds(plain));
    println!(
        "vvp with the plugin         {:7.1} ms",
        milliseconds(plugin)
    );
    println!("the harness, one test       {:7.1} ms", milliseconds(whole));
    println!(
        "cost over plain vvp         {:7.1} ms (at most 60 allowed)",
        milliseconds(whole.saturating_sub(plain))
    );
}
