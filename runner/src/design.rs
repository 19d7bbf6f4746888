//! A design as the user describes it.

use std::path::PathBuf;
use std::str::FromStr;

use crate::known::Simulator;

/// The edition of VHDL that sources are written in.
///
/// ```
/// use verifork_runner::{Design, VhdlStandard};
///
/// let fifo = Design::new("fifo").sources(["rtl/fifo.vhd"]).vhdl_standard(VhdlStandard::V1993);
/// # let _ = fifo;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VhdlStandard {
    /// IEEE 1076-1993.
    V1993,
    /// IEEE 1076-2008.
    #[default]
    V2008,
    /// IEEE 1076-2019.
    V2019,
}

/// A text that names no supported edition of VHDL.
///
/// ```
/// use verifork_runner::VhdlStandard;
///
/// let error = "2002".parse::<VhdlStandard>().unwrap_err();
/// assert!(error.to_string().contains("2008"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a supported edition of VHDL: use 1993, 2008 or 2019")]
pub struct UnknownStandard {
    text: String,
}

impl FromStr for VhdlStandard {
    type Err = UnknownStandard;

    /// The edition of a year: `08` or `2008`.
    fn from_str(text: &str) -> Result<Self, UnknownStandard> {
        match text {
            "93" | "1993" => Ok(VhdlStandard::V1993),
            "08" | "2008" => Ok(VhdlStandard::V2008),
            "19" | "2019" => Ok(VhdlStandard::V2019),
            _ => Err(UnknownStandard {
                text: text.to_owned(),
            }),
        }
    }
}

/// The value of a parameter or generic.
///
/// ```
/// use verifork_runner::{Design, ParameterValue};
///
/// let fifo = Design::new("fifo")
///     .sources(["rtl/fifo.v"])
///     .parameter("DEPTH", 16)
///     .parameter("INIT", ParameterValue::Literal("8'hff".to_owned()));
/// # let _ = fifo;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParameterValue {
    /// Any whole number.
    Integer(i128),
    /// A real number.
    Real(f64),
    /// A text, without quotes.
    Text(String),
    /// A VHDL boolean; 1 or 0 in Verilog.
    Boolean(bool),
    /// Anything else, as the simulator's command line takes it, such as `8'hff`.
    Literal(String),
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {
        $(impl From<$type> for ParameterValue {
            fn from(value: $type) -> Self {
                ParameterValue::Integer(i128::from(value))
            }
        })*
    };
}
whole_numbers!(i8, u8, i16, u16, i32, u32, i64, u64, i128);

impl From<usize> for ParameterValue {
    fn from(value: usize) -> Self {
        ParameterValue::Integer(i128::try_from(value).unwrap_or(i128::MAX))
    }
}

impl From<f64> for ParameterValue {
    fn from(value: f64) -> Self {
        ParameterValue::Real(value)
    }
}

impl From<bool> for ParameterValue {
    fn from(value: bool) -> Self {
        ParameterValue::Boolean(value)
    }
}

impl From<&str> for ParameterValue {
    fn from(value: &str) -> Self {
        ParameterValue::Text(value.to_owned())
    }
}

impl From<String> for ParameterValue {
    fn from(value: String) -> Self {
        ParameterValue::Text(value)
    }
}

/// Tests that one simulator does not run.
#[derive(Clone, Debug)]
pub(crate) struct Skipped {
    pub(crate) simulator: Simulator,
    /// A part of their names.
    pub(crate) test: String,
    pub(crate) reason: String,
}

