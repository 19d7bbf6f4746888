//! The crate whose harness this is: where it is, its plugin, and the tests in it.

use std::env;
use std::ffi::c_void;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use verifork_protocol::files::OUTPUT;
use verifork_protocol::listing::{self, ListTests, ListedTest, PluginSettings};

/// The crate of the testbench, and what cargo has built of it.
#[derive(Clone, Debug)]
pub(crate) struct Testbench {
    /// The folder of `Cargo.toml`.
    pub(crate) folder: PathBuf,
    pub(crate) package: String,
    /// The name of the test target: `sim` for `tests/sim.rs`.
    pub(crate) target: String,
    pub(crate) plugin: PathBuf,
    /// The folder of cargo's profile: `release` in `target/release`.
    pub(crate) profile: String,
    /// The folder for all files of the harness: `target/verifork`.
    pub(crate) output: PathBuf,
}

#[derive(Deserialize)]
struct Manifest {
    package: Package,
    lib: Option<Library>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Library {
    name: Option<String>,
    #[serde(alias = "crate_type", default)]
    crate_type: Vec<String>,
}

/// The folder of what is noted of reports, below that of all our output.
const NOTES: &str = "junit";

/// The folder of this process's harness; the crate may be unknown.
pub(crate) fn notes() -> Option<PathBuf> {
    let executable = env::current_exe().ok()?;
    let (_, profile) = folders(&executable)?;
    Some(target_folder(profile).join(OUTPUT).join(NOTES))
}

/// The folder of a harness, and that of cargo's profile, which it is in or below.
fn folders(executable: &Path) -> Option<(&Path, &Path)> {
    let own = executable.parent()?;
    let is_deps = own.file_name().is_some_and(|name| name == "deps");
    Some((own, own.parent().filter(|_| is_deps).unwrap_or(own)))
}

impl Testbench {
    /// The folder of what is noted of reports.
    pub(crate) fn notes(&self) -> PathBuf {
        self.output.join(NOTES)
    }

    /// Finds the crate: cargo and nextest pass its folder to tests; a user who starts the harness by hand is in it.
    ///
    /// # Errors
    ///
    /// There is no such crate, or its plugin was not built.
    pub(crate) fn find() -> anyhow::Result<Testbench> {
        let folder = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => env::current_dir().context("the current folder is unknown")?,
        };
        let executable = env::current_exe().context("the path of the harness itself is unknown")?;
        Testbench::of(folder, &executable)
    }

    /// The crate in this folder, whose harness this program is.
    fn of(folder: PathBuf, executable: &Path) -> anyhow::Result<Testbench> {
        let manifest = folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).with_context(|| {
            format!(
                "cannot read `{}`: start the harness through `cargo test`, or in the folder of \
                 its crate",
                manifest.display()
            )
        })?;
        let parsed: Manifest = toml::from_str(&text)
            .with_context(|| format!("cannot understand `{}`", manifest.display()))?;
        let package = parsed.package.name;
        let name = parsed.lib.as_ref().and_then(|library| library.name.clone());
        let library = name.unwrap_or_else(|| package.replace('-', "_"));
        let crate_types = parsed
            .lib
            .map(|library| library.crate_type)
            .unwrap_or_default();
        let is_built_as = |kinds: &[&str]| crate_types.iter().any(|kind| kinds.contains(&&**kind));
        let say_so = || {
            format!(
                "say so in `{}`:\n\n    [lib]\n    crate-type = [\"cdylib\", \"rlib\"]\n",
                manifest.display()
            )
        };
        ensure!(
            is_built_as(&["cdylib"]),
            "the crate `{package}` builds no plugin for simulators: {}",
            say_so()
        );
        // Cargo builds a library for integration tests only if they could link it.
        ensure!(
            is_built_as(&["rlib", "lib"]),
            "`cargo test` would not bring the plugin of the crate `{package}` up to date, and test what an \
             earlier build has left: cargo builds a crate for its tests only if it is an `rlib` as \
             well: {}",
            say_so()
        );
        let (dependencies, profile) = folders(executable).context("the harness is in no folder")?;
        let stem = executable.file_stem().unwrap_or_default().to_string_lossy();
        // Cargo adds a dash and a hash of 16 digits.
        let target = match stem.rsplit_once('-') {
            Some((name, hash)) if hash.len() == 16 => name.to_owned(),
            _ => stem.into_owned(),
        };
        Ok(Testbench {
            plugin: plugin(&library, &[dependencies, profile])?,
            profile: profile
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            output: target_folder(profile).join(OUTPUT),
            folder,
            package,
            target,
        })
    }
}

