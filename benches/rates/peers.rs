//! Other frameworks on the same works: cocotb, from Python's index, in an environment of its own, and rustdv,
//! from Rust's registry. Where one is not available, its lines are missing, and a message says why.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::c;
use crate::common::root;
use crate::contender::{Bus, Contender};
use crate::python::{Environment, output};

const COCOTB: &str = "2.1.0";
/// Its bus models.
const COCOTBEXT_AXI: &str = "0.1.28";
/// Slower than C by two orders of magnitude: so they have a part of the events.
const COCOTB_PART: u64 = 20;
const COCOTB_PART_ON_VERILATOR: u64 = 500;
const RUSTDV_PART_ON_VERILATOR: u64 = 20;

pub(crate) struct Peers {
    cocotb: Option<Rc<Cocotb>>,
    /// The plugin.
    rustdv: Option<Rc<PathBuf>>,
}

struct Cocotb {
    python: PathBuf,
    libraries: PathBuf,
    share: PathBuf,
    /// The shared libraries that are loaded with it.
    users: String,
}

/// A work on Verilator.
#[derive(Clone)]
pub(crate) struct Verilated {
    pub(crate) program: PathBuf,
    /// Where its model goes.
    pub(crate) folder: PathBuf,
    pub(crate) top: &'static str,
    pub(crate) parameters: &'static [&'static str],
    pub(crate) sources: Vec<PathBuf>,
    pub(crate) work: &'static str,
    pub(crate) watched: Option<u32>,
    /// The program that a processor runs.
    pub(crate) image: PathBuf,
    /// What our host has made of it, which loads plugins of others through VPI.
    pub(crate) ours: PathBuf,
}

impl Verilated {
    fn prepare(&self, command: &mut Command, count: u64) {
        c::prepare(command, self.work, count);
        command.env("BENCH_PROGRAM", &self.image);
        if let Some(watched) = self.watched {
            command.env("BENCH_WATCHED", watched.to_string());
        }
    }
}

impl Peers {
    /// Installs them below a folder.
    pub(crate) fn new(folder: &Path) -> Rc<Peers> {
        let told = |peer: &str, why: String| eprintln!("{peer} is left out: {why}");
        Rc::new(Peers {
            cocotb: Cocotb::new(folder)
                .map_err(|why| told("cocotb", why))
                .ok()
                .map(Rc::new),
            rustdv: rustdv(folder)
                .map_err(|why| told("rustdv", why))
                .ok()
                .map(Rc::new),
        })
    }

    pub(crate) fn on_icarus(&self, work: &'static str, image: &Path) -> Vec<Contender> {
        if work.starts_with("words_") {
            return vec![];
        }
        let mut contenders = vec![];
        if let Some(rustdv) = self.rustdv.clone() {
            let image = image.to_owned();
            contenders.push(Contender::new("rustdv", move |count| {
                let mut command = Command::new("vvp");
                command.arg("-m").arg(&*rustdv).arg(&image);
                // Otherwise it takes the first scope, which may be `$unit`.
                command.env("RUSTDV_TOP", "bench");
                c::prepare(&mut command, work, count);
                command
            }));
        }
        contenders.extend(self.cocotb_on_icarus("cocotb", "bench", work, image));
        contenders
    }

    fn cocotb_on_icarus(
        &self,
        name: &'static str,
        top: &'static str,
        work: &'static str,
        image: &Path,
    ) -> Option<Contender> {
        let (cocotb, image) = (self.cocotb.clone()?, image.to_owned());
        let contender = Contender::new(name, move |count| {
            let mut command = Command::new("vvp");
            command
                .arg("-m")
                .arg(cocotb.library("vpi_icarus"))
                .arg(&image);
            cocotb.prepare(&mut command, top, "verilog");
            c::prepare(&mut command, work, count);
            command
        });
        Some(contender.with_part(COCOTB_PART).uncounted())
    }

    /// By cocotb's bus models.
    pub(crate) fn bus_on_icarus(&self, bus: &Bus, image: &Path) -> Option<Contender> {
        self.cocotb_on_icarus("cocotbext-axi", bus.top, bus.work, image)
    }

    pub(crate) fn bus_on_verilator(&self, design: Verilated) -> Option<Contender> {
        self.cocotb_on_verilator("cocotbext-axi", design)
    }

    /// Of the two only cocotb has simulators of VHDL, each by a library of its own.
    pub(crate) fn on_vhdl(
        &self,
        work: &'static str,
        library: &'static str,
        start: impl Fn(&Path) -> Command + 'static,
    ) -> Option<Contender> {
        let cocotb = self.cocotb.clone()?;
        let contender = Contender::new("cocotb", move |count| {
            let mut command = start(&cocotb.library(library));
            cocotb.prepare(&mut command, "bench", "vhdl");
            c::prepare(&mut command, work, count);
            command
        });
        Some(contender.with_part(COCOTB_PART).uncounted())
    }

