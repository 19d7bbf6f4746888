//! Runs that would look green.

use verifork::prelude::*;

unsafe extern "C" {
    fn _exit(status: i32) -> !;
}

#[verifork::test]
async fn leaves_without_a_word() {
    timer(1.ns()).await;
    // SAFETY: the end of the process is what is wanted.
    unsafe { _exit(0) };
}

/// What the process has written so far, reports included.
#[verifork::test]
async fn tells_what_was_written() -> Result {
    let told = std::fs::read_to_string("/proc/self/io")?;
    let written = told.lines().find_map(|line| line.strip_prefix("wchar: "));
    log::info!("written: {}", written.context("no such line")?);
    Ok(())
}
