//! What designs of Verilator hold, each kind in turn: tests of `tests/designs/kinds.sv`.

mod kinds;
mod tops;

/// Forces, by version 5.032 and newer ones.
mod forces {
    use verifork::prelude::*;

    /// What can be forced, and what the design makes of it.
    #[derive(Dut)]
    struct Forceable {
        clk: Signal<bool>,
        a: Signal<u8>,
        held: Signal<u8>,
        net: Signal<u8>,
        wide: Signal<LogicVec>,
        one: Signal<bool>,
        free: Signal<u8>,
        seen: Signal<u8>,
    }

    #[verifork::test]
    async fn a_force_holds_a_register_until_it_is_released(dut: Forceable) -> Result {
        dut.a.set(0x11);
        Clock::new(&dut.clk, 10.ns()).start();
        dut.clk.rising_edges(2).await;
        read_only().await;
        dut.held.expect(0x11)?;
        next_time_step().await;
        dut.held.force(0xa5);
        dut.held.expect(0xa5)?;
        dut.clk.rising_edges(2).await;
        read_only().await;
        dut.held.expect(0xa5)?;
        dut.seen.expect(0xa5 ^ 0x12 ^ 0x11 ^ 0xff)?;
        next_time_step().await;
        // A variable keeps the value until it is assigned to (IEEE 1800-2017, 10.6.2).
        dut.held.release();
        timer(1.ns()).await;
        dut.held.expect(0xa5)?;
        dut.clk.rising_edge().await;
        read_only().await;
        dut.held.expect(0x11)?;
        Ok(dut.seen.expect(0x11 ^ 0x12 ^ 0x11 ^ 0xff)?)
    }

    #[verifork::test]
    async fn a_released_net_has_what_drives_it(dut: Forceable) -> Result {
        dut.a.set(3);
        timer(1.ns()).await;
        dut.net.expect(4)?;
        dut.net.force(0x40);
        timer(1.ns()).await;
        dut.net.expect(0x40)?;
        dut.a.set(9);
        timer(1.ns()).await;
        dut.net.expect(0x40)?;
        dut.net.release();
        timer(1.ns()).await;
        Ok(dut.net.expect(10)?)
    }

    #[verifork::test]
    async fn single_bits_are_forced_and_wide_vectors(dut: Forceable) -> Result {
        Clock::new(&dut.clk, 10.ns()).start();
        dut.a.set(0xff);
        dut.clk.rising_edges(2).await;
        read_only().await;
        next_time_step().await;
        dut.held.bit(2).force(Logic::Zero);
        dut.held.bit(0).force(Logic::Zero);
        dut.one.force(false);
        dut.wide.force(LogicVec::ones(70));
        dut.clk.rising_edges(2).await;
        read_only().await;
        dut.held.expect(0xfa)?;
        dut.one.expect(false)?;
        dut.wide.expect(LogicVec::ones(70))?;
        next_time_step().await;
        dut.a.set(0x0f);
        dut.held.bit(0).release();
        dut.clk.rising_edges(2).await;
        read_only().await;
        // What is not held goes on.
        dut.held.expect(0x0b)?;
        Ok(dut.seen.expect(0x0b ^ 0x10 ^ 0xff)?)
    }

    #[verifork::test]
    async fn an_edge_that_a_force_makes_is_one(dut: Forceable) -> Result {
        let one = dut.one;
        let waits = spawn(async move {
            one.rising_edge().await;
            Ok(now())
        });
        timer(3.ns()).await;
        dut.one.force(true);
        let at = waits.await?;
        ensure!(at == now(), "seen at {at}");
        Ok(())
    }

    #[verifork::test]
    async fn what_is_not_marked_is_not_forced(dut: Forceable) -> Result {
        match dut.free.try_force(1) {
            Ok(()) => bail!("it was forced"),
            Err(error) => ensure!(error.to_string().contains("forceable"), "{error}"),
        }
        Ok(())
    }
}
