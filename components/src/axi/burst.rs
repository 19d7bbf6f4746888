//! Bursts: the addresses of their beats, the bytes of the bus that these use, and how long accesses become
//! bursts.

use std::ops::Range;

use verifork::value::LogicVec;

use crate::lanes::strobes_of;

use super::rules::AddressRules;

/// No burst crosses a multiple of this address.
const BOUNDARY: u64 = 4096;

/// How the address changes from beat to beat: AWBURST and ARBURST.
///
/// ```
/// use verifork_components::axi::{Burst, BurstType};
///
/// let line = Burst::wrap(0x1030, 4, 16); // a cache line, the wanted word first
/// assert_eq!(line.kind, BurstType::Wrap);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BurstType {
    /// It does not: FIXED.
    Fixed,
    /// INCR: the address increments.
    #[default]
    Incr,
    /// WRAP: the address increments up to a multiple of the burst's size, and continues at the multiple below.
    Wrap,
}

impl BurstType {
    pub(super) fn bits(self) -> u8 {
        match self {
            BurstType::Fixed => 0,
            BurstType::Incr => 1,
            BurstType::Wrap => 2,
        }
    }
}

/// A burst with all its attributes, as the address channels carry it.
///
/// ```
/// use verifork_components::axi::Burst;
///
/// let burst = Burst::wrap(0x38, 4, 8).id(3).qos(7); // four beats of eight bytes
/// let addresses: Vec<u64> = burst.addresses().collect();
/// assert_eq!(addresses, [0x38, 0x20, 0x28, 0x30]);
///
/// let narrow = Burst::incr(0x1001, 3, 2); // of a bus of eight bytes, each beat has at most two
/// assert_eq!(narrow.addresses().collect::<Vec<_>>(), [0x1001, 0x1002, 0x1004]);
/// assert_eq!([0, 1, 2].map(|beat| narrow.lanes(beat, 8)), [1..2, 2..4, 4..6]);
/// assert_eq!(narrow.strobes(1, 8), 0b1100);
/// assert_eq!(narrow.data_bytes(), 5);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Burst {
    /// The address of the first byte.
    pub address: u64,
    /// 1 to 256.
    pub beats: u16,
    /// The bytes of a beat: 1, 2, 4, … or 128.
    pub beat_bytes: u8,
    /// How the address changes.
    pub kind: BurstType,
    /// AWID or ARID.
    pub id: u32,
    /// AWLOCK or ARLOCK.
    pub exclusive: bool,
    /// AWCACHE or ARCACHE.
    pub cache: u8,
    /// AWPROT or ARPROT.
    pub prot: u8,
    /// AWQOS or ARQOS.
    pub qos: u8,
    /// AWREGION or ARREGION.
    pub region: u8,
    /// AWUSER or ARUSER; without a value, the signal is 0.
    pub user: Option<LogicVec>,
}

impl Burst {
    fn new(kind: BurstType, address: u64, beats: u16, beat_bytes: u8) -> Self {
        Burst {
            address,
            beats,
            beat_bytes,
            kind,
            id: 0,
            exclusive: false,
            cache: 0,
            prot: 0,
            qos: 0,
            region: 0,
            user: None,
        }
    }

    /// A burst with increasing addresses. If the address is not a multiple of `beat_bytes`, the first beat has
    /// fewer bytes.
    pub fn incr(address: u64, beats: u16, beat_bytes: u8) -> Self {
        Burst::new(BurstType::Incr, address, beats, beat_bytes)
    }

    /// A burst that wraps round within the aligned block of addresses that its beats fill.
    pub fn wrap(address: u64, beats: u16, beat_bytes: u8) -> Self {
        Burst::new(BurstType::Wrap, address, beats, beat_bytes)
    }

    /// A burst whose beats all have the same address.
    pub fn fixed(address: u64, beats: u16, beat_bytes: u8) -> Self {
        Burst::new(BurstType::Fixed, address, beats, beat_bytes)
    }

    /// Its ID: answers of different IDs may come in any order.
    #[must_use]
    pub fn id(self, id: u32) -> Self {
        Burst { id, ..self }
    }

