//! The data that a manager writes, and the responses that it gets.

use verifork::value::LogicVec;

use super::Response;
use super::burst::Burst;
use super::bus::Bus;
use super::signals::AddressSignals;

/// The data of a burst: the bytes of its beats, in their order.
///
/// ```
/// use verifork_components::axi::WriteData;
///
/// let all = WriteData::from([0x11, 0x22, 0x33, 0x44]);
/// let upper = all.clone().enabled([false, false, true, true]); // WSTRB 1100
/// assert_eq!(all.bytes, upper.bytes);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteData {
    /// As many as the burst [has](Burst::data_bytes).
    pub bytes: Vec<u8>,
    /// Which of them are written, by WSTRB; all if it is empty.
    pub enabled: Vec<bool>,
    /// The values of WUSER: none, one for all beats, or one for each beat.
    pub users: Vec<LogicVec>,
}

impl WriteData {
    /// Writes only those bytes for which it is `true`.
    ///
    /// ```
    /// use verifork_components::axi::WriteData;
    ///
    /// let every_other = WriteData::from([0; 64]).enabled((0..64).map(|byte| byte % 2 == 0));
    /// assert_eq!(every_other.enabled.len(), 64);
    /// ```
    #[must_use]
    pub fn enabled(self, enabled: impl IntoIterator<Item = bool>) -> Self {
        let enabled = enabled.into_iter().collect();
        WriteData { enabled, ..self }
    }

    /// WUSER of each beat, or one for all.
    ///
    /// ```
    /// use verifork::value::LogicVec;
    /// use verifork_components::axi::WriteData;
    ///
    /// let poisoned = WriteData::from([0; 8]).users([LogicVec::ones(1)]); // WUSER of all beats
    /// assert_eq!(poisoned.users.len(), 1);
    /// ```
    #[must_use]
    pub fn users(self, users: impl IntoIterator<Item = LogicVec>) -> Self {
        let users = users.into_iter().collect();
        WriteData { users, ..self }
    }

    pub(crate) fn is_enabled(&self, index: usize) -> bool {
        self.enabled.is_empty() || self.enabled[index]
    }

    pub(super) fn user(&self, beat: u16) -> Option<&LogicVec> {
        match &*self.users {
            [] => None,
            [one] => Some(one),
            several => several.get(usize::from(beat)),
        }
    }
}

impl From<Vec<u8>> for WriteData {
    fn from(bytes: Vec<u8>) -> Self {
        WriteData {
            bytes,
            ..WriteData::default()
        }
    }
}

impl From<&[u8]> for WriteData {
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl<const N: usize> From<[u8; N]> for WriteData {
    fn from(bytes: [u8; N]) -> Self {
        bytes.to_vec().into()
    }
}

/// The answer to a burst of writes.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::{Burst, Response, WriteAnswer};
/// # async fn example(manager: verifork_components::axi::RunningManager) -> Result {
/// let answer: WriteAnswer = manager.write_burst(Burst::incr(0x1000, 4, 4), [0; 16]).await?;
/// ensure!(answer.response == Response::Okay, "{:?}", answer.response);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteAnswer {
    /// BRESP.
    pub response: Response,
    /// BUSER, if the bus has it.
    pub user: Option<LogicVec>,
}

/// The answer to a burst of reads.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork_components::axi::{Burst, ReadAnswer};
/// # async fn example(manager: verifork_components::axi::RunningManager) -> Result {
/// let answer: ReadAnswer = manager.read_burst(Burst::incr(0x1000, 4, 4)).await?;
/// ensure!(!answer.response().is_error(), "{:?}", answer.responses); // RRESP of each beat
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadAnswer {
    /// The bytes of all beats; those of a beat that failed mean nothing.
    pub data: Vec<u8>,
    /// RRESP of each beat.
    pub responses: Vec<Response>,
    /// RUSER of each beat, if the bus has it.
    pub users: Vec<LogicVec>,
}

impl ReadAnswer {
    /// The response of all beats: the first error, or that of the first beat.
    ///
    /// ```
    /// use verifork_components::axi::{ReadAnswer, Response};
    ///
    /// let answer = ReadAnswer {
    ///     responses: vec![Response::Okay, Response::SlvErr, Response::Okay],
    ///     ..ReadAnswer::default()
    /// };
    /// assert_eq!(answer.response(), Response::SlvErr);
    /// ```
    pub fn response(&self) -> Response {
        let error = self.responses.iter().find(|response| response.is_error());
        let first = error.or(self.responses.first());
        first.copied().unwrap_or_default()
    }
}

