//! Transaction recording: what a monitor or a task observed, with begin, end and attributes.
//!
//! The observer calls [`begin`]. Listeners decide what happens with the transactions: [`listen`] adds one, such as
//! [`JsonLines`] or [`ToLog`], until the returned guard is dropped. Without listeners, nothing is kept, formatted or
//! allocated.
//!
//! ```no_run
//! use verifork::prelude::*;
//! use verifork::record::{self, JsonLines};
//!
//! # #[derive(Dut)]
//! # struct Bus { clk: Signal<bool>, start: Signal<bool>, done: Signal<bool>, address: Signal<u16> }
//! #[verifork::test]
//! async fn transactions_in_a_file(dut: Bus) -> Result {
//!     let _listening = record::listen(JsonLines::create("transactions.jsonl")?);
//!     background("monitor", async move {
//!         loop {
//!             dut.start.rising_edge().await;
//!             let transfer = record::begin("bus", "transfer");
//!             transfer.attribute("address", dut.address.get()?);
//!             dut.done.rising_edge().await;
//!             transfer.end();
//!         }
//!     });
//!     dut.clk.rising_edges(1000).await;
//!     Ok(())
//! }
//! # fn main() {}
//! ```

mod json_lines;
mod to_log;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::num::NonZeroU64;
use std::rc::Rc;

pub use json_lines::JsonLines;
pub use to_log::ToLog;

use crate::scheduler;
use crate::time::{SimTime, TimeUnit};

/// The number of a transaction, unique on its thread.
///
/// ```
/// use std::cell::RefCell;
/// use std::collections::BTreeSet;
/// use std::rc::Rc;
/// use verifork::record::{self, Listener, Record, TransactionId};
///
/// /// The transactions that are under way.
/// #[derive(Default)]
/// struct Open(RefCell<BTreeSet<TransactionId>>);
///
/// impl Listener for Open {
///     fn record(&self, record: &Record<'_>) {
///         match record {
///             Record::Begin { id, .. } => drop(self.0.borrow_mut().insert(*id)),
///             Record::End { id, .. } => drop(self.0.borrow_mut().remove(id)),
///             _ => {}
///         }
///     }
/// }
///
/// let open = Rc::new(Open::default());
/// let _listening = record::listen(open.clone());
/// let read = record::begin("bus", "read");
/// assert_eq!(open.0.borrow().len(), 1);
/// read.end();
/// assert!(open.0.borrow().is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionId(NonZeroU64);

impl TransactionId {
    /// The number itself, from 1.
    ///
    /// ```
    /// use verifork::record::{self, ToLog};
    ///
    /// let _listening = record::listen(ToLog::new(verifork::log::Level::Debug));
    /// let read = record::begin("bus", "read");
    /// let number = read.id().map(|id| id.get());
    /// assert!(number.is_some_and(|number| number >= 1));
    /// ```
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

/// One record, as a listener receives it.
///
/// ```
/// use verifork::record::{Listener, Record};
///
/// /// Prints what a viewer would show.
/// struct Print;
///
/// impl Listener for Print {
///     fn record(&self, record: &Record<'_>) {
///         match record {
///             Record::Begin { stream, kind, at, .. } => println!("{at}: {kind} on {stream}"),
///             Record::Attribute { name, value, .. } => println!("  {name} = {value}"),
///             Record::End { at, complete: false, .. } => println!("{at}: broken off"),
///             _ => {}
///         }
///     }
/// }
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Record<'a> {
    /// A transaction begins.
    Begin {
        /// Its number.
        id: TransactionId,
        /// Where it happens: a bus, a port, a task.
        stream: &'a str,
        /// What it is: "write", "frame".
        kind: &'a str,
        /// When it began.
        at: SimTime,
    },
    /// An attribute of a transaction.
    Attribute {
        /// The transaction's number.
        id: TransactionId,
        /// Its name.
        name: &'a str,
        /// The value, to be formatted by those who want it.
        value: &'a dyn fmt::Display,
    },
    /// It ends.
    End {
        /// The transaction's number.
        id: TransactionId,
        /// When it ended.
        at: SimTime,
        /// Whether it was brought to its end; not, if its task was cancelled for instance.
        complete: bool,
    },
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Record::Begin {
                id,
                stream,
                kind,
                at,
            } => write!(f, "begin {} of {stream}: {kind} at {at}", id.0),
            Record::Attribute { id, name, value } => {
                write!(f, "attribute of {}: {name} = {value}", id.0)
            }
            Record::End { id, at, complete } => {
                let cut = if *complete { "" } else { ", incomplete" };
                write!(f, "end {} at {at}{cut}", id.0)
            }
        }
    }
}

