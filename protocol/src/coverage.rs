//! Which coverage a run records, from [`Variable::Coverage`](crate::variables::Variable::Coverage), and the names of
//! the files of code coverage.

use crate::nearest::{did_you_mean, nearest};
use crate::simulators::Simulator;

/// The kinds of coverage to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "there are these kinds")]
pub struct Coverage {
    /// The counts of cover groups.
    pub functional: bool,
    /// The executed code of the design, where the simulator supports it.
    pub code: bool,
}

impl Default for Coverage {
    fn default() -> Self {
        Coverage {
            functional: true,
            code: false,
        }
    }
}

impl Coverage {
    /// Parses the setting.
    ///
    /// # Errors
    ///
    /// The text does not fit; the error says what would.
    ///
    /// ```
    /// use verifork_protocol::coverage::Coverage;
    ///
    /// let both = Coverage::parse("functional,code").unwrap();
    /// assert!(both.functional && both.code);
    /// assert!(Coverage::parse("cdoe").unwrap_err().contains("did you mean `code`?"));
    /// ```
    pub fn parse(text: &str) -> Result<Coverage, String> {
        let mut coverage = Coverage {
            functional: false,
            code: false,
        };
        if ["off", "none", "0"].contains(&text) {
            return Ok(coverage);
        }
        for kind in text.split(',').map(str::trim) {
            match kind.to_ascii_lowercase().as_str() {
                "functional" => coverage.functional = true,
                "code" => coverage.code = true,
                _ => {
                    return Err(format!(
                        "functional, code, both with a comma between them, or off fits{}",
                        did_you_mean(&nearest(kind, ["functional", "code", "off"], 1))
                    ));
                }
            }
        }
        Ok(coverage)
    }
}

/// The file with the code coverage of the simulator with this key, in the folder of a test's run.
///
/// ```
/// use verifork_protocol::coverage::{code_file, simulator_of_code_file};
/// use verifork_protocol::simulators::Simulator;
///
/// assert_eq!(code_file("nvc"), "code.nvc");
/// assert_eq!(simulator_of_code_file("code.nvc"), Some(Simulator::Nvc));
/// ```
pub fn code_file(simulator: &str) -> String {
    format!("code.{simulator}")
}

/// The simulator of a file with this name, if it is one of code coverage.
pub fn simulator_of_code_file(name: &str) -> Option<Simulator> {
    Simulator::ALL
        .into_iter()
        .find(|it| code_file(it.key()) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_and_nothing_else_fits() {
        let of = |text| Coverage::parse(text).map(|it| (it.functional, it.code));
        assert_eq!(of("functional"), Ok((true, false)));
        assert_eq!(of("Code, functional"), Ok((true, true)));
        assert_eq!(of("code"), Ok((false, true)));
        assert_eq!(of("off"), Ok((false, false)));
        for text in ["", "code,", "all", "functional code"] {
            assert!(of(text).is_err(), "{text}");
        }
    }
}