/// Why a burst cannot go over these signals.
pub(super) fn refuses(
    bus: &Bus,
    signals: &AddressSignals,
    burst: &Burst,
    rules: &super::rules::AddressRules,
) -> Option<String> {
    let (name, channel) = (bus.name(), rules.channel);
    if !burst.beat_bytes.is_power_of_two() {
        return Some(format!(
            "beats of {} bytes; they have 1, 2, 4, … or 128",
            burst.beat_bytes
        ));
    }
    if !(1..=256).contains(&burst.beats) {
        return Some(format!("a burst of {} beats; it has 1 to 256", burst.beats));
    }
    if let Some((rule, what)) = burst.broken(bus.bytes(), rules).into_iter().next() {
        return Some(format!("{rule}: {what}; on {name}"));
    }
    let width = signals.addr.width();
    let last = burst.range().end.wrapping_sub(1);
    if width < 64 && last >> width != 0 {
        return Some(format!(
            "AXI4_AUX_ADDR_WIDTH: the address {last:#x} does not fit the {width} bits of {channel}ADDR of \
             `{name}`"
        ));
    }
    let id_bits = signals.id.map_or(0, |signal| signal.width());
    if id_bits < 32 && burst.id >> id_bits != 0 {
        let id = burst.id;
        return Some(if signals.id.is_none() {
            format!("AXI4_AUX_ID_WIDTH: the ID {id}, and `{name}` has no {channel}ID")
        } else {
            format!(
                "AXI4_AUX_ID_WIDTH: the ID {id} does not fit the {id_bits} bits of {channel}ID of `{name}`"
            )
        });
    }
    let full = u8::try_from(bus.bytes()).unwrap_or(u8::MAX);
    let no = |is_missing: bool, needed: bool, what: &str, signal: &str| {
        (is_missing && needed)
            .then(|| format!("{what}, and `{name}` has no {channel}{signal} to say so"))
    };
    let is_incr = burst.kind == super::BurstType::Incr;
    let beats = format!("a burst of {} beats", burst.beats);
    let bytes = format!("beats of {} bytes", burst.beat_bytes);
    let kind = format!("a burst of the kind {:?}", burst.kind);
    let missing = no(signals.len.is_none(), burst.beats > 1, &beats, "LEN")
        .or_else(|| {
            no(
                signals.size.is_none(),
                burst.beat_bytes != full,
                &bytes,
                "SIZE",
            )
        })
        .or_else(|| no(signals.burst.is_none(), !is_incr, &kind, "BURST"))
        .or_else(|| {
            let what = "an exclusive access";
            no(signals.lock.is_none(), burst.exclusive, what, "LOCK")
        });
    if missing.is_some() {
        return missing;
    }
    for (value, signal, default, bits, what) in [
        (burst.cache, signals.cache, 0, 4, "CACHE"),
        (burst.prot, signals.prot, 0, 3, "PROT"),
        (burst.qos, signals.qos, 0, 4, "QOS"),
        (burst.region, signals.region, 0, 4, "REGION"),
    ] {
        if value >> bits != 0 {
            return Some(format!(
                "{channel}{what} {value}, which does not fit {bits} bits"
            ));
        }
        if signal.is_none() && value != default {
            return Some(format!(
                "{channel}{what} {value}, and `{name}` has no {channel}{what}"
            ));
        }
    }
    refuses_user(
        bus,
        signals.user.map(|it| it.width()),
        burst.user.as_ref(),
        channel,
    )
}

fn refuses_user(
    bus: &Bus,
    width: Option<u32>,
    user: Option<&LogicVec>,
    channel: &str,
) -> Option<String> {
    let (user, name) = (user?, bus.name());
    match width {
        None => Some(format!("{channel}USER, and `{name}` has none")),
        Some(width) if width != user.width() => Some(format!(
            "{channel}USER of {} bits; that of `{name}` has {width}",
            user.width()
        )),
        Some(_) => None,
    }
}

/// Why data does not go with a burst over these signals.
pub(super) fn refuses_data(bus: &Bus, burst: &Burst, data: &WriteData) -> Option<String> {
    let signals = bus.write?.w;
    let name = bus.name();
    let (needed, found) = (burst.data_bytes(), data.bytes.len());
    if needed != found {
        return Some(format!(
            "AXI4_ERRM_WDATA_NUM: {found} bytes of data for a burst of {needed}; on {name}"
        ));
    }
    if !data.enabled.is_empty() && data.enabled.len() != found {
        return Some(format!("{} strobes for {found} bytes", data.enabled.len()));
    }
    let all = crate::lanes::strobes_of(0..bus.bytes());
    let is_whole = (0..burst.beats).all(|beat| burst.strobes(beat, bus.bytes()) == all);
    if signals.strb.is_none() && (!is_whole || data.enabled.contains(&false)) {
        return Some(format!(
            "bytes that are not written, and `{name}` has no WSTRB to say so"
        ));
    }
    let (users, beats) = (data.users.len(), usize::from(burst.beats));
    if users > 1 && users != beats {
        return Some(format!("{users} values of WUSER for {beats} beats"));
    }
    let width = signals.user.map(|it| it.width());
    let refused = |user| refuses_user(bus, width, Some(user), "W");
    data.users.iter().find_map(refused)
}
