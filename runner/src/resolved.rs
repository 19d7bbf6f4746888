//! Resolved designs: with one set of parameters and absolute paths, and checked as far as possible without a
//! simulator.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use verifork_protocol::nearest::{did_you_mean, nearest};

use crate::design::{Design, ParameterValue, Skipped, VhdlStandard};
use crate::file_list;
use crate::known::{Language, Simulator};
use crate::top::{NoTop, Top, folded};

/// A file that is compiled.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) language: Language,
    /// The VHDL library, in small letters; `work` if none.
    pub(crate) library: Option<String>,
}

/// The time scale of Verilog modules that state none, on every simulator.
const DEFAULT_TIMESCALE: &str = "1ns/1ps";

/// The greatest length of the name of a design, a label or a variant.
const LONGEST: usize = 200;

/// One design with one set of parameters.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub(crate) struct ResolvedDesign {
    /// Design, label and variant, where there are: how the names of its tests begin.
    pub(crate) segments: Vec<String>,
    /// The last of them is the name of a variant.
    is_variant: bool,
    pub(crate) top: Top,
    /// The folder of the crate.
    pub(crate) folder: PathBuf,
    pub(crate) sources: Vec<Source>,
    pub(crate) include_folders: Vec<PathBuf>,
    pub(crate) library_folders: Vec<PathBuf>,
    pub(crate) defines: Vec<(String, Option<String>)>,
    pub(crate) parameters: Vec<(String, ParameterValue)>,
    /// The time scale of modules that state none.
    pub(crate) timescale: String,
    pub(crate) vhdl_standard: VhdlStandard,
    compile_arguments: Vec<(Simulator, String)>,
    run_arguments: Vec<(Simulator, String)>,
    pub(crate) plusargs: Vec<String>,
    /// As the design reads them, and where they are.
    pub(crate) files: Vec<(PathBuf, PathBuf)>,
    tests: Option<Vec<String>>,
    simulators: Option<Vec<Simulator>>,
    skipped: Vec<Skipped>,
    pub(crate) shared: bool,
    pub(crate) public_all: bool,
    /// Whether runs record code coverage, if the simulator supports it.
    pub(crate) code_coverage: bool,
    /// The paths below the top that its tests bind.
    pub(crate) looked_up: BTreeSet<String>,
}

impl ResolvedDesign {
    pub(crate) fn name(&self) -> String {
        self.segments.join("::")
    }

    pub(crate) fn languages(&self) -> BTreeSet<Language> {
        self.sources.iter().map(|source| source.language).collect()
    }

    pub(crate) fn is_vhdl(&self) -> bool {
        self.languages().contains(&Language::Vhdl)
    }

    pub(crate) fn compile_arguments(&self, simulator: Simulator) -> impl Iterator<Item = &str> {
        of(&self.compile_arguments, simulator)
    }

    pub(crate) fn run_arguments(&self, simulator: Simulator) -> impl Iterator<Item = &str> {
        of(&self.run_arguments, simulator)
    }

    /// The name of what all variants come from.
    pub(crate) fn name_without_variant(&self) -> String {
        let own = self.segments.len() - usize::from(self.is_variant);
        self.segments[..own].join("::")
    }

    /// Whether it takes the design's languages, and the user lets it have the design.
    pub(crate) fn runs_on(&self, simulator: Simulator) -> bool {
        let allowed = self.simulators.as_ref();
        allowed.is_none_or(|allowed| allowed.contains(&simulator)) && self.is_taken_by(simulator)
    }

    /// Whether the simulator takes every language of the design.
    pub(crate) fn is_taken_by(&self, simulator: Simulator) -> bool {
        let languages = self.languages();
        languages.into_iter().all(|it| simulator.takes(it))
    }

    /// How the names of its tests on a simulator begin.
    pub(crate) fn name_on(&self, simulator: Simulator) -> String {
        format!("{}::{}", self.name(), simulator.key())
    }

