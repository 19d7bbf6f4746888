//! The common part of AXI4 and AXI4-Lite: the five channels, the responses, the names of the rules of a handshake,
//! how a subordinate answers, and errors at the line of an access.

use std::fmt;

use verifork::task::waiting_for;
use verifork::{Error, Result};

use crate::memory::Fault;
use crate::{Clocked, Pauses};

/// The five channels.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::{Pauses, axi::{Channel, Manager}};
/// # fn example(tm: &TaskManager, clocked: &verifork_components::Clocked, bus: &verifork_components::axi::Signals) -> Result {
/// Manager::new(bus)
///     .pauses_on(Channel::R, &Pauses::random(0.5)) // RREADY is 0 in half of the cycles
///     .start(tm, clocked);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Addresses of writes.
    Aw,
    /// Data of writes.
    W,
    /// Responses to writes.
    B,
    /// Addresses of reads.
    Ar,
    /// Data of reads.
    R,
}

/// How an access was answered.
///
/// ```
/// use verifork_components::axi::Response;
///
/// assert!(Response::DecErr.is_error() && !Response::ExOkay.is_error());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Response {
    /// It was done.
    #[default]
    Okay,
    /// An exclusive access succeeded. AXI4-Lite has none.
    ExOkay,
    /// The subordinate refuses the access.
    SlvErr,
    /// Nothing is there.
    DecErr,
}

impl Response {
    pub(crate) fn of(bits: u8) -> Self {
        match bits & 3 {
            0 => Response::Okay,
            1 => Response::ExOkay,
            2 => Response::SlvErr,
            _ => Response::DecErr,
        }
    }

    pub(crate) fn bits(self) -> u8 {
        match self {
            Response::Okay => 0,
            Response::ExOkay => 1,
            Response::SlvErr => 2,
            Response::DecErr => 3,
        }
    }

    /// Whether it is SLVERR or DECERR.
    pub fn is_error(self) -> bool {
        matches!(self, Response::SlvErr | Response::DecErr)
    }
}

impl From<Result<(), Fault>> for Response {
    fn from(outcome: Result<(), Fault>) -> Self {
        match outcome {
            Ok(()) => Response::Okay,
            Err(Fault::Slave) => Response::SlvErr,
            Err(Fault::Decode) => Response::DecErr,
        }
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Response::Okay => "OKAY",
            Response::ExOkay => "EXOKAY",
            Response::SlvErr => "SLVERR",
            Response::DecErr => "DECERR",
        })
    }
}

/// The pauses of each channel.
#[derive(Clone, Debug, Default)]
pub(crate) struct ChannelPauses([Pauses; 5]);

impl ChannelPauses {
    pub(crate) fn all(pauses: &Pauses) -> Self {
        ChannelPauses(std::array::from_fn(|_| pauses.clone()))
    }

    pub(crate) fn set(&mut self, channel: Channel, pauses: &Pauses) {
        self.0[channel as usize] = pauses.clone();
    }

    pub(crate) fn of(&self, channel: Channel) -> Pauses {
        self.0[channel as usize].clone()
    }
}

/// The channels of one direction of a subordinate.
pub(crate) trait Answering {
    fn idle(&mut self) -> Result;

    /// The condition that it waits for.
    fn waits_for(&self) -> &'static str;

    /// An edge out of reset.
    fn edge(&mut self) -> Result;

    /// Drops all requests at a reset.
    fn forget(&mut self);
}

/// Answers requests forever.
pub(crate) async fn answer_all(mut side: impl Answering, clocked: Clocked) -> Result {
    side.idle()?;
    loop {
        waiting_for(side.waits_for(), clocked.edge()).await;
        if clocked.is_in_reset() {
            side.idle()?;
            side.forget();
        } else {
            side.edge()?;
        }
    }
}

/// An error of the line of an access, in case.
pub(crate) struct At(Error);

impl At {
    #[track_caller]
    pub(crate) fn here() -> Self {
        At(verifork::error!("it was not answered OKAY"))
    }

    pub(crate) fn failed(self, what: &str, address: u64, response: Response) -> Error {
        self.0
            .context(format!("{what} at {address:#x} was answered {response}"))
    }
}

/// The names of the rules of a channel's handshake, by protocol, channel, sender (`"M"` or `"S"`) and receiver.
macro_rules! handshake_rules {
    ($protocol:literal, $channel:literal, $from:literal, $to:literal) => {
        $crate::handshake::HandshakeRules {
            valid_stable: concat!($protocol, "_ERR", $from, "_", $channel, "VALID_STABLE"),
            valid_x: concat!($protocol, "_ERR", $from, "_", $channel, "VALID_X"),
            ready_x: concat!($protocol, "_ERR", $to, "_", $channel, "READY_X"),
            valid_reset: concat!($protocol, "_ERR", $from, "_", $channel, "VALID_RESET"),
            max_wait: concat!($protocol, "_REC", $to, "_", $channel, "READY_MAX_WAIT"),
            valid: concat!($channel, "VALID"),
            ready: concat!($channel, "READY"),
        }
    };
}
pub(crate) use handshake_rules;

/// The table of rules: those of each handshake, of each signal that is watched, and others.
macro_rules! rules {
    (
        $protocol:literal
        channels { $($channel:expr)* }
        signals { $($kind:literal $($signal:literal)* ;)* }
        others { $($name:literal $demands:literal)* }
    ) => {
        &[
            $(
                Rule { name: $channel.valid_stable, demands: "VALID stays 1 until READY is 1" },
                Rule { name: $channel.valid_reset, demands: "VALID is 0 at the first edge after a reset" },
                Rule { name: $channel.valid_x, demands: "VALID is 0 or 1, unless in reset" },
                Rule { name: $channel.ready_x, demands: "READY is 0 or 1, unless in reset" },
                Rule { name: $channel.max_wait, demands: "READY is 1 within `max_wait` cycles of VALID" },
            )*
            $($(
                Rule {
                    name: concat!($protocol, "_", $kind, "_", $signal, "_STABLE"),
                    demands: concat!($signal, " does not change while VALID is 1 and READY is 0"),
                },
                Rule {
                    name: concat!($protocol, "_", $kind, "_", $signal, "_X"),
                    demands: concat!($signal, " is known while VALID is 1"),
                },
            )*)*
            $(Rule { name: concat!($protocol, "_", $name), demands: $demands },)*
        ]
    };
}
pub(crate) use rules;
