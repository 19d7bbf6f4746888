//! Why the simulator did not do what it was asked.

use super::Identity;

/// The result of an operation at every event: small, so that success costs little.
pub(crate) type PortResult<T> = Result<T, Box<PortError>>;

/// Why an operation on the simulator failed.
///
/// The cause of a [`ReadError`](crate::dut::ReadError), a [`WriteError`](crate::dut::WriteError) or a
/// [`BindError`](crate::dut::BindError) that the simulator raised.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # async fn example(state: Signal<u8>) {
/// if let Err(error) = state.try_force(3) {
///     log::warn!("{error}"); // "… cannot force a signal: …", with what works instead
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PortError {
    /// The simulator does not export a function of the interface.
    #[error("{simulator} does not export `{function}`")]
    Missing {
        /// The function of the C interface.
        function: &'static str,
        /// The simulator and its version.
        simulator: String,
    },
    /// The simulator was asked and said no.
    #[error("cannot {operation} `{path}`: {message}")]
    Refused {
        /// What was asked, as a verb: "write", "watch".
        operation: &'static str,
        /// The full name of the object.
        path: String,
        /// The simulator's message.
        message: String,
    },
    /// This simulator is known not to do it, so it was not asked.
    #[error("{simulator} cannot {what}: {remedy}")]
    Unsupported {
        /// What was asked, as a verb and its object: "force a signal".
        what: String,
        /// The simulator and its version.
        simulator: String,
        /// What would work instead.
        remedy: String,
    },
    /// The simulation has ended: its objects are gone.
    #[error("the simulation has ended")]
    Over,
}

impl PortError {
    /// A write of X or Z where there are two states.
    #[cold]
    pub(crate) fn two_states(simulator: &Identity, path: &str) -> PortError {
        PortError::Unsupported {
            what: format!("write X or Z to `{path}`"),
            simulator: simulator.to_string(),
            remedy:
                "its values are 0 and 1 only; skip the test there, or use a four-state simulator"
                    .to_owned(),
        }
    }

    /// A write to an inout port of the top, on a simulator that ignores it.
    #[cold]
    pub(crate) fn inout_of_top(simulator: &Identity, path: &str) -> PortError {
        PortError::Unsupported {
            what: format!("write the inout `{path}` of the top"),
            simulator: simulator.to_string(),
            remedy: "it shows only what the design itself drives: wrap the design in a top with an input and \
                     an output in its place"
                .to_owned(),
        }
    }

    /// The message for an object whose value is not shown for an unknown reason.
    pub(crate) fn hidden_value(simulator: &Identity) -> String {
        format!(
            "{} cannot show its value, as with arrays of single bits, unpacked structures and, through VPI, \
             vectors of 2,047 bits or more",
            simulator.product
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_say_what_where_and_why() {
        let refused = PortError::Refused {
            operation: "write",
            path: "top.WIDTH".into(),
            message: "it is a parameter".into(),
        };
        assert_eq!(
            refused.to_string(),
            "cannot write `top.WIDTH`: it is a parameter"
        );
        let missing = PortError::Missing {
            function: "vpi_control",
            simulator: "vvp 9".into(),
        };
        assert_eq!(missing.to_string(), "vvp 9 does not export `vpi_control`");
    }

    #[test]
    fn what_a_simulator_cannot_do_is_reported_with_what_to_do_instead() {
        let identity = Identity {
            product: "Verilator".into(),
            version: "5.006".into(),
            interface: "its model",
        };
        for (error, what, remedy) in [
            (
                PortError::inout_of_top(&identity, "top.pad"),
                "the inout `top.pad` of the top",
                "wrap the design in a top with an input and an output in its place",
            ),
            (
                PortError::two_states(&identity, "top.q"),
                "write X or Z to `top.q`",
                "its values are 0 and 1 only",
            ),
        ] {
            let message = error.to_string();
            for part in [what, "Verilator 5.006", remedy] {
                assert!(message.contains(part), "no {part:?} in: {message}");
            }
        }
    }
}
