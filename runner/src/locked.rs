//! Files that processes lock to keep out of each other's way, and that may be removed all the same.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at a lock that is waited for no longer than a limit.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the lock is waited for, and with whom it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    Alone,
    Shared,
}

/// Locks the file; creates it, and its folder, if it does not exist. It is only removed under the lock, so the locked
/// file is the one at the path.
///
/// Released when it is closed, whatever ends this process.
///
/// # Errors
///
/// It can be neither opened nor made.
pub(crate) fn lock(path: &Path, how: Lock) -> io::Result<File> {
    loop {
        let file = made(path)?;
        match how {
            Lock::Alone => file.lock()?,
            Lock::Shared => file.lock_shared()?,
        }
        if lies_at(&file, path) {
            return Ok(file);
        }
    }
}

/// Locks the file exclusively, and creates it if it does not exist. `None` if it stays locked for longer than the
/// limit.
///
/// # Errors
///
/// It can be neither opened nor created.
pub(crate) fn lock_within(path: &Path, limit: Duration) -> io::Result<Option<File>> {
    let begun = Instant::now();
    loop {
        let file = made(path)?;
        match file.try_lock() {
            Ok(()) if lies_at(&file, path) => return Ok(Some(file)),
            Ok(()) => continue,
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) => {}
        }
        if begun.elapsed() >= limit {
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

/// Opens the file, and creates it and its folder if they do not exist.
fn made(path: &Path) -> io::Result<File> {
    loop {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        match File::options().create(true).append(true).open(path) {
            // Somebody has removed the folder meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            file => return file,
        }
    }
}

/// Locks the file exclusively, if it exists and is not locked.
pub(crate) fn try_lock(path: &Path) -> Option<File> {
    let file = File::options().append(true).open(path).ok()?;
    file.try_lock().ok()?;
    lies_at(&file, path).then_some(file)
}

fn lies_at(file: &File, path: &Path) -> bool {
    let (Ok(ours), Ok(there)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that another test starts just now has the file too, until it begins its program.
    fn becomes_free(path: &Path) {
        while try_lock(path).is_none() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_lock_is_on_the_file_that_lies_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in/lock");
        let first = lock(&path, Lock::Alone).unwrap();
        assert!(try_lock(&path).is_none(), "taken twice");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| lock(&path, Lock::Alone).unwrap());
            // It waits for the file that is about to be removed, or comes after.
            fs::remove_dir_all(folder.path().join("in")).unwrap();
            drop(first);
            let second = second.join().unwrap();
            assert!(path.is_file());
            assert!(try_lock(&path).is_none());
            drop(second);
        });
        becomes_free(&path);
    }

    #[test]
    fn those_who_share_a_lock_keep_out_who_wants_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let one = lock(&path, Lock::Shared).unwrap();
        let two = lock(&path, Lock::Shared).unwrap();
        drop(one);
        assert!(try_lock(&path).is_none());
        drop(two);
        becomes_free(&path);
    }

    #[test]
    fn a_lock_is_waited_for_no_longer_than_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in/lock");
        let first = lock_within(&path, Duration::ZERO).unwrap();
        assert!(first.is_some(), "nobody has it");
        assert!(lock_within(&path, PAUSE).unwrap().is_none());
        drop(first);
        let long = Duration::from_secs(600);
        assert!(lock_within(&path, long).unwrap().is_some());
    }
}
