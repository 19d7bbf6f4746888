//! What the library `verifork`, its harness and its command exchange and have in common, each defined
//! once: results, which coverage is kept, the list of tests, the description of a design, declarations, settings, names of
//! simulators; `JUnit` XML, names of files and folders, names that are near to a misspelt one, words of a
//! shell, simulated time, what a failure tells, the width of pages; verdicts and trends, which reports read.
//!
//! Not for testbenches: it has the version of the crates that use it, and changes with them.

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

/// The version of the library, its harness and its command.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What to do about a plugin that was built with another version of the library than ours.
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
