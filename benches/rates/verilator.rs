//! Verilator: beside a testbench in C++ on the model, and our library through VPI.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use crate::common::{find_tool, root, run_within};
use crate::contender::{BUSES, Bus, Contender, Rates, Work};
use crate::{Plugins, Settings, c, isa_program, peers};

/// How long the compilation of a design may take.
const PATIENCE: Duration = Duration::from_secs(900);

/// A work on a design of its own.
#[derive(Clone, Copy)]
struct Design {
    /// The testbench in `benches/model_cpp`.
    source: &'static str,
    top: &'static str,
    file: &'static str,
    parameters: &'static [&'static str],
    test: &'static str,
    /// As the harness of `cargo test` does, the ports are shown to the plugin and nothing else.
    ports: &'static str,
}

const REGISTER: Design = Design {
    source: "tb_cycle",
    top: "bench",
    file: "benches/hdl/register.v",
    parameters: &[],
    test: "tb_cycle",
    ports: "clk data sum",
};
const CORE: Design = Design {
    source: "core",
    top: "rv32i",
    file: "hdl/rv32i.v",
    parameters: &[],
    test: "designs::core",
    ports: "clk rst mem_valid mem_instr mem_ready mem_addr mem_wdata mem_wstrb mem_rdata trap",
};
const FIFO: Design = Design {
    source: "fifo",
    top: "fifo",
    file: "hdl/fifo.v",
    parameters: &["-GWIDTH=32"],
    test: "designs::fifo",
    ports: "clk rst wr_en wr_data full almost_full rd_en rd_data empty level overflow underflow",
};
const STILL: Design = Design {
    source: "watched",
    top: "bench",
    file: "benches/hdl/still.v",
    parameters: &[],
    test: "designs::watched",
    ports: "clk change count w*",
};

/// The ports of what components drive, in the order of [`BUSES`]; there is no testbench in C++ for it.
const PORTS: [&str; BUSES.len()] = [
    "aclk aresetn s_axis_t* m_axis_t*",
    "aclk aresetn s_axi_*",
    "p*",
    "h*",
    "clk_i rst_i busy wb_*",
];

impl Design {
    fn of(bus: &Bus, ports: &'static str) -> Design {
        Design {
            source: bus.work,
            top: bus.top,
            file: bus.file,
            parameters: &[],
            test: "",
            ports,
        }
    }
}

/// The works: their names, their designs and how many signals are watched.
const WORKS: [(&str, &Design, Option<u32>); 5] = [
    ("tb_cycle", &REGISTER, None),
    ("core", &CORE, None),
    ("fifo", &FIFO, None),
    (NONE_WATCHED, &STILL, Some(0)),
    (WATCHED, &STILL, Some(100)),
];
const NONE_WATCHED: &str = "cycle, 0 watched";
const WATCHED: &str = "cycle, 100 watched";

pub(crate) struct Stand {
    plugin: PathBuf,
    program: PathBuf,
    folder: PathBuf,
}

impl Stand {
    pub(crate) fn new(plugins: &Plugins) -> Rc<Stand> {
        let stand = Stand {
            plugin: plugins.ours.clone(),
            program: verilator().expect("it is not missing"),
            folder: plugins.folder.clone(),
        };
        fs::write(stand.folder.join("program.hex"), isa_program()).expect("a file");
        Rc::new(stand)
    }

    /// Compiles a design by itself with the testbench in C++.
    fn compile_by_hand(&self, design: &Design) {
        let source = format!("benches/model_cpp/{}.cpp", design.source);
        let mut by_hand = self.verilator(design, "by_hand");
        by_hand.args(["-CFLAGS", "-std=c++20"]);
        by_hand
            .arg(root().join(design.file))
            .arg(root().join(source));
        run_within(PATIENCE, by_hand).passed();
    }

    /// Compiles a design with our host.
    fn compile_ours(&self, design: &Design) {
        let shown = self.folder.join(format!("{}.vlt", design.source));
        let lines = design.ports.split(' ').map(|port| {
            let top = design.top;
            format!("public_flat_rw -module \"{top}\" -var \"{port}\"\n")
        });
        let text = format!("`verilator_config\n{}", lines.collect::<String>());
        fs::write(&shown, text).expect("a file");
        let mut ours = self.verilator(design, "ours");
        ours.args(["--vpi", "--timing", "--assert"]).args([
            "-CFLAGS",
            "-std=c++20 -DVL_USER_FINISH -DVL_USER_STOP -DVL_USER_FATAL",
        ]);
        ours.args(["-LDFLAGS", "-rdynamic -ldl"]);
        ours.arg(shown)
            .arg(root().join(design.file))
            .arg(root().join("sim/verilator/host.cpp"));
        run_within(PATIENCE, ours).passed();
    }

    fn verilator(&self, design: &Design, by: &str) -> Command {
        let mut command = Command::new(&self.program);
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
            .args(["-Wno-style", "--prefix", "Vdesign", "-MAKEFLAGS", "-s"])
            .args(["--top-module", design.top, "-o", "design", "--Mdir"])
            .arg(self.objects(design, by))
            .args(design.parameters);
        command
    }

    fn objects(&self, design: &Design, by: &str) -> PathBuf {
        self.folder.join(format!("{}_{by}", design.source))
    }

    fn for_peers(&self, design: &Design, watched: Option<u32>) -> peers::Verilated {
        peers::Verilated {
            program: self.program.clone(),
            folder: self.objects(design, "cocotb"),
            top: design.top,
            parameters: design.parameters,
            sources: vec![root().join(design.file)],
            work: design.source,
            watched,
            image: self.folder.join("program.hex"),
            ours: self.objects(design, "ours").join("design"),
        }
    }