    /// The simulators that the user lets have the design, if not all.
    pub(crate) fn allowed(&self) -> Option<&[Simulator]> {
        self.simulators.as_deref()
    }

    /// The parts of names by which its tests are chosen.
    pub(crate) fn test_texts(&self) -> impl Iterator<Item = &str> {
        self.tests.iter().flatten().map(String::as_str)
    }

    /// The texts in names of tests that are left out on a simulator.
    pub(crate) fn skipped_texts(&self) -> impl Iterator<Item = &str> {
        self.skipped.iter().map(|it| it.test.as_str())
    }

    /// Why this simulator does not run the test with this name, if it does not.
    pub(crate) fn skips(&self, simulator: Simulator, name: &str) -> Option<&str> {
        let fits = |it: &&Skipped| it.simulator == simulator && name.contains(&it.test);
        let skipped = self.skipped.iter().find(fits)?;
        Some(&skipped.reason)
    }

    /// Whether the test with this name belongs to the design.
    pub(crate) fn has_test(&self, name: &str) -> bool {
        let tests = self.tests.as_ref();
        tests.is_none_or(|parts| parts.iter().any(|part| name.contains(part)))
    }
}

/// The arguments of VHDL's simulators that are for every command: those that compile, and that
/// which runs, where some elaborate once more.
impl ResolvedDesign {
    /// The library of the sources that are in none: `--work=` names another than `work`.
    pub(crate) fn work(&self, simulator: Simulator) -> String {
        let named = self.compile_arguments(simulator).filter_map(work_of);
        // NVC takes a folder behind a colon; ours are in ours.
        let named = named.last().and_then(|it| it.split(':').next());
        named.map_or_else(|| "work".to_owned(), folded)
    }

    /// The library of the top.
    pub(crate) fn library_of_top(&self, simulator: Simulator) -> String {
        let named = self.top.library.clone().filter(|it| it != "work");
        named.unwrap_or_else(|| self.work(simulator))
    }
}

/// The name in `--work=name`.
pub(crate) fn work_of(argument: &str) -> Option<&str> {
    argument.strip_prefix("--work=")
}

fn of(arguments: &[(Simulator, String)], simulator: Simulator) -> impl Iterator<Item = &str> {
    let of_it = arguments.iter().filter(move |(of, _)| *of == simulator);
    of_it.map(|(_, argument)| argument.as_str())
}

/// The designs with each of their variants; paths are relative to `folder`.
///
/// # Errors
///
/// Everything that is wrong with them, a line each.
pub(crate) fn resolve(
    designs: Vec<Design>,
    folder: &Path,
) -> Result<Vec<ResolvedDesign>, Vec<String>> {
    let mut problems = Vec::new();
    let mut resolved: Vec<ResolvedDesign> = Vec::new();
    if designs.is_empty() {
        problems.push("no design is given to `main`".to_owned());
    }
    for mut design in designs {
        let of_lists = file_list::expand(&mut design, folder);
        let of_design = |problem| format!("design `{}`: {problem}", design.name);
        problems.extend(of_lists.into_iter().map(of_design));
        check(&design, folder, &mut problems);
        let variants = if design.variants.is_empty() {
            vec![(None, Vec::new())]
        } else {
            design
                .variants
                .iter()
                .map(|(name, set)| (Some(name), set.clone()))
                .collect()
        };
        for (variant, set) in variants {
            let segments: Vec<String> = [Some(&design.name), design.label.as_ref(), variant]
                .into_iter()
                .flatten()
                .cloned()
                .collect();
            if resolved.iter().any(|other| other.segments == segments) {
                problems.push(format!(
                    "two designs are called `{}`: distinguish them by `.label(…)`",
                    segments.join("::")
                ));
            }
            // The error in the top has been reported.
            resolved.extend(resolved_design(&design, segments, set, folder));
        }
    }
    if problems.is_empty() {
        Ok(resolved)
    } else {
        Err(problems)
    }
}

