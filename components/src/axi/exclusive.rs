//! Which exclusive accesses succeed.

use std::ops::Range;

use super::burst::Burst;

/// Addresses that a manager has read exclusively, by its ID; a write to them by anybody ends that.
#[derive(Default)]
pub(super) struct ExclusiveMonitor(Vec<Burst>);

impl ExclusiveMonitor {
    /// An exclusive read: only the last one of an ID counts.
    pub(super) fn read(&mut self, burst: &Burst) {
        self.0.retain(|other| other.id != burst.id);
        self.0.push(burst.clone());
    }

    /// Whether an exclusive write succeeds.
    pub(super) fn allows(&self, burst: &Burst) -> bool {
        let mut read = self.0.iter();
        read.any(|read| read.id == burst.id && burst.is_pair_of(read))
    }

    /// These addresses were written.
    pub(super) fn written(&mut self, addresses: &Range<u64>) {
        let touches =
            |other: Range<u64>| other.start < addresses.end && addresses.start < other.end;
        self.0.retain(|read| !touches(read.range()));
    }

    pub(super) fn reset(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclusive_write_succeeds_after_its_read_unless_somebody_wrote_there() {
        let mut monitor = ExclusiveMonitor::default();
        let (mine, other) = (Burst::incr(0x40, 2, 4), Burst::incr(0x40, 2, 4).id(1));
        assert!(!monitor.allows(&mine), "nothing was read");
        monitor.read(&mine);
        assert!(monitor.allows(&mine) && !monitor.allows(&other));
        assert!(!monitor.allows(&Burst::incr(0x40, 1, 4)), "another size");
        monitor.read(&other);
        monitor.written(&(0x48..0x50));
        monitor.written(&(0x3c..0x40));
        assert!(monitor.allows(&mine) && monitor.allows(&other));
        monitor.written(&(0x47..0x48));
        assert!(!monitor.allows(&mine) && !monitor.allows(&other));
        monitor.read(&mine);
        monitor.read(&Burst::incr(0x80, 1, 4));
        assert!(!monitor.allows(&mine), "its ID has read somewhere else");
        monitor.reset();
        assert!(!monitor.allows(&Burst::incr(0x80, 1, 4)));
    }
}