    /// An exclusive access.
    #[must_use]
    pub fn exclusive(self) -> Self {
        Burst {
            exclusive: true,
            ..self
        }
    }

    /// AWCACHE or ARCACHE.
    #[must_use]
    pub fn cache(self, cache: u8) -> Self {
        Burst { cache, ..self }
    }

    /// AWPROT or ARPROT.
    #[must_use]
    pub fn prot(self, prot: u8) -> Self {
        Burst { prot, ..self }
    }

    /// AWQOS or ARQOS.
    #[must_use]
    pub fn qos(self, qos: u8) -> Self {
        Burst { qos, ..self }
    }

    /// AWREGION or ARREGION.
    #[must_use]
    pub fn region(self, region: u8) -> Self {
        Burst { region, ..self }
    }

    /// AWUSER or ARUSER.
    #[must_use]
    pub fn user(self, user: LogicVec) -> Self {
        let user = Some(user);
        Burst { user, ..self }
    }

    /// The same at another place.
    #[must_use]
    pub(super) fn at(&self, address: u64, beats: u16, beat_bytes: u8) -> Self {
        Burst {
            kind: BurstType::Incr,
            address,
            beats,
            beat_bytes,
            ..self.clone()
        }
    }

    fn size(&self) -> u64 {
        u64::from(self.beat_bytes)
    }

    /// The bytes of all beats, were the first one whole.
    fn whole(&self) -> u64 {
        self.size() * u64::from(self.beats)
    }

    fn aligned(&self) -> u64 {
        self.address & !(self.size().max(1) - 1)
    }

    /// The address of a beat, counted from 0.
    pub fn address_of(&self, beat: u16) -> u64 {
        let moved = self.aligned().wrapping_add(self.size() * u64::from(beat));
        match self.kind {
            BurstType::Fixed => self.address,
            _ if beat == 0 => self.address,
            BurstType::Incr => moved,
            BurstType::Wrap => {
                let block = self.whole().max(1);
                let first = self.address - self.address % block;
                first.wrapping_add(moved.wrapping_sub(first) % block)
            }
        }
    }

    /// The addresses of all beats.
    pub fn addresses(&self) -> impl Iterator<Item = u64> {
        (0..self.beats).map(|beat| self.address_of(beat))
    }

    /// The address of each byte of its data, in their order.
    ///
    /// ```
    /// use verifork_components::axi::Burst;
    ///
    /// let burst = Burst::wrap(0x1e, 2, 2);
    /// assert_eq!(burst.byte_addresses().collect::<Vec<_>>(), [0x1e, 0x1f, 0x1c, 0x1d]);
    /// ```
    pub fn byte_addresses(&self) -> impl Iterator<Item = u64> {
        self.addresses().flat_map(|address| {
            let in_beat = address % self.size().max(1);
            (address..).take(usize::try_from(self.size() - in_beat).unwrap_or(0))
        })
    }

    /// The bytes that a beat uses on a bus that is `bytes` wide.
    pub fn lanes(&self, beat: u16, bus_bytes: usize) -> Range<usize> {
        let mask = bus_bytes as u64 - 1;
        let address = self.address_of(beat);
        let block = address & !(self.size().max(1) - 1);
        let lane = |address: u64| usize::try_from(address & mask).unwrap_or(0);
        lane(address)..lane(block) + usize::from(self.beat_bytes)
    }

    /// The strobes that a beat may have on a bus of this many bytes, a bit for each byte.
    pub fn strobes(&self, beat: u16, bus_bytes: usize) -> u128 {
        strobes_of(self.lanes(beat, bus_bytes))
    }

    /// How many bytes of data all beats have together.
    pub fn data_bytes(&self) -> usize {
        let missing = usize::try_from(self.address - self.aligned()).unwrap_or(0);
        let whole = usize::from(self.beats) * usize::from(self.beat_bytes);
        match self.kind {
            BurstType::Fixed => whole - missing * usize::from(self.beats),
            _ => whole.saturating_sub(missing),
        }
    }

