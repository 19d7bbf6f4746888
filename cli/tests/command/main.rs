//! `cargo verifork` in an empty folder outside of the repository, against the real Icarus.

#[path = "../common/mod.rs"]
mod common;

mod bind;
mod installed;
mod new;
mod new_options;
