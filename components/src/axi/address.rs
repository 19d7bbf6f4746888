//! Drives and samples the channels of addresses, AW and AR.

use verifork::Result;
use verifork::dut::Signal;
use verifork::value::LogicVec;

use super::burst::{Burst, BurstType};
use super::bus::Bus;
use super::data::{drive_user, unknown};
use super::rules::AddressRules;
use super::signals::AddressSignals;
use crate::violation::Violation;

/// The signals of a channel of addresses, in the order of their rules.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Addr,
    Id,
    Len,
    Size,
    Burst,
    Lock,
    Cache,
    Prot,
    Qos,
    Region,
    User,
}

pub(super) const FIELDS: [Field; 11] = [
    Field::Addr,
    Field::Id,
    Field::Len,
    Field::Size,
    Field::Burst,
    Field::Lock,
    Field::Cache,
    Field::Prot,
    Field::Qos,
    Field::Region,
    Field::User,
];

impl AddressSignals {
    pub(super) fn field(&self, field: Field) -> Option<Signal<LogicVec>> {
        let small = |signal: Option<Signal<u8>>| signal.map(|signal| signal.as_logic());
        match field {
            Field::Addr => Some(self.addr.as_logic()),
            Field::Id => self.id.map(|signal| signal.as_logic()),
            Field::Len => small(self.len),
            Field::Size => small(self.size),
            Field::Burst => small(self.burst),
            Field::Lock => small(self.lock),
            Field::Cache => small(self.cache),
            Field::Prot => small(self.prot),
            Field::Qos => small(self.qos),
            Field::Region => small(self.region),
            Field::User => self.user,
        }
    }

    /// Drives a burst, whose values fit the signals.
    pub(super) fn drive(&self, burst: &Burst) -> Result {
        self.addr.try_set(burst.address)?;
        if let Some(signal) = self.id {
            signal.try_set(burst.id)?;
        }
        let size = u8::try_from(burst.beat_bytes.trailing_zeros()).unwrap_or(0);
        for (signal, value) in [
            (
                self.len,
                u8::try_from(burst.beats.wrapping_sub(1)).unwrap_or(u8::MAX),
            ),
            (self.size, size),
            (self.burst, burst.kind.bits()),
            (self.lock, burst.exclusive.into()),
            (self.cache, burst.cache),
            (self.prot, burst.prot),
            (self.qos, burst.qos),
            (self.region, burst.region),
        ] {
            if let Some(signal) = signal {
                signal.try_set(value)?;
            }
        }
        drive_user(self.user, burst.user.as_ref())
    }

    /// Samples a valid burst. Unknown bits and AWBURST 3 are broken rules.
    pub(super) fn sample(&self, bus: &Bus, rules: &AddressRules) -> Result<Burst> {
        let mut values = [None; 11];
        let mut user = None;
        for field in FIELDS {
            let Some(signal) = self.field(field) else {
                continue;
            };
            let value = signal.get();
            if value.has_unknown() {
                return Err(unknown(
                    &rules.signals[field as usize],
                    bus.name(),
                    &signal,
                    &value,
                ));
            }
            values[field as usize] = Some(value.value_word(0));
            if matches!(field, Field::User) {
                user = Some(value);
            }
        }
        decode(&values, bus.bytes())
            .map(|burst| Burst { user, ..burst })
            .map_err(|what| Violation::new(rules.burst, bus.name(), what).now().into())
    }
}

/// The burst of a channel's values; missing signals have their defaults.
pub(super) fn decode(values: &[Option<u64>; 11], bus_bytes: usize) -> Result<Burst, String> {
    let value = |field: Field, default: u64| values[field as usize].unwrap_or(default);
    let small = |field, default| u8::try_from(value(field, default)).unwrap_or(u8::MAX);
    let kind = match value(Field::Burst, 1) {
        0 => BurstType::Fixed,
        1 => BurstType::Incr,
        2 => BurstType::Wrap,
        other => return Err(format!("{other} is not a kind of burst")),
    };
    let beats = u16::from(small(Field::Len, 0)) + 1;
    let bytes = 1_u8 << (small(Field::Size, bus_bytes.trailing_zeros().into()) & 7);
    let mut burst = Burst::incr(value(Field::Addr, 0), beats, bytes);
    burst.kind = kind;
    burst.id = u32::try_from(value(Field::Id, 0)).unwrap_or(u32::MAX);
    burst.exclusive = value(Field::Lock, 0) & 1 == 1;
    burst.cache = small(Field::Cache, 0);
    burst.prot = small(Field::Prot, 0);
    burst.qos = small(Field::Qos, 0);
    burst.region = small(Field::Region, 0);
    Ok(burst)
}
