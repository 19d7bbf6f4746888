//! NVC: beside a plugin in C through VHPI.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::common::{find_tool, root, run};
use crate::vhdl::{self, DESIGNS};
use crate::{Plugins, c};

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
        for design in DESIGNS {
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
}

impl vhdl::Stand for Stand {
    const COCOTB: &'static str = "vhpi_nvc";

    fn ours(&self) -> &Path {
        &self.plugin
    }

    fn c(&self) -> &Path {
        &self.c
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
