//! Removes from `target/verifork` what no test names any more: compiled designs, and the folders of
//! runs. What another process uses is locked, and left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use verifork_protocol::verdict;

use crate::locked::try_lock;
use crate::refused;

/// At least this many of the newest unnamed folders are kept, for a user who goes back to them.
const KEPT: usize = 8;

/// Beside a compiled design: whose it is.
const OWNER: &str = "owner.json";

/// The owner of a compiled design.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Owner {
    /// The crate's folder: several workspaces may share one target folder.
    pub(crate) crate_folder: PathBuf,
    /// The test target: `sim` of `tests/sim.rs`.
    pub(crate) target: String,
    /// Design, label, variant, simulator and format of waves.
    pub(crate) suite: String,
}

impl Owner {
    /// Writes it into the folder of a compiled design.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join(OWNER), serde_json::to_vec(self)?)
    }

    fn read(folder: &Path) -> Option<Owner> {
        serde_json::from_slice(&fs::read(folder.join(OWNER)).ok()?).ok()
    }
}

/// The lock that the process which compiles the design holds alone, and the one that its users share.
pub(crate) fn locks(designs: &Path, key: &str) -> (PathBuf, PathBuf) {
    let file = |extension| designs.join(format!("{key}.{extension}"));
    (file("lock"), file("used"))
}

/// The removed folders and files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Removed {
    pub(crate) designs: usize,
    pub(crate) runs: usize,
    pub(crate) bytes: u64,
}

impl Removed {
    /// A line for the user, if anything was removed.
    pub(crate) fn summary(&self) -> Option<String> {
        let count = |count: usize, what: &str| match count {
            0 => None,
            1 => Some(format!("1 {what}")),
            _ => Some(format!("{count} {what}s")),
        };
        let parts = [
            count(self.designs, "compiled design"),
            count(self.runs, "folder of a run")
                .map(|it| it.replace("folder of a runs", "folders of runs")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let kib = self.bytes.div_ceil(1024);
        (!parts.is_empty()).then(|| {
            format!(
                "removed {} that no test names any more, {kib} KiB",
                parts.join(" and ")
            )
        })
    }
}

/// Removes designs that were compiled for this crate and target, and are none of `named`, nor the
/// newest of one that is; but keeps the newest of them.
pub(crate) fn designs(folder: &Path, of: &Owner, named: &BTreeSet<String>, removed: &mut Removed) {
    let mut newest: BTreeMap<String, SystemTime> = BTreeMap::new();
    let mut all = Vec::new();
    refusals(folder, removed);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let key = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if let Some((key, _)) = key.split_once(".new-") {
            remove_unfinished(folder, key, &path, removed);
            continue;
        }
        let Some(owner) = Owner::read(&path) else {
            // Locks have no owner, nor have designs that an older version has compiled.
            if key.chars().all(|letter| letter.is_ascii_hexdigit()) {
                all.push((SystemTime::UNIX_EPOCH, key, of.clone(), true));
            }
            continue;
        };
        let is_ours = owner.crate_folder == of.crate_folder && owner.target == of.target;
        if !is_ours && owner.crate_folder.exists() {
            continue;
        }
        let used = fs::metadata(locks(folder, &key).1).and_then(|it| it.modified());
        let used = used.unwrap_or(SystemTime::UNIX_EPOCH);
        if is_ours {
            let time = newest.entry(owner.suite.clone()).or_insert(used);
            *time = used.max(*time);
        }
        all.push((used, key, owner, is_ours));
    }
    all.retain(|(used, _, owner, is_ours)| {
        !is_ours || !named.contains(&owner.suite) || newest.get(&owner.suite) != Some(used)
    });
    all.sort();
    // One old version of each may be wanted again, as after a look at another branch.
    let present = newest.keys().filter(|suite| named.contains(*suite));
    let kept = KEPT.max(present.count());
    let ours = all.iter().filter(|it| it.3).count();
    let mut surplus = ours.saturating_sub(kept);
    for (_, key, _, is_ours) in all {
        if is_ours {
            if surplus == 0 {
                continue;
            }
            surplus -= 1;
        }
        let (compiling, using) = locks(folder, &key);
        let Some(_compiling) = try_lock(&compiling) else {
            continue;
        };
        let _using = match try_lock(&using) {
            None if using.exists() => continue,
            free => free,
        };
        if remove(&folder.join(&key), removed) {
            removed.designs += 1;
            // They are ours alone; who waits for them makes new ones.
            let _ = fs::remove_file(using);
            let _ = fs::remove_file(compiling);
        }
    }
}

/// Removes the notes on designs that did not compile, except the newest.
fn refusals(folder: &Path, removed: &mut Removed) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let noted = paths.filter(|path| path.extension().is_some_and(|it| it == refused::EXTENSION));
    let mut all: Vec<(SystemTime, PathBuf)> = noted
        .filter_map(|path| Some((fs::metadata(&path).ok()?.modified().ok()?, path)))
        .collect();
    all.sort();
    let surplus = all.len().saturating_sub(KEPT);
    for (_, path) in all.into_iter().take(surplus) {
        let size = fs::metadata(&path).map_or(0, |it| it.len());
        if fs::remove_file(path).is_ok() {
            removed.bytes += size;
        }
    }
}

