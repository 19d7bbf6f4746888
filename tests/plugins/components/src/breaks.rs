//! How rules are broken, and what a broken one has to look like.

use verifork::prelude::*;
use verifork::task::{TaskErrorKind, TaskErrors};
use verifork::value::LogicValue;
use verifork_components::{Clocked, Rule, Violation};

/// Makes all bits of a signal unknown.
pub(crate) fn unknown<T: LogicValue>(signal: Signal<T>) {
    signal.as_logic().set(LogicVec::unknown(signal.width()));
}

/// Changes something before the last edge of a reset, and goes on after it.
pub(crate) async fn change_in_reset(clocked: &Clocked, rst_n: Signal<bool>, change: impl FnOnce()) {
    clocked.edge().await;
    rst_n.set(false);
    clocked.edges(2).await;
    change();
    clocked.edge().await;
    rst_n.set(true);
    clocked.edges(2).await;
}

/// The scope has ended with just this rule broken, at this edge, by the checker of this bus.
pub(crate) fn broke(rule: &str, bus: &str, errors: Result<(), TaskErrors>) -> Result<Violation> {
    let Err(errors) = errors else {
        bail!("{rule} was broken, and nobody has said so");
    };
    ensure!(errors.len() == 1, "one rule is broken, not: {errors}");
    let error = errors.first();
    let TaskErrorKind::Failed(cause) = error.kind() else {
        bail!("it is not a broken rule: {error}");
    };
    let Some(violation) = cause.downcast_ref::<Violation>() else {
        bail!("it is not a broken rule: {error}");
    };
    ensure!(violation.rule() == rule, "not {rule}, but {violation}");
    ensure!(
        violation.bus().ends_with(bus),
        "on {}, not {bus}",
        violation.bus()
    );
    ensure!(
        violation.to_string().starts_with(&format!("{rule}: ")),
        "{violation}"
    );
    ensure!(
        violation.at() == Some(now()),
        "{violation}, now it is {}",
        now()
    );
    Ok(violation.clone())
}

/// Each rule is named in the text of the tests, whole, and not only to be ignored: as what [`broke`] has to find, or
/// at the beginning of the message of a test that fails.
pub(crate) fn all_have_tests(rules: &[Rule], text: &str) -> Result {
    for rule in rules {
        let is_told = |(at, found): (usize, &str)| {
            let behind = text[at + found.len()..].chars().next();
            matches!(behind, Some('"' | ':')) && !text[..at].ends_with("ignore(")
        };
        let quoted = format!("\"{}", rule.name);
        ensure!(
            text.match_indices(&quoted).any(is_told),
            "{} has no test",
            rule.name
        );
    }
    Ok(())
}
