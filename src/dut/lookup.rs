//! Finds an object by its path, or suggests the nearest names.

use std::collections::{BTreeSet, HashSet, VecDeque};

use verifork_protocol::nearest::places;

use super::Object;
use super::bind_error::{BindErrorKind, SHOWN};
use crate::scheduler::{self, Kernel};
use crate::simulator::{Encoding, Handle, NameCase, Port, first_name};

const SUGGESTIONS: usize = 3;
/// How many objects below a scope are searched for a name that it does not hold itself.
const SEARCHED: usize = 2000;
/// The largest first index of a loop that is tried if the simulator does not list the loop's scopes.
const HIDDEN: i64 = 64;

/// The arguments by which the runner tells a Verilator program what was published when it was compiled.
const PUBLISHED_ALL: &str = "+verifork_published=all";
const PUBLISHED_SOME: &str = "+verifork_published=bound";

/// The object that a path leads to from a scope, or from the top of the design.
pub(super) fn find(
    kernel: &'static Kernel,
    scope: Option<Object>,
    path: &str,
) -> Result<Object, BindErrorKind> {
    find_if_there(kernel, scope, path).ok_or_else(|| miss(kernel, scope, path))
}

/// [`find`] without suggestions, which take far longer than the look-up.
pub(super) fn find_if_there(
    kernel: &'static Kernel,
    scope: Option<Object>,
    path: &str,
) -> Option<Object> {
    let handle = kernel.port().find(scope.map(|it| it.handle()), path)?;
    Some(Object::open(kernel, handle))
}

/// Whether a scope has an object at a path.
pub(super) fn contains(scope: Object, path: &str) -> bool {
    scheduler::kernel().is_ok_and(|kernel| kernel.port().find(Some(scope.handle()), path).is_some())
}

/// The indices of the elements that a scope has at a path, in ascending order.
pub(super) fn indices(kernel: &'static Kernel, scope: Object, path: &str) -> Vec<i64> {
    let port = kernel.port();
    let open = |path: &str| {
        let found = port.find(Some(scope.handle()), path)?;
        Some(Object::open(kernel, found))
    };
    let array = open(path);
    if array.is_some_and(|array| array.description().is_empty) {
        return Vec::new();
    }
    if let Some((left, right)) = array.and_then(|array| array.range()) {
        return (left.min(right)..=left.max(right)).collect();
    }
    let (parent, name) = match path.rsplit_once('.').filter(|_| !path.contains('\\')) {
        Some((parent, name)) => (open(parent), name),
        None => (Some(scope), path),
    };
    // If the loop is an object of its own, it holds its scopes.
    let parents = array.into_iter().chain(parent).filter(Object::holds_names);
    let folds_case = port.quirks().names != NameCase::AsWritten;
    let mut found = BTreeSet::new();
    for parent in parents {
        for child in port.children(parent.handle()) {
            let child = Object::open(kernel, child);
            let below = child.path().strip_prefix(parent.path());
            // A simulator may leave out the scope between: `top.lane[0].u` of `top`.
            let first = below.map(|below| below.trim_start_matches('.'));
            let names = first.into_iter().chain([child.name()]);
            found.extend(names.filter_map(|it| index_in(it, name, folds_case)));
        }
    }
    if port.quirks().generate_scopes_are_hidden {
        let is_there = |index: i64| open(&format!("{path}[{index}]")).is_some();
        let first = found.first().copied();
        let first = first.or_else(|| (0..HIDDEN).find(|index| is_there(*index)));
        if let Some(first) = first {
            found.extend((0..first).rev().take_while(|index| is_there(*index)));
            let last = found.last().copied().unwrap_or(first);
            found.extend((first..last).filter(|index| is_there(*index)));
            found.extend((last..).take_while(|index| is_there(*index)));
        }
    }
    found.into_iter().collect()
}

/// The index of the element of this name that a path begins with.
fn index_in(path: &str, name: &str, folds_case: bool) -> Option<i64> {
    let (start, rest) = path.split_at_checked(name.len())?;
    let is_it = start == name || folds_case && start.eq_ignore_ascii_case(name);
    let (index, _) = rest.strip_prefix('[')?.split_once(']')?;
    index.parse().ok().filter(|_| is_it)
}

