//! A design as a simulator has elaborated it.

use anyhow::bail;
use verifork_protocol::description::Refusal;

use crate::object::Object;

/// A design as it was elaborated.
pub(crate) struct Design {
    /// The simulator that has elaborated it.
    pub(crate) simulator: String,
    pub(crate) top: Object,
    pub(crate) packages: Vec<Object>,
    /// Ports and generics in the source of the top that the simulator does not list.
    pub(crate) unlisted: Vec<String>,
    /// The simulators that were tried before and refused it.
    pub(crate) refused: Vec<Refusal>,
}

impl Design {
    /// A design of which nothing but the top is known, for tests.
    #[cfg(test)]
    pub(crate) fn of_top(top: Object) -> Design {
        Design {
            simulator: "Fable".to_owned(),
            top,
            packages: Vec::new(),
            unlisted: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Replaces a parameter of the top by a comment.
    pub(crate) fn leave_out(&mut self, name: &str) -> anyhow::Result<()> {
        let top = self.top.design().to_owned();
        let constants = self.top.children.iter_mut().filter(|it| it.constant);
        let known: Vec<&mut Object> = constants.collect();
        let names: Vec<String> = known.iter().map(|it| format!("`{}`", it.name)).collect();
        let Some(found) = known.into_iter().find(|it| it.name == name) else {
            bail!(
                "--without {name}: `{top}` has no such parameter; it has {}",
                if names.is_empty() {
                    "none".to_owned()
                } else {
                    names.join(", ")
                }
            );
        };
        (found.encoding, found.array, found.element) = (None, None, None);
        found.hidden = Some("left out by `--without`".to_owned());
        Ok(())
    }
}