/// A design to test: what it is compiled from, and how.
///
/// Every path is relative to the folder of the crate, where its `Cargo.toml` is. A design is
/// compiled once for each simulator that takes all of its languages, and again only when
/// something that goes in has changed.
///
/// ```
/// use verifork_runner::{Design, Simulator};
///
/// let counter = Design::new("counter")
///     .sources(["hdl/counter.v"])
///     .parameter("WIDTH", 8)
///     .variant("wide", [("WIDTH", 32)])
///     .compile_argument(Simulator::Icarus, "-Wall");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a design does nothing until it is given to `main`"]
pub struct Design {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) top: Option<String>,
    pub(crate) sources: Vec<(Option<String>, PathBuf)>,
    pub(crate) include_folders: Vec<PathBuf>,
    pub(crate) library_folders: Vec<PathBuf>,
    pub(crate) defines: Vec<(String, Option<String>)>,
    pub(crate) parameters: Vec<(String, ParameterValue)>,
    pub(crate) variants: Vec<(String, Vec<(String, ParameterValue)>)>,
    pub(crate) timescale: Option<String>,
    pub(crate) vhdl_standard: VhdlStandard,
    pub(crate) compile_arguments: Vec<(Simulator, String)>,
    pub(crate) run_arguments: Vec<(Simulator, String)>,
    pub(crate) plusargs: Vec<String>,
    pub(crate) files: Vec<PathBuf>,
    /// Each with the number of sources before it.
    pub(crate) file_lists: Vec<(usize, PathBuf)>,
    pub(crate) tests: Option<Vec<String>>,
    pub(crate) simulators: Option<Vec<Simulator>>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) shared: bool,
    pub(crate) public_all: bool,
}

impl Design {
    /// A design with this name, which is also that of its top unless [`top`](Self::top) names
    /// another. Names of tests begin with it.
    pub fn new(name: impl Into<String>) -> Self {
        Design {
            name: name.into(),
            label: None,
            top: None,
            sources: Vec::new(),
            include_folders: Vec::new(),
            library_folders: Vec::new(),
            defines: Vec::new(),
            parameters: Vec::new(),
            variants: Vec::new(),
            timescale: None,
            vhdl_standard: VhdlStandard::default(),
            compile_arguments: Vec::new(),
            run_arguments: Vec::new(),
            plusargs: Vec::new(),
            files: Vec::new(),
            file_lists: Vec::new(),
            tests: None,
            simulators: None,
            skipped: Vec::new(),
            shared: false,
            public_all: false,
        }
    }

    /// Tells this design from others of the same name; follows it in the names of tests.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// The unit at the top, where its name is not that of the design: a module of Verilog; an
    /// entity or a configuration of VHDL.
    ///
    /// A name may have a library before it and an architecture in parentheses after it, as in VHDL:
    /// `"lib.counter(rtl)"`. Without an architecture, the simulator takes the one that was compiled last. Without a
    /// library, the top is in that of the [`sources`](Self::sources), or in the last [library](Self::library) if the
    /// design has no other sources. Tests see the instance of the entity, whichever unit is elaborated.
    ///
    /// ```
    /// # use verifork_runner::Design;
    /// let gates = Design::new("counter").label("gates").top("counter(gates)");
    /// let configured = Design::new("counter").label("configured").top("lib.counter_cfg");
    /// ```
    pub fn top(mut self, top: impl Into<String>) -> Self {
        self.top = Some(top.into());
        self
    }

    /// Adds sources, in the order in which they are compiled. The extension determines the language.
    ///
    /// Those of C and C++ are what a design calls through DPI; a design that has some is Verilator's
    /// alone. They find headers in the [`include_folders`](Self::include_folders), and
    /// `Vdesign__Dpi.h`, which Verilator writes; `-CFLAGS` and a text of options are arguments for their
    /// compiler ([`compile_argument`](Self::compile_argument)).
    pub fn sources<P: Into<PathBuf>>(mut self, sources: impl IntoIterator<Item = P>) -> Self {
        self.sources
            .extend(sources.into_iter().map(|path| (None, path.into())));
        self
    }

