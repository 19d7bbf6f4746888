//! ccache, where it is installed: what was compiled for one folder is taken for another.

use std::env;
use std::path::Path;
use std::process::Command;

use super::super::is_on_path;

/// Has a command that runs `make` compile through ccache, unless `OBJCACHE` says how. What one finds there was
/// made of the same text by the same compiler.
pub(super) fn use_for(command: &mut Command, folder: &Path) {
    if env::var_os("OBJCACHE").is_none() && is_on_path("ccache") {
        command.env("OBJCACHE", "ccache");
    }
    // Newer versions of Verilator use it by themselves, and so may a compiler's wrapper. Headers are looked
    // for each time, by the preprocessor: it would not see one that comes to lie before another, and
    // nobody would see which ones it took for known.
    command.env("CCACHE_NODIRECT", "1");
    // For each mark in the preprocessor's output, it would ask the file system for the header that is named: some
    // ten thousand times. Only what it does not do here, to know headers by itself, becomes sloppier.
    if env::var_os("CCACHE_SLOPPINESS").is_none() {
        command.env("CCACHE_SLOPPINESS", "system_headers");
    }
    // Each compilation has a folder of its own, of which nothing stands in what is made.
    command.env("CCACHE_BASEDIR", folder);
    command.env("CCACHE_NOHASHDIR", "1");
}
