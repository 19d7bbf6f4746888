//! Plugins written in C.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{root, run};

/// Compiles a source of `benches/plugin_c` to a shared library in a folder.
pub(crate) fn compile(source: &str, name: &str, flags: &[&str], folder: &Path) -> PathBuf {
    let library = folder.join(name);
    let mut command = Command::new("cc");
    command
        .args(flags)
        .args(["-O2", "-shared", "-fPIC", "-o"])
        .arg(&library);
    command.arg(root().join("benches/plugin_c").join(source));
    run(command).passed();
    library
}

/// Tells a plugin or program in C or C++ what to do.
pub(crate) fn prepare(command: &mut Command, work: &str, count: u64) {
    command
        .env("BENCH_WORK", work)
        .env("BENCH_COUNT", count.to_string());
}