    /// rustdv's crates come without its host for Verilator, so that it runs in ours, through VPI.
    pub(crate) fn on_verilator(&self, design: Verilated) -> Vec<Contender> {
        let mut contenders = vec![];
        if let Some(rustdv) = self.rustdv.clone() {
            let design = design.clone();
            let contender = Contender::new("rustdv, in our host", move |count| {
                let mut command = Command::new(&design.ours);
                command.arg("-m").arg(&*rustdv);
                command.env("RUSTDV_TOP", design.top);
                design.prepare(&mut command, count);
                command
            });
            contenders.push(contender.with_part(RUSTDV_PART_ON_VERILATOR));
        }
        contenders.extend(self.cocotb_on_verilator("cocotb", design));
        contenders
    }

    fn cocotb_on_verilator(&self, name: &'static str, design: Verilated) -> Option<Contender> {
        let cocotb = self.cocotb.clone()?;
        let program = cocotb
            .verilate(&design)
            .map_err(|why| eprintln!("{name} is left out of {}: {why}", design.work))
            .ok()?;
        let contender = Contender::new(name, move |count| {
            let mut command = Command::new(&program);
            cocotb.prepare(&mut command, design.top, "verilog");
            design.prepare(&mut command, count);
            command
        });
        Some(contender.with_part(COCOTB_PART_ON_VERILATOR).uncounted())
    }
}

impl Cocotb {
    fn new(folder: &Path) -> Result<Cocotb, String> {
        let cocotb = format!("cocotb=={COCOTB}");
        let axi = format!("cocotbext-axi=={COCOTBEXT_AXI}");
        let environment = Environment::new(folder, &[&cocotb, &axi])?;
        let told = |option: &str| {
            let mut config = Command::new(environment.program("cocotb-config"));
            config.arg(option);
            try_to(config, option).map(|text| text.trim().to_owned())
        };
        Ok(Cocotb {
            libraries: told("--lib-dir")?.into(),
            share: told("--share")?.into(),
            users: format!("{};{}", told("--libpython")?, told("--pygpi-entry-point")?),
            python: environment.program("python"),
        })
    }

    fn library(&self, name: &str) -> PathBuf {
        self.libraries.join(format!("libcocotb{name}.so"))
    }

    fn prepare(&self, command: &mut Command, top: &str, language: &str) {
        command
            .env("PYGPI_PYTHON_BIN", &self.python)
            .env("GPI_USERS", &self.users)
            .env("PYTHONPATH", root().join("benches/peers/cocotb"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("LD_LIBRARY_PATH", &self.libraries)
            .env("COCOTB_TEST_MODULES", "bench")
            .env("COCOTB_TOPLEVEL", top)
            .env("COCOTB_LOG_LEVEL", "WARNING")
            .env("COCOTB_RESULTS_FILE", "/dev/null")
            .env("TOPLEVEL_LANG", language);
    }

    /// Compiles a model with cocotb's program around it.
    fn verilate(&self, design: &Verilated) -> Result<PathBuf, String> {
        let libraries = self.libraries.display();
        let mut command = Command::new(&design.program);
        command
            .args([
                "--cc",
                "--exe",
                "--build",
                "-j",
                "0",
                "-Wno-fatal",
                "-Wno-lint",
            ])
            .args([
                "-Wno-style",
                "--vpi",
                "--public-flat-rw",
                "--prefix",
                "Vtop",
            ])
            .args(["--timescale", "1ns/1ps", "-MAKEFLAGS", "-s"])
            .args(["--top-module", design.top, "-o", "design", "--Mdir"])
            .arg(&design.folder)
            .arg("-LDFLAGS")
            .arg(format!(
                "-Wl,-rpath,{libraries} -L{libraries} -lcocotbvpi_verilator"
            ))
            .args(design.parameters)
            .args(&design.sources)
            .arg(self.share.join("lib/verilator/verilator.cpp"));
        try_to(command, "its program")?;
        Ok(design.folder.join("design"))
    }
}

fn rustdv(folder: &Path) -> Result<PathBuf, String> {
    let target = folder.join("rustdv");
    let mut build = Command::new(env!("CARGO"));
    build
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--manifest-path",
        ])
        .arg(root().join("benches/peers/rustdv/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target);
    try_to(build, "rustdv")?;
    Ok(target.join("release/librustdv_bench.so"))
}

/// What a command prints, or why what it should give is missing.
fn try_to(command: Command, what: &str) -> Result<String, String> {
    output(command).map_err(|why| format!("{what} is not available: {why}"))
}