    fn by_hand(&self, design: &Design, watched: Option<u32>, count: u64) -> Command {
        let mut command = Command::new(self.objects(design, "by_hand").join("design"));
        c::prepare(&mut command, design.source, count);
        command.env("BENCH_PROGRAM", self.folder.join("program.hex"));
        if let Some(watched) = watched {
            command.env("BENCH_WATCHED", watched.to_string());
        }
        command
    }

    fn ours(
        &self,
        design: &Design,
        test: &str,
        watched: Option<u32>,
        port: &str,
        count: u64,
    ) -> Command {
        let mut command = Command::new(self.objects(design, "ours").join("design"));
        command.arg("-m").arg(&self.plugin);
        command.arg(format!("+count={count}"));
        let program = self.folder.join("program.hex");
        command.arg(format!("+program={}", program.display()));
        if let Some(watched) = watched {
            command.arg(format!("+watched={watched}"));
        }
        crate::prepare(&mut command, test);
        command.env("VERIFORK_VERILATOR_PORT", port);
        command
    }
}

/// The program: `VERIFORK_VERILATOR`, which is it or its folder, or that of the path.
fn verilator() -> Option<PathBuf> {
    match std::env::var_os("VERIFORK_VERILATOR").map(PathBuf::from) {
        Some(place) if place.is_dir() => [place.join("bin/verilator"), place.join("verilator")]
            .into_iter()
            .find(|program| program.is_file()),
        Some(program) => Some(program),
        None => find_tool("verilator"),
    }
}

pub(crate) fn version() -> String {
    let mut version = Command::new(verilator().expect("it is not missing"));
    version.arg("--version");
    run_within(PATIENCE, version).output.trim().to_owned()
}

pub(crate) fn missing() -> Option<&'static str> {
    if verilator().is_none() {
        return Some("verilator");
    }
    ["g++", "make"]
        .into_iter()
        .find(|tool| find_tool(tool).is_none())
}

/// The works that are wanted; their designs are compiled here.
pub(crate) fn works(
    stand: &Rc<Stand>,
    peers: Option<&Rc<peers::Peers>>,
    settings: &Settings,
) -> Vec<Work> {
    let wanted = WORKS.into_iter().filter(|(name, ..)| settings.wants(name));
    let works = wanted.map(|(name, design, watched)| {
        stand.compile_by_hand(design);
        stand.compile_ours(design);
        let by_hand = {
            let stand = stand.clone();
            Contender::new("C++ by hand", move |count| {
                stand.by_hand(design, watched, count)
            })
        };
        let ours = |name, port: &'static str| {
            let stand = stand.clone();
            Contender::new(name, move |count| {
                stand.ours(design, design.test, watched, port, count)
            })
        };
        let mut contenders = vec![
            by_hand,
            ours("verifork", "memory"),
            ours("verifork, by VPI", "vpi").with_part(20),
        ];
        if let Some(peers) = peers {
            contenders.extend(peers.on_verilator(stand.for_peers(design, watched)));
        }
        Work::new(name, contenders)
    });
    let buses = BUSES.iter().zip(PORTS);
    let buses = buses.filter(|(bus, _)| settings.wants(bus.work));
    let on_buses = buses.map(|(bus, ports)| on_bus(bus, Design::of(bus, ports), stand, peers));
    works.chain(on_buses).collect()
}

fn on_bus(bus: &Bus, design: Design, stand: &Rc<Stand>, peers: Option<&Rc<peers::Peers>>) -> Work {
    stand.compile_ours(&design);
    let ours = bus.tests().map(|(name, test)| {
        let stand = stand.clone();
        Contender::new(name, move |count| {
            stand.ours(&design, test, None, "memory", count)
        })
    });
    let mut contenders = Vec::from(ours);
    if let Some(peers) = peers.filter(|_| bus.has_peer) {
        contenders.extend(peers.bus_on_verilator(stand.for_peers(&design, None)));
    }
    Work::new(bus.work, contenders)
}

/// How the sentence of [`watching`] begins.
pub(crate) const TO_WATCH: &str = "To watch 100 signals that do not change costs an evaluation";

/// What watching costs an evaluation, of which a cycle has two: the works that differ in it, compared.
pub(crate) fn watching(measured: &[(Work, Vec<Rates>)]) -> Option<String> {
    let of = |name: &str| measured.iter().find(|(work, _)| work.name == name);
    let ((with, with_rates), (_, without_rates)) = (of(WATCHED)?, of(NONE_WATCHED)?);
    let costs = with
        .contenders
        .iter()
        .zip(with_rates.iter().zip(without_rates));
    let costs: Vec<_> = costs
        .map(|(contender, (with, without))| {
            let nanoseconds = (with.times().0 - without.times().0) / 2.0;
            let instructions = with.instructions.zip(without.instructions);
            let instructions = instructions.map(|(with, without)| (with - without) / 2.0);
            let instructions =
                instructions.map_or_else(String::new, |it| format!(" ({it:.0} instructions)"));
            format!("{}: {nanoseconds:.0} ns{instructions}", contender.name)
        })
        .collect();
    Some(format!(
        "{TO_WATCH}, of which a cycle has two: {}.",
        costs.join("; ")
    ))
}

/// A path that does not change from run to run: the C++ compiler takes long.
pub(crate) fn folder(target: &Path) -> PathBuf {
    let version = version();
    let name = version.split_whitespace().nth(1).unwrap_or("unknown");
    target.join(format!("bench-verilator-{name}"))
}
