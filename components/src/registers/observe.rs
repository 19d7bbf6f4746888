//! Explicit prediction: a model follows the accesses that a monitor of a bus observes.

use std::rc::Rc;

use crate::memory::mask_of;
use crate::{ahb, apb, axi, axi_lite, wishbone};

/// An access that has ended, whoever made it.
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
        /// The address of the lowest byte of the data.
        address: u64,
        /// A write.
        data: u64,
        /// The mask of the accessed bytes: those of one register, of a part of it, or of several.
        mask: u64,
    },
    /// A read.
    Read {
        /// That of the lowest byte of the data.
        address: u64,
        /// A read.
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