/// The error for a path without an object: follows the path as far as it leads, and suggests names from there.
#[cold]
fn miss(kernel: &'static Kernel, start: Option<Object>, path: &str) -> BindErrorKind {
    let port = kernel.port();
    let from = start.map(|scope| scope.handle());
    let deepest = path.rmatch_indices('.').find_map(|(at, _)| {
        let object = Object::open(kernel, port.find(from, &path[..at])?);
        Some((object, &path[at + 1..]))
    });
    let (scope, rest) = match deepest {
        Some((object, rest)) => (Some(object), rest),
        None => (start, path),
    };
    if let Some(object) = scope
        && !object.leads_to_names()
    {
        let note = port.unshown_part(&format!("{}.{rest}", object.path()));
        return object.kind_error(note.unwrap_or_else(|| format!("it holds no `{rest}`")));
    }
    let missing = first_name(rest);
    let handle = scope.map(|scope| scope.handle());
    let children = match handle {
        Some(scope) => port.children(scope),
        None => port.roots(),
    };
    let names: Vec<String> = children.iter().map(|child| port.name(*child)).collect();
    let folds_case = port.quirks().names != NameCase::AsWritten;

    let note = element_note(kernel, handle, missing, rest)
        .or_else(|| several_note(kernel, scope?, missing))
        .or_else(|| Some(port.left_out(handle?)?.to_string()))
        .or_else(|| Some(port.hidden(handle?)?.to_string()))
        .or_else(|| {
            port.quirks().some_names_do_not_iterate.then(|| {
                format!(
                    "{} cannot show reals, times and other physical types, records, null vectors, \
                     arrays of several dimensions, aliases, variables, processes, subprograms or \
                     `case` generates, and finds generics, constants and arrays that it does not list",
                    port.identity()
                )
            })
        })
        .or_else(|| {
            let path = scope.map(|scope| format!("{}.{missing}", scope.path()));
            port.unshown(path.as_deref().unwrap_or(missing))
        })
        .or_else(|| published_only(port));
    let wanted = missing.trim_start_matches('\\');
    let similar = places(wanted, names.iter().map(String::as_str), SUGGESTIONS);
    let mut nearest: Vec<_> = similar.into_iter().map(|at| names[at].clone()).collect();
    // There may be very many, and opening an object costs more than its name.
    let few: Vec<_> = children
        .into_iter()
        .take(SEARCHED)
        .map(|child| Object::open(kernel, child))
        .collect();
    nearest.extend(deeper(kernel, missing, &few, folds_case));
    let mut listed = HashSet::new();
    // Only names by which an object is found are suggested.
    nearest.retain(|name| listed.insert(name.clone()) && port.find(handle, name).is_some());
    nearest.truncate(SUGGESTIONS);
    let note = note.or_else(|| left_out_if_unused(port).filter(|_| nearest.is_empty()));
    let mut holds = names;
    for (name, object) in holds.iter_mut().zip(few.iter().take(SHOWN)) {
        *name = label(object);
    }
    listed.clear();
    holds.retain(|name| listed.insert(name.clone()));
    BindErrorKind::NotFound {
        missing: missing.to_owned(),
        scope: scope.map_or_else(String::new, |scope| scope.path().to_owned()),
        nearest,
        holds: holds.into(),
        affix: Box::default(),
        note: note.unwrap_or_default().into(),
    }
}

/// The advice for a loop or an array that was looked up as if there were one.
fn several_note(kernel: &'static Kernel, scope: Object, missing: &str) -> Option<String> {
    let found = indices(kernel, scope, missing);
    let (first, last) = (found.first()?, found.last()?);
    Some(match found.len() {
        1 => format!("there is one element, `{missing}[{first}]`: bind that, or a `Vec`"),
        count => format!(
            "there are {count} elements, `{missing}[{first}]` to `{missing}[{last}]`: bind one of them, or all as a `Vec`"
        ),
    })
}