/// What takes records: writes them to a file, say, or counts them.
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use verifork::record::{self, Listener, Record};
///
/// struct Count(Rc<Cell<u32>>);
///
/// impl Listener for Count {
///     fn record(&self, record: &Record<'_>) {
///         if let Record::Begin { .. } = record {
///             self.0.set(self.0.get() + 1);
///         }
///     }
/// }
///
/// let count = Rc::new(Cell::new(0));
/// let listening = record::listen(Count(count.clone()));
/// record::begin("bus", "write").end();
/// drop(listening);
/// record::begin("bus", "write").end();
/// assert_eq!(count.get(), 1);
/// ```
pub trait Listener {
    /// Receives one record. The call that records a transaction calls this before it returns.
    ///
    /// ```
    /// use std::cell::Cell;
    /// use verifork::record::{Listener, Record};
    ///
    /// /// How many transactions were broken off.
    /// struct Incomplete(Cell<u32>);
    ///
    /// impl Listener for Incomplete {
    ///     fn record(&self, record: &Record<'_>) {
    ///         if let Record::End { complete: false, .. } = record {
    ///             self.0.set(self.0.get() + 1);
    ///         }
    ///     }
    /// }
    /// ```
    fn record(&self, record: &Record<'_>);
}

impl<L: Listener + ?Sized> Listener for Rc<L> {
    fn record(&self, record: &Record<'_>) {
        (**self).record(record);
    }
}

thread_local! {
    /// How many listen, to be asked without more ado.
    static COUNT: Cell<usize> = const { Cell::new(0) };
    /// In the order of their numbers.
    static LISTENERS: RefCell<Vec<(u64, Rc<dyn Listener>)>> = const { RefCell::new(Vec::new()) };
    static NEXT: Cell<u64> = const { Cell::new(1) };
}

fn next_number() -> u64 {
    NEXT.replace(NEXT.get() + 1)
}

/// Passes everything that is recorded to a listener from now on, until the guard is dropped.
///
/// ```
/// use verifork::record::{self, ToLog};
///
/// let listening = record::listen(ToLog::new(verifork::log::Level::Info));
/// assert!(record::is_listened_to());
/// drop(listening);
/// assert!(!record::is_listened_to());
/// ```
pub fn listen(listener: impl Listener + 'static) -> Listening {
    let number = next_number();
    LISTENERS.with_borrow_mut(|listeners| listeners.push((number, Rc::new(listener))));
    COUNT.set(COUNT.get() + 1);
    Listening(number)
}

/// Whether anybody listens. Where an attribute costs something to find out, ask first.
///
/// ```
/// use verifork::record;
///
/// fn burst(data: &[u8]) {
///     let burst = record::begin("bus", "burst");
///     if record::is_listened_to() {
///         let hex: String = data.iter().map(|byte| format!("{byte:02x}")).collect();
///         burst.attribute("data", hex);
///     }
///     burst.end();
/// }
/// ```
#[inline]
pub fn is_listened_to() -> bool {
    COUNT.get() > 0
}

/// The guard of a listener: when it is dropped, the listener is.
///
/// ```
/// use verifork::record::{self, ToLog};
///
/// let listening = record::listen(ToLog::new(verifork::log::Level::Info));
/// record::begin("spi", "frame").end(); // logged
/// drop(listening);
/// record::begin("spi", "frame").end(); // nobody listens
/// ```
#[derive(Debug)]
#[must_use = "the listener listens while this lives"]
pub struct Listening(u64);

impl Drop for Listening {
    fn drop(&mut self) {
        // The thread's own data may be gone.
        let removed = LISTENERS.try_with(|listeners| {
            let mut listeners = listeners.borrow_mut();
            let at = listeners.iter().position(|(number, _)| *number == self.0)?;
            Some(listeners.remove(at))
        });
        if let Ok(Some(removed)) = removed {
            COUNT.set(COUNT.get() - 1);
            drop(removed);
        }
    }
}

/// Tells every listener; none of the tables is in use meanwhile.
fn notify(record: &Record<'_>) {
    // By number: where a listener stands changes with those that are removed meanwhile.
    let listener_after = |last: u64| {
        LISTENERS.with_borrow(|listeners| {
            let at = listeners.partition_point(|(number, _)| *number <= last);
            listeners.get(at).cloned()
        })
    };
    let mut last = 0;
    while let Some((number, listener)) = listener_after(last) {
        listener.record(record);
        last = number;
    }
}

/// The present time; that of the start where no simulation runs.
fn present() -> SimTime {
    match scheduler::kernel() {
        Ok(kernel) => kernel.now(),
        Err(_) => SimTime::new(0, TimeUnit::Nanoseconds.into()),
    }
}

/// Begins a transaction now.
///
/// `stream` says where it happens, `kind` what it is.
///
/// ```no_run
/// use verifork::record;
///
/// # fn example() {
/// let transfer = record::begin("bus", "transfer");
/// transfer.attribute("address", 0x40);
/// transfer.end();
/// # }
/// ```
#[inline]
pub fn begin(stream: &str, kind: &str) -> Transaction {
    if is_listened_to() {
        begun(stream, kind, present())
    } else {
        Transaction(None)
    }
}

/// Begins a transaction that began earlier, where only its end showed what it was.
///
/// ```no_run
/// # use verifork::prelude::*;
/// use verifork::record;
/// # async fn example(start: Signal<bool>, error: Signal<bool>) -> Result {
/// start.rising_edge().await;
/// let begun = now();
/// timer(1.us()).await;
/// let kind = if error.get()? { "retry" } else { "frame" };
/// record::begin_at("link", kind, begun).end();
/// # Ok(())
/// # }
/// ```
#[inline]
pub fn begin_at(stream: &str, kind: &str, at: SimTime) -> Transaction {
    if is_listened_to() {
        begun(stream, kind, at)
    } else {
        Transaction(None)
    }
}

fn begun(stream: &str, kind: &str, at: SimTime) -> Transaction {
    let id = NonZeroU64::new(next_number()).map(TransactionId);
    if let Some(id) = id {
        notify(&Record::Begin {
            id,
            stream,
            kind,
            at,
        });
    }
    Transaction(id)
}

/// A transaction under way, made by [`begin`]. One that is dropped before its [`end`](Self::end) is recorded as
/// incomplete.
///
/// ```no_run
/// use verifork::record;
///
/// # fn example() {
/// let burst = record::begin("bus", "burst");
/// burst.attribute("beats", 4);
/// burst.end(); // or where it is dropped
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a transaction that is dropped ends at once, incomplete"]
pub struct Transaction(Option<TransactionId>);

impl Transaction {
    /// Its number; `None` if nobody listened when it began.
    ///
    /// ```
    /// use verifork::record::{self, ToLog};
    ///
    /// let request = record::begin("bus", "request");
    /// assert!(request.id().is_none(), "nobody listens");
    /// drop(request);
    ///
    /// let _listening = record::listen(ToLog::new(verifork::log::Level::Info));
    /// let request = record::begin("bus", "request");
    /// let answer = record::begin("bus", "answer");
    /// if let Some(id) = request.id() {
    ///     answer.attribute("of", id.get()); // ties one to the other
    /// }
    /// ```
    pub fn id(&self) -> Option<TransactionId> {
        self.0
    }

