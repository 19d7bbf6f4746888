//! Transactions in the log.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Listener, Record, TransactionId};

/// Logs each transaction when it ends, in a line with its attributes and the time at which it began.
///
/// ```
/// use verifork::log::Level;
/// use verifork::record::{self, ToLog};
///
/// let _listening = record::listen(ToLog::new(Level::Info));
/// let write = record::begin("bus", "write");
/// write.attribute("address", 16);
/// write.end(); // bus: write address=16 (began at 0 ns)
/// ```
#[derive(Debug)]
pub struct ToLog {
    level: log::Level,
    under_way: RefCell<BTreeMap<TransactionId, (String, String)>>,
}

impl ToLog {
    /// Logs at this level.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::record::{self, ToLog};
    /// # fn example() -> Result {
    /// let _listening = record::listen(ToLog::new(log::Level::Debug));
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(level: log::Level) -> Self {
        ToLog {
            level,
            under_way: RefCell::default(),
        }
    }

    /// Takes a record. Returns the line for the log if a transaction has ended.
    fn take(&self, record: &Record<'_>) -> Option<String> {
        let under_way = || self.under_way.borrow_mut();
        match record {
            Record::Begin {
                id,
                stream,
                kind,
                at,
            } => {
                let texts = (format!("{stream}: {kind}"), format!(" (began at {at}"));
                under_way().insert(*id, texts);
                None
            }
            Record::Attribute { id, name, value } => {
                // The table is not borrowed here: formatting a value may record something itself.
                let mut text = String::new();
                // Writing to a `String` does not fail; a value's own formatting may.
                let _ = write!(text, " {name}={value}");
                if let Some((line, _)) = under_way().get_mut(id) {
                    line.push_str(&text);
                }
                None
            }
            Record::End { id, complete, .. } => {
                let (mut line, began) = under_way().remove(id)?;
                line.push_str(&began);
                line.push_str(if *complete { ")" } else { ", incomplete)" });
                Some(line)
            }
        }
    }
}

impl Listener for ToLog {
    fn record(&self, record: &Record<'_>) {
        if let Some(line) = self.take(record) {
            log::log!(self.level, "{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::{begin, listen};
    use super::*;

    struct Lines(ToLog, RefCell<Vec<String>>);

    impl Listener for Lines {
        fn record(&self, record: &Record<'_>) {
            let line = self.0.take(record);
            self.1.borrow_mut().extend(line);
        }
    }

    #[test]
    fn a_transaction_is_a_line_when_it_ends() {
        let lines = Rc::new(Lines(ToLog::new(log::Level::Info), RefCell::default()));
        let _listening = listen(Rc::clone(&lines));
        let (first, second) = (begin("a", "read"), begin("b", "write"));
        first.attribute("address", 3);
        second.attribute("data", 4);
        second.end();
        first.attribute("data", 5);
        drop(first);
        assert_eq!(
            *lines.1.borrow(),
            [
                "b: write data=4 (began at 0 ns)",
                "a: read address=3 data=5 (began at 0 ns, incomplete)"
            ]
        );
    }
    #[test]
    fn a_value_may_record_something_itself() {
        struct Looks;
        impl std::fmt::Display for Looks {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                begin("cache", "look").end();
                f.write_str("3")
            }
        }
        let lines = Rc::new(Lines(ToLog::new(log::Level::Info), RefCell::default()));
        let _listening = listen(Rc::clone(&lines));
        let read = begin("a", "read");
        read.attribute("data", Looks);
        read.end();
        assert_eq!(
            *lines.1.borrow(),
            [
                "cache: look (began at 0 ns)",
                "a: read data=3 (began at 0 ns)"
            ]
        );
    }
}