/// Removes the parts of programs that designs shared, except those used last, by the time of the file `mark` in each.
/// A process that is just copying from one compiles the missing parts itself.
pub(crate) fn shared_parts(folder: &Path, prefix: &str, mark: &str, removed: &mut Removed) {
    let mut all: Vec<(SystemTime, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(prefix) && entry.path().is_dir() {
            let used = fs::metadata(entry.path().join(mark)).and_then(|it| it.modified());
            all.push((used.unwrap_or(SystemTime::UNIX_EPOCH), entry.path()));
        }
    }
    all.sort();
    let surplus = all.len().saturating_sub(KEPT);
    for (_, path) in all.into_iter().take(surplus) {
        let key = path.file_name().unwrap_or_default().to_string_lossy();
        let claim = locks(folder, &key).0;
        remove(&path, removed);
        if let Some(_claim) = try_lock(&claim) {
            let _ = fs::remove_file(claim);
        }
    }
}

/// Removes what a process has left that ended while it compiled.
fn remove_unfinished(folder: &Path, key: &str, path: &Path, removed: &mut Removed) {
    // Kept libraries are made without a lock, in a moment.
    if let Some(_lock) = try_lock(&locks(folder, key).0) {
        remove(path, removed);
    }
}

/// Removes the folders of runs below `folder` that are not in `named`. The newest are kept without their verdict, so
/// that reports do not show tests that no longer exist.
pub(crate) fn runs(folder: &Path, named: &BTreeSet<PathBuf>, removed: &mut Removed) {
    let mut all = Vec::new();
    find_runs(folder, named, &mut all);
    all.sort();
    let surplus = all.len().saturating_sub(KEPT);
    for (number, (_, path)) in all.into_iter().enumerate() {
        let Some(_lock) = try_lock(&path.join("lock")) else {
            continue;
        };
        if number >= surplus {
            // It may be gone already.
            let _ = fs::remove_file(path.join(verdict::FILE));
        } else if remove(&path, removed) {
            removed.runs += 1;
            for above in path
                .ancestors()
                .skip(1)
                .take_while(|it| it.starts_with(folder))
            {
                // Those that are not empty stay.
                if fs::remove_dir(above).is_err() {
                    break;
                }
            }
        }
    }
}

/// The unnamed folders of runs, with the times of their last runs.
fn find_runs(folder: &Path, named: &BTreeSet<PathBuf>, found: &mut Vec<(SystemTime, PathBuf)>) {
    if named.contains(folder) {
        return;
    }
    if let Ok(lock) = fs::metadata(folder.join("lock")) {
        let last = fs::metadata(folder.join("log.txt")).unwrap_or(lock);
        let time = last.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        found.push((time, folder.to_owned()));
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|it| it.is_dir()) {
            find_runs(&entry.path(), named, found);
        }
    }
}

/// Removes a folder, and counts what was in it.
fn remove(folder: &Path, removed: &mut Removed) -> bool {
    let bytes = size(folder);
    let gone = fs::remove_dir_all(folder).is_ok();
    if gone {
        removed.bytes += bytes;
    }
    gone
}

