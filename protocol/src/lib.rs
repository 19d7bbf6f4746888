//! What the library `verifork`, its runner and its command write and say alike, so that each fact
//! is known in one place: results as `JUnit` XML, names of files, names that are near to a misspelt one, words of a
//! shell.
//!
//! Not for testbenches: it has the version of the crates that use it, and changes with them.

pub mod files;
pub mod junit;
pub mod nearest;
pub mod shell;