    /// Tells something about it.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::record;
    /// # fn example(address: Signal<u32>) -> Result {
    /// let write = record::begin("bus", "write");
    /// write.attribute("address", format_args!("{:#010x}", address.get()?));
    /// write.end();
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn attribute(&self, name: &str, value: impl fmt::Display) {
        if let Some(id) = self.0 {
            notify(&Record::Attribute {
                id,
                name,
                value: &value,
            });
        }
    }

    /// Ends it now.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::record;
    /// # async fn example(done: Signal<bool>) -> Result {
    /// let transfer = record::begin("dma", "transfer");
    /// done.rising_edge().await; // if the task is cancelled here, the transfer is incomplete
    /// transfer.end();
    /// # Ok(())
    /// # }
    /// ```
    #[inline]
    pub fn end(mut self) {
        self.finish(true);
    }

    fn finish(&mut self, complete: bool) {
        if let Some(id) = self.0.take() {
            notify(&Record::End {
                id,
                at: present(),
                complete,
            });
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // Where the thread is ending, nobody listens.
        if self.0.is_some() && COUNT.try_with(Cell::get).is_ok_and(|count| count > 0) {
            self.finish(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Kept(RefCell<Vec<String>>);

    impl Listener for Kept {
        fn record(&self, record: &Record<'_>) {
            self.0.borrow_mut().push(format!("{record:?}"));
        }
    }

    struct MustNotBeFormatted;

    impl fmt::Display for MustNotBeFormatted {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("nobody listens");
        }
    }

    #[test]
    fn what_nobody_listens_to_is_neither_formatted_nor_kept() {
        let transaction = begin("bus", "write");
        assert!(!is_listened_to() && transaction.id().is_none());
        transaction.attribute("data", MustNotBeFormatted);
        let kept = Rc::new(Kept::default());
        let _listening = listen(Rc::clone(&kept));
        transaction.end(); // nobody has heard of its beginning
        assert!(kept.0.borrow().is_empty());
    }

    #[test]
    fn every_listener_hears_everything_in_order_until_its_guard_goes() {
        let (first, second) = (Rc::new(Kept::default()), Rc::new(Kept::default()));
        let listening = listen(Rc::clone(&first));
        let other = listen(Rc::clone(&second));
        let write = begin("bus", "write");
        let id = write.id().unwrap().get();
        write.attribute("address", format_args!("{:#x}", 16));
        drop(listening);
        write.end();
        let begun = [
            format!("begin {id} of bus: write at 0 ns"),
            format!("attribute of {id}: address = 0x10"),
        ];
        assert_eq!(*first.0.borrow(), begun);
        assert_eq!(second.0.borrow()[..2], begun);
        assert_eq!(second.0.borrow()[2], format!("end {id} at 0 ns"));
        assert!(is_listened_to());
        drop(other);
        assert!(!is_listened_to());
    }

    #[test]
    fn a_transaction_that_is_dropped_is_incomplete() {
        let kept = Rc::new(Kept::default());
        let _listening = listen(Rc::clone(&kept));
        drop(begin("bus", "write"));
        assert!(kept.0.borrow()[1].ends_with(", incomplete"));
        assert_eq!(kept.0.borrow().len(), 2);
    }

    #[test]
    fn a_listener_that_goes_while_it_is_reported_costs_no_other_its_record() {
        struct Once(Rc<RefCell<Option<Listening>>>);
        impl Listener for Once {
            fn record(&self, _: &Record<'_>) {
                drop(self.0.take());
            }
        }
        let own = Rc::new(RefCell::new(None));
        own.replace(Some(listen(Once(Rc::clone(&own)))));
        let kept = Rc::new(Kept::default());
        let _listening = listen(Rc::clone(&kept));
        begin("bus", "write").end();
        assert!(own.borrow().is_none());
        assert_eq!(kept.0.borrow().len(), 2, "{:?}", kept.0.borrow());
    }

    /// A listener that adds and removes listeners, or records, meets no table that is in use.
    #[test]
    fn a_listener_may_record_and_listen_itself() {
        struct Nested(Cell<bool>, Rc<Kept>);
        impl Listener for Nested {
            fn record(&self, _: &Record<'_>) {
                if !self.0.replace(true) {
                    let _listening = listen(Rc::clone(&self.1));
                    begin("inner", "event").end();
                }
            }
        }
        let kept = Rc::new(Kept::default());
        let _listening = listen(Nested(Cell::new(false), Rc::clone(&kept)));
        begin("outer", "event").end();
        assert_eq!(kept.0.borrow().len(), 2, "{:?}", kept.0.borrow());
    }
}
