//! GHDL: beside the plugin in C through VPI that Icarus takes too. One or more back ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

use crate::common::{find_tool, ghdl, root, run};
use crate::vhdl::{self, DESIGNS};
use crate::{Plugins, c};

/// A back end, with a folder for each design.
pub(crate) struct Stand {
    program: &'static str,
    plugin: PathBuf,
    c: PathBuf,
    folder: PathBuf,
}

impl Stand {
    pub(crate) fn all(plugins: &Plugins) -> Vec<Rc<Stand>> {
        let include = "-I/usr/include/iverilog";
        let c = c::compile("vpi_bench.c", "vpi_bench.vpi", &[include], &plugins.folder);
        let stands = ghdl::back_ends().into_iter().map(|program| {
            let folder = plugins.folder.join(program);
            for design in DESIGNS {
                let place = folder.join(design);
                std::fs::create_dir_all(&place).expect("a folder");
                let source = root().join(format!("benches/hdl/{design}.vhd"));
                for arguments in [
                    ["-a", "--std=08", source.to_str().expect("a plain name")],
                    ["-e", "--std=08", "bench"],
                ] {
                    let mut command = Command::new(program);
                    command.args(arguments).current_dir(&place);
                    run(command).passed();
                }
            }
            Rc::new(Stand {
                program,
                plugin: plugins.ours.clone(),
                c: c.clone(),
                folder,
            })
        });
        stands.collect()
    }

    pub(crate) fn name(&self) -> &'static str {
        self.program
    }

    pub(crate) fn version(&self) -> String {
        let mut version = Command::new(self.program);
        version.arg("--version");
        let output = run(version).output;
        let lines: Vec<_> = output.lines().map(str::trim).collect();
        let back_end = lines.iter().find(|line| line.contains("code generator"));
        format!("{}, {}", lines[0], back_end.copied().unwrap_or_default())
    }
}

impl vhdl::Stand for Stand {
    const COCOTB: &'static str = "vpi_ghdl";

    fn ours(&self) -> &Path {
        &self.plugin
    }

    fn c(&self) -> &Path {
        &self.c
    }

    fn command(&self, design: &str, plugin: &Path) -> Command {
        let folder = self.folder.join(design);
        // The back ends that make a program would start it as a process of its own.
        let made = folder.join("bench");
        let mut command = if made.exists() {
            Command::new(made)
        } else {
            let mut command = Command::new(self.program);
            command.args(["-r", "--std=08", "bench"]);
            command
        };
        command.arg(format!("--vpi={}", plugin.display()));
        command.current_dir(folder);
        command
    }
}

pub(crate) fn missing() -> Option<&'static str> {
    if !Path::new("/usr/include/iverilog/vpi_user.h").exists() {
        return Some("iverilog"); // for its header
    }
    ghdl::back_ends()
        .into_iter()
        .find(|program| find_tool(program).is_none())
}
