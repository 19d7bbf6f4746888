//! Each rule of valid/ready is broken on purpose, and nothing else.

use verifork::prelude::*;
use verifork::task::TaskErrors;
use verifork_components::valid_ready::{Channel, Checker, Monitor, RULES, Sink};

use crate::breaks::{broke, unknown};
use crate::{RequestSignals, Wires};

type Requests = Channel<RequestSignals>;
type Change = fn(&Requests);

fn ready(requests: &Requests, ready: Logic) {
    requests.ready.expect("it is there").set(ready);
}

async fn a_request(
    dut: &Wires,
    checker: Checker<RequestSignals>,
    before: Change,
    meanwhile: Change,
) -> Result<(), TaskErrors> {
    let clocked = dut.start().await;
    let requests = &dut.requests;
    scope(async |tm| {
        checker.start(tm, &clocked);
        clocked.edges(2).await;
        requests.payload.address.set(7);
        requests.payload.write.set(true);
        requests
            .payload
            .data
            .set(LogicVec::ones(requests.payload.data.width()));
        requests.valid.set(Logic::One);
        before(requests);
        clocked.edge().await;
        meanwhile(requests);
        clocked.edge().await;
        ready(requests, Logic::One);
        clocked.edge().await;
        requests.valid.set(Logic::Zero);
        clocked.edges(3).await;
        Ok(())
    })
    .await
}

fn nothing(_: &Requests) {}

#[verifork::test]
async fn a_request_that_waits_breaks_no_rule(dut: Wires) -> Result {
    let checker = Checker::new(&dut.requests).max_wait(2);
    Ok(a_request(&dut, checker, nothing, nothing).await?)
}

#[verifork::test(cases(
    valid = ("VALID_STABLE", (|it| it.valid.set(Logic::Zero)) as Change),
    address = ("PAYLOAD_STABLE", (|it| it.payload.address.set(6)) as Change),
    write = ("PAYLOAD_STABLE", (|it| it.payload.write.set(false)) as Change),
    data = ("PAYLOAD_STABLE", (|it| it.payload.data.set(LogicVec::zeros(it.payload.data.width()))) as Change),
))]
async fn what_changes_while_it_waits_is_named(
    dut: Wires,
    rule: &'static str,
    change: Change,
) -> Result {
    broke(
        rule,
        "req",
        a_request(&dut, Checker::new(&dut.requests), nothing, change).await,
    )?;
    let checker = Checker::new(&dut.requests).ignore(rule);
    Ok(a_request(&dut, checker, nothing, change).await?)
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(
        valid = ("VALID_X", (|it| it.valid.set(Logic::Unknown)) as Change),
        ready = ("READY_X", (|it| ready(it, Logic::Unknown)) as Change),
        write = ("PAYLOAD_X", (|it| unknown(it.payload.write)) as Change),
        data = ("PAYLOAD_X", (|it| unknown(it.payload.data)) as Change),
    )
)]
async fn what_is_unknown_is_named(dut: Wires, rule: &'static str, change: Change) -> Result {
    broke(
        rule,
        "req",
        a_request(&dut, Checker::new(&dut.requests), change, nothing).await,
    )?;
    Ok(())
}

#[verifork::test(
    skip(verilator, "its values have two states"),
    cases(sink = 0, monitor = 1)
)]
async fn a_model_names_an_unknown_payload(dut: Wires, which: u8) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        if which == 0 {
            let _sink = Sink::new(&dut.requests).start(tm, &clocked);
        } else {
            ready(&dut.requests, Logic::One);
            Monitor::new(&dut.requests)
                .start(tm, &clocked)
                .for_each(|_| {});
        }
        clocked.edge().await;
        unknown(dut.requests.payload.write);
        dut.requests.valid.set(Logic::One);
        clocked.edges(4).await;
        Ok(())
    })
    .await;
    broke("PAYLOAD_X", "req", outcome)?;
    Ok(())
}

#[verifork::test]
async fn valid_at_the_first_edge_after_a_reset_is_named(dut: Wires) -> Result {
    let clocked = dut.start().await;
    let outcome = scope(async |tm| {
        Checker::new(&dut.requests).start(tm, &clocked);
        clocked.edge().await;
        dut.rst_n.set(false);
        dut.requests.valid.set(Logic::One);
        ready(&dut.requests, Logic::One);
        clocked.edges(3).await;
        dut.rst_n.set(true);
        clocked.edges(3).await;
        Ok(())
    })
    .await;
    broke("VALID_RESET", "req", outcome)?;
    Ok(())
}

#[verifork::test]
async fn a_wait_that_is_too_long_is_named(dut: Wires) -> Result {
    let checker = Checker::new(&dut.requests).max_wait(1);
    broke(
        "READY_MAX_WAIT",
        "req",
        a_request(&dut, checker, nothing, nothing).await,
    )?;
    Ok(())
}

#[verifork::test]
async fn every_rule_of_the_table_has_its_test() -> Result {
    let text = include_str!("valid_ready_rules.rs");
    for rule in RULES {
        ensure!(
            text.contains(&format!("\"{}\"", rule.name)),
            "{} has no test",
            rule.name
        );
    }
    Ok(())
}
