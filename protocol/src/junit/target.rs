//! The target of a report: a regular file, which is replaced as a whole; or a device, a pipe or an open descriptor,
//! which is written to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process;

use crate::whole_file::{Failed, folder_of};

#[derive(Debug)]
pub(super) enum Target {
    /// A regular file, there or to be made; links to it have been followed.
    Regular(PathBuf),
    /// Anything else, opened.
    Stream(File),
}

/// As many links as the system follows.
const LINKS: usize = 40;

impl Target {
    /// Determines what a path refers to. Waits for the reader of a pipe, as a shell does.
    ///
    /// # Errors
    ///
    /// It is a folder, or cannot be opened.
    pub(super) fn of(path: &Path) -> Result<Target, Failed> {
        let invalid = |text| io::Error::new(io::ErrorKind::InvalidInput, text);
        if path.as_os_str().as_bytes().ends_with(b"/") {
            return Err((
                "this is not a path of a file",
                invalid("it ends in a slash"),
            ));
        }
        let mut path = path.to_owned();
        for _ in 0..LINKS {
            let Some(name) = path.file_name() else {
                return Err(("this is not a path of a file", invalid("it has no name")));
            };
            let parent = folder_of(&path).to_owned();
            if is_own_descriptors(&parent) {
                let number = name.to_str().and_then(|name| name.parse().ok());
                let opened = descriptor(number, &path);
                return opened
                    .map(Target::Stream)
                    .map_err(|error| ("it cannot be opened", error));
            }
            let kind = match fs::symlink_metadata(&path) {
                Ok(there) => there.file_type(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(Target::Regular(path));
                }
                Err(error) => return Err(("it cannot be looked at", error)),
            };
            if kind.is_symlink() {
                let to =
                    fs::read_link(&path).map_err(|error| ("the link cannot be read", error))?;
                path = parent.join(to);
            } else if kind.is_file() {
                return Ok(Target::Regular(path));
            } else if kind.is_dir() {
                let error = io::Error::from(io::ErrorKind::IsADirectory);
                return Err(("it cannot be replaced", error));
            } else {
                let opened = OpenOptions::new().write(true).open(&path);
                return opened
                    .map(Target::Stream)
                    .map_err(|error| ("it cannot be opened", error));
            }
        }
        Err(("it cannot be found", invalid("too many links")))
    }
}

/// Whether the folder is that of this process's descriptors, which `/dev/stdout` leads to.
fn is_own_descriptors(folder: &Path) -> bool {
    let own = PathBuf::from(format!("/proc/{}/fd", process::id()));
    folder.canonicalize().is_ok_and(|folder| folder == own)
}

/// The open file behind a descriptor: the same place in it for standard output and error, to which
/// others write too.
fn descriptor(number: Option<i32>, path: &Path) -> io::Result<File> {
    match number {
        Some(1) => {
            io::stdout().flush()?;
            Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
        }
        Some(2) => Ok(File::from(io::stderr().as_fd().try_clone_to_owned()?)),
        _ => OpenOptions::new().append(true).open(path),
    }
}
