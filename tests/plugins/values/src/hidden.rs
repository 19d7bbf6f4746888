//! What a simulator hides is said to be hidden, and not to be missing.

use verifork::dut::Instance;
use verifork::prelude::*;

use crate::refusal;

/// NVC shows an if-generate or a case-generate by the index of the loop around it, and nothing in it.
#[verifork::test]
async fn generates_by_a_loops_index_are_said_to_be_hidden(dut: Instance) -> Result {
    for path in [
        "rows[0].first.lead",
        "rows[1].which.mid",
        "rows[1].inner.deep.low",
    ] {
        let text = refusal(dut.object(path));
        assert!(
            text.contains("cannot show what is in `hidden.rows[")
                && text.contains("depends on the index of the `for` generate around it"),
            "{text}"
        );
    }
    // What is there is found, and what is missing beside it is not said to be hidden.
    for path in ["rows[0].always.there", "rows[2].inner.held", "single.alone"] {
        dut.signal::<bool>(path)?;
    }
    for path in [
        "rows[0].nothing",
        "rows[0].always.nothing",
        "single.nothing",
    ] {
        let text = refusal(dut.object(path));
        assert!(!text.contains("cannot show"), "{text}");
    }
    Ok(())
}
