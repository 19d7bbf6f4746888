//! The log: the records of the `log` crate, with simulated time and task. They are printed through the simulator, in
//! order with the design's output.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::thread::ThreadId;

use log::{Level, LevelFilter, Log, Metadata, Record};

use super::console;
use super::durations::in_nanoseconds;
use crate::time::SimTime;

/// What the log needs from the layers above. It is called only on the thread that installed it.
#[derive(Clone, Copy)]
pub(crate) struct Hooks {
    /// The present simulated time; none when no simulation runs.
    pub(crate) now: fn() -> Option<SimTime>,
    /// Writes the names of the present task, joined by `/`; nothing outside of tasks.
    pub(crate) task_path: fn(&mut dyn fmt::Write),
    /// Takes one or more whole lines to where the simulator prints.
    pub(crate) sink: fn(&str),
}

/// Sends the records of the `log` crate through `hooks` from now on.
///
/// `filter` is in the syntax of `env_logger`; what it does not mention is logged from level info
/// up. False if there is a logger already, ours or the user's own: that one stays.
pub(crate) fn install(filter: &str, colored: bool, hooks: Hooks) -> bool {
    register(|| Logger::new(filter, colored, hooks))
}

/// Makes a logger that of the process.
#[cfg(not(test))]
fn register(logger: impl FnOnce() -> Logger) -> bool {
    static LOGGER: std::sync::OnceLock<Logger> = std::sync::OnceLock::new();
    let logger = LOGGER.get_or_init(logger);
    // `log` refuses a second logger, and so a second installation changes nothing.
    let installed = log::set_logger(logger).is_ok();
    if installed {
        log::set_max_level(logger.filter.filter());
    }
    installed
}

/// In unit tests each thread is a process to itself, with a simulation of its own or none: what one test
/// logs is not in another's log, and not on the terminal.
#[cfg(test)]
fn register(logger: impl FnOnce() -> Logger) -> bool {
    use std::cell::OnceCell;

    struct OfThread;

    thread_local! {
        static LOGGER: OnceCell<Logger> = const { OnceCell::new() };
    }

    impl Log for OfThread {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            let enabled = |logger: &OnceCell<Logger>| Some(logger.get()?.enabled(metadata));
            LOGGER.try_with(enabled).ok().flatten() == Some(true)
        }

        fn log(&self, record: &Record<'_>) {
            let log = |logger: &OnceCell<Logger>| logger.get().map(|logger| logger.log(record));
            let _ = LOGGER.try_with(log);
        }

        fn flush(&self) {}
    }

    let _ = log::set_logger(&OfThread);
    log::set_max_level(LevelFilter::Trace);
    LOGGER.with(|of_thread| {
        let is_first = of_thread.get().is_none();
        of_thread.get_or_init(logger);
        is_first
    })
}

