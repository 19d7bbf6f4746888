//! Lists the tests of a plugin for a program that opens it without a simulator: see [`verifork_protocol::listing`].

use std::ffi::c_void;

use verifork_protocol::listing::{self, FORMAT, ListTests, ListedTest, PluginSettings, TakeLine};

use super::config::Config;
use super::registry::{self, TestEntry};
use super::seed::Seed;
use super::select::{Order, SelectError, select};
use crate::task::catch;

/// Another type than the one that the harness expects does not compile.
const _: ListTests = verifork_list_tests;

/// Passes every test of this plugin to `take`, and returns the number of the format. If `format` is another one, it
/// only returns the number.
///
/// # Safety
///
/// `take` is called with `context` and with lines, on this thread, before this returns.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn verifork_list_tests(
    format: u32,
    context: *mut c_void,
    take: TakeLine,
) -> u32 {
    if format == FORMAT {
        // Code of the user may panic here: the options of a test.
        let lines = catch(lines).unwrap_or_else(|caught| {
            let problem = Some(format!("listing panicked: {}", caught.message));
            let settings = PluginSettings {
                problem,
                ..PluginSettings::default()
            };
            listing::lines(settings, Vec::new())
        });
        for line in lines {
            // SAFETY: the caller vouches for the function and its context; pointer and length
            // are those of one live string.
            unsafe { take(context, line.as_ptr(), line.len()) };
        }
    }
    FORMAT
}

fn lines() -> Vec<String> {
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
    let settings = PluginSettings {
        library: verifork_protocol::VERSION.to_owned(),
        wall_timeout: config.wall_timeout.map(|limit| limit.as_secs_f64()),
        seed: config.seed,
        help: config.help.clone(),
        problem,
        none_selected,
        remarks,
        allow_empty: config.allow_empty,
        list: config.list,
    };
    let tests = entries
        .iter()
        .map(|(entry, name)| listed(&config, entry, name));
    listing::lines(settings, tests.collect())
}

fn listed(config: &Config, entry: &TestEntry, name: &str) -> ListedTest {
    let options = (entry.options)();
    let declared = entry.declared_paths();
    ListedTest {
        name: name.to_owned(),
        file: entry.place.file().to_owned(),
        line: entry.place.line(),
        covers: entry.covers.iter().map(|it| (*it).to_owned()).collect(),
        skip: options.skip.map(Into::into),
        ends: options.ends.is_some(),
        wall_timeout: options.wall_timeout.map(|limit| limit.as_secs_f64()),
        selected: config.filter.selects(name),
        paths: declared.paths.into_iter().collect(),
        more: declared.open_ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn take(context: *mut c_void, line: *const u8, length: usize) {
        // SAFETY: the tests below pass a vector, and the function under test a whole string.
        unsafe {
            let line = std::slice::from_raw_parts(line, length);
            (*context.cast::<Vec<Vec<u8>>>()).push(line.to_owned());
        }
    }

    fn listed(format: u32) -> (u32, Vec<Vec<u8>>) {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        // SAFETY: `take` wants such a vector, which outlives the call.
        let answer = unsafe { verifork_list_tests(format, (&raw mut lines).cast(), take) };
        (answer, lines)
    }

    #[test]
    fn the_settings_come_first() {
        let (answer, lines) = listed(FORMAT);
        assert_eq!(answer, FORMAT);
        let lines: Vec<String> = lines
            .into_iter()
            .map(|line| String::from_utf8(line).unwrap())
            .collect();
        let (settings, _) = listing::parse(&lines[..1]).unwrap();
        assert_eq!(settings.library, env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn a_harness_of_another_format_gets_only_the_number_of_ours() {
        assert_eq!(listed(FORMAT + 1), (FORMAT, Vec::new()));
    }
}
