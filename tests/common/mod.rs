//! What tests need that start a simulator: plugins built, designs compiled, runs and their output.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test binary uses a part of this"
)]

pub mod built;
pub mod ghdl;
pub mod newer;
pub mod nvc;

use std::fs;
use std::io::Read as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use built::{plugin, release_plugin};

/// How long any run of a simulator may take here, however slow the machine.
const PATIENCE: Duration = Duration::from_secs(240);

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The path of the tool, or the reason why the test that needs it is skipped.
pub fn find_tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Leaves the test, saying so by name, where a simulator is not installed.
#[macro_export]
macro_rules! require {
    ($($tool:literal),+) => {
        $(
            if $crate::common::find_tool($tool).is_none() {
                eprintln!("skipped: `{}` is not installed", $tool);
                return;
            }
        )+
    };
}

/// A design with a mistake, made by its patch in a temporary folder that goes with this value.
pub struct Mutant {
    _folder: TempDir,
    source: String,
}

impl Mutant {
    /// Of a file in `hdl/mutants`, without its `.patch`.
    pub fn of(name: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("verifork-")
            .tempdir()
            .expect("a folder");
        let source = folder.path().join(name);
        let output = Command::new(root().join("sim/mutant.sh"))
            .arg(name)
            .arg(&source)
            .output()
            .expect("the script runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let source = source.to_str().expect("temporary folders have plain names");
        Mutant {
            source: source.to_owned(),
            _folder: folder,
        }
    }

    /// The file, to be given in the place of the design's.
    pub fn source(&self) -> &str {
        &self.source
    }
}

/// A design for Icarus: compiled into a temporary folder that goes with this value.
pub struct Icarus {
    folder: TempDir,
    image: PathBuf,
}

impl Icarus {
    /// Compiles sources, given relative to the repository, with more arguments for `iverilog`
    /// (`-P top.WIDTH=4`, `-m plugin`).
    pub fn compile<S: AsRef<str>>(top: &str, sources: &[&str], arguments: &[S]) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("verifork-")
            .tempdir()
            .expect("a folder");
        let image = folder.path().join("design.vvp");
        let output = Command::new("iverilog")
            .args(["-g2012", "-s", top, "-o"])
            .arg(&image)
            .args(arguments.iter().map(AsRef::as_ref))
            .args(sources.iter().map(|source| root().join(source)))
            .output()
            .expect("iverilog runs");
        assert!(
            output.status.success(),
            "{top} does not compile:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Icarus { folder, image }
    }

    /// Compiles a source given as text.
    pub fn compile_text(top: &str, text: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("verifork-")
            .tempdir()
            .expect("a folder");
        let source = folder.path().join("design.sv");
        fs::write(&source, text).expect("the folder is ours");
        let source = source
            .to_str()
            .expect("temporary folders have plain names")
            .to_owned();
        Self::compile::<&str>(top, &[&source], &[])
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn image(&self) -> &Path {
        &self.image
    }

    /// Runs the design with a plugin; `VERIFORK_*` variables and plus-arguments as given.
    pub fn run(&self, plugin: &Path, variables: &[(&str, &str)], plusargs: &[&str]) -> Run {
        run(self.command(plugin, variables, plusargs))
    }

    /// What [`run`](Self::run) runs, to be changed before it is.
    pub fn command(&self, plugin: &Path, variables: &[(&str, &str)], plusargs: &[&str]) -> Command {
        let mut command = Command::new("vvp");
        command
            .arg("-m")
            .arg(plugin)
            .arg(&self.image)
            .args(plusargs);
        self.prepare(&mut command, variables);
        command
    }

    /// Runs the design as it was compiled, with no plugin named to `vvp`.
    pub fn run_alone(&self, variables: &[(&str, &str)]) -> Run {
        let mut command = Command::new("vvp");
        command.arg(&self.image);
        self.prepare(&mut command, variables);
        run(command)
    }

    fn prepare(&self, command: &mut Command, variables: &[(&str, &str)]) {
        without_settings(command);
        command
            .envs(variables.iter().copied())
            .current_dir(self.folder.path());
    }
}

/// Takes the settings of whoever runs the tests away from a command.
pub fn without_settings(command: &mut Command) {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("VERIFORK_")) {
        command.env_remove(name);
    }
    command.env_remove("RUST_BACKTRACE");
}

/// A design that tests share which run at the same time; gone when the last of them has ended.
pub struct Shared<D = Icarus> {
    design: Mutex<Weak<D>>,
    compile: fn() -> D,
}

impl<D> Shared<D> {
    pub const fn new(compile: fn() -> D) -> Self {
        Shared {
            design: Mutex::new(Weak::new()),
            compile,
        }
    }

    pub fn get(&self) -> Arc<D> {
        let mut design = self.design.lock().unwrap_or_else(PoisonError::into_inner);
        design.upgrade().unwrap_or_else(|| {
            let made = Arc::new((self.compile)());
            *design = Arc::downgrade(&made);
            made
        })
    }
}

/// What a run printed and how it ended.
pub struct Run {
    /// Standard output and standard error, as they came.
    pub output: String,
    /// `None` if a signal ended it.
    pub status: Option<i32>,
    pub signal: Option<i32>,
}

impl Run {
    #[track_caller]
    pub fn passed(&self) -> &Self {
        assert_eq!(
            self.status,
            Some(0),
            "signal {:?}\n{}",
            self.signal,
            self.output
        );
        self
    }

    #[track_caller]
    pub fn failed(&self) -> &Self {
        assert_eq!(
            self.status,
            Some(1),
            "signal {:?}\n{}",
            self.signal,
            self.output
        );
        self
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(
            self.output.contains(text),
            "`{text}` is not in:\n{}",
            self.output
        );
        self
    }

    #[track_caller]
    pub fn does_not_say(&self, text: &str) -> &Self {
        assert!(
            !self.output.contains(text),
            "`{text}` is in:\n{}",
            self.output
        );
        self
    }
}

/// Runs a command to its end, in a process group of its own that does not outlive the test.
pub fn run(command: Command) -> Run {
    run_within(PATIENCE, command)
}

/// [`run`] for what takes longer.
pub fn run_within(patience: Duration, mut command: Command) -> Run {
    let mut output = tempfile::tempfile().expect("a temporary file");
    let stream = || Stdio::from(output.try_clone().expect("one more handle"));
    let (first, second) = (stream(), stream());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(first)
        .stderr(second)
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("our own child") {
            break status;
        }
        if begun.elapsed() > patience {
            let _ = Command::new("kill")
                .args(["-KILL", &format!("-{}", child.id())])
                .status();
            let _ = child.wait();
            panic!("{command:?} did not end within {patience:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    use std::io::Seek as _;
    output.rewind().expect("a file");
    let mut bytes = Vec::new();
    output.read_to_end(&mut bytes).expect("a file");
    Run {
        output: String::from_utf8_lossy(&bytes).into_owned(),
        status: status.code(),
        signal: status.signal(),
    }
}