thread_local! {
    /// Kept between records, so that logging allocates nothing once it is warm.
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// How many warnings of a test are kept. More of them say nothing new.
const MOST_WARNINGS: usize = 16;

thread_local! {
    /// The library's own warnings since they were last taken.
    static WARNINGS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The library's own warnings since the last call, of which nobody reads the log if the test passes.
pub(crate) fn take_warnings() -> Vec<String> {
    WARNINGS.take()
}

/// Keeps a warning for the results of the running test.
fn keep(record: &Record<'_>) {
    let text = record.args().to_string();
    // The thread may be being torn down, with no test left.
    let _ = WARNINGS.try_with(|warnings| {
        let mut warnings = warnings.borrow_mut();
        if warnings.len() < MOST_WARNINGS && !warnings.contains(&text) {
            warnings.push(text);
        }
    });
}

struct Logger {
    /// Used for its filter alone: its writer would hold a lock while the simulator prints.
    filter: env_logger::Logger,
    colored: bool,
    hooks: Hooks,
    owner: ThreadId,
}

impl Logger {
    fn new(filter: &str, colored: bool, hooks: Hooks) -> Self {
        let mut builder = env_logger::Builder::new();
        builder
            .filter_level(LevelFilter::Info)
            .parse_filters(filter);
        Logger {
            filter: builder.build(),
            colored,
            hooks,
            owner: std::thread::current().id(),
        }
    }

    /// One record as lines, the last one ended, too. `owner`: on the thread of the simulation.
    fn format(&self, out: &mut String, record: &Record<'_>, owner: bool) -> fmt::Result {
        // The hooks look at what belongs to the simulation's thread.
        match if owner { (self.hooks.now)() } else { None } {
            Some(time) => write!(out, "{:>8} ns", in_nanoseconds(time.since_start()))?,
            None => write!(out, "{:>11}", "-")?,
        }
        if self.colored {
            write!(
                out,
                " {}{:<5}\x1b[0m ",
                color(record.level()),
                record.level()
            )?;
        } else {
            write!(out, " {:<5} ", record.level())?;
        }
        let start = out.len();
        if owner {
            (self.hooks.task_path)(out);
        } else {
            write!(
                out,
                "thread {}",
                std::thread::current().name().unwrap_or("without a name")
            )?;
        }
        if out.len() > start {
            out.push_str("  ");
        }
        write!(out, "{}", record.args())?;
        // A line of the library itself means nothing to a user.
        if record.level() <= Level::Warn && !is_own(record.target()) {
            write!(out, " ({}", record.target())?;
            if let (Some(file), Some(line)) = (record.file(), record.line()) {
                write!(out, " {file}:{line}")?;
            }
            out.push(')');
        }
        out.push('\n');
        Ok(())
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if !self.filter.matches(record) {
            return;
        }
        let owner = std::thread::current().id() == self.owner;
        if owner && record.level() == Level::Warn && is_own(record.target()) {
            keep(record);
        }
        // Taken out, not borrowed: a value that is formatted may log itself. None while the
        // thread is being torn down.
        let mut text = BUFFER.try_with(RefCell::take).unwrap_or_default();
        text.clear();
        if self.format(&mut text, record, owner).is_err() {
            text.push_str(" (a value in this message cannot be formatted)\n");
        }
        console::note(&text);
        if owner {
            (self.hooks.sink)(&text);
        } else {
            // The simulator's output is for its own thread. Nothing is left to do if standard
            // error is closed.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
        let _ = BUFFER.try_with(|buffer| buffer.replace(text));
    }

    fn flush(&self) {}
}

/// Whether a record is the library's, and not a testbench's.
fn is_own(target: &str) -> bool {
    target.split("::").next() == Some(env!("CARGO_CRATE_NAME"))
}

/// Green, yellow and red are what became of tests.
fn color(level: Level) -> &'static str {
    match level {
        Level::Error => "\x1b[35;1m",
        Level::Warn => "\x1b[35m",
        Level::Info => "\x1b[36m",
        Level::Debug => "\x1b[34m",
        Level::Trace => "\x1b[2m",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeUnit;

    thread_local! {
        static PRINTED: RefCell<String> = const { RefCell::new(String::new()) };
    }

    const HOOKS: Hooks = Hooks {
        now: || Some(SimTime::new(120, TimeUnit::Nanoseconds.into())),
        task_path: |out| out.write_str("counts/driver").unwrap(),
        sink: |text| PRINTED.with_borrow_mut(|printed| printed.push_str(text)),
    };
    const IDLE: Hooks = Hooks {
        now: || None,
        task_path: |_| (),
        sink: HOOKS.sink,
    };

    fn record(level: Level, target: &str, text: fmt::Arguments<'_>, log: impl Fn(&Record<'_>)) {
        let record = Record::builder()
            .level(level)
            .target(target)
            .file(Some("src/lib.rs"))
            .line(Some(20))
            .args(text)
            .build();
        log(&record);
    }

    fn printed(logger: &Logger, level: Level, target: &str, text: fmt::Arguments<'_>) -> String {
        PRINTED.take();
        record(level, target, text, |record| logger.log(record));
        PRINTED.take()
    }

    #[test]
    fn a_line_has_time_level_task_and_message() {
        let logger = Logger::new("", false, HOOKS);
        assert_eq!(
            printed(&logger, Level::Info, "tb", format_args!("count is {}", 7)),
            "     120 ns INFO  counts/driver  count is 7\n"
        );
    }

    #[test]
    fn warnings_and_errors_say_where_they_come_from() {
        let logger = Logger::new("", false, HOOKS);
        assert_eq!(
            printed(&logger, Level::Warn, "tb::bus", format_args!("late")),
            "     120 ns WARN  counts/driver  late (tb::bus src/lib.rs:20)\n"
        );
    }

    #[test]
    fn warnings_of_the_library_itself_do_not_point_into_it() {
        let logger = Logger::new("", false, HOOKS);
        let warning = |target| printed(&logger, Level::Warn, target, format_args!("late"));
        let plain = "     120 ns WARN  counts/driver  late\n";
        assert_eq!(warning("verifork::regression::run"), plain);
        assert!(
            warning("verifork_axi::driver").ends_with("(verifork_axi::driver src/lib.rs:20)\n")
        );
    }

    #[test]
    fn outside_of_tasks_and_simulation_both_are_left_out() {
        let logger = Logger::new("", false, IDLE);
        assert_eq!(
            printed(&logger, Level::Info, "tb", format_args!("loaded")),
            "          - INFO  loaded\n"
        );
    }

    #[test]
    fn the_level_has_a_colour() {
        let logger = Logger::new("", true, IDLE);
        let line = printed(&logger, Level::Info, "tb", format_args!("x"));
        assert_eq!(line, "          - \x1b[36mINFO \x1b[0m x\n");
    }

    #[test]
    fn info_is_logged_by_default_and_a_filter_adds_to_that() {
        let logger = Logger::new("tb::bus=trace,quiet=off", false, IDLE);
        let is_logged =
            |level, target| !printed(&logger, level, target, format_args!("x")).is_empty();
        assert!(is_logged(Level::Info, "tb") && !is_logged(Level::Debug, "tb"));
        assert!(is_logged(Level::Trace, "tb::bus"));
        assert!(!is_logged(Level::Error, "quiet"));
    }

    #[test]
    fn a_level_in_the_filter_replaces_the_default() {
        let logger = Logger::new("warn", false, IDLE);
        assert_eq!(printed(&logger, Level::Info, "tb", format_args!("x")), "");
        assert_eq!(logger.filter.filter(), LevelFilter::Warn);
    }

    #[test]
    fn only_the_owners_thread_uses_the_hooks() {
        let logger = Logger::new("", false, HOOKS);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                record(Level::Info, "tb", format_args!("from afar"), |record| {
                    logger.log(record);
                });
                assert_eq!(PRINTED.take(), "", "the sink is for the owner alone");
            });
        });
        record(Level::Info, "tb", format_args!("from afar"), |record| {
            let mut out = String::new();
            logger.format(&mut out, record, false).unwrap();
            assert!(out.starts_with("          - INFO  thread "), "{out}");
            assert!(out.ends_with("  from afar\n"), "{out}");
        });
    }

    #[test]
    fn a_value_that_logs_while_it_is_logged_does_no_harm() {
        struct Chatty<'a>(&'a Logger);
        impl fmt::Display for Chatty<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                record(Level::Info, "tb", format_args!("inner"), |record| {
                    self.0.log(record);
                });
                f.write_str("outer")
            }
        }
        let logger = Logger::new("", false, IDLE);
        let lines = printed(
            &logger,
            Level::Info,
            "tb",
            format_args!("{}", Chatty(&logger)),
        );
        assert_eq!(lines, "          - INFO  inner\n          - INFO  outer\n");
    }

    #[test]
    fn the_librarys_own_warnings_are_kept_each_once_until_they_are_taken() {
        let logger = Logger::new("", false, HOOKS);
        let own = concat!(env!("CARGO_CRATE_NAME"), "::scheduler");
        for (level, target) in [
            (Level::Warn, own),
            (Level::Warn, own),
            (Level::Warn, "tb"),
            (Level::Info, own),
        ] {
            printed(&logger, level, target, format_args!("{level} of {target}"));
        }
        assert_eq!(take_warnings(), [format!("WARN of {own}")]);
        assert_eq!(take_warnings(), [""; 0]);
        let quiet = Logger::new("error", false, HOOKS);
        printed(&quiet, Level::Warn, own, format_args!("unwanted"));
        assert_eq!(take_warnings(), [""; 0]);
    }

    #[test]
    fn installing_twice_is_harmless() {
        assert!(install("warn", false, IDLE));
        assert!(!install("trace", true, HOOKS));
        log::warn!("still there");
        assert!(console::tail().contains("still there"));
    }

    #[test]
    fn a_test_does_not_log_what_another_does() {
        assert!(install("info", false, IDLE));
        let other = || {
            log::warn!("of another test");
            assert!(install("info", false, IDLE), "it has a logger of its own");
        };
        std::thread::spawn(other).join().unwrap();
        assert!(!console::tail().contains("of another test"));
    }
}
