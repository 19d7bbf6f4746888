//! What cargo has built: plugins, harnesses, the library.
//!
//! Among all tests, everything was built before the first of them started: `tests/all.sh` leaves what cargo
//! said of it in the file `TESTS_BUILT`. A test that runs by itself has cargo build what it needs; a harness with
//! the features of all tests, if it was told them in `TESTS_OF_WORKSPACE`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::{env, fs};

use serde_json::Value;

/// The plugin of a testbench crate of the workspace.
pub fn plugin(package: &str) -> PathBuf {
    let units = units(&["build", "--lib", "-p", package]);
    plugin_of(package, &units)
}

/// The same, with optimization.
pub fn release_plugin(package: &str) -> PathBuf {
    let units = cargo(&["build", "--lib", "--release", "-p", package]);
    plugin_of(package, &units)
}

/// The harness of a testbench crate, and its plugin.
pub fn harness(package: &str) -> [PathBuf; 2] {
    let selection = env::var("TESTS_OF_WORKSPACE").unwrap_or_else(|_| format!("-p {package}"));
    let mut arguments = vec!["test", "--no-run", "--test", "sim"];
    arguments.extend(selection.split_whitespace());
    let units = units(&arguments);
    let is_harness = |unit: &&Value| is_of(unit, package) && unit["target"]["name"] == "sim";
    let harness = units.iter().find(is_harness);
    let harness = harness.and_then(|unit| Some(PathBuf::from(unit["executable"].as_str()?)));
    let harness = harness.unwrap_or_else(|| panic!("cargo names no harness of {package}"));
    [harness, plugin_of(package, &units)]
}

/// A library of the workspace as others link it.
pub fn library(package: &str) -> PathBuf {
    let units = units(&["build", "--lib", "-p", package]);
    let file = file_of(package, &units, |path| {
        path.extension() == Some("rlib".as_ref())
    });
    file.unwrap_or_else(|| panic!("cargo names no library of {package}"))
}

fn plugin_of(package: &str, units: &[Value]) -> PathBuf {
    let name = format!("lib{}.so", package.replace('-', "_"));
    let file = file_of(package, units, |path| {
        path.file_name() == Some(name.as_ref())
    });
    file.unwrap_or_else(|| panic!("cargo names no {name}"))
}

fn file_of(package: &str, units: &[Value], fits: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let own = units.iter().filter(|unit| is_of(unit, package));
    let files = own.flat_map(|unit| unit["filenames"].as_array().into_iter().flatten());
    files
        .filter_map(|file| Some(PathBuf::from(file.as_str()?)))
        .find(|path| fits(path))
}

fn is_of(unit: &Value, package: &str) -> bool {
    // `…/folder#package@version`, or `…/package#version` where the folder is called so.
    let id = unit["package_id"].as_str().unwrap_or_default();
    let (place, name) = id.rsplit_once('#').unwrap_or_default();
    match name.split_once('@') {
        Some((name, _)) => name == package,
        None => place.rsplit('/').next() == Some(package),
    }
}

type Units = Arc<[Value]>;

/// What cargo says of each unit that it has built; now, with these arguments, if it has not.
fn units(arguments: &[&str]) -> Units {
    static BUILT: OnceLock<Units> = OnceLock::new();
    static ASKED: Mutex<Option<HashMap<Vec<String>, Units>>> = Mutex::new(None);
    if let Some(built) = env::var_os("TESTS_BUILT") {
        let read = || fs::read_to_string(&built).expect("`tests/all.sh` leaves the file");
        return Arc::clone(BUILT.get_or_init(|| parsed(&read()).into()));
    }
    let key = arguments.iter().map(|&it| it.to_owned()).collect();
    let mut asked = ASKED.lock().unwrap_or_else(PoisonError::into_inner);
    let asked = asked.get_or_insert_default();
    let units = asked.entry(key).or_insert_with(|| cargo(arguments).into());
    Arc::clone(units)
}

fn cargo(arguments: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--quiet", "--message-format=json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {arguments:?} fails:\n{said}"
    );
    parsed(&String::from_utf8_lossy(&output.stdout))
}

fn parsed(messages: &str) -> Vec<Value> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|unit: &Value| unit["reason"] == "compiler-artifact")
        .collect()
}
