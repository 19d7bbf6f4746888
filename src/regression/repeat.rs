//! The command that runs a test again.

use verifork_protocol::shell::quote;

use super::filter::Filter;

/// How the process was started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invocation {
    /// The variables that were set and that a test's course depends on, with their values.
    pub(crate) variables: Vec<(String, String)>,
    /// The program first.
    pub(crate) arguments: Vec<String>,
}

/// A command for a POSIX shell that runs just the test of this name with just this seed.
pub(crate) fn repeat_command(test: &str, seed: u64, invocation: &Invocation) -> String {
    let mut command = format!(
        "VERIFORK_SEED={} VERIFORK_FILTER={}",
        seed,
        quote(&Filter::exactly(test))
    );
    for (name, value) in &invocation.variables {
        command.extend([" ", name, "=", &quote(value)]);
    }
    for argument in &invocation.arguments {
        command.push(' ');
        command += &quote(argument);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_is_named_exactly_and_the_process_as_it_was_started() {
        let arguments = ["ghdl", "-r", "counter", "--vpi=./my tb.so"].map(str::to_owned);
        let invocation = Invocation {
            variables: vec![("VERIFORK_TOP".to_owned(), "my top".to_owned())],
            arguments: arguments.to_vec(),
        };
        assert_eq!(
            repeat_command("wraps::from_0", 7, &invocation),
            "VERIFORK_SEED=7 VERIFORK_FILTER='=wraps::from_0' VERIFORK_TOP='my top' \
             ghdl -r counter '--vpi=./my tb.so'"
        );
    }
}