fn size(path: &Path) -> u64 {
    let Ok(it) = fs::symlink_metadata(path) else {
        return 0;
    };
    if !it.is_dir() {
        return it.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::Duration;

    use super::*;
    use crate::locked::{Lock, lock};

    fn owner(suite: &str) -> Owner {
        Owner {
            crate_folder: PathBuf::from("/"),
            target: "sim".to_owned(),
            suite: suite.to_owned(),
        }
    }

    /// A compiled design that was last used this many seconds after the first.
    fn design(folder: &Path, key: &str, owner: &Owner, seconds: u64) {
        fs::create_dir(folder.join(key)).unwrap();
        owner.write(&folder.join(key)).unwrap();
        let (compiling, using) = locks(folder, key);
        drop(lock(&compiling, Lock::Alone).unwrap());
        let using = lock(&using, Lock::Alone).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + seconds);
        using.set_modified(time).unwrap();
    }

    fn folders(folder: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().flatten();
        entries
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn the_newest_notes_of_refusals_stay() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..KEPT as u64 + 2 {
            let path = folder.path().join(format!("{number:x}.refused"));
            let file = File::create(path).unwrap();
            let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number);
            file.set_modified(time).unwrap();
        }
        refusals(folder.path(), &mut Removed::default());
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, KEPT);
        assert!(!folder.path().join("1.refused").exists());
        assert!(folder.path().join("2.refused").exists());
    }

    #[test]
    fn the_newest_of_each_design_stays_and_a_few_old_ones() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for number in 0..20 {
            design(
                folder,
                &format!("old{number:02}"),
                &owner("a::icarus"),
                number,
            );
        }
        // Oldest of all, but the only one of its name.
        fs::create_dir(folder.join("verilator-kept")).unwrap();
        let named = ["a::icarus".to_owned(), "b::icarus".to_owned()].into();
        design(folder, "b", &owner("b::icarus"), 0);
        design(folder, "gone", &owner("gone::icarus"), 1);
        let mut removed = Removed::default();
        designs(folder, &owner(""), &named, &mut removed);
        let left = folders(folder);
        for name in ["b", "old19", "old18", "old11", "verilator-kept"] {
            assert!(left.contains(name), "{name} is not in {left:?}");
        }
        for name in ["gone", "old00", "old10"] {
            assert!(!left.contains(name), "{name} is in {left:?}");
        }
        assert_eq!(removed.designs, 12);
        assert!(!locks(folder, "old00").0.exists() && !locks(folder, "old00").1.exists());
        // Nothing is left to do, except for the files of an older version.
        fs::create_dir(folder.join("0123456789abcdef")).unwrap();
        drop(lock(&locks(folder, "0123456789abcdef").0, Lock::Alone).unwrap());
        designs(folder, &owner(""), &named, &mut removed);
        assert_eq!(removed.designs, 13);
        assert!(!folder.join("0123456789abcdef").exists());
    }

    #[test]
    fn shared_parts_that_were_not_used_for_long_go() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for number in 0..10 {
            let part = folder.join(format!("part-{number}"));
            fs::create_dir(&part).unwrap();
            let mark = File::create(part.join("mark")).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(number);
            mark.set_modified(time).unwrap();
        }
        shared_parts(folder, "part-", "mark", &mut Removed::default());
        let left = folders(folder);
        assert_eq!(left.len(), KEPT);
        assert!(!left.contains("part-0") && !left.contains("part-1"));
    }

    #[test]
    fn what_is_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for number in 0..20 {
            design(folder, &format!("d{number:02}"), &owner("gone"), number);
        }
        let _used = lock(&locks(folder, "d03").1, Lock::Shared).unwrap();
        let _compiled = lock(&locks(folder, "d04").0, Lock::Alone).unwrap();
        designs(
            folder,
            &owner(""),
            &BTreeSet::new(),
            &mut Removed::default(),
        );
        let left = folders(folder);
        assert!(left.contains("d03") && left.contains("d04"), "{left:?}");
        assert!(!left.contains("d02") && !left.contains("d05"), "{left:?}");
    }

    #[test]
    fn designs_of_another_crate_stay_while_its_folder_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let crates = tempfile::tempdir().unwrap();
        let other = |name: &str| Owner {
            crate_folder: crates.path().join(name),
            ..owner("a::icarus")
        };
        fs::create_dir(crates.path().join("present")).unwrap();
        for number in 0..20 {
            design(folder, &format!("p{number}"), &other("present"), number);
        }
        design(folder, "absent", &other("absent"), 90);
        let mut removed = Removed::default();
        designs(folder, &owner(""), &BTreeSet::new(), &mut removed);
        assert_eq!(removed.designs, 1);
        assert!(!folders(folder).contains("absent"));
    }

    #[test]
    fn runs_that_no_test_names_go_but_for_the_newest_and_those_that_run() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let run = |number: u32| folder.join(format!("design/icarus/t{number:02}"));
        let mut locks = Vec::new();
        for number in 0..20 {
            locks.push(lock(&run(number).join("lock"), Lock::Alone).unwrap());
            let log = File::create(run(number).join("log.txt")).unwrap();
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(number));
            log.set_modified(time).unwrap();
            File::create(run(number).join(verdict::FILE)).unwrap();
        }
        let _running = locks.swap_remove(2);
        drop(locks);
        let named = [run(0)].into();
        let mut removed = Removed::default();
        runs(folder, &named, &mut removed);
        let left: Vec<u32> = (0..20).filter(|number| run(*number).exists()).collect();
        assert_eq!(left, [0, 2, 12, 13, 14, 15, 16, 17, 18, 19]);
        assert_eq!(removed.runs, 10);
        let judged = (0..20).filter(|number| run(*number).join(verdict::FILE).exists());
        assert_eq!(
            judged.collect::<Vec<_>>(),
            [0, 2],
            "those that are there, or run"
        );
        let summary = removed.summary().unwrap();
        assert!(
            summary.starts_with("removed 10 folders of runs"),
            "{summary}"
        );
    }
}
