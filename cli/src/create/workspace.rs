//! The workspace around a new crate, to which cargo adds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::cargo;

/// The workspace manifest around a new crate, with its earlier text.
pub(super) struct Workspace(Option<(PathBuf, String)>);

impl Workspace {
    pub(super) fn above(folder: &Path) -> Workspace {
        let find = || {
            let mut command: Command = cargo();
            command.args(["locate-project", "--workspace", "--message-format", "plain"]);
            let output = command.current_dir(folder).output().ok()?;
            let path = String::from_utf8(output.stdout).ok()?;
            let path = PathBuf::from(path.trim());
            let text = fs::read_to_string(&path).ok()?;
            let is_workspace = text
                .lines()
                .any(|line| line.trim().starts_with("[workspace"));
            (output.status.success() && is_workspace).then_some((path, text))
        };
        Workspace(find())
    }

    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Undoes cargo's change.
    pub(super) fn restore(&self) {
        if let Some((path, text)) = &self.0
            && fs::read_to_string(path).is_ok_and(|now| now != *text)
        {
            // Nothing more can be done; the error that led here is reported.
            let _ = fs::write(path, text);
        }
    }
}
