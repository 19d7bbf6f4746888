//! How a model reaches the registers over a bus, and hears of others' accesses.

use std::fmt;
use std::pin::Pin;
use std::rc::Rc;

use verifork::Result;

use crate::memory::mask_of;
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

/// What becomes of an access: an error if it was not answered at all, as after a reset.
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

/// An access that was done, by whomever.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use std::rc::Rc;
/// use verifork_components::registers::{Observe, Observed};
/// # fn example(monitor: verifork_components::apb::RunningMonitor) -> Result {
/// monitor.for_each_access(Rc::new(|access| match access {
///     Observed::Write { address, data, .. } => log::info!("{address:#x} <- {data:#x}"),
///     Observed::Read { address, data, .. } => log::info!("{address:#x} -> {data:#x}"),
/// }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// A write.
    Write {
        /// That of the lowest byte of the data.
        address: u64,
        /// What was written.
        data: u64,
        /// The bits of the bytes that were: of one register, of a part of it, or of several.
        mask: u64,
    },
    /// A read.
    Read {
        /// That of the lowest byte of the data.
        address: u64,
        /// What was read.
        data: u64,
        /// The bits of the bytes that were: of one register, of a part of it, or of several.
        mask: u64,
    },
}

/// A monitor of a bus, which a [`Model`](super::Model) can [follow](super::Model::follow).
///
/// Those of AHB-Lite, APB, AXI4, AXI4-Lite and Wishbone are one.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # fn example(model: verifork_components::registers::Model, monitor: verifork_components::apb::RunningMonitor) -> Result {
/// model.follow(&monitor); // what firmware in the design writes, the mirror has too
/// # Ok(())
/// # }
/// ```
pub trait Observe {
    /// Calls a function with every access that is done from now on, and was not refused.
    fn for_each_access(&self, function: Rc<dyn Fn(Observed)>);
}

impl Observe for ahb::RunningMonitor {
    fn for_each_access(&self, function: Rc<dyn Fn(Observed)>) {
        self.for_each(move |transfer| {
            if transfer.error {
                return;
            }
            let words = transfer.write.as_ref().unwrap_or(&transfer.read);
            let mask = u64::MAX >> (64 - 8 * transfer.bytes.min(8));
            let addresses = (transfer.address..).step_by(8);
            for (index, address) in (0..transfer.bytes.div_ceil(8) as usize).zip(addresses) {
                let data = words.word(index);
                function(match transfer.write {
                    Some(_) => Observed::Write {
                        address,
                        data,
                        mask,
                    },
                    None => Observed::Read {
                        address,
                        data,
                        mask,
                    },
                });
            }
        });
    }
}

/// The address of the word of a bus that an address is in, and the bits of a word.
fn word_of(address: u64, bytes: usize) -> (u64, u64) {
    let mask = u64::MAX >> (64 - 8 * bytes);
    (address - address % bytes as u64, mask)
}

impl Observe for apb::RunningMonitor {
    fn for_each_access(&self, function: Rc<dyn Fn(Observed)>) {
        let bytes = self.bytes();
        self.for_each(move |transfer| {
            let apb::Request {
                address,
                write,
                strobe,
                ..
            } = transfer.request;
            let (address, all) = word_of(address.into(), bytes);
            match write {
                _ if transfer.answer.error => {}
                Some(data) => function(Observed::Write {
                    address,
                    data: data.into(),
                    mask: mask_of(strobe.unwrap_or(u8::MAX)) & all,
                }),
                None => function(Observed::Read {
                    address,
                    data: transfer.answer.data.into(),
                    mask: all,
                }),
            }
        });
    }
}

/// Each beat is an access, or several where it is wider than a word of 64 bits. An exclusive write that was answered
/// OKAY was not done.
impl Observe for axi::RunningMonitor {
    fn for_each_access(&self, function: Rc<dyn Fn(Observed)>) {
        let writes = Rc::clone(&function);
        self.for_each_write(move |write| {
            let done = match write.response {
                axi_lite::Response::Okay => !write.burst.exclusive,
                response => !response.is_error(),
            };
            if done {
                let enabled = |index: usize| write.data.is_enabled(index);
                words_of(
                    &write.burst,
                    &write.data.bytes,
                    enabled,
                    |_, address, data, mask| {
                        writes(Observed::Write {
                            address,
                            data,
                            mask,
                        });
                    },
                );
            }
        });
        self.for_each_read(move |read| {
            words_of(
                &read.burst,
                &read.data,
                |_| true,
                |beat, address, data, mask| {
                    if read.responses.get(beat).is_some_and(|it| !it.is_error()) {
                        function(Observed::Read {
                            address,
                            data,
                            mask,
                        });
                    }
                },
            );
        });
    }
}

/// Words of up to 64 bits of a burst's beats, in their order: the beat, the word's address, its data, and the bits of
/// the bytes that are enabled.
fn words_of(
    burst: &axi::Burst,
    bytes: &[u8],
    enabled: impl Fn(usize) -> bool,
    mut each: impl FnMut(usize, u64, u64, u64),
) {
    let mut index = 0;
    for beat in 0..burst.beats {
        let count = burst.lanes(beat, 128).len();
        let in_beat = index..(index + count).min(bytes.len());
        index += count;
        let mut address = burst.address_of(beat);
        for start in in_beat.clone().step_by(8) {
            let (mut data, mut mask) = (0, 0);
            for (at, shift) in (start..in_beat.end).zip((0..64).step_by(8)) {
                if enabled(at) {
                    data |= u64::from(bytes[at]) << shift;
                    mask |= 0xff << shift;
                }
            }
            each(beat.into(), address, data, mask);
            address = address.wrapping_add(8);
        }
    }
}

impl Observe for axi_lite::RunningMonitor {
    fn for_each_access(&self, function: Rc<dyn Fn(Observed)>) {
        let (bytes, writes) = (self.bytes(), Rc::clone(&function));
        self.for_each_write(move |write| {
            let (address, all) = word_of(write.address, bytes);
            if write.response == axi_lite::Response::Okay {
                writes(Observed::Write {
                    address,
                    data: write.data,
                    mask: mask_of(write.strobe) & all,
                });
            }
        });
        self.for_each_read(move |read| {
            let (address, mask) = word_of(read.address, bytes);
            if read.response == axi_lite::Response::Okay {
                function(Observed::Read {
                    address,
                    data: read.data,
                    mask,
                });
            }
        });
    }
}

impl Observe for wishbone::RunningMonitor {
    fn for_each_access(&self, function: Rc<dyn Fn(Observed)>) {
        let bytes = self.bytes();
        self.for_each(move |transfer| {
            let wishbone::Request {
                address,
                write,
                select,
            } = transfer.request;
            let (address, all) = word_of(address, bytes);
            let mask = mask_of(select.unwrap_or(u8::MAX)) & all;
            match write {
                _ if transfer.answer.termination != wishbone::Termination::Ack => {}
                Some(data) => function(Observed::Write {
                    address,
                    data,
                    mask,
                }),
                None => function(Observed::Read {
                    address,
                    data: transfer.answer.data,
                    mask,
                }),
            }
        });
    }
}
