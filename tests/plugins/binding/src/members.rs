//! Members of packed structures, each a signal, where the simulator's compiler tells them.

use verifork::dut::Instance;
use verifork::prelude::*;

#[derive(Dut)]
struct Flags {
    a: Signal<bool>,
    b: Signal<u8>,
}

#[derive(Dut)]
struct Header {
    kind: Signal<u8>,
    #[dut(fields)]
    flags: Flags,
    len: Signal<i8>,
}

#[derive(Dut)]
struct Frame {
    low: Signal<u32>,
    body: Signal<u128>,
    #[dut(fields)]
    header: Header,
}

#[derive(Dut)]
struct Members {
    clk: Signal<bool>,
    #[dut(fields)]
    h: Header,
    #[dut(path = "h")]
    whole: Signal<u16>,
    #[dut(fields)]
    q: Header,
    #[dut(fields)]
    frame: Frame,
    /// Inside, where a simulator shows what is bound and nothing else.
    #[dut(fields)]
    stored: Header,
    #[dut(fields, path = "table_of")]
    table: [Header; 3],
}

#[verifork::test]
async fn known_members_are_read_and_written_one_by_one(dut: Members) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.whole.set(0xffff);
    dut.clk.rising_edge().await;
    // Writes to several of them in one step add up, and leave the others as they are.
    dut.h.flags.b.set(0b010);
    dut.h.len.set(-128);
    read_write().await;
    dut.whole.expect(0b1111_1010_1000_0000)?;
    dut.h.kind.set(6);
    dut.h.flags.a.set(false);
    dut.clk.rising_edge().await;
    read_only().await;
    dut.whole.expect(0b0110_0010_1000_0000)?;
    dut.stored.kind.expect(6)?;
    dut.stored.flags.a.expect(false)?;
    dut.stored.flags.b.expect(2)?;
    dut.stored.len.expect(-128)?;
    dut.table[1].flags.b.expect(2)?;
    dut.table[1].len.expect(-128)?;
    dut.table[0].len.expect(0)?;
    ensure!(dut.q.kind.width() == 4 && dut.frame.body.width() == 70);
    ensure!(
        dut.h.flags.b.range() == (0, 2),
        "{:?}",
        dut.h.flags.b.range()
    );
    let error = dut.h.kind.try_set(16).unwrap_err();
    ensure!(error.to_string().contains("members.h.kind"), "{error}");
    Ok(())
}

#[verifork::test]
async fn known_members_are_awaited_like_signals(dut: Members, top: Instance) -> Result {
    Clock::new(&dut.clk, 10.ns()).start();
    dut.whole.set(0);
    dut.clk.rising_edges(3).await;
    let waiting = spawn(async move {
        dut.q.flags.a.rising_edge().await;
        dut.q.kind.changed().await;
        dut.frame.header.len.wait_for(-3).await;
        Ok(dut)
    });
    let h: Header = top.object("h")?.bind()?;
    h.flags.a.set(true);
    let clk = top.signal::<bool>("clk")?;
    clk.rising_edges(2).await;
    // Another member alone is not a change of this one.
    h.len.set(-3);
    clk.rising_edges(3).await;
    ensure!(!waiting.is_finished());
    h.kind.set(1);
    clk.rising_edges(3).await;
    let dut = waiting.await?;
    dut.frame.low.expect(0xfd)?;
    read_only().await;
    let body = dut.frame.body.get()?;
    clk.rising_edge().await;
    read_only().await;
    dut.frame.body.expect(!body & (u128::MAX >> 58))?;
    Ok(())
}

#[derive(Dut, Debug)]
#[allow(dead_code, reason = "it does not fit")]
struct Wrong {
    king: Signal<u8>,
    #[dut(input)]
    len: Signal<bool>,
}

#[verifork::test]
async fn known_members_that_do_not_fit_are_reported(_dut: Members, top: Instance) -> Result {
    let error = top.object("q")?.bind::<Wrong>().unwrap_err().to_string();
    for part in ["`king`", "kind", "members.q.len", "output"] {
        ensure!(error.contains(part), "no {part} in {error}");
    }
    let forced = top.signal::<u8>("h.kind")?.try_force(1).unwrap_err();
    ensure!(forced.to_string().contains("members.h.kind"), "{forced}");
    Ok(())
}

#[derive(Dut, Debug)]
#[allow(dead_code, reason = "it does not fit")]
struct Refused {
    #[dut(fields)]
    h: Bare,
}

#[derive(Dut, Debug)]
#[allow(dead_code, reason = "it does not fit")]
struct Bare {
    kind: Signal<u8>,
}

#[verifork::test]
async fn unknown_members_are_refused_with_what_fits(top: Instance) -> Result {
    let error = top.bind::<Refused>().unwrap_err().to_string();
    for part in [
        "members.h",
        "`Signal` of a struct that derives `LogicStruct`",
    ] {
        ensure!(error.contains(part), "no {part} in {error}");
    }
    Ok(())
}
