//! Checks a channel of addresses: AW or AR.

use verifork::Result;

use super::{Reporter, number_at, optional, places, value_at};
use crate::axi::address::{FIELDS, Field, decode};
use crate::axi::burst::Burst;
use crate::axi::rules::AddressRules;
use crate::axi::signals::AddressSignals;
use crate::watching::{Seen, Watched, Watching};

/// A channel of addresses.
pub(super) struct Addresses {
    pub(super) watching: Watching,
    pub(super) places: [Option<usize>; 11],
    pub(super) rules: &'static AddressRules,
    /// The offered burst has been checked.
    pub(super) checked: bool,
}

impl Addresses {
    pub(super) fn new(
        signals: &AddressSignals,
        rules: &'static AddressRules,
        watch: impl FnOnce(Vec<Watched>) -> Watching,
    ) -> Self {
        let (watched, places) = places(
            FIELDS.map(|field| optional(signals.field(field), &rules.signals[field as usize])),
        );
        Addresses {
            watching: watch(watched),
            places,
            rules,
            checked: false,
        }
    }

    /// Checks an edge. Returns the burst, if one is transferred.
    pub(super) fn look(
        &mut self,
        in_reset: bool,
        reporter: &Reporter,
        of: impl Fn() -> String,
    ) -> Result<Option<Burst>> {
        let Seen::Valid { transferred } = self.watching.look(in_reset, &of)? else {
            self.checked = false;
            return Ok(None);
        };
        if self.checked && !transferred {
            return Ok(None);
        }
        let values = self.places.map(|place| number_at(&self.watching, place));
        let bytes = reporter.bus.bytes();
        let mut burst = match decode(&values, bytes) {
            Ok(burst) => burst,
            Err(what) => {
                if !self.checked {
                    reporter.broken(self.rules.burst, of(), what)?;
                }
                let mut values = values;
                values[Field::Burst as usize] = None;
                decode(&values, bytes).unwrap_or(Burst::incr(0, 1, 1))
            }
        };
        if !self.checked {
            for (rule, what) in burst.broken(bytes, self.rules) {
                reporter.broken(rule, of(), what)?;
            }
        }
        self.checked = !transferred;
        let user = value_at(&self.watching, self.places[Field::User as usize]);
        burst.user = user.cloned();
        Ok(transferred.then_some(burst))
    }
}
