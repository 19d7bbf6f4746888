//! Icarus Verilog: beside a plugin in C through VPI.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::common::{Icarus, Run, find_tool, run};
use crate::contender::{BUSES, Contender, Work};
use crate::{Plugins, c, peers};

/// The works that have a twin in C, with the design of each.
const TWINS: [(&str, Design); 6] = [
    ("timer", Design::PluginClock),
    ("edge", Design::PluginClock),
    ("tb_cycle", Design::PluginClock),
    ("design_edge", Design::OwnClock),
    ("words_written", Design::PluginClock),
    ("words_read", Design::PluginClock),
];

/// Those that C has nothing to compare with.
const ALONE: [&str; 3] = ["edge_with_timeout", "queue_ping_pong", "fork_and_join"];

#[derive(Clone, Copy)]
enum Design {
    PluginClock,
    OwnClock,
    /// The one of a bus, by its number.
    Bus(usize),
}

/// The designs, and the plugins.
pub(crate) struct Stand {
    plugin: PathBuf,
    c: PathBuf,
    plugin_clock: Icarus,
    design_clock: Icarus,
    buses: [Icarus; BUSES.len()],
}

impl Stand {
    pub(crate) fn new(plugins: &Plugins) -> Rc<Stand> {
        let compile = |top, file| Icarus::compile::<&str>(top, &[file], &[]);
        let flags = Command::new("iverilog-vpi").arg("--cflags").output();
        let flags = flags.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let flags = flags.unwrap_or_else(|_| "-I/usr/include/iverilog".to_owned());
        let flags: Vec<_> = flags.split_whitespace().collect();
        Rc::new(Stand {
            plugin: plugins.ours.clone(),
            c: c::compile("vpi_bench.c", "vpi_bench.vpi", &flags, &plugins.folder),
            plugin_clock: compile("bench", "benches/hdl/plugin_clock.v"),
            design_clock: compile("bench", "benches/hdl/design_clock.v"),
            buses: BUSES.map(|bus| compile(bus.top, bus.file)),
        })
    }

    fn image(&self, design: Design) -> &Path {
        match design {
            Design::PluginClock => self.plugin_clock.image(),
            Design::OwnClock => self.design_clock.image(),
            Design::Bus(number) => self.buses[number].image(),
        }
    }

    fn ours(&self, test: &str, design: Design, count: u64) -> Command {
        let mut command = Command::new("vvp");
        command.arg("-m").arg(&self.plugin).arg(self.image(design));
        command.arg(format!("+count={count}"));
        crate::prepare(&mut command, test);
        command
    }

    /// Runs one of our tests, of whatever it is about.
    pub(crate) fn run(&self, test: &str, count: u64) -> Run {
        run(self.ours(test, Design::PluginClock, count))
    }

    fn with_c(&self, work: &str, design: Design, count: u64) -> Command {
        let mut command = Command::new("vvp");
        let folder = self.c.parent().expect("it is in one");
        command.arg("-M").arg(folder).args(["-m", "vpi_bench"]);
        command.arg(self.image(design));
        c::prepare(&mut command, work, count);
        command
    }
}

pub(crate) fn version() -> String {
    let mut version = Command::new("vvp");
    version.arg("-V");
    let output = run(version).output;
    output.lines().next().unwrap_or_default().to_owned()
}

pub(crate) fn missing() -> Option<&'static str> {
    ["iverilog", "vvp"]
        .into_iter()
        .find(|tool| find_tool(tool).is_none())
}

pub(crate) fn works(stand: &Rc<Stand>, peers: Option<&Rc<peers::Peers>>) -> Vec<Work> {
    let ours = |work: &'static str, design| {
        let stand = stand.clone();
        Contender::new("verifork", move |count| stand.ours(work, design, count))
    };
    let twins = TWINS.into_iter().map(|(work, design)| {
        let with_c = {
            let stand = stand.clone();
            Contender::new("a plugin in C", move |count| {
                stand.with_c(work, design, count)
            })
        };
        let mut contenders = vec![with_c, ours(work, design)];
        if let Some(peers) = peers {
            let image = stand.image(design).to_owned();
            contenders.extend(peers.on_icarus(work, &image));
        }
        Work::new(work, contenders)
    });
    let alone = ALONE
        .into_iter()
        .map(|work| Work::new(work, [ours(work, Design::PluginClock)]));
    let buses = BUSES.into_iter().enumerate().map(|(number, bus)| {
        let design = Design::Bus(number);
        let ours = bus.tests().map(|(name, test)| {
            let stand = stand.clone();
            Contender::new(name, move |count| stand.ours(test, design, count))
        });
        let mut contenders = Vec::from(ours);
        if let Some(peers) = peers.filter(|_| bus.has_peer) {
            contenders.extend(peers.bus_on_icarus(&bus, stand.image(design)));
        }
        Work::new(bus.work, contenders)
    });
    twins.chain(alone).chain(buses).collect()
}