    /// The addresses that it touches.
    pub fn range(&self) -> Range<u64> {
        let first = match self.kind {
            BurstType::Wrap => self.address - self.address % self.whole().max(1),
            _ => self.address,
        };
        let end = match self.kind {
            BurstType::Fixed => self.aligned().saturating_add(self.size()),
            BurstType::Incr => self.aligned().saturating_add(self.whole()),
            BurstType::Wrap => first.saturating_add(self.whole()),
        };
        first..end
    }

    /// The attributes that an exclusive pair of accesses must share.
    pub(super) fn is_pair_of(&self, other: &Burst) -> bool {
        let shape = |it: &Burst| (it.address, it.beats, it.beat_bytes, it.kind);
        shape(self) == shape(other)
    }

    /// The rules that it breaks on a bus of this many bytes, each with the reason.
    pub(super) fn broken(
        &self,
        bus_bytes: usize,
        rules: &AddressRules,
    ) -> Vec<(&'static str, String)> {
        let mut broken = Vec::new();
        let Burst {
            address,
            beats,
            beat_bytes,
            ..
        } = *self;
        let channel = rules.channel;
        if usize::from(beat_bytes) > bus_bytes {
            let what = format!("beats of {beat_bytes} bytes on a bus of {bus_bytes}");
            broken.push((rules.size, what));
        }
        match self.kind {
            BurstType::Wrap => {
                if !matches!(beats, 2 | 4 | 8 | 16) {
                    let what = format!("a WRAP burst of {beats} beats; it has 2, 4, 8 or 16");
                    broken.push((rules.len_wrap, what));
                }
                if address != self.aligned() {
                    let what = format!(
                        "a WRAP burst at {address:#x}, which is not a multiple of the {beat_bytes} bytes of a beat"
                    );
                    broken.push((rules.wrap_align, what));
                }
            }
            BurstType::Fixed if beats > 16 => {
                let what = format!("a FIXED burst of {beats} beats; it has at most 16");
                broken.push((rules.len_fixed, what));
            }
            BurstType::Incr => {
                let last = self
                    .aligned()
                    .wrapping_add(self.whole().max(1))
                    .wrapping_sub(1);
                if address / BOUNDARY != last / BOUNDARY {
                    let what = format!(
                        "a burst from {address:#x} to {last:#x} crosses a boundary of 4 KB"
                    );
                    broken.push((rules.boundary, what));
                }
            }
            BurstType::Fixed => {}
        }
        if self.cache & 0b0010 == 0 && self.cache & 0b1100 != 0 {
            let what = format!(
                "{channel}CACHE is {:#06b}: what is not modifiable has no allocation",
                self.cache
            );
            broken.push((rules.cache, what));
        }
        if self.exclusive {
            self.broken_exclusive(rules, &mut broken);
        }
        broken
    }

