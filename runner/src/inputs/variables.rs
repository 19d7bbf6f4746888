//! The variables of the environment that change what compilers make.

use std::env;
use std::ffi::OsStr;

use crate::simulator::path_folders;

/// Those of compilers, linkers, `make` and the languages that simulators' scripts are in.
const NAMES: &[&str] = &[
    "AR",
    "AS",
    "CC",
    "CFLAGS",
    "COMPILER_PATH",
    "CPATH",
    "CPLUS_INCLUDE_PATH",
    "CPP",
    "CPPFLAGS",
    "CXX",
    "CXXFLAGS",
    "C_INCLUDE_PATH",
    "DEPENDENCIES_OUTPUT",
    "GCC_EXEC_PREFIX",
    "HOME",
    "LD",
    "LDFLAGS",
    "LDLIBS",
    "LD_PRELOAD",
    "LD_RUN_PATH",
    "LIBRARY_PATH",
    "LIBS",
    "LINK",
    "LOADLIBES",
    "MAKE",
    "MAKEFILES",
    "OBJCACHE",
    "PERL5LIB",
    "PERL5OPT",
    "PYTHON3",
    "PYTHONHOME",
    "PYTHONPATH",
    "RANLIB",
    "SHELL",
    "SOURCE_DATE_EPOCH",
    "SUNPRO_DEPENDENCIES",
];

/// How the names of the simulators' own begin, and of what their makefiles have set.
const BEGINNINGS: &[&str] = &[
    "GHDL",
    "IVERILOG",
    "IVL",
    "LTO",
    "NIX_",
    "NVC",
    "OPT",
    "SYSTEMC",
    "USER_",
    "VERILATOR",
    "VL_",
    "VM_",
    "VVP",
];

/// Programs that simulators look for on `PATH` when they compile.
const TOOLS: &[&str] = &[
    "ar", "as", "c++", "cc", "clang++", "g++", "gcc", "ld", "make", "perl", "python3",
];

/// Adds them, by name and value, to a hash.
pub(crate) fn hash_of_variables(add: &mut dyn FnMut(&[u8])) {
    let mut set: Vec<_> = env::vars_os().filter(|(name, _)| matters(name)).collect();
    set.sort();
    for (name, value) in set {
        add(name.as_encoded_bytes());
        add(value.as_encoded_bytes());
    }
    // What `make` was told by whoever called it, but for how many it may start at once.
    let flags = env::var("MAKEFLAGS").unwrap_or_default();
    for flag in flags
        .split_whitespace()
        .filter(|it| changes_what_is_made(it))
    {
        add(flag.as_bytes());
    }
    // The folders of `PATH` themselves say little: many shells have many orders of them.
    let folders = path_folders();
    for tool in TOOLS {
        let paths = folders.iter().map(|folder| folder.join(tool));
        let found = paths.into_iter().find(|path| path.is_file());
        add(found.unwrap_or_default().as_os_str().as_encoded_bytes());
    }
}

fn matters(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    NAMES.contains(&name.as_ref()) || BEGINNINGS.iter().any(|begin| name.starts_with(begin))
}

fn changes_what_is_made(flag: &str) -> bool {
    flag.contains('=') && !flag.starts_with("--jobserver")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_compiler_reads_matters_and_the_harness_own_settings_do_not() {
        for name in [
            "CPATH",
            "CXXFLAGS",
            "VERILATOR_ROOT",
            "GHDL_PREFIX",
            "NVC_LIBPATH",
        ] {
            assert!(matters(OsStr::new(name)), "{name}");
        }
        for name in ["PATH", "VERIFORK_SEED", "CARGO_MANIFEST_DIR", "TERM", "PWD"] {
            assert!(!matters(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn how_many_jobs_make_may_start_makes_nothing_else() {
        for flag in [
            "--jobserver-auth=3,4",
            "-j4",
            "w",
            "--no-print-directory",
            "--",
        ] {
            assert!(!changes_what_is_made(flag), "{flag}");
        }
        assert!(changes_what_is_made("OPT_FAST=-O3"));
    }
}
