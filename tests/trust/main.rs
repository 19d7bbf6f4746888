//! What must not pass: errors lost, runs that are green with nothing behind them, values that are
//! wrong. A module a kind; the tests that are run here are in `tests/plugins/trust`.

#[path = "../common/mod.rs"]
mod common;

mod deep;
mod design;
mod green;
mod lost;
mod odd;
mod refused_calls;
mod scale;
mod shown;
mod values;