/// Why an existing array has no such element at the beginning of a path.
fn element_note(
    kernel: &'static Kernel,
    scope: Option<Handle>,
    missing: &str,
    path: &str,
) -> Option<String> {
    let port = kernel.port();
    let (base, index) = match missing.strip_suffix(']') {
        Some(open) => open.rsplit_once('[')?,
        None => missing.strip_suffix(')')?.rsplit_once('(')?,
    };
    let Some(array) = port.find(scope, base) else {
        return element_note(kernel, scope, base, path);
    };
    let array = Object::open(kernel, array);
    let hidden = || port.hidden(array.handle()).map(|hidden| hidden.to_string());
    let Some((left, right)) = array.range() else {
        let part = format!("{}{}", array.path(), path.get(base.len()..)?);
        return hidden()
            .or_else(|| port.unshown_part(&part))
            .or_else(|| bit_note(&array, index));
    };
    if array.description().is_empty {
        return Some("the array has no elements: its range is null".to_owned());
    }
    let index: Option<i64> = index.trim().parse().ok();
    if !index.is_some_and(|index| (left.min(right)..=left.max(right)).contains(&index)) {
        return Some(format!("the elements of the array are [{left}:{right}]"));
    }
    hidden().or_else(|| {
        let simulator = port.identity();
        Some(format!("{simulator} does not show the array's elements"))
    })
}

/// The advice for a bit that was looked up as if it were an element.
fn bit_note(vector: &Object, index: &str) -> Option<String> {
    let encoding = vector.description().encoding;
    let Encoding::Logic {
        range: Some((left, right)),
        ..
    } = encoding
    else {
        return None;
    };
    let name = vector.name();
    let index: i64 = index.trim().parse().ok()?;
    Some(
        if encoding.width() != Some(0) && (left.min(right)..=left.max(right)).contains(&index) {
            format!(
                "`{name}` is a vector [{left}:{right}]: bind it whole, and select `bit({index})` or a `slice` of it"
            )
        } else {
            format!("`{name}` is a vector without such a bit: it is declared [{left}:{right}]")
        },
    )
}

/// The note that the simulator shows only what was published, with the remedy.
pub(super) fn published_only(port: &dyn Port) -> Option<String> {
    if !port.quirks().shows_the_published_only {
        return None;
    }
    let has = |argument| port.arguments().iter().any(|it| it == argument);
    let remedy = if has(PUBLISHED_ALL) {
        return None;
    } else if has(PUBLISHED_SOME) {
        "`cargo test` publishes the fields of structs that derive `Dut`, or everything with `Design::public_all()`"
    } else {
        "`--public-flat-rw` publishes everything"
    };
    Some(format!(
        "{} shows only what was published when the design was compiled: {remedy}",
        port.identity().product
    ))
}

/// Why a name that is in the source may be missing.
fn left_out_if_unused(port: &dyn Port) -> Option<String> {
    port.quirks().leaves_out_the_unused.then(|| {
        format!(
            "{} leaves out variables and nets that the design does not use",
            port.identity().product
        )
    })
}

/// A name as a list of a scope's contents shows it.
fn label(object: &Object) -> String {
    let name = object.name();
    if object.holds_names() {
        format!("{name} ({})", object.kind())
    } else {
        name.to_owned()
    }
}

/// A path to an object of exactly this name, further down.
fn deeper(
    kernel: &'static Kernel,
    missing: &str,
    children: &[Object],
    folds_case: bool,
) -> Option<String> {
    let is_it = |name: &str| name == missing || folds_case && name.eq_ignore_ascii_case(missing);
    let mut scopes: VecDeque<(Handle, String)> = scopes_of(children, "");
    let mut searched = 0;
    while let Some((scope, path)) = scopes.pop_front() {
        let objects: Vec<_> = kernel
            .port()
            .children(scope)
            .into_iter()
            .map(|object| Object::open(kernel, object))
            .collect();
        if let Some(found) = objects.iter().find(|object| is_it(object.name())) {
            return Some(format!("{path}.{}", found.name()));
        }
        searched += objects.len();
        if searched > SEARCHED {
            return None;
        }
        scopes.extend(scopes_of(&objects, &format!("{path}.")));
    }
    None
}

fn scopes_of(objects: &[Object], prefix: &str) -> VecDeque<(Handle, String)> {
    objects
        .iter()
        .filter(|object| object.holds_names())
        .map(|scope| (scope.handle(), format!("{prefix}{}", scope.name())))
        .collect()
}