fn resolved_design(
    design: &Design,
    segments: Vec<String>,
    variant: Vec<(String, ParameterValue)>,
    folder: &Path,
) -> Option<ResolvedDesign> {
    let mut parameters = design.parameters.clone();
    for (name, value) in variant {
        parameters.retain(|(present, _)| *present != name);
        parameters.push((name, value));
    }
    let absolute = |paths: &[PathBuf]| paths.iter().map(|path| folder.join(path)).collect();
    let source = |(library, path): &(Option<String>, PathBuf)| {
        Some(Source {
            path: folder.join(path),
            language: Language::of(path)?,
            library: library.as_deref().map(folded),
        })
    };
    Some(ResolvedDesign {
        is_variant: !design.variants.is_empty(),
        segments,
        top: top(design).ok()?,
        folder: folder.to_owned(),
        sources: design.sources.iter().filter_map(source).collect(),
        include_folders: absolute(&design.include_folders),
        library_folders: absolute(&design.library_folders),
        defines: design.defines.clone(),
        parameters,
        timescale: design
            .timescale
            .clone()
            .unwrap_or_else(|| DEFAULT_TIMESCALE.to_owned()),
        vhdl_standard: design.vhdl_standard,
        compile_arguments: design.compile_arguments.clone(),
        run_arguments: design.run_arguments.clone(),
        plusargs: design.plusargs.clone(),
        files: design
            .files
            .iter()
            .map(|file| (file.clone(), folder.join(file)))
            .collect(),
        tests: design.tests.clone(),
        simulators: design.simulators.clone(),
        skipped: design.skipped.clone(),
        shared: design.shared,
        public_all: design.public_all,
        code_coverage: false,
        looked_up: BTreeSet::new(),
    })
}

/// The top; in the library of the last source if none goes to `work`.
fn top(design: &Design) -> Result<Top, NoTop> {
    let is_vhdl = |(_, path): &(_, PathBuf)| Language::of(path) == Some(Language::Vhdl);
    let name = design.top.as_ref().unwrap_or(&design.name);
    let mut top = Top::read(name, design.sources.iter().any(is_vhdl))?;
    let libraries = design.sources.iter().map(|(library, _)| library.as_deref());
    if top.library.is_none()
        && let Some(libraries) = libraries.collect::<Option<Vec<&str>>>()
    {
        top.library = libraries.last().map(|it| folded(it));
    }
    Ok(top)
}

/// Options by which the harness itself tells Verilator what to generate and where, each with what to use instead.
const OPTIONS_OF_HARNESS: [(&str, &str); 9] = [
    ("prefix", "leave it out"),
    ("Mdir", "leave it out"),
    ("o", "leave it out"),
    ("top-module", "name the top by `.top(…)`"),
    ("top", "name the top by `.top(…)`"),
    ("main", "leave it out"),
    ("binary", "leave it out"),
    ("lib-create", "leave it out"),
    ("protect-lib", "leave it out"),
];

