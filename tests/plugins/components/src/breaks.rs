//! What a broken rule has to look like.

use verifork::prelude::*;
use verifork::task::{TaskErrorKind, TaskErrors};
use verifork_components::Violation;

/// The scope has ended with just this rule broken, at this edge, by the checker of this bus.
pub(crate) fn broke(rule: &str, bus: &str, errors: Result<(), TaskErrors>) -> Result<Violation> {
    let Err(errors) = errors else {
        bail!("{rule} was broken, and nobody has said so");
    };
    ensure!(errors.len() == 1, "one rule is broken, not: {errors}");
    let error = errors.first();
    let TaskErrorKind::Failed(cause) = error.kind() else {
        bail!("it is no broken rule: {error}");
    };
    let Some(violation) = cause.downcast_ref::<Violation>() else {
        bail!("it is no broken rule: {error}");
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
