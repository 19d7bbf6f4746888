//! Facts about declarations that the simulator does not show, from a file that the harness wrote when it compiled the
//! design.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use verifork_protocol::declarations::{Declaration, parse};
use verifork_protocol::description::Literal;
use verifork_protocol::variables::Variable;

use super::Identity;
use super::description::{length, packed_element};
use super::verilog_name::split_index;
use super::{Driver, Processes};

/// Declarations by the paths of their objects.
#[derive(Default)]
pub(super) struct Declarations(HashMap<Box<str>, Declaration>, Members);

/// The names of the members of packed structures, by the paths of these.
type Members = HashMap<Box<str>, Vec<Box<str>>>;

/// Some bits of a vector.
struct Part<'a> {
    low: u64,
    width: u64,
    /// The dimensions, if they are a packed array.
    packed: &'a [(i64, i64)],
    /// They are all of the vector's.
    is_whole: bool,
}

/// A path without the last of its indices, if it has one.
fn without_last_index(path: &str) -> Option<String> {
    let (before, after) = path.rsplit_once('[')?;
    Some(format!("{before}{}", after.split_once(']')?.1))
}

/// Whether an object of this declaration, which is shown as one of this width, is an unpacked structure: of a
/// packed one the range is declared.
pub(super) fn is_unpacked(declared: &Declaration, width: u32) -> bool {
    declared.structure && declared.range.map(length) != Some(u64::from(width))
}

impl Declarations {
    /// Reads the file, if the environment names one.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not a file of declarations.
    pub(super) fn read() -> Result<Self, String> {
        let path = Variable::Declarations.value().map(PathBuf::from);
        path.map_or_else(|| Ok(Self::default()), |path| Self::read_file(&path))
    }

    fn read_file(path: &Path) -> Result<Self, String> {
        let name = Variable::Declarations.name();
        let cannot = |why: String| format!("cannot read `{}` ({name}): {why}", path.display());
        let text = fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
        let mut declarations = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let (path, declaration) = parse(line)
                .ok_or_else(|| cannot(format!("line {number} is not a declaration: {line}")))?;
            if declaration.member.is_some()
                && let Some((structure, name)) = path.rsplit_once('.')
            {
                let members = declarations.1.entry(structure.into()).or_default();
                members.push(name.into());
            }
            declarations.0.insert(path.into(), declaration);
        }
        Ok(declarations)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The declaration of the object with this path.
    pub(super) fn get(&self, path: &str) -> Option<&Declaration> {
        self.0.get(path)
    }

    /// The literals of the object with this path, if it is declared as one of an enumeration.
    pub(super) fn literals(&self, path: &str) -> Vec<Literal> {
        let declared = self.get(path);
        declared.map_or_else(Vec::new, |declared| declared.literals.clone())
    }

    /// The members of a packed structure, in the order of their declaration.
    pub(super) fn members(&self, path: &str) -> impl Iterator<Item = (&str, &Declaration)> {
        let names = self.1.get(path).into_iter().flatten();
        names.filter_map(move |name| Some((&**name, self.0.get(&*format!("{path}.{name}"))?)))
    }

