//! What the simulators of VHDL have in common: the designs, the works, and who does them.

use std::path::Path;
use std::process::Command;
use std::rc::Rc;

use crate::contender::{Contender, Work};
use crate::{c, peers};

pub(crate) const DESIGNS: [&str; 2] = ["plugin_clock", "design_clock"];

/// The works, with the design of each.
const WORKS: [(&str, &str); 4] = [
    ("timer", "plugin_clock"),
    ("edge", "plugin_clock"),
    ("tb_cycle", "plugin_clock"),
    ("design_edge", "design_clock"),
];

/// A simulator, with the designs compiled for it, and the plugins.
pub(crate) trait Stand {
    /// cocotb's library for the simulator.
    const COCOTB: &'static str;

    fn ours(&self) -> &Path;

    fn c(&self) -> &Path;

    /// Simulates a design with a plugin.
    fn command(&self, design: &str, plugin: &Path) -> Command;
}

pub(crate) fn works<S: Stand + 'static>(
    stand: &Rc<S>,
    peers: Option<&Rc<peers::Peers>>,
) -> Vec<Work> {
    let works = WORKS.into_iter().map(|(work, design)| {
        let with_c = {
            let stand = stand.clone();
            Contender::new("a plugin in C", move |count| {
                let mut command = stand.command(design, stand.c());
                c::prepare(&mut command, work, count);
                command
            })
        };
        let ours = {
            let stand = stand.clone();
            Contender::new("verifork", move |count| {
                let mut command = stand.command(design, stand.ours());
                command.arg(format!("+count={count}"));
                crate::prepare(&mut command, work);
                command
            })
        };
        let mut contenders = vec![with_c, ours];
        if let Some(peers) = peers {
            let stand = stand.clone();
            let start = move |plugin: &Path| stand.command(design, plugin);
            contenders.extend(peers.on_vhdl(work, S::COCOTB, start));
        }
        Work::new(work, contenders)
    });
    works.collect()
}
