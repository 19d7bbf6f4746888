//! Tests that lose, hide or misread something where the library lets them. `tests/trust` checks what
//! becomes of each, a module a kind in both.

mod deep;
mod design;
mod green;
mod lost;
mod odd;
mod scale;
mod should_fail;
mod shown;
