//! NVC: beside a plugin in C through VHPI.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::common::{find_tool, root, run};
use crate::contender::{Contender, Work};
use crate::{Plugins, c, peers};

/// The works, with the design of each.
const WORKS: [(&str, &str); 4] = [
    ("timer", "plugin_clock"),
    ("edge", "plugin_clock"),
    ("tb_cycle", "plugin_clock"),
    ("design_edge", "design_clock"),
];

/// Both designs, each in a library of its own, and the plugins.
pub(crate) struct Stand {
    plugin: PathBuf,
    c: PathBuf,
    folder: PathBuf,
}

impl Stand {
    pub(crate) fn new(plugins: &Plugins) -> Rc<Stand> {
        let program = find_tool("nvc").and_then(|program| program.canonicalize().ok());
        let headers = program.and_then(|program| Some(program.parent()?.join("../include")));
        let include = format!("-I{}", headers.unwrap_or_default().display());
        // For an NVC without its header.
        let other = "-I/usr/lib/ghdl/include/ghdl";
        let flags = [&*include, other];
        let stand = Stand {
            plugin: plugins.ours.clone(),
            c: c::compile("vhpi_bench.c", "vhpi_bench.so", &flags, &plugins.folder),
            folder: plugins.folder.clone(),
        };
        for design in ["plugin_clock", "design_clock"] {
            let mut command = stand.nvc(design);
            command
                .arg("-a")
                .arg(root().join(format!("benches/hdl/{design}.vhd")))
                .args(["-e", "bench"]);
            run(command).passed();
        }
        Rc::new(stand)
    }

    fn nvc(&self, design: &str) -> Command {
        let mut command = Command::new("nvc");
        let library = self.folder.join(format!("nvc_{design}"));
        command
            .arg("--std=2008")
            .arg(format!("--work=work:{}", library.display()))
            .current_dir(&self.folder);
        command
    }

    fn command(&self, design: &str, plugin: &Path) -> Command {
        let mut command = self.nvc(design);
        command.arg(format!("--load={}", plugin.display()));
        command.args(["-r", "bench"]);
        command
    }
}

pub(crate) fn version() -> String {
    let mut version = Command::new("nvc");
    version.arg("--version");
    let output = run(version).output;
    output.lines().next().unwrap_or_default().to_owned()
}

pub(crate) fn missing() -> Option<&'static str> {
    find_tool("nvc").is_none().then_some("nvc")
}

pub(crate) fn works(stand: &Rc<Stand>, peers: Option<&Rc<peers::Peers>>) -> Vec<Work> {
    let works = WORKS.into_iter().map(|(work, design)| {
        let with_c = {
            let stand = stand.clone();
            Contender::new("a plugin in C", move |count| {
                let mut command = stand.command(design, &stand.c);
                c::prepare(&mut command, work, count);
                command
            })
        };
        let ours = {
            let stand = stand.clone();
            Contender::new("verifork", move |count| {
                let mut command = stand.command(design, &stand.plugin);
                command.arg(format!("+count={count}"));
                crate::prepare(&mut command, work);
                command
            })
        };
        let mut contenders = vec![with_c, ours];
        if let Some(peers) = peers {
            let stand = stand.clone();
            contenders.extend(peers.on_nvc(work, move |plugin| stand.command(design, plugin)));
        }
        Work::new(work, contenders)
    });
    works.collect()
}
