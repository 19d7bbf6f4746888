//! The names, places and parents of tasks, readable from any thread.
//!
//! The rest of a task's data belongs to one thread. When that thread is stuck in user code, a watchdog can
//! still print this.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::name::Name;
use super::node_ref::{NONE, NodeRef};

struct Entry {
    /// Empty for the block of a scope, which is part of the task that opened the scope.
    name: Name,
    place: &'static Location<'static>,
    node: NodeRef,
    /// A manager may outlive the task that made it; this then names no living node.
    parent: Option<NodeRef>,
    live: bool,
}

/// The entry that `node` names, while it lives.
fn find(entries: &[Entry], node: Option<NodeRef>) -> Option<(u32, &Entry)> {
    let node = node?;
    let entry = entries.get(node.index() as usize)?;
    (entry.live && entry.node == node).then_some((node.index(), entry))
}

/// The names of one thread's tasks.
pub(crate) struct Directory {
    entries: Mutex<Vec<Entry>>,
    running: AtomicU32,
    /// The entry that ended last, if it is not marked yet: a task that ends takes no lock, so whoever locks
    /// the entries next marks it. Only the tasks' own thread sets this, and it is reset with the entries
    /// locked.
    ended: AtomicU32,
}

impl Default for Directory {
    fn default() -> Self {
        Directory {
            entries: Mutex::default(),
            running: AtomicU32::new(NONE),
            ended: AtomicU32::new(NONE),
        }
    }
}

impl Directory {
    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = self.ended.load(Ordering::Relaxed);
        if let Some(entry) = entries.get_mut(ended as usize) {
            entry.live = false;
        }
        entries
    }

    #[inline]
    pub(super) fn running(&self) -> u32 {
        self.running.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn set_running(&self, index: u32) {
        self.running.store(index, Ordering::Relaxed);
    }

    pub(super) fn insert(
        &self,
        node: NodeRef,
        name: Name,
        place: &'static Location<'static>,
        parent: Option<NodeRef>,
    ) {
        let entry = Entry {
            name,
            place,
            node,
            parent,
            live: true,
        };
        let mut entries = self.entries();
        self.ended.store(NONE, Ordering::Relaxed);
        let index = node.index() as usize;
        if index == entries.len() {
            entries.push(entry);
        } else {
            entries[index] = entry;
        }
    }

    #[inline]
    pub(super) fn remove(&self, index: u32) {
        if self.ended.load(Ordering::Relaxed) != NONE {
            // Marks the previous one.
            drop(self.entries());
        }
        self.ended.store(index, Ordering::Relaxed);
    }

    /// Writes the names from the oldest ancestor to `index`, joined by `/`.
    pub(super) fn write_path(&self, index: u32, out: &mut dyn fmt::Write) -> fmt::Result {
        let entries = self.entries();
        let mut path: smallvec::SmallVec<[u32; 8]> = smallvec::SmallVec::new();
        let mut next = entries.get(index as usize).map(|entry| (index, entry));
        while let Some((at, entry)) = next {
            if !entry.name.is_empty() {
                path.push(at);
            }
            next = find(&entries, entry.parent);
        }
        for (position, &at) in path.iter().rev().enumerate() {
            if position > 0 {
                out.write_char('/')?;
            }
            out.write_str(&entries[at as usize].name)?;
        }
        Ok(())
    }

    pub(super) fn path(&self, index: u32) -> String {
        let mut path = String::new();
        self.write_path(index, &mut path)
            .expect("writing to a string does not fail");
        path
    }

    /// How many levels there are from its oldest living ancestor down to the entry, both included.
    pub(super) fn levels(&self, index: u32) -> usize {
        let entries = self.entries();
        let mut levels = 0;
        let mut next = entries.get(index as usize).map(|entry| (index, entry));
        while let Some((_, entry)) = next {
            levels += 1;
            next = find(&entries, entry.parent);
        }
        levels
    }

    /// The path of a task that still lives.
    pub(super) fn path_of(&self, node: NodeRef) -> Option<String> {
        find(&self.entries(), Some(node))?;
        Some(self.path(node.index()))
    }

    /// The nearest entry at or above `index` that is a task and not the block of a scope.
    pub(super) fn task_of(&self, index: u32) -> u32 {
        let entries = self.entries();
        let mut next = entries.get(index as usize).map(|entry| (index, entry));
        while let Some((at, entry)) = next {
            if !entry.name.is_empty() {
                return at;
            }
            next = find(&entries, entry.parent);
        }
        NONE
    }

    /// The living node above `index`, or `NONE`.
    pub(super) fn parent(&self, index: u32) -> u32 {
        let entries = self.entries();
        let parent = entries.get(index as usize).and_then(|entry| entry.parent);
        find(&entries, parent).map_or(NONE, |(at, _)| at)
    }

    /// Name and place of a living task.
    pub(super) fn describe(&self, index: u32) -> Option<(Name, &'static Location<'static>)> {
        self.entries()
            .get(index as usize)
            .filter(|entry| entry.live)
            .map(|entry| (entry.name.clone(), entry.place))
    }

    /// The living tasks as a tree of names and places, with the running one marked. For a thread that is
    /// stuck; on the thread itself, [`tree`](super::tree) shows more.
    pub(crate) fn outline(&self) -> String {
        let entries = self.entries();
        let running = self.running();
        let mut text = String::new();
        outline_below(&entries, NONE, running, 0, &mut text);
        text
    }
}