    fn broken_exclusive(&self, rules: &AddressRules, broken: &mut Vec<(&'static str, String)>) {
        let (beats, bytes) = (self.beats, self.whole());
        if beats > 16 {
            let what = format!("an exclusive access of {beats} beats; it has at most 16");
            broken.push((rules.len_lock, what));
        }
        if !bytes.is_power_of_two() {
            let what =
                format!("an exclusive access of {bytes} bytes, which are not a power of two");
            broken.push(("AXI4_ERRM_EXCL_LEN", what));
        } else if !self.address.is_multiple_of(bytes) {
            let what = format!(
                "an exclusive access of {bytes} bytes at {:#x}, which is not a multiple of them",
                self.address
            );
            broken.push(("AXI4_ERRM_EXCL_ALIGN", what));
        }
        if bytes > 128 {
            let what = format!("an exclusive access of {bytes} bytes; it has at most 128");
            broken.push(("AXI4_ERRM_EXCL_MAX", what));
        }
    }
}

/// Splits an access of any length into bursts on a bus of `bus_bytes` bytes: whole beats, at most `most_beats` in
/// each, and none across a multiple of 4 KB. Only the first and the last beat may have bytes outside the access.
/// The second value is the number of the access's bytes in the burst, from its address on.
///
/// ```
/// use verifork_components::axi::split;
///
/// let bursts: Vec<_> = split(0x0ffe, 10, 4, 256)
///     .map(|(burst, bytes)| (burst.address, burst.beats, bytes))
///     .collect();
/// assert_eq!(bursts, [(0x0ffe, 1, 2), (0x1000, 2, 8)]);
/// ```
///
/// # Panics
///
/// If `bus_bytes` is not 1, 2, 4, … or 128, or `most_beats` is not from 1 to 256.
#[track_caller]
pub fn split(
    address: u64,
    bytes: usize,
    bus_bytes: usize,
    most_beats: u16,
) -> impl Iterator<Item = (Burst, usize)> {
    assert!(
        bus_bytes.is_power_of_two() && bus_bytes <= 128,
        "a bus of {bus_bytes} bytes; it has 1, 2, 4, … or 128"
    );
    assert!(
        (1..=256).contains(&most_beats),
        "bursts of {most_beats} beats; they have 1 to 256"
    );
    let beat_bytes = u8::try_from(bus_bytes).unwrap_or(128);
    let (mut address, mut left) = (address, bytes);
    std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let in_beat = usize::try_from(address % bus_bytes as u64).unwrap_or(0);
        let to_boundary = usize::try_from(BOUNDARY - address % BOUNDARY).unwrap_or(0);
        let most = usize::from(most_beats) * bus_bytes - in_beat;
        let count = left.min(to_boundary).min(most);
        let beats = u16::try_from((in_beat + count).div_ceil(bus_bytes)).unwrap_or(256);
        let burst = Burst::incr(address, beats, beat_bytes);
        address = address.wrapping_add(count as u64);
        left -= count;
        Some((burst, count))
    })
}

#[cfg(test)]
mod tests {
    use verifork::TestRng;

    use super::super::rules::{AR, AW};
    use super::*;

    /// Any burst that breaks no rule.
    fn any(rng: &mut TestRng, bus_bytes: usize) -> Burst {
        loop {
            let size = rng.random_range(0..=bus_bytes.ilog2());
            let beats = rng.random_range(1..=256_u16);
            let few = rng.random_range(1..=16_u16);
            let address = rng.random_range(0..0x4000_u64);
            let bytes = 1_u8 << size;
            let burst = match rng.random_range(0..3) {
                0 => Burst::incr(address, beats, bytes),
                1 => Burst::fixed(address, few, bytes),
                _ => Burst::wrap(address & !(u64::from(bytes) - 1), 1 << (few % 5), bytes),
            };
            if burst.broken(bus_bytes, &AW).is_empty() {
                return burst;
            }
        }
    }

    #[test]
    fn beats_use_each_byte_of_a_burst_once_and_none_else() {
        let mut rng = TestRng::new(3);
        for _ in 0..3000 {
            let bus_bytes = 1 << rng.random_range(0..8_usize);
            let burst = any(&mut rng, bus_bytes);
            let mut touched = Vec::new();
            for (beat, address) in (0..).zip(burst.addresses()) {
                let lanes = burst.lanes(beat, bus_bytes);
                assert_eq!(lanes.start as u64, address % bus_bytes as u64, "{burst:?}");
                assert!(
                    lanes.end <= bus_bytes && !lanes.is_empty(),
                    "{burst:?} {lanes:?}"
                );
                let strobes = burst.strobes(beat, bus_bytes);
                assert_eq!(strobes.count_ones() as usize, lanes.len());
                assert_eq!(strobes.trailing_zeros() as usize, lanes.start);
                touched.extend((address..).take(lanes.len()));
            }
            assert_eq!(touched.len(), burst.data_bytes(), "{burst:?}");
            assert!(burst.byte_addresses().eq(touched.clone()), "{burst:?}");
            let range = burst.range();
            match burst.kind {
                BurstType::Fixed => {
                    let one = touched.len() / usize::from(burst.beats);
                    assert!(
                        touched.chunks(one).all(|it| it == &touched[..one]),
                        "{burst:?}"
                    );
                }
                BurstType::Incr => assert!(touched.is_sorted(), "{burst:?}"),
                BurstType::Wrap => {}
            }
            touched.sort_unstable();
            touched.dedup();
            assert!(touched.iter().copied().eq(range.clone()), "{burst:?}");
            assert_eq!(
                range.start / BOUNDARY,
                (range.end - 1) / BOUNDARY,
                "{burst:?}"
            );
        }
    }