    /// Adds VHDL sources that are compiled into a library of this name, before those of
    /// libraries and [`sources`](Self::sources) that are given later.
    pub fn library<P: Into<PathBuf>>(
        mut self,
        name: impl Into<String>,
        sources: impl IntoIterator<Item = P>,
    ) -> Self {
        let name = name.into();
        self.sources.extend(
            sources
                .into_iter()
                .map(|path| (Some(name.clone()), path.into())),
        );
        self
    }

    /// Adds what a list of sources and options says, as Verilog's tools take it with `-f`: sources,
    /// `+incdir+…` and `-I`, `+define+…` and `-D`, `-y`, `-v`, `-f` and `-F`, comments, and variables of
    /// the environment. Paths in it are seen from the list's own folder, or else from those of the lists that
    /// name it, or from that of the crate.
    ///
    /// ```
    /// use verifork_runner::Design;
    ///
    /// let chip = Design::new("chip").file_list("hdl/chip.f").sources(["hdl/bench.sv"]);
    /// ```
    ///
    /// Any other option is an error that names the line: [`compile_argument`](Self::compile_argument) passes an
    /// option to the simulator that knows it.
    pub fn file_list(mut self, path: impl Into<PathBuf>) -> Self {
        self.file_lists.push((self.sources.len(), path.into()));
        self
    }

    /// Adds folders in which Verilog's `` `include `` looks for files.
    pub fn include_folders<P: Into<PathBuf>>(
        mut self,
        folders: impl IntoIterator<Item = P>,
    ) -> Self {
        self.include_folders
            .extend(folders.into_iter().map(Into::into));
        self
    }

    /// Adds folders to search for Verilog modules, one per file.
    pub fn library_folders<P: Into<PathBuf>>(
        mut self,
        folders: impl IntoIterator<Item = P>,
    ) -> Self {
        self.library_folders
            .extend(folders.into_iter().map(Into::into));
        self
    }

    /// Defines a Verilog macro that has no value.
    pub fn define(mut self, name: impl Into<String>) -> Self {
        self.defines.push((name.into(), None));
        self
    }

    /// Defines a Verilog macro with a value.
    pub fn define_as(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.defines.push((name.into(), Some(value.into())));
        self
    }

    /// Sets a parameter or generic of the top.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<ParameterValue>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a variant: these parameters, over those of [`parameter`](Self::parameter). A design
    /// with variants is compiled and tested once for each of them, and not without one. The
    /// variant's name follows those of design and label in the names of tests.
    pub fn variant<N: Into<String>, V: Into<ParameterValue>>(
        mut self,
        name: impl Into<String>,
        parameters: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let parameters = parameters
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        self.variants.push((name.into(), parameters));
        self
    }

    /// The time unit and precision of Verilog modules that state none; `1ns/1ps` by default, on every
    /// simulator. Each has a default of its own (IEEE 1800 3.14.2.3 leaves it open): 1 s in Icarus Verilog,
    /// 1 ps in Verilator.
    pub fn timescale(mut self, timescale: impl Into<String>) -> Self {
        self.timescale = Some(timescale.into());
        self
    }

    /// The edition of VHDL; 2008 by default.
    pub fn vhdl_standard(mut self, standard: VhdlStandard) -> Self {
        self.vhdl_standard = standard;
        self
    }

    /// Adds an argument to one simulator's compiler. Options of GHDL and NVC that are for more than
    /// analysis, such as `-fsynopsys`, `--std=…`, `-P…` and `-L`, are given to each command that they
    /// are for, that which runs the design included; `--work=name` is the library of the sources
    /// that are in none. Files that it names may change: the design is then compiled again.
    pub fn compile_argument(mut self, simulator: Simulator, argument: impl Into<String>) -> Self {
        self.compile_arguments.push((simulator, argument.into()));
        self
    }

    /// Adds an argument to the command that runs one simulator.
    pub fn run_argument(mut self, simulator: Simulator, argument: impl Into<String>) -> Self {
        self.run_arguments.push((simulator, argument.into()));
        self
    }