static PUBLISHED: Mutex<Option<Arc<Directory>>> = Mutex::new(None);

pub(super) fn publish(directory: Arc<Directory>) {
    *PUBLISHED.lock().unwrap_or_else(PoisonError::into_inner) = Some(directory);
}

fn published() -> Option<Arc<Directory>> {
    let directory = PUBLISHED.lock().unwrap_or_else(PoisonError::into_inner);
    directory.clone()
}

/// The path of the running task of the simulation, and the place where it was forked. From any thread.
pub(crate) fn running_task() -> Option<(String, &'static Location<'static>)> {
    let directory = published()?;
    let index = directory.task_of(directory.running());
    let (_, place) = directory.describe(index)?;
    Some((directory.path(index), place))
}

/// The tasks of the simulation as a tree of names and places. From any thread.
pub(crate) fn outline() -> String {
    published()
        .map(|directory| directory.outline())
        .unwrap_or_default()
}

fn outline_below(entries: &[Entry], parent: u32, running: u32, depth: usize, text: &mut String) {
    for (index, entry) in entries.iter().enumerate() {
        let above = find(entries, entry.parent).map_or(NONE, |(at, _)| at);
        if !entry.live || above != parent {
            continue;
        }
        let index = u32::try_from(index).unwrap_or(NONE);
        let below = if entry.name.is_empty() {
            depth
        } else {
            text.push_str(&"  ".repeat(depth));
            text.push_str(&entry.name);
            text.push_str(" (");
            text.push_str(&entry.place.to_string());
            text.push(')');
            depth + 1
        };
        if index == running {
            text.push_str(" <- running");
        }
        if !entry.name.is_empty() {
            text.push('\n');
        }
        outline_below(entries, index, running, below, text);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn insert(directory: &Directory, index: u32, name: &'static str) {
        let node = NodeRef::new(0, index, 0);
        directory.insert(node, name.into(), Location::caller(), None);
    }

    fn shown(directory: &Directory) -> Vec<String> {
        let outline = directory.outline();
        let names = outline.lines().filter_map(|line| line.split(' ').next());
        names.map(str::to_owned).collect()
    }

    #[test]
    fn what_has_ended_is_shown_no_more_though_nothing_begins_after_it() {
        let directory = Directory::default();
        for (index, name) in [(0, "a"), (1, "b"), (2, "c")] {
            insert(&directory, index, name);
        }
        directory.remove(1);
        assert_eq!(shown(&directory), ["a", "c"]);
        assert!(directory.describe(1).is_none());
        directory.remove(0);
        directory.remove(2);
        assert!(shown(&directory).is_empty());
    }

    #[test]
    fn what_takes_the_place_of_one_that_has_ended_is_shown() {
        let directory = Directory::default();
        insert(&directory, 0, "a");
        insert(&directory, 1, "b");
        directory.remove(1);
        insert(&directory, 1, "d");
        assert_eq!(shown(&directory), ["a", "d"]);
        directory.remove(0);
        insert(&directory, 2, "e");
        assert_eq!(shown(&directory), ["d", "e"]);
    }
}
