use verifork::dut::Instance;
use verifork::prelude::*;
fn walk(i: Instance, d: usize) {
    for c in i.children().unwrap() {
        println!("{:d$}{} {}", "", c.path(), c.kind());
        if let Some(i) = c.as_instance() {
            walk(i, d + 2)
        }
    }
}
#[verifork::test]
async fn show(dut: Instance) -> Result {
    walk(dut, 1);
    for path in [
        "rows[0].first.lead",
        "rows[1].which.mid",
        "rows[0].always.there",
        "rows[0].inner.deep.low",
        "rows[0].fist",
        "single.alone",
        "rows[3].own",
        "rows[0].inner.depe.low",
        "nothing",
        "rows[1].first",
    ] {
        match dut.object(path) {
            Ok(o) => println!("{path} ok {}", o.path()),
            Err(e) => println!("{path}: {e}"),
        }
    }
    Ok(())
}
