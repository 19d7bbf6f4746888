//! Everything that the library `verifork`, its harness and its command have in common, each defined once:
//!
//! - the data that they exchange: [results], the [list of tests](listing), the [description] of a design,
//!   [declarations], [settings](variables), kinds of [coverage], names of [simulators], [items] of sequences;
//! - the data that reports read: [verdicts](verdict) and [trends](trend);
//! - the text that they write: [`JUnit` XML](junit), [failures](failure), simulated [time], [shell] words, [names](nearest)
//!   that are close to a misspelt one, names of [files] and folders, [files that are written whole](whole_file),
//!   the width of a [page] and its [colour](color).
//!
//! This crate is not for testbenches. Its version is that of the crates that use it, and it changes with them.

pub mod color;
pub mod coverage;
pub mod declarations;
pub mod description;
pub mod failure;
pub mod files;
pub mod items;
pub mod junit;
pub mod listing;
pub mod nearest;
pub mod page;
pub mod results;
pub mod shell;
pub mod simulators;
pub mod time;
pub mod trend;
pub mod variables;
pub mod verdict;
pub mod whole_file;

/// The version of the library, its harness and its command.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The message for a plugin that was built with a different version of the library.
fn versions(library: &str) -> String {
    let library = if library.is_empty() {
        "an unknown version"
    } else {
        library
    };
    format!(
        "the plugin has verifork {library}, the harness verifork-runner {VERSION}; give both the same \
         version in Cargo.toml"
    )
}
