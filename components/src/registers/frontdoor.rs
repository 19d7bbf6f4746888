//! How a model reaches the registers over a bus, and hears of others' accesses.

use std::fmt;
use std::pin::Pin;

use verifork::Result;

use crate::{ahb, apb, axi, axi_lite, wishbone};

/// The bus has answered that it does not do an access: PSLVERR, SLVERR, ERR.
///
/// ```
/// use verifork_components::registers::Refused;
///
/// assert_eq!(Refused("SLVERR".to_owned()).to_string(), "SLVERR");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// The outcome of an access: an error if it got no response, as after a reset.
///
/// ```
/// use verifork_components::registers::{Refused, Reply};
///
/// fn beyond_the_end() -> Reply<u64> {
///     Box::pin(async { Ok(Err(Refused("the address is beyond the end".to_owned()))) })
/// }
/// ```
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<Result<T, Refused>>>>>;

/// A manager of a bus, by which a [`Model`](super::Model) reads and writes registers.
///
/// Those of AHB-Lite, APB, AXI4, AXI4-Lite and Wishbone are one; for a bus of your own it takes three functions. An
/// access has 1, 2, 4 or 8 bytes, at an address in bytes that is a multiple of them; the data are in the lowest bits,
/// wherever the bus has them.
///
/// ```
/// use std::cell::RefCell;
/// use std::collections::BTreeMap;
/// use std::rc::Rc;
/// use verifork_components::registers::{Frontdoor, Reply};
///
/// /// Registers of a model in Rust, reached without a bus.
/// #[derive(Clone, Default)]
/// struct Direct(Rc<RefCell<BTreeMap<u64, u64>>>);
///
/// impl Frontdoor for Direct {
///     fn bytes(&self) -> usize {
///         4
///     }
///
///     fn read(&self, address: u64, _bytes: usize) -> Reply<u64> {
///         let data = self.0.borrow().get(&address).copied().unwrap_or(0);
///         Box::pin(async move { Ok(Ok(data)) })
///     }
///
///     fn write(&self, address: u64, data: u64, _bytes: usize) -> Reply<()> {
///         self.0.borrow_mut().insert(address, data);
///         Box::pin(async { Ok(Ok(())) })
///     }
/// }
/// ```
pub trait Frontdoor {
    /// How many bytes an access has at most: 1, 2, 4 or 8.
    fn bytes(&self) -> usize;

    /// Reads this many bytes.
    fn read(&self, address: u64, bytes: usize) -> Reply<u64>;

    /// Writes this many bytes, and no others.
    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()>;
}

/// Some of the bytes of a word of a bus.
#[derive(Clone, Copy)]
struct Lanes {
    /// The address of the word.
    word: u64,
    /// How far its bits are from the lowest.
    shift: u64,
    /// The bytes, a bit each; `None` for all of them.
    strobe: Option<u8>,
    mask: u64,
}

impl Lanes {
    fn of(address: u64, bytes: usize, bytes_of_word: usize) -> Self {
        let lane = address % bytes_of_word as u64;
        let mask = u64::MAX >> (64 - 8 * bytes);
        let strobe = u8::MAX >> (8 - bytes) << lane;
        Lanes {
            word: address - lane,
            shift: 8 * lane,
            strobe: (bytes < bytes_of_word).then_some(strobe),
            mask,
        }
    }

    /// What was read of them.
    fn from(self, word: u64) -> u64 {
        word >> self.shift & self.mask
    }

    fn to(self, data: u64) -> u64 {
        (data & self.mask) << self.shift
    }
}

impl Frontdoor for ahb::RunningManager {
    fn bytes(&self) -> usize {
        self.signals().bytes().min(8)
    }

    fn read(&self, address: u64, bytes: usize) -> Reply<u64> {
        let this = self.clone();
        Box::pin(async move {
            let request = ahb::Request::read(address).bytes(u32::try_from(bytes)?);
            let answer = this.access(request).await?;
            Ok(no_error(&answer).map(|()| answer.data[0].word(0)))
        })
    }

    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()> {
        let this = self.clone();
        Box::pin(async move {
            let request = ahb::Request::write(address, data).bytes(u32::try_from(bytes)?);
            Ok(no_error(&this.access(request).await?))
        })
    }
}

fn no_error(answer: &ahb::Answer) -> Result<(), Refused> {
    if answer.is_okay() {
        Ok(())
    } else {
        Err(Refused("ERROR".to_owned()))
    }
}

