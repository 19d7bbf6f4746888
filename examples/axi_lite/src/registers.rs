//! What the register file's contract says.

use crate::bus::Response;

const ID: u32 = 0x00;
const CONTROL: u32 = 0x04;
const STATUS: u32 = 0x08;
pub(crate) const EVENTS: u32 = 0x0c;
const MASK: u32 = 0x10;
pub(crate) const SCRATCH: u32 = 0x20;

/// The registers after a reset, and after everything that happened since.
pub(crate) struct Registers {
    pub(crate) id: u32,
    pub(crate) control: u32,
    pub(crate) status: u32,
    pub(crate) events: u32,
    pub(crate) mask: u32,
    pub(crate) scratch: Vec<u32>,
}

impl Registers {
    pub(crate) fn new(id: u32, scratch_words: usize) -> Self {
        let scratch = vec![0; scratch_words];
        Registers {
            id,
            control: 0,
            status: 0,
            events: 0,
            mask: 0,
            scratch,
        }
    }

    pub(crate) fn irq(&self) -> bool {
        self.events & self.mask != 0
    }

    pub(crate) fn read(&self, address: u32) -> (u32, Response) {
        let value = match address & !3 {
            ID => self.id,
            CONTROL => self.control,
            STATUS => self.status,
            EVENTS => self.events,
            MASK => self.mask,
            aligned => match self.scratch_index(aligned) {
                Some(index) => self.scratch[index],
                None => return (0, Response::DecodeError),
            },
        };
        if address.is_multiple_of(4) {
            (value, Response::Okay)
        } else {
            (0, Response::SubordinateError)
        }
    }

    pub(crate) fn write(&mut self, address: u32, data: u32, strobes: u8) -> Response {
        let lanes = (0..4).filter(|lane| strobes >> lane & 1 == 1);
        let bits = lanes.fold(0, |bits, lane| bits | 0xff << (8 * lane));
        let merge = |register: &mut u32| *register = *register & !bits | data & bits;
        let (_, response) = self.read(address);
        if response != Response::Okay {
            return response;
        }
        match address {
            ID | STATUS => return Response::SubordinateError,
            CONTROL => merge(&mut self.control),
            EVENTS => self.events &= !(data & bits), // ones clear
            MASK => merge(&mut self.mask),
            _ => {
                let index = self.scratch_index(address).expect("it can be read");
                merge(&mut self.scratch[index]);
            }
        }
        Response::Okay
    }

    fn scratch_index(&self, address: u32) -> Option<usize> {
        let index = usize::try_from(address.checked_sub(SCRATCH)? / 4).ok()?;
        (index < self.scratch.len()).then_some(index)
    }
}
