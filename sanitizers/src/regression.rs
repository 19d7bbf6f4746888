//! The watchdog and the exit status, without a simulator whose lines are read.

#[path = "../../src/regression/exit.rs"]
mod exit;
#[path = "../../src/regression/watchdog.rs"]
mod watchdog;

/// The process's own output.
mod console {
    use std::io::Write as _;

    pub(super) fn try_flush_standard_output() {}

    pub(super) fn write_error(parts: &[&[u8]]) {
        let _ = std::io::stderr().write_all(&parts.concat());
    }

    pub(super) fn rest(_ended: bool) -> (Option<String>, bool) {
        (None, false)
    }
}

/// No file of results.
mod results {
    pub(super) fn afterwards(_text: &str) -> anyhow::Result<()> {
        Ok(())
    }
}
