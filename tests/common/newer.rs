//! Debian 13's simulators, in the root that `make newer` makes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root, where it was made and this user may enter it.
pub fn root() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let root = folder("NEWER_ROOT").or_else(|| {
        let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")))?;
        Some(caches.join("verifork/debian-13"))
    })?;
    let enters = || {
        let mut command = Command::new("chroot");
        command.arg(&root).arg("true").stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    (root.join("made").exists() && enters()).then_some(root)
}

/// The path by which a file is known inside of the root.
pub fn inside(root: &Path, path: &Path) -> PathBuf {
    let below = path.strip_prefix(root).expect("it is below the root");
    Path::new("/").join(below)
}

/// A program of that system, in a folder of the root.
pub fn command(root: &Path, folder: &Path, program: &str) -> Command {
    let mut command = Command::new("chroot");
    command.arg(root).args(["env", "-C"]);
    command.arg(inside(root, folder)).arg(program);
    command
}
