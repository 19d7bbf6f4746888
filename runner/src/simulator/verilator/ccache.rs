//! ccache, where it is installed: what was compiled for one folder is taken for another.

use std::env;
use std::path::Path;
use std::process::Command;

use super::super::is_on_path;

/// Makes a command that runs `make` compile through ccache, unless `OBJCACHE` is set. An object in it was compiled
/// from the same text by the same compiler.
pub(super) fn use_for(command: &mut Command, folder: &Path) {
    if env::var_os("OBJCACHE").is_none() && is_on_path("ccache") {
        command.env("OBJCACHE", "ccache");
    }
    // Newer versions of Verilator use it by themselves, and so may a compiler's wrapper. The preprocessor looks for
    // headers each time: otherwise it would miss a new header that comes before another, and nothing would show which
    // ones it assumed.
    command.env("CCACHE_NODIRECT", "1");
    // For each mark in the preprocessor's output, it would ask the file system for the header that is named: some
    // ten thousand times. Only what it does not do here, to know headers by itself, becomes sloppier.
    if env::var_os("CCACHE_SLOPPINESS").is_none() {
        command.env("CCACHE_SLOPPINESS", "system_headers");
    }
    // Each compilation has a folder of its own, which leaves no trace in the objects.
    command.env("CCACHE_BASEDIR", folder);
    command.env("CCACHE_NOHASHDIR", "1");
}