    #[test]
    fn a_long_access_becomes_bursts_that_have_its_bytes_in_order_and_break_no_rule() {
        let mut rng = TestRng::new(4);
        for _ in 0..2000 {
            let bus_bytes = 1 << rng.random_range(0..8_usize);
            let (address, bytes) = (
                rng.random_range(0..0x3000_u64),
                rng.random_range(0..9000_usize),
            );
            let most = rng.random_range(1..=256_u16);
            let mut next = address;
            for (burst, count) in split(address, bytes, bus_bytes, most) {
                assert_eq!(burst.broken(bus_bytes, &AR), [], "{burst:?}");
                assert_eq!(burst.address, next);
                assert!(burst.beats <= most && count > 0);
                let spare = burst.data_bytes() - count;
                assert!(
                    spare < bus_bytes,
                    "{burst:?} has {spare} bytes that are not asked for"
                );
                next += count as u64;
            }
            assert_eq!(next, address + bytes as u64);
        }
    }

    #[test]
    fn each_rule_of_a_burst_is_named_and_by_itself() {
        let exclusive = |address, beats, bytes| Burst::incr(address, beats, bytes).exclusive();
        for (burst, bus_bytes, rule) in [
            (Burst::incr(0xff8, 3, 4), 4, "AXI4_ERRM_AWADDR_BOUNDARY"),
            (Burst::incr(0xfff, 2, 1), 4, "AXI4_ERRM_AWADDR_BOUNDARY"),
            (Burst::wrap(0x12, 4, 4), 4, "AXI4_ERRM_AWADDR_WRAP_ALIGN"),
            (Burst::wrap(0x10, 3, 4), 4, "AXI4_ERRM_AWLEN_WRAP"),
            (Burst::wrap(0x10, 1, 4), 4, "AXI4_ERRM_AWLEN_WRAP"),
            (Burst::wrap(0x10, 32, 4), 4, "AXI4_ERRM_AWLEN_WRAP"),
            (Burst::fixed(0x10, 17, 4), 4, "AXI4_ERRM_AWLEN_FIXED"),
            (Burst::incr(0x10, 1, 8), 4, "AXI4_ERRM_AWSIZE"),
            (
                Burst::incr(0x10, 1, 4).cache(0b0100),
                4,
                "AXI4_ERRM_AWCACHE",
            ),
            (
                Burst::incr(0x10, 1, 4).cache(0b1001),
                4,
                "AXI4_ERRM_AWCACHE",
            ),
            (exclusive(0, 32, 1), 4, "AXI4_ERRM_AWLEN_LOCK"),
            (exclusive(0, 3, 4), 4, "AXI4_ERRM_EXCL_LEN"),
            (exclusive(8, 4, 4), 4, "AXI4_ERRM_EXCL_ALIGN"),
            (exclusive(0, 16, 16), 16, "AXI4_ERRM_EXCL_MAX"),
        ] {
            let broken = burst.broken(bus_bytes, &AW);
            let rules: Vec<_> = broken.iter().map(|(rule, _)| *rule).collect();
            assert_eq!(rules, [rule], "{burst:?}");
        }
        for burst in [
            Burst::incr(0xffc, 1, 4),
            Burst::incr(0xf00, 64, 4),
            Burst::incr(0xffd, 1, 4),
            Burst::wrap(0xff8, 16, 4),
            Burst::fixed(0xfff, 16, 4),
            exclusive(0x40, 16, 4),
            Burst::incr(0, 1, 4).cache(0b1111),
        ] {
            assert_eq!(burst.broken(4, &AW), [], "{burst:?}");
        }
    }

    #[test]
    fn strobes_reach_to_the_widest_bus() {}
}
