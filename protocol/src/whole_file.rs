//! Writes files whole or not at all: whoever reads one while it is replaced sees the old text or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes the file, in place of one that is there. Folders that are missing are created.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("reports/latest.html");
/// verifork_protocol::whole_file::write(&path, "<html>")?;
/// # assert_eq!(std::fs::read_to_string(&path)?, "<html>");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// The system refuses it. What was there is left as it was, and nothing beside it.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> io::Result<()> {
    let replaced = replace(path, text.as_ref(), false);
    replaced.map(drop).map_err(|(_, error)| error)
}

/// What could not be done, and why.
pub(crate) type Failed = (&'static str, io::Error);

/// Writes the file as [`write`] does, so that it outlasts a loss of power, and returns it open for writing.
///
/// # Errors
///
/// Those of [`write`], with the step that failed.
pub(crate) fn replace_durably(path: &Path, text: &[u8]) -> Result<File, Failed> {
    replace(path, text, true)
}

fn replace(path: &Path, text: &[u8], durable: bool) -> Result<File, Failed> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let folder = folder_of(path);
    // In the same folder, because a rename cannot cross file systems; with the process's number,
    // because several may have been given one path.
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".verifork-{}-{number}.tmp", process::id()));
    let create = || {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).open(&temporary)
    };
    // The folder is nearly always there.
    let created = match create() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(|error| ("the folder cannot be created", error))?;
            create()
        }
        created => created,
    };
    let written = created
        .and_then(|file| fill(file, path, text, durable))
        .map_err(|error| ("a temporary file beside it cannot be written", error))
        .and_then(|file| {
            let renamed = fs::rename(&temporary, path);
            let renamed = renamed.map_err(|error| ("it cannot be replaced", error));
            renamed.map(|()| file)
        });
    if written.is_err() {
        // It may not be there; the first error is the one to report.
        let _ = fs::remove_file(&temporary);
    } else if durable {
        // Makes the rename last through a loss of power. Some file systems cannot, and the file is
        // whole without it.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    written
}

/// Writes the text into the file, which gets the permissions of the one that it will replace.
fn fill(mut file: File, replaced: &Path, text: &[u8], durable: bool) -> io::Result<File> {
    if let Ok(present) = fs::metadata(replaced) {
        file.set_permissions(present.permissions())?;
    }
    file.write_all(text)?;
    if durable {
        file.sync_all()?;
    }
    Ok(file)
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Whether this error means that a file or folder was removed after a listing had it. A link to nothing has not
/// vanished.
pub fn has_vanished(path: &Path, error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound && !path.is_symlink()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::thread;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/file");
        thread::scope(|scope| {
            for writer in 0..4_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..20 {
                        write(path, [writer; 5000]).unwrap();
                        let read = fs::read(path).unwrap();
                        assert_eq!(read, [read[0]; 5000]);
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_replaced_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        fs::create_dir_all(path.join("inside")).unwrap();
        write(&path, "text").unwrap_err();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(path.join("inside").is_dir());
        write(&path.join("inside/file"), "").unwrap();
        write(&path.join("inside/file/below"), "").unwrap_err();
    }

    #[test]
    fn a_file_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write(&path, "new").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn only_what_is_not_there_has_vanished() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| {
            let path = folder.path().join(name);
            let error = fs::read(&path).unwrap_err();
            has_vanished(&path, &error)
        };
        assert!(read("missing") && read("missing/below"));
        symlink("nowhere", folder.path().join("link")).unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(!read("link") && !read("folder"));
    }
}
