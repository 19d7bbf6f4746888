//! Everything the task manager does, as a user writes it.
//! The design, its driver and its monitor are in `bench.rs`.

mod bench;

use bench::{Adder, Driver, Monitor, Request, do_a, do_b, do_c, model, write_channel};
use verifork::prelude::*;

/// Children borrow the parent's locals; the scope cannot end before they do.
#[verifork::test]
async fn drives_and_monitors(dut: Adder) -> Result {
    let inputs: Vec<u8> = (0..100).collect();
    let (driver, monitor) = (Driver::new(&dut), Monitor::new(&dut));

    scope(async |tm| {
        tm.fork("drive_input", async {
            for &input in &inputs {
                driver.send(input).await?;
            }
            Ok(())
        });
        tm.fork("monitor_output", async {
            for &input in &inputs {
                assert_eq!(monitor.recv().await?, model(input));
            }
            Ok(())
        });
        Ok(())
    })
    .await?; // only here once every child has finished
    Ok(())
}

/// A child's failure cancels its siblings and the block, and reaches the caller.
#[verifork::test]
async fn a_failure_propagates(_dut: Adder) -> Result {
    let error = scope(async |tm| {
        tm.fork("fails", async { Err::<(), _>(verifork::error!("oops")) });
        tm.fork("runs_forever", async { pending::<Result>().await });
        Ok(())
    })
    .await
    .unwrap_err();
    assert_eq!(error.first().task(), "fails");
    assert_eq!(error.first().to_string(), "oops");
    Ok(())
}

/// Outcomes stay readable by name after the manager has exited.
#[verifork::test]
async fn outcomes_by_name(_dut: Adder) -> Result {
    let tm = TaskManager::new();
    tm.scope(async |tm| {
        tm.fork("foo", async { Ok(8) });
        tm.fork("bar", async { Ok("wow") });
        Ok(())
    })
    .await?;
    assert_eq!(tm.result::<i32>("foo")?, &8);
    assert_eq!(tm.result::<&str>("bar")?, &"wow");
    assert!(tm["foo"].is_finished());
    assert_eq!(tm.names().collect::<Vec<_>>(), ["foo", "bar"]);
    Ok(())
}

/// The proposal's choreography: A and B together, C after B, A ends with C.
#[verifork::test]
async fn choreography(dut: Adder) -> Result {
    scope(async |tm| {
        let a = tm.fork("do_a", do_a(&dut)); // has run to its first await when fork returns
        tm.fork("do_b", do_b(&dut)).await?;
        tm.fork("do_c", do_c(&dut)).await?;
        a.cancel();
        Ok(())
    })
    .await?;
    Ok(())
}

/// An owned manager: a driver keeps its background tasks, and they end with it.
struct Bus {
    tasks: TaskManager,
    requests: Sender<Request>,
}

impl Bus {
    fn new(dut: &Adder) -> Self {
        let (requests, inbox) = channel(16);
        let tasks = TaskManager::new();
        tasks.start_soon("write_channel", write_channel(*dut, inbox)); // 'static
        Bus { tasks, requests }
    }

    async fn close(self) -> Result {
        self.tasks.join_all().await // dropped without this: children cancelled, and a warning names them
    }
}

/// The bus works beside the test until the last request is served.
#[verifork::test(timeout = 10.us())]
async fn a_bus_serves_requests_in_the_background(dut: Adder) -> Result {
    let (bus, monitor) = (Bus::new(&dut), Monitor::new(&dut));
    for value in [0, 7, 255] {
        bus.requests.send(Request::Write(value)).await?; // returns once it is queued
    }
    bus.requests.send(Request::Last).await?;
    for value in [0, 7, 255] {
        assert_eq!(monitor.recv().await?, model(value));
    }
    bus.close().await
}

/// The rest of the surface.
#[verifork::test]
async fn the_rest(dut: Adder) -> Result {
    scope(async |tm| {
        tm.start_soon("later", do_a(&dut)); // queued: starts after the current task suspends
        tm.start("now", do_b(&dut)).await; // resolves once the child has run to its first await
        tm.fork_soon("fork_soon", || do_b(&dut));
        tm.add("adopted", dut.clk.rising_edges(5)); // any awaitable: a trigger, another Task
        tm.fork_with(
            "tolerated",
            ChildOptions::new().continue_on_error(true),
            do_c(&dut),
        );

        let finished = tm.join_next().await; // the next child to finish, by name; None when all have
        tm.join_any().await; // at once if one has finished already
        assert!(tm.contains("later") && tm.len() == 5 && finished.is_some());

        tm.on_exit(async {
            // async clean-up: runs after the children, however the scope ends
            dut.en.set(false);
            dut.clk.rising_edge().await;
        });
        tm.cancel_all();
        tm.join_all().await
    })
    .await?;
    Ok(())
}
