//! Tests that fail with values whose own code fails: errors that cannot be shown, asked or dropped.

use std::error::Error as StdError;
use std::fmt;

use verifork::dut::Instance;
use verifork::prelude::*;

/// What an error does when it is asked for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Well,
    Fails,
    Panics,
}

use Does::{Fails, Panics, Well};

impl Does {
    fn write(self, f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
        match self {
            Well => f.write_str(text),
            Fails => Err(fmt::Error),
            Panics => panic!("no {text}"),
        }
    }
}

struct Odd {
    display: Does,
    debug: Does,
    source: Does,
    drop: Does,
}

impl Odd {
    fn new(display: Does, debug: Does, source: Does, drop: Does) -> Self {
        Odd {
            display,
            debug,
            source,
            drop,
        }
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.display.write(f, "display")
    }
}

impl fmt::Debug for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.debug.write(f, "debug")
    }
}

impl StdError for Odd {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.source {
            Well => None,
            // A cause without an end.
            Fails => Some(self),
            Panics => panic!("no source"),
        }
    }
}

impl Drop for Odd {
    fn drop(&mut self) {
        assert!(self.drop == Well, "no drop");
    }
}

/// A clock runs on: a run that does not go on would not end either.
fn start(dut: Instance) -> Result {
    Clock::new(&dut.signal("clk")?, 2.ns()).start();
    Ok(())
}

#[verifork::test(cases(
    display_fails = Odd::new(Fails, Well, Well, Well),
    display_panics = Odd::new(Panics, Well, Well, Well),
    debug_panics_too = Odd::new(Panics, Panics, Well, Well),
    source_has_no_end = Odd::new(Well, Well, Fails, Well),
    source_panics = Odd::new(Well, Well, Panics, Well),
    drop_panics = Odd::new(Well, Well, Well, Panics),
    all_panic = Odd::new(Panics, Panics, Panics, Panics),
))]
async fn returned(dut: Instance, error: Odd) -> Result {
    start(dut)?;
    timer(3.ns()).await;
    Err(error.into())
}

#[verifork::test]
async fn of_a_lost_task(dut: Instance) -> Result {
    start(dut)?;
    let tm = verifork::task::TaskManager::new();
    let odd = Odd::new(Panics, Well, Well, Panics);
    tm.fork("odd", async { Err::<(), _>(odd.into()) });
    Ok(())
}

#[verifork::test]
async fn logged(dut: Instance) -> Result {
    start(dut)?;
    log::info!("{}", Odd::new(Fails, Well, Well, Well));
    verifork::bail!("after the log")
}

#[verifork::test]
async fn thrown(dut: Instance) -> Result {
    start(dut)?;
    std::panic::panic_any(Odd::new(Well, Well, Well, Panics))
}

#[verifork::test]
async fn z_comes_after(dut: Instance) -> Result {
    start(dut)?;
    timer(10.ns()).await;
    Ok(())
}