fn check(design: &Design, folder: &Path, problems: &mut Vec<String>) {
    let name = match &design.label {
        Some(label) => format!("{}::{label}", design.name),
        None => design.name.clone(),
    };
    let mut problem = |text: String| problems.push(format!("design `{name}`: {text}"));
    let names = [Some(&design.name), design.label.as_ref()]
        .into_iter()
        .flatten();
    for name in names.chain(design.variants.iter().map(|(name, _)| name)) {
        let plain = |c: char| c.is_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            problem(format!(
                "`{name}` is not a name for a design, label or variant: letters, digits, `_`, `-` \
                 and `.` are"
            ));
        }
    }
    let of_verilator = of(&design.compile_arguments, Simulator::Verilator);
    for argument in of_verilator.filter(|it| it.starts_with('-')) {
        let option = argument.trim_start_matches('-');
        if let Some((_, instead)) = OPTIONS_OF_HARNESS.iter().find(|it| it.0 == option) {
            problem(format!(
                "the compile argument `{argument}` is reserved for the harness, which relies on it to find Verilator's output: \
                 {instead}"
            ));
        }
    }
    if let Err(error) = top(design) {
        problem(error.to_string());
    }
    let long = |name: &&String| name.len() > LONGEST;
    let names = [Some(&design.name), design.label.as_ref()];
    let names = names.into_iter().flatten();
    let mut names = names.chain(design.variants.iter().map(|(name, _)| name));
    if let Some(name) = names.find(long) {
        problem(format!(
            "`{name}` is too long for the name of a folder: {LONGEST} bytes fit"
        ));
    }
    if design.sources.is_empty() {
        problem("it has no sources: name them with `.sources([…])`".to_owned());
    } else if design
        .sources
        .iter()
        .all(|(_, path)| Language::of(path).is_some_and(is_software))
    {
        problem("it has no sources of hardware, but only of C and C++".to_owned());
    }
    for (name, _) in design.defines.iter().filter(|it| !is_macro(&it.0)) {
        let instead = match name.split_once('=') {
            Some((name, value)) if is_macro(name) => {
                format!("give it a value by `.define_as({name:?}, {value:?})`")
            }
            _ => "a letter or `_` fits, then letters, digits, `_` and `$`".to_owned(),
        };
        problem(format!("`{name}` is not a name for a macro: {instead}"));
    }
    if design.tests.as_ref().is_some_and(Vec::is_empty) {
        problem("`.tests([])` names no test: leave it out for all of them".to_owned());
    }
    if design.simulators.as_ref().is_some_and(Vec::is_empty) {
        problem("`.simulators([])` names none: leave it out for all of them".to_owned());
    }
    for (library, path) in &design.sources {
        let language = Language::of(path);
        if language.is_none() {
            problem(format!(
                "the source `{}` has no extension of a known language: .v, .sv, .vhd, .c, .cpp",
                path.display()
            ));
        }
        if library.is_some() && language.is_some_and(|language| language != Language::Vhdl) {
            problem(format!(
                "`{}` is in a library, which only VHDL has",
                path.display()
            ));
        }
        missing(&folder.join(path), "source", Path::is_file).map(&mut problem);
    }
    for path in &design.files {
        if path.is_absolute() || path.components().any(|part| part.as_os_str() == "..") {
            problem(format!(
                "the file `{}` cannot stand under this path in a working folder: name one inside \
                 the crate",
                path.display()
            ));
        }
        missing(&folder.join(path), "file", Path::exists).map(&mut problem);
    }
    for path in design.include_folders.iter().chain(&design.library_folders) {
        missing(&folder.join(path), "folder", Path::is_dir).map(&mut problem);
    }
    if let Some(timescale) = &design.timescale
        && timescale.split('/').count() != 2
    {
        problem(format!(
            "`{timescale}` is not a time scale: one is `1ns/1ps`"
        ));
    }
}

/// Whether this is a simple identifier (IEEE 1800-2017, 5.6).
fn is_macro(name: &str) -> bool {
    let begins = |it: char| it.is_ascii_alphabetic() || it == '_';
    let goes_on = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '$';
    name.starts_with(begins) && name.chars().all(goes_on)
}

fn is_software(language: Language) -> bool {
    matches!(language, Language::C | Language::Cpp)
}

