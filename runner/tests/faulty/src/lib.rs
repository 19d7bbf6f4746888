//! Tests that pass, fail, crash, hang and leave. Only the first few are run by `cargo test`; the
//! tests of the runner choose the others.

mod driven;
mod hangs;
mod reporting;
mod sequences;

use std::time::Duration;

use verifork::prelude::*;

#[verifork::test(covers = "REQ-12")]
async fn passes(dut: Instance) -> Result {
    let (a, y) = (dut.signal::<LogicVec>("a")?, dut.signal::<LogicVec>("y")?);
    a.set(LogicVec::zeros(a.width()));
    timer(1.ns()).await;
    assert_eq!(y.get(), LogicVec::ones(y.width()));
    Ok(())
}

#[verifork::test]
async fn passes_too() {
    timer(5.ns()).await;
}

#[verifork::test(skip = "no model yet")]
async fn is_skipped() {}

#[verifork::test]
async fn skips_itself() -> Result {
    skip("this design has no such part")
}

#[verifork::test(covers("REQ-12", "REQ <13>"))]
async fn fails(dut: Instance) -> Result {
    log::info!("about to fail");
    timer(12.ns()).await;
    let limit = dut.signal::<u32>("limit")?.get()?;
    assert_eq!(limit, 1234, "the limit is wrong");
    Ok(())
}

#[verifork::test]
async fn crashes() {
    timer(5.ns()).await;
    log::info!("about to crash");
    // SAFETY: the end of the process is what is wanted.
    unsafe { libc::raise(libc::SIGSEGV) };
}

#[verifork::test]
async fn leaves() {
    timer(5.ns()).await;
    // SAFETY: the end of the process is what is wanted.
    unsafe { libc::_exit(0) };
}

unsafe extern "C" {
    fn quick_exit(status: libc::c_int) -> !;
}

#[verifork::test]
async fn quits() {
    timer(5.ns()).await;
    // SAFETY: the end of the process is what is wanted.
    unsafe { quick_exit(0) };
}

#[verifork::test]
async fn becomes_another() -> Result {
    use std::os::unix::process::CommandExt as _;
    timer(5.ns()).await;
    Err(std::process::Command::new("true").exec().into())
}

#[verifork::test]
async fn exits() {
    timer(5.ns()).await;
    std::process::exit(0);
}

#[verifork::test(wall_timeout = Duration::from_millis(300))]
async fn hangs() {
    loop {
        std::hint::spin_loop();
    }
}

#[verifork::test]
async fn sleeps() {
    std::thread::sleep(Duration::from_secs(120));
}

#[verifork::test]
async fn waits(dut: Instance) -> Result {
    timer(20.ns()).await;
    let _: Instance = dut;
    Ok(())
}

/// The ports, bound by a struct.
#[derive(Dut)]
struct Gate {
    #[dut(input)]
    a: Signal<LogicVec>,
    #[dut(output)]
    y: Signal<LogicVec>,
}

#[verifork::test]
async fn binds(gate: Gate) -> Result {
    gate.a.set(LogicVec::zeros(gate.a.width()));
    timer(1.ns()).await;
    ensure!(gate.y.get() == LogicVec::ones(gate.a.width()));
    Ok(())
}

/// One of the ports.
#[derive(Dut)]
struct Input {
    a: Signal<LogicVec>,
}

#[verifork::test]
async fn knows_the_input(gate: Input) -> Result {
    gate.a.set(LogicVec::zeros(gate.a.width()));
    Ok(())
}

/// What is not a port.
#[derive(Dut)]
struct Inside {
    limit: Signal<u32>,
}

#[verifork::test]
async fn knows_the_inside(gate: Inside) -> Result {
    timer(1.ns()).await;
    ensure!(gate.limit.get()? == 5, "the limit is wrong");
    Ok(())
}

/// A name that no struct has.
#[verifork::test]
async fn finds_by_name(gate: Gate, top: Instance) -> Result {
    timer(1.ns()).await;
    ensure!(!gate.a.get().is_empty());
    ensure!(top.signal::<LogicVec>("limit")?.get().to_u64()? == 5);
    Ok(())
}

