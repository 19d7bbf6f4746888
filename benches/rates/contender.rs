//! A work, and those who do it.

use std::process::Command;

use crate::common::{self, Run, find_tool};

/// The events of the run that shows that all do the same.
const SHOWN: u64 = 2_000;
/// Instructions are counted in two runs, and told of the events that the second one has more.
const COUNTED: (u64, u64) = (2_000, 12_000);

/// A bus that components drive, on a design of its own. Nobody does it in C or C++: the first of our tests is a
/// loop that drives the same pins.
pub(crate) struct Bus {
    pub(crate) work: &'static str,
    pub(crate) top: &'static str,
    pub(crate) file: &'static str,
    by_hand: &'static str,
    components: &'static str,
    /// cocotbext-axi has models of it.
    pub(crate) has_peer: bool,
}

/// Those that are measured.
pub(crate) const BUSES: [Bus; 5] = [STREAM, BURST, APB, AHB, WISHBONE];

/// Frames through a FIFO.
const STREAM: Bus = Bus {
    work: "stream",
    top: "axis_fifo",
    file: "hdl/axis_fifo.v",
    by_hand: "streams::by_hand",
    components: "streams::components",
    has_peer: true,
};

/// Bursts into a memory, and back.
const BURST: Bus = Bus {
    work: "burst",
    top: "axi_ram",
    file: "hdl/axi_ram.v",
    by_hand: "bursts::by_hand",
    components: "bursts::components",
    has_peer: true,
};

/// Words written to a register and read back, and those of the two below to and from a memory.
const APB: Bus = Bus {
    work: "apb",
    top: "apb_registers",
    file: "hdl/apb_registers.v",
    by_hand: "accesses::apb_by_hand",
    components: "accesses::apb",
    has_peer: false,
};

const AHB: Bus = Bus {
    work: "ahb",
    top: "ahb_ram",
    file: "hdl/ahb_ram.v",
    by_hand: "accesses::ahb_by_hand",
    components: "accesses::ahb",
    has_peer: false,
};

const WISHBONE: Bus = Bus {
    work: "wishbone",
    top: "wishbone_memory",
    file: "hdl/wishbone_memory.v",
    by_hand: "accesses::wishbone_by_hand",
    components: "accesses::wishbone",
    has_peer: false,
};

impl Bus {
    /// Who does it with our library, and by which test.
    pub(crate) fn tests(&self) -> [(&'static str, &'static str); 2] {
        [
            ("a loop in verifork", self.by_hand),
            ("verifork-components", self.components),
        ]
    }
}

/// The same work done by several; the first is the one that others are compared with.
pub(crate) struct Work {
    pub(crate) name: String,
    pub(crate) contenders: Vec<Contender>,
}

/// One that does a work: a program that is told how many events to have, and prints what each took.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    /// It has this part of the events: one in so many.
    pub(crate) part: u64,
    /// Whether its instructions are counted.
    counted: bool,
    start: Box<dyn Fn(u64) -> Command>,
}

/// What a contender's runs have shown.
pub(crate) struct Rates {
    /// Nanoseconds of the processor an event, of each run.
    pub(crate) nanoseconds: Vec<f64>,
    /// Instructions an event; `None` where nobody has counted them.
    pub(crate) instructions: Option<f64>,
}

impl Contender {
    pub(crate) fn new(name: &'static str, start: impl Fn(u64) -> Command + 'static) -> Self {
        Contender {
            name,
            part: 1,
            counted: true,
            start: Box::new(start),
        }
    }

    /// For one that is slower than others by far.
    pub(crate) fn with_part(mut self, part: u64) -> Self {
        self.part = part;
        self
    }

    /// For one that takes very long under callgrind.
    pub(crate) fn uncounted(mut self) -> Self {
        self.counted = false;
        self
    }

    fn run(&self, count: u64) -> Run {
        let run = common::run((self.start)(count));
        run.passed();
        run
    }

    fn instructions(&self) -> Option<f64> {
        if !self.counted {
            return None;
        }
        let (few, many) = (COUNTED.0 / self.part, COUNTED.1 / self.part);
        let more = self.collected(many)?.checked_sub(self.collected(few)?)?;
        #[allow(clippy::cast_precision_loss)] // a rate needs no more
        Some(more as f64 / (many - few) as f64)
    }

    /// What the whole process executes in user mode.
    fn collected(&self, count: u64) -> Option<u64> {
        let run = common::run(under_callgrind(&(self.start)(count)));
        if run.status != Some(0) {
            eprintln!("callgrind: {} fails under it", self.name);
            return None;
        }
        let (_, number) = run.output.rsplit_once("Collected : ")?;
        number.split_whitespace().next()?.parse().ok()
    }
}

fn under_callgrind(command: &Command) -> Command {
    let mut wrapped = Command::new("valgrind");
    wrapped
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    wrapped
}

impl Work {
    pub(crate) fn new(
        name: impl Into<String>,
        contenders: impl IntoIterator<Item = Contender>,
    ) -> Self {
        Work {
            name: name.into(),
            contenders: contenders.into_iter().collect(),
        }
    }

    /// Runs the contenders in turns, and tells what each has shown, in their order.
    ///
    /// # Panics
    ///
    /// If they do not read the same values.
    pub(crate) fn measure(&self, count: u64, rounds: usize) -> Vec<Rates> {
        let checksums: Vec<(&str, u64)> = self
            .contenders
            .iter()
            .map(|contender| (contender.name, number(&contender.run(SHOWN), "checksum")))
            .collect();
        assert!(
            checksums.iter().all(|(_, sum)| *sum == checksums[0].1),
            "{}: not the same work: {checksums:?}",
            self.name
        );
        let mut all: Vec<Rates> = self
            .contenders
            .iter()
            .map(|_| Rates {
                nanoseconds: vec![],
                instructions: None,
            })
            .collect();
        for _ in 0..rounds {
            for (contender, rates) in self.contenders.iter().zip(&mut all) {
                let run = contender.run(count / contender.part);
                rates.nanoseconds.push(number(&run, "ns_per_event"));
            }
        }
        if find_tool("valgrind").is_some() {
            for (contender, rates) in self.contenders.iter().zip(&mut all) {
                rates.instructions = contender.instructions();
            }
        }
        all
    }
}

/// The number after `key=` in what a run printed.
#[track_caller]
pub(crate) fn number<T: std::str::FromStr>(run: &Run, key: &str) -> T {
    let text = run
        .output
        .split_whitespace()
        .find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let number = text.and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("no {key}=… is printed:\n{}", run.output))
}

impl Rates {
    /// The least and the middle of the times.
    pub(crate) fn times(&self) -> (f64, f64) {
        let mut sorted = self.nanoseconds.clone();
        sorted.sort_by(f64::total_cmp);
        (sorted[0], sorted[sorted.len() / 2])
    }
}
