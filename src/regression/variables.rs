//! The values of variables as text, and the help made from the table of them.

use std::ffi::OsString;

use log::LevelFilter;
use verifork_protocol::nearest::{did_you_mean, is_one_slip, nearest};
use verifork_protocol::variables::Variable;

/// The text of `VERIFORK_HELP`: each variable with its present value, its default where that is
/// another, and its meaning; what is wrong with the present values comes first.
pub(super) fn help(given: &[(String, OsString)], problems: &[String]) -> String {
    let problems = problems
        .iter()
        .map(|problem| format!("wrong at present: {problem}\n"));
    let rows = Variable::ALL.iter().map(|variable| {
        let (name, default) = (variable.name(), variable.default());
        let reader = if variable.reader().is_plugin() {
            ""
        } else {
            "verifork-runner: "
        };
        let present = match given.iter().find(|(given, _)| given == name) {
            Some((_, value)) => {
                // Some say in brackets what happens without them.
                let default = default.trim_matches(['(', ')']);
                format!("{} (default: {default})", value.to_string_lossy())
            }
            None => default.to_owned(),
        };
        let meaning = variable.meaning();
        format!("  {name}={present}\n      {reader}{meaning}\n")
    });
    let title = "verifork reads these environment variables:\n".to_owned();
    problems.chain([title]).chain(rows).collect()
}

pub(super) fn switch(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("1 or 0 fits".to_owned()),
    }
}

pub(super) fn one_of<T: Copy>(value: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let lower = value.to_ascii_lowercase();
    if let Some(&(_, choice)) = choices.iter().find(|(name, _)| *name == lower) {
        return Ok(choice);
    }
    let names: Vec<&str> = choices.iter().map(|&(name, _)| name).collect();
    let suggestion = did_you_mean(&nearest(value, names.iter().copied(), 1));
    Err(format!("one of {} fits{suggestion}", names.join(", ")))
}

pub(super) fn seed(value: &str) -> Result<u64, String> {
    let digits = value.replace('_', "");
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let number = match hexadecimal {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse(),
    };
    number.map_err(|_| "a number of 64 bits fits, decimal or 0x and hexadecimal".to_owned())
}

pub(super) fn or_off<T>(
    value: &str,
    parse: fn(&str) -> Result<T, String>,
    fitting: &str,
) -> Result<Option<T>, String> {
    if value.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    parse(value)
        .map(Some)
        .map_err(|problem| format!("{problem}; {fitting}"))
}

/// Checks what `env_logger` would only warn about, on a stream that nobody reads.
pub(super) fn log_filter(value: &str) -> Result<String, String> {
    let levels = LevelFilter::iter().map(|level| level.as_str().to_ascii_lowercase());
    let levels: Vec<String> = levels.collect();
    let names = || levels.iter().map(String::as_str);
    let (directives, text) = value.split_once('/').unwrap_or((value, ""));
    if text.contains('/') {
        return Err(
            "only one / is allowed, before the text that a message must contain".to_owned(),
        );
    }
    for directive in directives
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let (module, level) = match directive.split_once('=') {
            Some((module, level)) => (Some(module), level.trim()),
            None => (None, directive),
        };
        if level.is_empty() || level.parse::<LevelFilter>().is_ok() {
            continue;
        }
        let misspelt = names().find(|it| is_one_slip(level, it));
        match (module, misspelt) {
            (Some(_), _) => {
                let suggestion = did_you_mean(&nearest(level, names(), 1));
                let names = levels.join(", ");
                return Err(format!("`{level}` is not a level: {names}{suggestion}"));
            }
            (None, Some(meant)) => {
                return Err(format!(
                    "`{level}` is not a level (did you mean `{meant}`?); for a module of that \
                     name write {level}=trace"
                ));
            }
            (None, None) => {}
        }
    }
    Ok(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_decimal_or_hexadecimal() {
        assert_eq!(seed("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(seed("0xffff_ffff_ffff_ffff"), Ok(u64::MAX));
        assert_eq!(seed("0X10"), Ok(16));
        for wrong in ["18446744073709551616", "-1", "ff", "0x", ""] {
            assert!(seed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_log_filter_is_that_of_env_logger() {
        for fits in [
            "info",
            "OFF",
            "my_tb",
            "my_tb::bus=debug, warn",
            "trace/text",
            "my_tb=",
        ] {
            assert_eq!(log_filter(fits), Ok(fits.to_owned()));
        }
    }

    #[test]
    fn a_log_filter_that_env_logger_would_ignore_is_an_error() {
        assert!(
            log_filter("my_tb=dbug")
                .unwrap_err()
                .contains("did you mean `debug`")
        );
        assert!(log_filter("a=b=c").is_err());
        assert!(log_filter("info/a/b").is_err());
    }

    #[test]
    fn a_misspelt_level_is_not_taken_for_a_module() {
        let error = log_filter("inof").unwrap_err();
        assert!(error.contains("did you mean `info`?"), "{error}");
    }
}