/// What the design was compiled from makes it show seven.
#[verifork::test]
async fn shows_seven(top: Instance) -> Result {
    read_only().await;
    ensure!(top.signal::<u8>("q")?.get()? == 7, "`q` is not seven");
    Ok(())
}

/// What is listed of a design, at any depth, is found again by the path that it gives.
#[verifork::test]
async fn finds_what_is_listed(top: Instance) -> Result {
    let mut lost = Vec::new();
    let (mut scopes, mut count) = (vec![top], 0);
    while let Some(scope) = scopes.pop() {
        for child in scope.children()? {
            count += 1;
            let path = child.path();
            let below = path.strip_prefix(top.path()).unwrap_or(path);
            for (from, path) in [(top, below.trim_start_matches('.')), (scope, child.name())] {
                match from.object(path) {
                    Ok(found) if found == child => {}
                    Ok(found) => lost.push(format!("{path} is {}", found.path())),
                    Err(error) => lost.push(format!("{path}: {error}")),
                }
            }
            log::info!("listed {} {:?}", path, child.kind());
            scopes.extend(child.as_instance());
        }
    }
    ensure!(
        lost.is_empty(),
        "{} of {count} are lost:\n{}",
        lost.len(),
        lost.join("\n")
    );
    log::info!("all of {count} are found");
    Ok(())
}

/// The design's own width, its text and its file are those that the harness gave it.
#[verifork::test]
async fn is_as_configured(dut: Instance) -> Result {
    ensure!(
        dut.signal::<LogicVec>("a")?.width() == 4,
        "the width is wrong"
    );
    timer(1.ns()).await;
    ensure!(
        dut.signal::<u8>("first")?.get()? == 0xa5,
        "the file was not read"
    );
    std::fs::write("litter.txt", "in the working folder")?;
    Ok(())
}

/// Names that would share a file, or be none. What one has left in its folder, no other finds.
mod names {
    use verifork::prelude::*;

    async fn is_alone(test: Test) -> Result {
        timer(1.ns()).await;
        let others = std::fs::read_dir(".")?.count();
        ensure!(others == 0, "{others} files are here");
        std::fs::write("mine", test.name())?;
        Ok(())
    }

    #[verifork::test(name = "a::b")]
    async fn colons(test: Test) -> Result {
        is_alone(test).await
    }

    #[verifork::test(name = "a.b")]
    async fn dot(test: Test) -> Result {
        is_alone(test).await
    }

    #[verifork::test(name = "A::b")]
    async fn capital(test: Test) -> Result {
        is_alone(test).await
    }

    #[verifork::test(name = "..")]
    async fn folder_above(test: Test) -> Result {
        is_alone(test).await
    }

    #[verifork::test(
        name = "long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long_long",
        cases(one = 1, two = 2)
    )]
    async fn long(test: Test, _case: u8) -> Result {
        is_alone(test).await
    }
}

/// What users forget, on `counter` in either language: the tests of the runner compare what each
/// simulator's user is told.
mod mistakes {
    use verifork::prelude::*;

    #[verifork::test(timeout = 50.us())]
    async fn forgets_the_clock(dut: Instance) -> Result {
        dut.signal::<bool>("clk")?.rising_edge().await;
        Ok(())
    }

    #[verifork::test]
    async fn reads_before_the_reset(dut: Instance) -> Result {
        timer(1.ns()).await;
        dut.signal::<u8>("count")?.get()?;
        Ok(())
    }

    /// Each of two tasks has one lock and wants the other's.
    #[verifork::test(timeout = 50.us())]
    async fn deadlocks() -> Result {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        let both = async |first: &Mutex<()>, second: &Mutex<()>| {
            let _first = first.lock().await;
            timer(1.ns()).await;
            let _second = second.lock().await;
            Ok(())
        };
        scope(async |tm| {
            tm.fork("left first", both(&left, &right));
            tm.fork("right first", both(&right, &left));
            Ok(())
        })
        .await?;
        Ok(())
    }
}
