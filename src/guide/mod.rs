//! Guides: what to do when a testbench does not compile or a test hangs, and where to find what you know from cocotb.
//!
//! | page | for |
//! |---|---|
//! | [`when_it_does_not_compile`] | what the compiler's messages mean, and what to write |
//! | [`when_it_hangs`] | a test that does not end: how to read the report, and the usual causes |
//! | [`coming_from_cocotb`] | names and habits side by side |

pub mod coming_from_cocotb;
pub mod when_it_does_not_compile;
pub mod when_it_hangs;
