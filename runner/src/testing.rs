//! A testbench crate for unit tests whose simulator is a script: what it does is what a test says, in the words
//! of a shell.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use verifork_protocol::files::DESIGNS;
use verifork_protocol::listing::ListedTest;
use verifork_protocol::results::{
    Ended, Failure, Loaded, Planned as PlannedRecord, Record, Status,
};

use crate::cache::Cache;
use crate::context::Context;
use crate::design::Design;
use crate::junit::Junit;
use crate::known::Simulator;
use crate::resolved::resolve;
use crate::settings::Settings;
use crate::testbench::Testbench;
use crate::trial::{NoSimulator, Suite};

/// Writes what the compiler would: an image that is whole.
const COMPILER: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
    if [ "$1" = -o ]; then output=$2; fi
    shift
done
if [ -e hangs ]; then echo "top.v:1: warning: it is odd"; sleep 1000; fi
if [ -e broken ]; then echo "top.v:1: syntax error"; exit 2; fi
printf ':vpi_time_precision - 9;\n# end\n:file_names 2;\n    "N/A";\n    "<interactive>";\n' > "$output"
"#;

/// A testbench crate whose simulator is scripted.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) settings: Settings,
    pub(crate) shared: bool,
    pub(crate) wall_timeout: Option<Duration>,
    /// The run, if each of its tests is a process.
    pub(crate) run: Option<String>,
}

/// The results of a plugin that has run these tests, each with the text of its failure or reason.
pub(crate) fn lines_of(tests: &[(&str, Status, &str)]) -> String {
    let planned = PlannedRecord {
        tests: tests.iter().map(|(name, ..)| (*name).to_owned()).collect(),
        seed: 77,
    };
    let mut records = vec![loaded(), Record::Planned(planned)];
    for &(name, status, text) in tests {
        records.push(Record::Begun(name.into()));
        let failure = Failure {
            task: "driver".into(),
            file: Some("src/lib.rs".into()),
            line: Some(7),
            at_ns: Some("12.00".into()),
            text: text.to_owned(),
        };
        let failed = status == Status::Failed;
        records.push(Record::Ended(Box::new(Ended {
            name: name.into(),
            label: name.into(),
            file: "src/lib.rs".into(),
            line: 5,
            covers: Vec::new(),
            status,
            reason: (status == Status::Skipped).then(|| text.to_owned()),
            failures: failed.then_some(failure).into_iter().collect(),
            since_ns: "0.00".into(),
            simulated_ns: "12.00".into(),
            wall: 0.25,
            seed: 77,
            sequences: Vec::new(),
            log: String::new(),
            warnings: Vec::new(),
        })));
    }
    records.push(Record::Finished(true));
    records.iter().map(Record::line).collect()
}

pub(crate) fn lines(name: &str, status: Status, text: &str) -> String {
    lines_of(&[(name, status, text)])
}

pub(crate) fn loaded() -> Record {
    Record::Loaded(Loaded::by("Icarus Verilog", "11.0", "VPI"))
}

/// Shell code that writes these lines as results.
pub(crate) fn writes(lines: &str) -> String {
    format!("cat >> \"$VERIFORK_RESULTS\" <<'END'\n{lines}END\n")
}

/// Writes a program.
pub(crate) fn script(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

pub(crate) fn listed(name: &str) -> ListedTest {
    ListedTest {
        name: name.into(),
        file: "src/lib.rs".into(),
        line: 5,
        covers: Vec::new(),
        skip: None,
        wall_timeout: None,
        ends: false,
        selected: true,
        paths: Vec::new(),
        more: false,
    }
}

impl Bench {
    /// A simulator that does this when it runs.
    pub(crate) fn new(simulates: &str) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let simulator = format!(
            "#!/bin/sh\nif [ \"$1\" = -V ]; then echo 'Icarus Verilog runtime version 11.0'; exit 0; fi\n\
             {simulates}"
        );
        for (name, text) in [("iverilog", COMPILER), ("vvp", &simulator)] {
            script(&folder.path().join(name), text);
        }
        fs::write(folder.path().join("top.v"), "module top; endmodule\n").unwrap();
        let places = BTreeMap::from([(Simulator::Icarus, folder.path().to_owned())]);
        Bench {
            settings: Settings {
                places,
                // No other is started, wherever it is installed.
                simulators: Some(vec![Simulator::Icarus]),
                cache: true,
                ..Settings::default()
            },
            folder,
            shared: false,
            wall_timeout: Some(Duration::from_secs(60)),
            run: None,
        }
    }

    /// Makes the design fail to compile from now on.
    pub(crate) fn breaks(&self) {
        fs::write(self.folder.path().join("broken"), "").unwrap();
    }

    pub(crate) fn testbench(&self) -> Testbench {
        let folder = self.folder.path().to_owned();
        Testbench {
            package: "bench".into(),
            target: "sim".into(),
            plugin: folder.join("libbench.so"),
            profile: "debug".into(),
            output: folder.join("target/verifork"),
            folder,
        }
    }

    pub(crate) fn context(&self) -> Arc<Context> {
        let testbench = self.testbench();
        let (designs, folder) = (testbench.output.join(DESIGNS), testbench.folder.clone());
        Arc::new(Context {
            cache: Cache::new(designs, folder, self.settings.cache)
                .limited(self.settings.compile_timeout)
                .of_run(self.run.clone()),
            testbench,
            settings: self.settings.clone(),
            junit: OnceLock::new(),
            seed: 77,
            run: "the run".to_owned(),
            wall_timeout: self.wall_timeout,
            live: false,
            allow_empty: false,
            cannot_run: OnceLock::new(),
        })
    }

    /// The design that the script compiles and simulates.
    pub(crate) fn design(&self) -> Design {
        let design = Design::new("top").sources(["top.v"]);
        if self.shared {
            design.shared_simulation()
        } else {
            design
        }
    }

    pub(crate) fn suite(&self) -> Arc<Suite> {
        let context = self.context();
        let folder = self.folder.path();
        let design = resolve(vec![self.design()], folder).unwrap().remove(0);
        let programs = context.find(Simulator::Icarus);
        let programs = programs.map_err(NoSimulator::from);
        let suite = Suite::new(Arc::clone(&context), design, Simulator::Icarus, programs);
        if let Some(path) = &self.settings.junit {
            let planned = [suite.case(&listed("counts"), crate::junit::Result::NotFinished)];
            let junit = Junit::create(path.clone(), folder, "bench", &planned).unwrap();
            assert!(context.junit.set(junit).is_ok());
        }
        suite
    }
}