    /// Why this simulator does not show an object, by its declaration.
    pub(super) fn unshown(&self, path: &str, identity: &Identity) -> Option<String> {
        // It may be an element or part of what is declared, and scopes have indices too.
        let mut around = std::iter::successors(Some(path), |path| Some(path.rsplit_once('[')?.0));
        let declared = around.find_map(|path| self.0.get(path))?;
        if declared.member.is_some() {
            return None;
        }
        if let Some(what) = &declared.opaque {
            let what = if declared.dimensions.is_empty() {
                what.to_string()
            } else {
                format!("an array of which each element is {what}")
            };
            return Some(format!(
                "the design has it, but its value cannot be read or written: it is {what}; have the design copy \
                 what you need into variables"
            ));
        }
        let what = if declared.structure {
            "an unpacked structure, or an array of such".to_owned()
        } else if declared.dimensions.is_empty() {
            return None;
        } else {
            use std::fmt::Write as _;
            let mut dimensions = String::new();
            for (left, right) in &declared.dimensions {
                // Writing to a string cannot fail.
                let _ = write!(dimensions, "[{left}:{right}]");
            }
            if declared.real {
                format!("an array {dimensions} of real numbers")
            } else if declared.text {
                format!("an array {dimensions} of strings")
            } else if declared.dimensions.len() == 1 && declared.range.is_none() {
                format!("an array {dimensions} of single bits")
            } else {
                format!(
                    "an array {dimensions} with more dimensions, including packed ones, than are shown"
                )
            }
        };
        let in_memory = declared.real || declared.text || declared.range.is_none();
        let or = if identity.product == "Verilator" && in_memory && !declared.structure {
            format!("leave out `{}=vpi`", Variable::VerilatorPort.name())
        } else {
            "use a newer version".to_owned()
        };
        Some(format!(
            "the design has it, but {identity} does not show it: it is {what}; have the design copy what you \
             need into vectors, or {or}"
        ))
    }

    /// What is declared in the scope with this path so that this simulator does not show it, by its name, with
    /// what is said of it.
    pub(super) fn unlisted(&self, scope: &str, identity: &Identity) -> Vec<(String, String)> {
        let names = self.0.keys().filter_map(|path| {
            let name = path.strip_prefix(scope)?.strip_prefix('.')?;
            // What Verilator has made itself has this in its name.
            (!name.contains(['.', '[']) && !name.contains("__V")).then_some(name)
        });
        let why = |name: &str| self.unshown(&format!("{scope}.{name}"), identity);
        let mut unlisted: Vec<_> = names
            .filter_map(|name| Some((name.to_owned(), why(name)?)))
            .collect();
        unlisted.sort();
        unlisted
    }

    /// That a path leads to a member of a packed structure or to an element of a packed array, or into one, and what
    /// to do where these are not shown.
    pub(super) fn unshown_part(&self, path: &str, identity: &Identity) -> Option<String> {
        if let Some(missing) = self.missing_element(path) {
            return Some(missing);
        }
        let shorter = path.rmatch_indices(['.', '[']).map(|(at, _)| &path[..at]);
        let mut way = std::iter::once(path).chain(shorter);
        let (path, part) = way.find_map(|path| {
            let part = self.part(path).filter(|part| !part.is_whole)?;
            Some((path, part))
        })?;
        let Part { low, width, .. } = part;
        let select = if width == 1 {
            format!("bit({low})")
        } else {
            format!("slice({}, {low})", low + width - 1)
        };
        let what = if path.ends_with(']') {
            "elements of packed arrays"
        } else {
            "members of packed structures"
        };
        let name = path.rsplit_once('.').map_or(path, |it| it.1);
        let mut message = format!(
            "{identity} does not show {what}: bind the whole, and select `{select}` of it, which is `{name}`"
        );
        if identity.product == "Verilator" {
            message += "; it shows them without `";
            message += Variable::VerilatorPort.name();
            message += "=vpi`";
        }
        Some(message)
    }

    /// That a path leads to an element that a packed array does not have, or into one.
    pub(super) fn missing_element(&self, path: &str) -> Option<String> {
        let mut indexed = path.match_indices(']').map(|(at, _)| &path[..=at]);
        indexed.find_map(|path| self.missing_last_element(path))
    }

    fn missing_last_element(&self, path: &str) -> Option<String> {
        let (array, index) = split_index(path)?;
        let part = self.part(array)?;
        let [(left, right), _, ..] = *part.packed else {
            return None;
        };
        let is_there = index >= left.min(right) && index <= left.max(right);
        let name = array.rsplit_once('.').map_or(array, |it| it.1);
        (!is_there).then(|| format!("the elements of `{name}` are [{left}:{right}]"))
    }

