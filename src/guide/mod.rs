//! Guides: what to do when a test hangs, and where to find what you know from cocotb.
//!
//! | page | for |
//! |---|---|
//! | [`when_it_hangs`] | a test that does not end: how to read the report, and the usual causes |
//! | [`coming_from_cocotb`] | names and habits side by side |

pub mod coming_from_cocotb;
pub mod when_it_hangs;
