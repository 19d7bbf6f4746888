//! Tests that lose what they have begun: managers, scopes, tasks, threads, clocks. What goes wrong in it
//! is theirs, and nothing of it goes on when they have ended.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;

use verifork::dut::Instance;
use verifork::prelude::*;
use verifork::sync::blocking;
use verifork::task::{ManagerOptions, Task, TaskManager};

type Kept = Pin<Box<dyn Future<Output = ()>>>;

thread_local! {
    static MANAGER: RefCell<Option<TaskManager>> = const { RefCell::new(None) };
    static FUTURE: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

async fn checker() -> Result {
    timer(1.ns()).await;
    verifork::bail!("the checker of a lost manager")
}

/// Writes for ever, and would do so in the next test.
async fn driver(command: Signal<u8>) -> Result {
    for value in (0x40..0x80).cycle() {
        command.set(value);
        timer(1.ns()).await;
    }
    Ok(())
}

#[track_caller]
fn tolerant() -> TaskManager {
    TaskManager::with_options(ManagerOptions::new().continue_on_error(true))
}

struct Bench {
    tm: TaskManager,
    me: RefCell<Option<Rc<Bench>>>,
}

#[verifork::test]
async fn a_cycle(dut: Instance) -> Result {
    let command = dut.signal("command")?;
    let bench = Rc::new(Bench {
        tm: tolerant(), // the cycle's
        me: RefCell::default(),
    });
    bench.me.replace(Some(Rc::clone(&bench)));
    bench.tm.fork("checker", checker());
    let _driver: Task<()> = bench.tm.fork("driver", driver(command));
    timer(5.ns()).await;
    Ok(())
}

#[verifork::test]
async fn b_own_task(dut: Instance) -> Result {
    let command = dut.signal("command")?;
    let tm = Rc::new(tolerant()); // its own task's
    let keep = Rc::clone(&tm);
    let _driver: Task<()> = tm.fork("driver", async move {
        let _keep = keep;
        driver(command).await
    });
    tm.fork("checker", checker());
    timer(5.ns()).await;
    Ok(())
}

/// Drops a manager whose background is cancelled as it is meant to be.
#[verifork::test]
async fn background_alone(dut: Instance) -> Result {
    let tm = TaskManager::new();
    tm.background("driver", driver(dut.signal("command")?));
    timer(5.ns()).await;
    Ok(())
}

#[verifork::test]
async fn background_and_work(dut: Instance) -> Result {
    let tm = TaskManager::new();
    tm.background("driver", driver(dut.signal("command")?));
    tm.fork("work", pending::<Result>());
    timer(5.ns()).await;
    Ok(())
}

#[verifork::test]
async fn c_leaked(dut: Instance) -> Result {
    let command = dut.signal("command")?;
    let tm: &'static TaskManager = Box::leak(Box::new(tolerant())); // leaked
    tm.fork("checker", checker());
    let _driver: Task<()> = tm.fork("driver", driver(command));
    timer(5.ns()).await;
    Ok(())
}

#[verifork::test]
async fn d_thread_local(dut: Instance) -> Result {
    let command = dut.signal("command")?;
    MANAGER.set(Some(tolerant())); // the thread's
    MANAGER.with_borrow(|tm| {
        let tm = tm.as_ref().expect("set just now");
        tm.fork("checker", checker());
        let _driver: Task<()> = tm.fork("driver", driver(command));
    });
    timer(5.ns()).await;
    Ok(())
}

#[verifork::test]
async fn e_scope(dut: Instance) -> Result {
    let command: Signal<u8> = dut.signal("command")?;
    let mut kept: Kept = Box::pin(async move {
        let options = ManagerOptions::new().continue_on_error(true);
        // the scope's
        let ended = verifork::task::scope_with(options, async |tm| {
            tm.fork("checker", checker());
            driver(command).await
        })
        .await;
        assert!(ended.is_err());
    });
    // Polled by hand, it is nobody's task.
    for _ in 0..5 {
        poll_fn(|context| Poll::Ready(kept.as_mut().poll(context).is_pending())).await;
        timer(1.ns()).await;
    }
    FUTURE.set(Some(kept));
    Ok(())
}

#[verifork::test]
async fn f_thread() -> Result {
    let (go, wait) = mpsc::channel::<()>();
    let mut slow: Kept = Box::pin(async move {
        let waits = move || wait.recv_timeout(Duration::from_secs(100)).is_ok();
        blocking("slow", waits).await.ok();
    });
    poll_fn(|context| Poll::Ready(slow.as_mut().poll(context).is_pending())).await;
    // Neither is dropped: the thread waits, and the simulation for the thread.
    std::mem::forget((go, slow));
    Ok(())
}

#[verifork::test]
async fn g_clock(dut: Instance) -> Result {
    let clk = dut.signal("clk")?;
    Clock::new(&clk, 2.ns()).start();
    clk.rising_edge().await;
    Ok(())
}

#[verifork::test]
async fn h_spawned(dut: Instance) -> Result {
    let command = dut.signal("command")?;
    let _driver: Task<()> = verifork::task::spawn(driver(command));
    timer(2.ns()).await;
    Ok(())
}

/// Comes after one of the others: nothing moves.
#[verifork::test]
async fn z_comes_after(dut: Instance) -> Result {
    let (clk, command): (Signal<bool>, Signal<u8>) = (dut.signal("clk")?, dut.signal("command")?);
    clk.set(false);
    command.set(0);
    for _ in 0..20 {
        timer(1.ns()).await;
        verifork::ensure!(!clk.get()?, "a clock runs on");
        verifork::ensure!(command.get()? == 0, "a driver runs on");
    }
    // The scope that was kept: its future ends without having run on.
    if let Some(kept) = FUTURE.take() {
        kept.await;
        timer(2.ns()).await;
        verifork::ensure!(command.get()? == 0, "the scope has run on");
    }
    Ok(())
}