    /// The bits to which a path leads in the vector that is shown.
    fn part(&self, path: &str) -> Option<Part<'_>> {
        if let Some((array, index)) = split_index(path)
            && let Some(around) = self.part(array)
        {
            let (low, width) = packed_element(around.packed, index)?;
            return Some(Part {
                low: around.low + low,
                width,
                packed: &around.packed[1..],
                is_whole: false,
            });
        }
        let member = self.member(path).filter(|_| !path.ends_with(']'));
        if let Some((low, member)) = member {
            let (structure, _) = path.rsplit_once('.')?;
            return Some(Part {
                low: u64::from(low) + self.element_around(structure),
                width: member.range.map_or(1, length),
                packed: &member.packed.1,
                is_whole: false,
            });
        }
        let (mut name, mut indices) = (path, 0);
        let declared = loop {
            if let Some(declared) = self.0.get(name) {
                break declared;
            }
            name = split_index(name)?.0;
            indices += 1;
        };
        let (unpacked, packed) = &declared.packed;
        (*unpacked == indices).then_some(Part {
            low: 0,
            width: declared.range.map_or(1, length),
            packed,
            is_whole: true,
        })
    }

    /// A member of a packed structure. Of an array of structures, the members are declared without indices.
    fn member(&self, path: &str) -> Option<(u32, &Declaration)> {
        let mut declared =
            std::iter::successors(Some(path.to_owned()), |path| without_last_index(path));
        let member = declared.find_map(|path| self.0.get(&*path))?;
        Some((member.member?, member))
    }

    /// Where the element of a packed array begins which a structure is or is in, from where its members are counted.
    fn element_around(&self, structure: &str) -> u64 {
        if structure.ends_with(']') {
            return self.part(structure).map_or(0, |part| part.low);
        }
        let around = self.member(structure).and(structure.rsplit_once('.'));
        around.map_or(0, |(around, _)| self.element_around(around))
    }

    /// What drives the object with this path. An element of an array is driven with the array, and the words that
    /// processes assign are state.
    pub(super) fn driver(&self, path: &str) -> Driver {
        if self.of(path).is_some_and(|declared| declared.driven) {
            return Driver::Continuous;
        }
        let declared = self.get(path).filter(|it| it.dimensions.is_empty());
        match declared.and_then(|it| it.assigned.as_ref()) {
            None => Driver::Unknown,
            Some(assigned) => Driver::Processes(Processes {
                whole: assigned.whole,
                place: assigned.place.as_ref().map(|place| format!("at {place}")),
            }),
        }
    }

    /// The declaration of an object, or of the array of which it is an element.
    pub(super) fn of(&self, path: &str) -> Option<&Declaration> {
        let mut path = path;
        loop {
            if let Some(found) = self.0.get(path) {
                return Some(found);
            }
            path = path.strip_suffix(']')?.rsplit_once('[')?.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_declarations_is_read_whole_or_reported_with_its_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = |text: &str| {
            fs::write(file.path(), text).unwrap();
            Declarations::read_file(file.path())
        };
        let found = read("top.m\t[0:3]\tsigned\t\ntop.n\t[1:0]\tunsigned\t\n").unwrap();
        assert!(found.get("top.m").is_some() && found.get("top.n").is_some());
        assert!(found.get("top").is_none() && !found.is_empty());
        assert!(read("").unwrap().is_empty());
        let message = read("top.m\t[0:3]\tsigned\t\nnonsense\n").err().unwrap();
        let path = file.path().display().to_string();
        for part in [
            &*path,
            "VERIFORK_DECLARATIONS",
            "line 2 is not a declaration: nonsense",
        ] {
            assert!(message.contains(part), "no {part:?} in {message}");
        }
        let message = Declarations::read_file(Path::new("/nonexistent")).err();
        assert!(message.unwrap().contains("cannot read `/nonexistent`"));
    }

    #[test]
    fn members_are_listed_by_their_structure_in_order() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "top.h\t\tunsigned\t[8:0]\tstructure\ntop.h.z\t\tsigned\t[7:0]\tmember:1\n\
                    top.h.a\t\tunsigned\t\tmember:0\n";
        fs::write(file.path(), text).unwrap();
        let found = Declarations::read_file(file.path()).unwrap();
        let members: Vec<_> = found
            .members("top.h")
            .map(|(name, it)| (name, it.member))
            .collect();
        assert_eq!(members, [("z", Some(1)), ("a", Some(0))]);
        assert_eq!(found.members("top.h.z").count(), 0);
    }

    #[test]
    fn where_elements_of_packed_arrays_are_not_shown_their_bits_are_reported() {
        let identity = Identity {
            product: "Verilator".into(),
            version: "5.006".into(),
            interface: "VPI",
        };
        let mut declarations = Declarations::default();
        for line in [
            "top.b\t\tunsigned\t[31:0]\tpacked:0:[3:0][7:0]",
            "top.up\t\tunsigned\t[23:0]\tpacked:0:[1:2][0:2][4:7]",
            "top.m\t\tunsigned\t[15:0]\tpacked:2:[-1:0][7:0]",
            "top.p\t\tunsigned\t[17:0]\tpacked:0:[1:0][8:0]",
            "top.p.h\t\tunsigned\t[8:1]\tstructure\tmember:1",
            "top.p.h.lanes\t\tunsigned\t[7:0]\tmember:1\tpacked:0:[1:0][3:0]",
            "top.p.last\t\tunsigned\t\tmember:0",
            "top.v\t\tsigned\t[7:0]",
        ] {
            let (path, declaration) = parse(line).unwrap();
            let is_member = declaration.member.is_some();
            declarations.0.insert(path.into(), declaration);
            assert_eq!(declarations.member(path).is_some(), is_member);
        }
        let unshown = |path: &str| declarations.unshown_part(path, &identity);
        for (path, what) in [
            (
                "top.b[2]",
                "elements of packed arrays: bind the whole, and select `slice(23, 16)` of it, which is `b[2]`",
            ),
            ("top.b[4]", "the elements of `b` are [3:0]"),
            ("top.p[2].last", "the elements of `p` are [1:0]"),
            ("top.b[2][7]", "select `slice(23, 16)`"),
            ("top.up[2]", "select `slice(11, 0)`"),
            ("top.up[1][0]", "select `slice(23, 20)`"),
            ("top.up[1][3]", "the elements of `up[1]` are [0:2]"),
            (
                "top.m[0][9][-1]",
                "select `slice(15, 8)` of it, which is `m[0][9][-1]`",
            ),
            ("top.p[1]", "select `slice(17, 9)`"),
            (
                "top.p[1].last",
                "members of packed structures: bind the whole, and select `bit(9)`",
            ),
            ("top.p[1].h.lanes", "select `slice(17, 10)`"),
            (
                "top.p[1].h.lanes[0]",
                "select `slice(13, 10)` of it, which is `lanes[0]`",
            ),
            ("top.p[0].h", "select `slice(8, 1)`"),
        ] {
            let message = unshown(path).unwrap_or_default();
            assert!(message.contains(what), "{path}: {message}");
        }
        for path in [
            "top.b",
            "top.v[3]",
            "top.m[0]",
            "top.m[0][9]",
            "top.none[1]",
        ] {
            assert_eq!(unshown(path), None, "{path}");
        }
        assert!(declarations.missing_element("top.b[2]").is_none());
    }

    #[test]
    fn where_members_are_not_shown_their_bits_are_reported() {
        let identity = Identity {
            product: "Verilator".into(),
            version: "5.006".into(),
            interface: "VPI",
        };
        let mut declarations = Declarations::default();
        for line in [
            "top.g[0].h\t\tunsigned\t[8:0]\tstructure",
            "top.g[0].h.wide\t\tunsigned\t[0:3]\tmember:5",
            "top.g[0].h.wide.bit\t\tunsigned\t\tmember:6",
            "top.all\t[0:3]\tunsigned\t[8:0]\tstructure",
            "top.all.low\t\tunsigned\t[4:0]\tmember:0",
        ] {
            let (path, declaration) = parse(line).unwrap();
            declarations.0.insert(path.into(), declaration);
        }
        let unshown = |path: &str| declarations.unshown_part(path, &identity);
        for (path, what) in [
            (
                "top.g[0].h.wide",
                "select `slice(8, 5)` of it, which is `wide`",
            ),
            (
                "top.g[0].h.wide[2]",
                "select `slice(8, 5)` of it, which is `wide`",
            ),
            (
                "top.g[0].h.wide.bit",
                "select `bit(6)` of it, which is `bit`",
            ),
            ("top.g[0].h.wide.none", "which is `wide`"),
            (
                "top.all[2].low",
                "select `slice(4, 0)` of it, which is `low`",
            ),
        ] {
            let message = unshown(path).unwrap();
            assert!(message.contains(what), "{path}: {message}");
            assert!(message.contains("VERIFORK_VERILATOR_PORT=vpi"), "{message}");
        }
        for path in [
            "top.g[0].h",
            "top.g[0].h.none",
            "top.all[2]",
            "top.all[2].none",
            "top",
        ] {
            assert_eq!(unshown(path), None, "{path}");
        }
    }

    #[test]
    fn elements_are_as_their_array_was_declared() {
        let mut declarations = Declarations::default();
        let (path, memory) = parse("top.gen[0].m\t[0:3]\tsigned\t").unwrap();
        declarations.0.insert(path.into(), memory.clone());
        for path in ["top.gen[0].m", "top.gen[0].m[3]", "top.gen[0].m[3][-1]"] {
            assert_eq!(declarations.of(path), Some(&memory), "{path}");
        }
        for path in ["top.gen[0]", "top", "m[3]", "top.m"] {
            assert_eq!(declarations.of(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_declared_and_not_shown_is_reported_with_what_it_is() {
        let identity = Identity {
            product: "Icarus Verilog".into(),
            version: "11.0".into(),
            interface: "VPI",
        };
        let mut declarations = Declarations::default();
        for line in [
            "top.gen[1].cube\t[0:1][2:3][7:0]\tunsigned\t",
            "top.pair\t\t\t[8:0]\tstructure",
            "top.vector\t\tunsigned\t[7:0]",
            "top.bus__Viftop\t\tunsigned\t\topaque:a virtual interface",
        ] {
            let (path, declaration) = parse(line).unwrap();
            declarations.0.insert(path.into(), declaration);
        }
        let unshown = |path: &str| declarations.unshown(path, &identity);
        for path in [
            "top.gen[1].cube",
            "top.gen[1].cube[0]",
            "top.gen[1].cube[0][2]",
            "top.gen[1].cube[0].part",
        ] {
            let message = unshown(path).unwrap();
            assert!(message.contains("Icarus Verilog 11.0 through VPI does not show it"));
            assert!(
                message.contains("an array [0:1][2:3][7:0] with more"),
                "{message}"
            );
        }
        let message_of_pair = unshown("top.pair").unwrap();
        assert!(
            message_of_pair.contains("an unpacked structure"),
            "{message_of_pair}"
        );
        let unlisted = |scope| declarations.unlisted(scope, &identity);
        assert_eq!(unlisted("top"), [("pair".to_owned(), message_of_pair)]);
        assert_eq!(unlisted("top.gen[1]")[0].0, "cube");
        assert_eq!(unlisted("top.gen"), []);
        // Of these, nothing in their declaration says why.
        for path in ["top.vector", "top.other", "top"] {
            assert_eq!(unshown(path), None, "{path}");
        }
        // A packed structure is shown with all the bits that are declared.
        let pair = declarations.get("top.pair").unwrap();
        assert!(is_unpacked(pair, 8) && !is_unpacked(pair, 9));
        assert!(!is_unpacked(declarations.get("top.vector").unwrap(), 1));
    }
}