/// Cargo marks the folder that all of its output is in.
fn target_folder(profile: &Path) -> PathBuf {
    let marked = profile
        .ancestors()
        .skip(1)
        .take(3)
        .find(|it| it.join("CACHEDIR.TAG").is_file());
    marked.or(profile.parent()).unwrap_or(profile).to_owned()
}

fn plugin(library: &str, folders: &[&Path]) -> anyhow::Result<PathBuf> {
    let file = format!(
        "{}{library}{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    let paths = folders.iter().map(|folder| folder.join(&file));
    let Some(path) = paths.clone().find(|path| path.is_file()) else {
        let mut text = format!("the plugin `{file}` has not been built; it is not at");
        for path in paths {
            write!(text, "\n  {}", path.display())?;
        }
        bail!("{text}\n`cargo build --lib` builds it")
    };
    Ok(path)
}

/// Reads the list of tests from the plugin, without a simulator.
///
/// # Errors
///
/// The plugin cannot be opened, or is none of this library's version.
pub(crate) fn list(plugin: &Path) -> anyhow::Result<(PluginSettings, Vec<ListedTest>)> {
    // SAFETY: the plugin is the user's own code, which cargo has built for this machine; what
    // runs on opening it registers tests.
    let library = unsafe { libloading::Library::new(plugin) }
        .with_context(|| format!("cannot open the plugin `{}`", plugin.display()))?;
    // Closing it would pull the code from under whatever it has started or registered.
    let library = std::mem::ManuallyDrop::new(library);
    // SAFETY: the function of this name has this type in every version of the library.
    let list = unsafe { library.get::<ListTests>(listing::SYMBOL) }.with_context(|| {
        format!(
            "the plugin `{}` has no tests of verifork: does its crate use the library?",
            plugin.display()
        )
    })?;
    // SAFETY: it has that type.
    let understood = unsafe { listed(*list) };
    understood.with_context(|| format!("the plugin `{}`", plugin.display()))
}

/// The list of a plugin's function.
///
/// # Safety
///
/// The function keeps to what [`ListTests`] says.
unsafe fn listed(list: ListTests) -> anyhow::Result<(PluginSettings, Vec<ListedTest>)> {
    let mut lines: Vec<String> = Vec::new();
    // SAFETY: `take` is given the vector that it wants, which outlives the call.
    let format = unsafe { list(listing::FORMAT, (&raw mut lines).cast(), take) };
    match listing::mismatch(format) {
        Some(problem) => Err(anyhow::Error::msg(problem)),
        None => listing::parse(&lines).map_err(anyhow::Error::msg),
    }
}

unsafe extern "C" fn take(context: *mut c_void, line: *const u8, length: usize) {
    // SAFETY: `list` passes the vector, and the plugin a whole line.
    let (lines, line) = unsafe {
        (
            &mut *context.cast::<Vec<String>>(),
            std::slice::from_raw_parts(line, length),
        )
    };
    lines.push(String::from_utf8_lossy(line).into_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate with this manifest, and the program that is its harness, built by cargo.
    fn built(manifest: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let deps = folder.path().join("target/release/deps");
        fs::create_dir_all(&deps).unwrap();
        fs::write(folder.path().join("target/CACHEDIR.TAG"), "").unwrap();
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        fs::write(deps.join("libmy_tb.so"), "").unwrap();
        (folder, deps.join("sim-0123456789abcdef"))
    }

    fn problem(manifest: &str) -> String {
        let (folder, harness) = built(manifest);
        let found = Testbench::of(folder.path().to_owned(), &harness);
        format!("{:#}", found.unwrap_err())
    }

    const PLUGIN: &str =
        "[package]\nname = \"my-tb\"\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n";

    #[test]
    fn the_plugin_lies_beside_the_harness_and_output_where_cargo_has_its_own() {
        let (folder, harness) = built(PLUGIN);
        let found = Testbench::of(folder.path().to_owned(), &harness).unwrap();
        let target = folder.path().join("target");
        assert_eq!(found.package, "my-tb");
        assert_eq!((&*found.target, &*found.profile), ("sim", "release"));
        assert_eq!(found.plugin, target.join("release/deps/libmy_tb.so"));
        assert_eq!(found.output, target.join("verifork"));
        assert_eq!(found.notes(), target.join("verifork/junit"));
        // By hand, the plugin is where `cargo build` puts it, and the program has no hash.
        let above = target.join("release");
        let (from, to) = (found.plugin, above.join("libmy_tb.so"));
        fs::rename(from, &to).unwrap();
        let found = Testbench::of(folder.path().to_owned(), &above.join("sim")).unwrap();
        assert_eq!((found.plugin, &*found.target), (to, "sim"));
    }

    #[test]
    fn the_library_may_have_a_name_of_its_own() {
        let named = PLUGIN.replace("[lib]", "[lib]\nname = \"other\"");
        let message = problem(&named);
        assert!(
            message.contains("`libother.so` has not been built"),
            "{message}"
        );
        assert!(
            message.contains("`cargo build --lib` builds it"),
            "{message}"
        );
    }

    #[test]
    fn the_error_for_a_crate_that_builds_no_plugin_says_how_to() {
        for manifest in [
            "[package]\nname = \"my-tb\"\n",
            "[package]\nname = \"my-tb\"\n[lib]\ncrate-type = [\"rlib\"]\n",
        ] {
            let message = problem(manifest);
            assert!(message.contains("`my-tb` builds no plugin"), "{message}");
            assert!(
                message.contains("crate-type = [\"cdylib\", \"rlib\"]"),
                "{message}"
            );
        }
    }

    /// Cargo would not build it for `cargo test`: old code would pass.
    #[test]
    fn the_error_for_a_crate_whose_plugin_cargo_would_not_keep_up_to_date_says_how_to() {
        let message = problem("[package]\nname = \"my-tb\"\n[lib]\ncrate-type = [\"cdylib\"]\n");
        assert!(
            message.contains("an earlier build has left") && message.contains("`rlib`"),
            "{message}"
        );
        assert!(
            message.contains("crate-type = [\"cdylib\", \"rlib\"]"),
            "{message}"
        );
        let (folder, harness) = built(&PLUGIN.replace("rlib", "lib"));
        Testbench::of(folder.path().to_owned(), &harness).unwrap();
    }

    #[test]
    fn a_manifest_that_cannot_be_understood_is_named() {
        let message = problem("[package\n");
        assert!(message.contains("cannot understand `/"), "{message}");
        let nowhere = tempfile::tempdir().unwrap();
        let found = Testbench::of(nowhere.path().to_owned(), Path::new("/x/sim"));
        let message = format!("{:#}", found.unwrap_err());
        assert!(
            message.contains("start the harness through `cargo test`"),
            "{message}"
        );
    }

    unsafe extern "C" fn two_lines(
        format: u32,
        context: *mut c_void,
        take: listing::TakeLine,
    ) -> u32 {
        let test = crate::testing::listed("counts");
        for line in listing::lines(PluginSettings::default(), vec![test]) {
            // SAFETY: as the one who calls this has promised.
            unsafe { take(context, line.as_ptr(), line.len()) };
        }
        format
    }

    unsafe extern "C" fn of_the_future(_: u32, _: *mut c_void, _: listing::TakeLine) -> u32 {
        listing::FORMAT + 1
    }

    unsafe extern "C" fn nonsense(
        format: u32,
        context: *mut c_void,
        take: listing::TakeLine,
    ) -> u32 {
        let line = "not JSON";
        // SAFETY: as the one who calls this has promised.
        unsafe { take(context, line.as_ptr(), line.len()) };
        format
    }

    #[test]
    fn a_plugin_lists_its_tests_or_is_of_another_version() {
        // SAFETY: it calls `take` with whole lines.
        let (settings, tests) = unsafe { listed(two_lines) }.unwrap();
        assert_eq!(
            (settings, &*tests[0].name),
            (PluginSettings::default(), "counts")
        );
        // SAFETY: it calls nothing.
        assert!(unsafe { listed(of_the_future) }.is_err());
        // SAFETY: it calls `take` with a whole line.
        assert!(unsafe { listed(nonsense) }.is_err());
    }

    #[test]
    fn a_file_that_is_no_plugin_is_reported_by_its_path() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let message = format!("{:#}", list(file.path()).unwrap_err());
        let path = file.path().display().to_string();
        assert!(
            message.contains(&format!("cannot open the plugin `{path}`")),
            "{message}"
        );
    }
}
