//! The elaborated designs as JSON, for programs that write code from them: `VERIFORK_DESCRIBE`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use verifork_protocol::description::{Description, Harness, Refusal};
use verifork_protocol::files::file_name;

use crate::context::Context;
use crate::known::Simulator;
use crate::resolved::ResolvedDesign;
use crate::trial::Suite;

/// The order of simulators: NVC shows more of a VHDL design than GHDL does.
const ORDER: [Simulator; 4] = [
    Simulator::Icarus,
    Simulator::Verilator,
    Simulator::Nvc,
    Simulator::Ghdl,
];

/// Why a design has no description.
#[derive(Debug, thiserror::Error)]
enum NoDescription {
    #[error("design `{0}`: no simulator in VERIFORK_SIM supports it")]
    NotAsked(String),
    /// Why each simulator does not describe it.
    #[error("{}", .0.join("\n"))]
    ByNone(Vec<String>),
    /// In the words of the format.
    #[error("{0}")]
    Unreadable(String),
    #[error("cannot write `{}`: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// Writes a description of each design, by the first of its simulators that is installed and accepts it. The reasons
/// why earlier simulators refused it are printed on standard error, and are in the description.
///
/// # Errors
///
/// No simulator describes a design, or a description cannot be written: texts for the user.
pub(crate) fn write(
    context: &Arc<Context>,
    designs: &[ResolvedDesign],
    folder: &Path,
) -> Result<(), Vec<String>> {
    let unwritable = |error: io::Error| format!("cannot write `{}`: {error}", folder.display());
    fs::create_dir_all(folder).map_err(|error| vec![unwritable(error)])?;
    let mut problems = Vec::new();
    for (position, design) in designs.iter().enumerate() {
        if let Err(error) = describe(context, position, design, folder) {
            problems.push(error.to_string());
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

fn describe(
    context: &Arc<Context>,
    position: usize,
    design: &ResolvedDesign,
    folder: &Path,
) -> Result<(), NoDescription> {
    let mut design = design.clone();
    design.public_all = true;
    let (mut missing, mut refused, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for simulator in ORDER {
        let backend = simulator.backend();
        if !design.runs_on(simulator) || !context.settings.wants(simulator) {
            continue;
        }
        let programs = match context.find(simulator) {
            Ok(programs) => programs,
            Err(reason) => {
                missing.push(reason.to_string());
                continue;
            }
        };
        let suite = Suite::new(Arc::clone(context), design.clone(), simulator, Ok(programs));
        let path = folder.join(format!("{}.json", file_name(&suite.name())));
        match suite.describe(&path) {
            Ok(()) => {
                for reason in &reasons {
                    eprintln!("note: {reason}");
                }
                let harness = Harness {
                    design: design.name(),
                    position,
                    sources: design.sources.iter().map(|it| it.path.clone()).collect(),
                    refused,
                };
                return add(&path, harness);
            }
            Err(error) => {
                reasons.push(format!("{} is left out: {error}", backend.product()));
                refused.push(Refusal {
                    simulator: simulator.key().to_owned(),
                    reason: error.to_string(),
                });
            }
        }
    }
    // Each reason is printed once: as a note if another simulator describes the design, otherwise as the error.
    reasons.extend(missing);
    Err(if reasons.is_empty() {
        NoDescription::NotAsked(design.name())
    } else {
        NoDescription::ByNone(reasons)
    })
}

/// Adds what the harness knows to what the plugin wrote.
fn add(path: &Path, harness: Harness) -> Result<(), NoDescription> {
    let mut description = Description::read(path).map_err(NoDescription::Unreadable)?;
    description.harness = Some(harness);
    let unwritable = |source| NoDescription::Unwritable {
        path: path.to_owned(),
        source,
    };
    fs::write(path, description.text()).map_err(unwritable)
}
