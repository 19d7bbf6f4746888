//! A copy of what the harness of an example reads, in which a design can be changed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{files, root};

pub(crate) struct Example {
    pub(crate) place: TempDir,
    /// The folder of its crate.
    pub(crate) folder: PathBuf,
}

impl Example {
    pub(crate) fn of(package: &str) -> Example {
        let place = tempfile::tempdir().unwrap();
        let copy = |file: &str| {
            let to = place.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root().join(file), to).unwrap();
        };
        let example = format!("examples/{}", package.strip_suffix("_tb").unwrap());
        copy(&format!("{example}/Cargo.toml"));
        // What the testbench puts around the design, if it does.
        if let Ok(around) = fs::read_dir(root().join(&example).join("hdl")) {
            for file in around {
                let name = file.unwrap().file_name();
                copy(&format!("{example}/hdl/{}", name.to_str().unwrap()));
            }
        }
        for file in files(&root().join("hdl")) {
            if root().join("hdl").join(&file).is_file() {
                copy(&format!("hdl/{file}"));
            }
        }
        Example {
            folder: place.path().join(example),
            place,
        }
    }

    /// Writes a mutant over its design.
    pub(crate) fn apply(&self, mutant: &str) {
        let folder = self.place.path().join("hdl");
        let language = Path::new(mutant).extension().and_then(OsStr::to_str);
        let design = files(&folder).into_iter().find(|file| {
            let (stem, extension) = file.split_once('.').unwrap();
            mutant.starts_with(&format!("{stem}_")) && Some(extension) == language
        });
        let output = Command::new(root().join("sim/mutant.sh"))
            .arg(mutant)
            .arg(folder.join(design.expect("a mutant begins with its design's name")))
            .output()
            .expect("the script runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