impl Frontdoor for apb::RunningManager {
    fn bytes(&self) -> usize {
        self.signals().bytes()
    }

    fn read(&self, address: u64, bytes: usize) -> Reply<u64> {
        let this = self.clone();
        Box::pin(async move {
            let lanes = Lanes::of(address, bytes, Frontdoor::bytes(&this));
            let request = apb::Request::read(u32::try_from(lanes.word)?);
            let answer = this.access(request).await?;
            Ok(no_slave_error(answer).map(|()| lanes.from(answer.data.into())))
        })
    }

    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()> {
        let this = self.clone();
        Box::pin(async move {
            let lanes = Lanes::of(address, bytes, Frontdoor::bytes(&this));
            let (word, data) = (u32::try_from(lanes.word)?, u32::try_from(lanes.to(data))?);
            let strobe = lanes.strobe;
            let request = apb::Request {
                strobe,
                ..apb::Request::write(word, data)
            };
            Ok(no_slave_error(this.access(request).await?))
        })
    }
}

fn no_slave_error(answer: apb::Answer) -> Result<(), Refused> {
    if answer.error {
        return Err(Refused("PSLVERR".to_owned()));
    }
    Ok(())
}

impl Frontdoor for axi::RunningManager {
    fn bytes(&self) -> usize {
        self.bus().bytes().min(8)
    }

    fn read(&self, address: u64, bytes: usize) -> Reply<u64> {
        let this = self.clone();
        Box::pin(async move {
            let burst = axi::Burst::incr(address, 1, u8::try_from(bytes)?);
            let answer = this.read_burst(burst).await?;
            let mut word = [0; 8];
            for (byte, read) in word.iter_mut().zip(&answer.data) {
                *byte = *read;
            }
            Ok(okay(answer.response()).map(|()| u64::from_le_bytes(word)))
        })
    }

    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()> {
        let this = self.clone();
        Box::pin(async move {
            let burst = axi::Burst::incr(address, 1, u8::try_from(bytes)?);
            let answer = this
                .write_burst(burst, &data.to_le_bytes()[..bytes])
                .await?;
            Ok(okay(answer.response))
        })
    }
}

impl Frontdoor for axi_lite::RunningManager {
    fn bytes(&self) -> usize {
        self.signals().bytes()
    }

    fn read(&self, address: u64, bytes: usize) -> Reply<u64> {
        let lanes = Lanes::of(address, bytes, Frontdoor::bytes(self));
        let read = self.read_response(lanes.word);
        Box::pin(async move {
            let (response, data) = read.await?;
            Ok(okay(response).map(|()| lanes.from(data)))
        })
    }

    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()> {
        let lanes = Lanes::of(address, bytes, Frontdoor::bytes(self));
        let strobe = lanes.strobe.unwrap_or(self.signals().all_bytes());
        let written = self.write_response(lanes.word, lanes.to(data), strobe);
        Box::pin(async move { Ok(okay(written.await?)) })
    }
}

fn okay(response: axi_lite::Response) -> Result<(), Refused> {
    match response {
        axi_lite::Response::Okay => Ok(()),
        other => Err(Refused(other.to_string())),
    }
}

impl Frontdoor for wishbone::RunningManager {
    fn bytes(&self) -> usize {
        self.signals().bytes()
    }

    fn read(&self, address: u64, bytes: usize) -> Reply<u64> {
        let lanes = Lanes::of(address, bytes, Frontdoor::bytes(self));
        let request = wishbone::Request {
            select: lanes.strobe,
            ..wishbone::Request::read(lanes.word)
        };
        let read = self.access(request);
        Box::pin(async move {
            let answer = read.await?;
            Ok(acknowledged(answer.termination).map(|()| lanes.from(answer.data)))
        })
    }

    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()> {
        let lanes = Lanes::of(address, bytes, Frontdoor::bytes(self));
        let request = wishbone::Request {
            select: lanes.strobe,
            ..wishbone::Request::write(lanes.word, lanes.to(data))
        };
        let written = self.access(request);
        Box::pin(async move { Ok(acknowledged(written.await?.termination)) })
    }
}

fn acknowledged(termination: wishbone::Termination) -> Result<(), Refused> {
    match termination {
        wishbone::Termination::Ack => Ok(()),
        other => Err(Refused(other.to_string())),
    }
}
