//! The same forms as in the other files, as they are allowed.
use verifork::prelude::*;
use verifork::task::{Task, TaskManager, block_on};

pub fn children_borrow_what_outlives_the_scope() -> Result {
    let words = vec![1, 2];
    let (mut left, mut right) = (0, 0);
    block_on(scope(async |tm| {
        tm.fork("left", async { Ok(left += words[0]) });
        tm.fork("right", async { Ok(right += words[1]) });
        let local = String::new();
        tm.fork("owns", async move { Ok(drop(local)) });
        tm.fork("adds", async { Ok(drop(tm.fork("sibling", async { Ok(()) }))) });
        Ok(())
    }))?;
    assert_eq!(left + right, 3);
    Ok(())
}

pub async fn a_scope_of_a_manager_leaves_its_values() -> Result<i32> {
    let tm = TaskManager::new();
    let task: Task<i32> = tm.fork("one", async { Ok(1) });
    tm.scope(async |tm| Ok(drop(tm.fork("two", async { Ok(2) })))).await?;
    Ok(task.await? + tm.result::<i32>("two")?)
}

pub fn loops_tell_nothing_where_nobody_asks(tm: &TaskManager, signal: Signal<bool>) {
    background("of the test", async move {
        loop {
            signal.rising_edge().await;
            ensure!(signal.get()?, "it fell at once");
        }
    });
    tm.background("of a manager", async move {
        loop {
            signal.changed().await;
        }
    });
    tm.add("added", async move {
        loop {
            signal.changed().await;
        }
    });
    spawn(async move {
        loop {
            signal.changed().await;
        }
    });
    spawn(async move {
        signal.rising_edges(2).await;
    });
    let _: Task<u8> = spawn(async move { Ok("42".parse()?) });
    tm.child("built").fork(async move {
        signal.changed().await;
    });
    tm.child("in the background").background().start_soon(async move {
        loop {
            signal.changed().await;
            signal.get()?;
        }
    });
    tm.fork::<Result, _>("told", async move {
        loop {
            signal.changed().await;
            signal.get()?;
        }
    });
}

pub async fn blocks_that_end_in_bail_tell_nothing(tm: &TaskManager, q: Signal<u8>) -> Result {
    spawn(async move {
        q.changed().await;
        bail!("it has changed")
    });
    let watchdog = tm.fork("watchdog", async {
        timer(1.us()).await;
        bail!("too late");
    });
    tm.child("built").start_soon(async move {
        loop {
            q.changed().await;
            ensure!(q.get().is_ok(), "it is unknown");
        }
    });
    let either = [tm.fork("one", async { Ok(1_u8) }), tm.fork("none", async { bail!("none") })];
    scope(async |tm| {
        tm.background("fails", async { bail!("at once") });
        q.changed().await;
        bail!("the block fails");
    })
    .await?;
    watchdog.await?;
    drop(either);
    Ok(())
}

#[verifork::test]
async fn blocks_of_a_test_that_end_in_an_error_tell_nothing(clk: Signal<bool>) -> Result {
    spawn(async move {
        clk.rising_edge().await;
        pass("enough")
    });
    let monitor = spawn(async move {
        loop {
            clk.rising_edge().await;
            if !clk.get()? {
                return skip("it has no clock");
            }
        }
    });
    scope(async |tm| {
        tm.fork("fails", async { Err(verifork::error!("at once")) });
        Ok(())
    })
    .await?;
    let _: Task<()> = monitor;
    Ok(())
}

#[verifork::test]
async fn loops_of_a_test_tell_nothing(clk: Signal<bool>) -> Result {
    spawn(async move {
        loop {
            clk.rising_edge().await;
            clk.expect(true)?;
        }
    });
    scope(async |tm| {
        let monitor = tm.fork("monitor", async {
            loop {
                clk.changed().await;
                let level = clk.get()?;
                for _ in 0..3 {
                    if level {
                        break;
                    }
                }
            }
        });
        tm.child("built").start_soon(async move {
            loop {
                clk.changed().await;
                ensure!(clk.get()?, "it fell");
            }
        });
        let _: Task<()> = monitor;
        tm.cancel_all();
        Ok(())
    })
    .await?;
    Ok(())
}

async fn watches(q: Signal<u8>) -> Result {
    loop {
        q.changed().await;
        q.expect(0)?;
    }
}

pub async fn loops_of_functions_and_closures_tell_it_themselves(q: Signal<u8>) -> Result {
    spawn(watches(q));
    background("by a function", watches(q));
    let watch = async move |expected: u8| -> Result {
        loop {
            q.changed().await;
            q.expect(expected)?;
        }
    };
    scope(async |tm| {
        tm.fork("by a closure", watch(3));
        Ok(())
    })
    .await?;
    Ok(())
}

pub mod without_the_prelude {
    use verifork::*;

    #[derive(Dut)]
    pub struct Top {
        clk: Signal<bool>,
    }

    #[verifork::test(timeout = 1.us(), cases(text = ("abc", 3, -1, 2.5, 'c', true)))]
    async fn starts(dut: Top, text: &str, length: usize, below: i8, part: f64, c: char, yes: bool) {
        Clock::new(&dut.clk, 10.ns()).start();
        assert!(text.len() == length && below < 0 && part > 2.0 && c == 'c' && yes);
    }
}

pub async fn signals_are_compared(a: Signal<u8>, b: Signal<u8>) -> Result {
    a.wait_until(|value| value.is_ok_and(|value| value > 3)).await;
    ensure!(a != b && a.get()? == b.get()?, "two names of one net");
    Ok(())
}

pub async fn blocks_end_without_a_value_or_in_one() -> Result {
    scope(async |tm| {
        tm.fork("child", async { Ok(()) });
    })
    .await?;
    let length = scope(async |tm| {
        let task = tm.fork("child", async { Ok("42".parse::<u8>()?) });
        ensure!(!tm.is_empty(), "no child");
        if task.is_finished() {
            bail!("it has ended");
        }
        Ok(task.await? + "1".parse::<u8>()?)
    })
    .await?;
    TaskManager::new().scope(async |_| yield_now().await).await?;
    ensure!(length > 1, "short");
    Ok(())
}

/// `Dut` implements `Clone` and `Copy` unless they are derived beside it.
pub mod copies {
    use verifork::prelude::*;

    #[derive(Clone, Copy, Debug, Dut)]
    pub struct One {
        pub clk: Signal<bool>,
    }

    #[derive(Clone)]
    /// Its other derives are apart.
    #[derive(Dut)]
    #[derive(Copy)]
    pub struct Two {
        pub one: One,
    }

    #[derive(
        Dut,
        Clone,
    )]
    pub struct Three {
        pub two: Two,
    }

    #[derive(Dut)]
    pub struct Four<T> {
        pub three: Three,
        pub data: Signal<T>,
        pub lanes: [One; 2],
    }

    pub fn twice(four: Four<u8>) -> (Four<u8>, Four<u8>) {
        (four, four)
    }
}
