//! Guides: testbenches that do not compile, tests that hang, and a comparison with cocotb.
//!
//! | page | for |
//! |---|---|
//! | [`when_it_does_not_compile`] | what the compiler's messages mean, and what to write |
//! | [`when_it_hangs`] | how to read the report of a hang, and the usual causes |
//! | [`coming_from_cocotb`] | names and habits side by side |

pub mod coming_from_cocotb;
pub mod when_it_does_not_compile;
pub mod when_it_hangs;
