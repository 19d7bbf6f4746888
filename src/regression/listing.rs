//! The tests of a plugin, told to a program that opens it without a simulator.
//!
//! The interface is C's, since the program may come from another compiler or another version of
//! this library: one exported function, text in between, and a number for what the text means.

use std::ffi::c_void;

use serde_json::{Value, json};

use super::config::Config;
use super::registry::{self, TestEntry};
use super::seed::Seed;
use super::select::{Order, SelectError, select};
use crate::task::catch;

/// What the lines mean. Another number: another meaning.
pub(crate) const VERSION: u32 = 1;

/// Takes one line of UTF-8 text; it is gone when the function returns.
type TakeLine = unsafe extern "C" fn(context: *mut c_void, line: *const u8, length: usize);

/// Tells every test of this plugin, one JSON object a line, and returns the number of the
/// meaning of the lines, which is also that of the fields:
///
/// - first the settings: `{"settings": {"library": "0.1.0", "wall_timeout": 300.0, "seed": null,
///   "help": null, "problem": null, "none_selected": null, "remarks": [], "allow_empty": false, "list": false}}`,
///   the limit in seconds, `null` for none; `none_selected` says why `VERIFORK_FILTER` leaves no
///   test, and `remarks` which of its terms find none beside others that do;
/// - then each test in the order of the source: `{"test": {"name": "wraps::from_0", "file":
///   "src/lib.rs", "line": 52, "skip": null, "ends": false, "wall_timeout": null, "selected": true,
///   "paths": ["clk", "core.next_count"], "more": false}}`, where `ends` is true if the design is to
///   end the simulation, `selected` is false if `VERIFORK_FILTER` leaves it out, `paths` are those that its parameters bind below the top, and `more` is true if
///   it may look up others.
///
/// Nothing is told, and only the number is returned, if `version` is another one.
///
/// # Safety
///
/// `take` is called with `context` and with lines, on this thread, before this returns.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn verifork_list_tests(
    version: u32,
    context: *mut c_void,
    take: TakeLine,
) -> u32 {
    if version == VERSION {
        // What panics here is code of the user: the options of a test.
        let lines = catch(lines).unwrap_or_else(|caught| {
            vec![json!({"settings": {"problem": format!("listing panicked: {}", caught.message)}})]
        });
        for line in lines {
            let line = line.to_string();
            // SAFETY: the caller vouches for the function and its context; pointer and length
            // are those of one live string.
            unsafe { take(context, line.as_ptr(), line.len()) };
        }
    }
    VERSION
}

fn lines() -> Vec<Value> {
    let (config, mut problem) = match Config::from_environment() {
        Ok(config) => (config, None),
        Err(error) => (Config::default(), Some(error.to_string())),
    };
    let entries = registry::in_order();
    let candidates = registry::candidates(&entries);
    // Order and seed do not matter to what is selected.
    let selected = select(
        &candidates,
        &config.filter,
        Order::Declared,
        1,
        Seed::new(0),
    );
    let (mut none_selected, mut remarks) = (None, Vec::new());
    match selected {
        Ok(selection) => remarks = selection.remarks().collect(),
        Err(error @ SelectError::NothingFits { .. }) => none_selected = Some(error.to_string()),
        Err(error @ SelectError::Duplicates(_)) => problem = problem.or(Some(error.to_string())),
        // The list says so itself.
        Err(SelectError::NoTests) => {}
    }
    let mut lines = vec![json!({"settings": {
        "library": env!("CARGO_PKG_VERSION"),
        "wall_timeout": config.wall_timeout.map(|limit| limit.as_secs_f64()),
        "seed": config.seed,
        "help": config.help,
        "problem": problem,
        "none_selected": none_selected,
        "remarks": remarks,
        "allow_empty": config.allow_empty,
        "list": config.list,
    }})];
    lines.extend(
        entries
            .iter()
            .map(|(entry, name)| line(&config, entry, name)),
    );
    lines
}

fn line(config: &Config, entry: &TestEntry, name: &str) -> Value {
    let options = (entry.options)();
    let declared = entry.declared_paths();
    json!({"test": {
        "name": name,
        "file": entry.place.file(),
        "line": entry.place.line(),
        "skip": options.skip,
        "ends": options.ends.is_some(),
        "wall_timeout": options.wall_timeout.map(|limit| limit.as_secs_f64()),
        "selected": config.filter.selects(name),
        "paths": declared.paths,
        "more": declared.open_ended,
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn take(context: *mut c_void, line: *const u8, length: usize) {
        // SAFETY: the tests below give a vector, the function under test a whole string.
        unsafe {
            let line = std::slice::from_raw_parts(line, length);
            (*context.cast::<Vec<Vec<u8>>>()).push(line.to_owned());
        }
    }

    fn told(version: u32) -> (u32, Vec<Vec<u8>>) {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        // SAFETY: `take` wants such a vector, which outlives the call.
        let answer = unsafe { verifork_list_tests(version, (&raw mut lines).cast(), take) };
        (answer, lines)
    }

    #[test]
    fn the_settings_come_first() {
        let (answer, lines) = told(VERSION);
        assert_eq!(answer, VERSION);
        let first: Value = serde_json::from_slice(&lines[0]).unwrap();
        assert_eq!(first["settings"]["library"], env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn another_version_is_told_nothing_but_ours() {
        assert_eq!(told(VERSION + 1), (VERSION, Vec::new()));
    }
}