    /// Adds a plus-argument to every run, without its plus sign: `plusarg("depth=4")`.
    pub fn plusarg(mut self, argument: impl Into<String>) -> Self {
        self.plusargs.push(argument.into());
        self
    }

    /// Adds files that the running design reads, such as the contents of a memory. Each test has
    /// a working folder of its own; there, they are found under the path given here.
    pub fn files<P: Into<PathBuf>>(mut self, files: impl IntoIterator<Item = P>) -> Self {
        self.files.extend(files.into_iter().map(Into::into));
        self
    }

    /// Only tests whose names contain one of these texts belong to this design. All tests of the
    /// crate do by default. A text that is in no test's name is an error.
    pub fn tests<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.tests
            .get_or_insert_default()
            .extend(names.into_iter().map(Into::into));
        self
    }

    /// Only these simulators are used. All that take the design's languages are by default.
    pub fn simulators(mut self, simulators: impl IntoIterator<Item = Simulator>) -> Self {
        self.simulators.get_or_insert_default().extend(simulators);
        self
    }

    /// Shows tests every object of the design, on simulators that only show what was requested when they compiled the
    /// design.
    ///
    /// Verilator is one. By default it shows the signals that tests' parameters bind, as structs that derive `Dut`
    /// name them. If only the running test knows a name, as in `Instance::signal("…")`, the design must be compiled
    /// with everything shown. It is slower then, because less can be optimized away.
    pub fn public_all(mut self) -> Self {
        self.public_all = true;
        self
    }

    /// Ignores the tests whose names contain this text on one simulator. If they are run with `--ignored` and fail,
    /// the report has the reason. A text that no test's name contains is an error.
    ///
    /// ```
    /// # use verifork_runner::{Design, Simulator};
    /// let fifo = Design::new("fifo")
    ///     .sources(["hdl/fifo.vhd"])
    ///     .skip_on(Simulator::Ghdl, "looks_inside", "GHDL 2 shows no memories");
    /// ```
    pub fn skip_on(
        mut self,
        simulator: Simulator,
        test: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        self.skipped.push(Skipped {
            simulator,
            test: test.into(),
            reason: reason.into(),
        });
        self
    }

    /// Runs all tests of this design in one simulation, in turn: for many short tests of a
    /// design that takes long to start. A test finds the design as the one before left it, and
    /// a simulator that crashes takes along the tests that have not run.
    pub fn shared_simulation(mut self) -> Self {
        self.shared = true;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_of_vhdl_is_that_of_a_year() {
        for (texts, standard) in [
            (["93", "1993"], VhdlStandard::V1993),
            (["08", "2008"], VhdlStandard::V2008),
            (["19", "2019"], VhdlStandard::V2019),
        ] {
            assert_eq!(texts.map(str::parse), [Ok(standard), Ok(standard)]);
        }
        let message = "87".parse::<VhdlStandard>().unwrap_err().to_string();
        assert!(
            message.contains("`87` is not a supported edition of VHDL"),
            "{message}"
        );
        assert_eq!(VhdlStandard::default(), VhdlStandard::V2008);
    }

    #[test]
    fn values_of_parameters_keep_what_they_are() {
        assert_eq!(
            ParameterValue::from(u64::MAX),
            ParameterValue::Integer(u64::MAX.into())
        );
        assert_eq!(ParameterValue::from(-1_i8), ParameterValue::Integer(-1));
        assert_eq!(ParameterValue::from(7_usize), ParameterValue::Integer(7));
        assert_eq!(ParameterValue::from(0.5), ParameterValue::Real(0.5));
        assert_eq!(ParameterValue::from(true), ParameterValue::Boolean(true));
        let text = ParameterValue::Text("8".to_owned());
        assert_eq!(
            [ParameterValue::from("8"), "8".to_owned().into()],
            [text.clone(), text]
        );
    }
}
