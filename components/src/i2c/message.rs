//! Messages, and why a transfer of them is refused.

use std::fmt;

use super::address::Address;

/// One of the messages of a transfer: from a start, or a repeated start, to the next one or the stop.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::{Address, Message};
/// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
/// let sensor = Address::seven(0x48);
/// let messages = [Message::write(sensor, &[0x00]), Message::read(sensor, 2)];
/// let temperature = controller.transfer(&messages).await?; // a repeated start between them
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub(super) address: Address,
    pub(super) kind: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    Write(Vec<u8>),
    Read(usize),
}

impl Message {
    /// Writes bytes to a target. Without bytes, it only tests whether the target acknowledges its address.
    ///
    /// ```
    /// use verifork_components::i2c::{Address, Message};
    ///
    /// let set_pointer = Message::write(Address::seven(0x48), &[0x01]);
    /// let probe = Message::write(Address::seven(0x48), &[]); // the address alone
    /// assert_ne!(set_pointer, probe);
    /// ```
    pub fn write(address: Address, bytes: &[u8]) -> Self {
        let kind = What::Write(bytes.to_vec());
        Message { address, kind }
    }

    /// Reads this many bytes from a target.
    ///
    /// ```
    /// use verifork_components::i2c::{Address, Message};
    ///
    /// let temperature = Message::read(Address::seven(0x48), 2);
    /// ```
    ///
    /// # Panics
    ///
    /// At the caller's line: for 0, which the protocol has no way to say.
    #[track_caller]
    pub fn read(address: Address, count: usize) -> Self {
        assert!(
            count > 0,
            "I2C: a read of 0 bytes: the protocol cannot ask a target for none"
        );
        let kind = What::Read(count);
        Message { address, kind }
    }
}

/// Why a transfer was not done.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::i2c::{Address, Refused};
/// # async fn example(controller: verifork_components::i2c::RunningController) -> Result {
/// let error = controller.write(Address::seven(0x7), &[]).await.unwrap_err();
/// let refused = error.downcast_ref::<Refused>();
/// ensure!(matches!(refused, Some(Refused::Address(_))), "somebody is at 0x07: {error}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// No target has acknowledged the address.
    Address(Address),
    /// The target did not acknowledge the written byte with this index.
    Byte(Address, usize),
    /// Another controller sent a 0 while this one sent a 1.
    ArbitrationLost,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Address(address) => write!(f, "no target acknowledges the address {address}"),
            Refused::Byte(address, index) => {
                write!(f, "the target {address} does not acknowledge byte {index}")
            }
            Refused::ArbitrationLost => f.write_str("another controller has won the bus"),
        }
    }
}

impl std::error::Error for Refused {}