fn missing(path: &Path, what: &str, is: fn(&Path) -> bool) -> Option<String> {
    if is(path) {
        return None;
    }
    let folder = path.parent()?;
    let wanted = path.file_name()?.to_string_lossy();
    let present = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let present: Vec<String> = present
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let names = present.iter().map(String::as_str);
    let nearest = did_you_mean(&nearest(&wanted, names, 1));
    Some(format!("there is no {what} `{}`{nearest}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(designs: Vec<Design>) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        resolve(designs, folder).unwrap_err().join("\n")
    }

    fn counter() -> Design {
        Design::new("counter").sources(["../hdl/counter.v"])
    }

    #[test]
    fn a_source_that_does_not_exist_is_named_with_the_nearest_file() {
        let text = problems(vec![Design::new("counter").sources(["../hdl/countre.v"])]);
        assert!(text.contains("there is no source"), "{text}");
        assert!(text.contains("did you mean `counter.v`?"), "{text}");
    }

    #[test]
    fn two_designs_of_one_name_need_labels() {
        assert!(problems(vec![counter(), counter()]).contains("two designs are called `counter`"));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let labelled = resolve(vec![counter(), counter().label("again")], folder).unwrap();
        assert_eq!(labelled[1].name(), "counter::again");
    }

    #[test]
    fn a_source_without_a_known_language_is_an_error() {
        let text = problems(vec![Design::new("x").sources(["Cargo.toml"])]);
        assert!(text.contains("no extension of a known language"), "{text}");
    }

    #[test]
    fn a_name_that_no_folder_can_have_is_an_error() {
        let text = problems(vec![counter().label("x".repeat(201))]);
        assert!(text.contains("too long for the name of a folder"), "{text}");
    }

    #[test]
    fn an_argument_that_is_the_harnesss_own_is_an_error_with_what_to_do() {
        for (argument, instead) in [
            ("--prefix", "leave it out"),
            ("-Mdir", "leave it out"),
            ("--top-module", "`.top(…)`"),
        ] {
            let with = |simulator| counter().compile_argument(simulator, argument);
            let messages = problems(vec![with(Simulator::Verilator)]);
            assert!(
                messages.contains(&format!("`{argument}`")) && messages.contains(instead),
                "{messages}"
            );
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
            assert!(resolve(vec![with(Simulator::Icarus)], folder).is_ok());
        }
    }

    #[test]
    fn a_macro_that_no_verilog_can_name_is_an_error() {
        for name in ["3X", "", "A B", "A-B"] {
            let messages = problems(vec![counter().define(name)]);
            let wanted = format!("`{name}` is not a name for a macro: a letter or `_` fits");
            assert!(messages.contains(&wanted), "{messages}");
        }
        let messages = problems(vec![counter().define("WIDTH=8")]);
        let wanted = "give it a value by `.define_as(\"WIDTH\", \"8\")`";
        assert!(messages.contains(wanted), "{messages}");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let fine = counter().define("_A$1").define_as("B", "3X");
        assert!(resolve(vec![fine], folder).is_ok());
    }

    #[test]
    fn a_choice_of_nothing_is_an_error() {
        let none: [&str; 0] = [];
        let text = problems(vec![counter().tests(none)]);
        assert!(text.contains("`.tests([])` names no test"), "{text}");
        let text = problems(vec![counter().simulators([])]);
        assert!(text.contains("`.simulators([])` names none"), "{text}");
    }

    #[test]
    fn a_design_without_sources_is_an_error() {
        assert!(problems(vec![Design::new("x")]).contains("it has no sources"));
        assert!(problems(vec![]).contains("no design"));
    }

    #[test]
    fn a_variant_overrides_parameters_and_keeps_the_others() {
        let design = counter()
            .parameter("WIDTH", 8)
            .parameter("DEPTH", 2)
            .variant("wide", [("WIDTH", 32)])
            .variant("narrow", [("WIDTH", 1)]);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let resolved = resolve(vec![design], folder).unwrap();
        assert_eq!(resolved.len(), 2);
        assert_eq!(resolved[0].name(), "counter::wide");
        let integer = ParameterValue::Integer;
        let expected = [
            ("DEPTH".to_owned(), integer(2)),
            ("WIDTH".to_owned(), integer(32)),
        ];
        assert_eq!(resolved[0].parameters, expected);
    }
}
