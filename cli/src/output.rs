//! The files that the command writes.

use std::path::Path;

use anyhow::Context as _;
use verifork_protocol::whole_file;

/// Writes a file whole or not at all. The error names the file.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    whole_file::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}
