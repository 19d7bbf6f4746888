//! Which nets have drivers, and which variables processes assign, according to the image of the compiled design.
//!
//! Icarus has none of the relations of drivers (IEEE 1800-2017, 37.16). But its compiler writes the number of drivers
//! behind each net in the image that `vvp` runs: `v0x5_0 .net "ready", 0 0, L_0x7;  1 drivers`. The code of the processes
//! follows the nets. The code of an `always` ends with a jump to its beginning, that of an `initial` with `%end`. The
//! image is read once, when an object that may have a driver is first written.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};

use crate::simulator::driver::{Driver, Processes};
use crate::simulator::text::latin_1;

/// The drivers of nets and variables by their paths, nets by their number of drivers alone.
#[derive(Default)]
pub(super) struct Image(OnceCell<HashMap<String, Driver>>);

impl Image {
    /// What drives the net or the variable at this path; unknown if the image cannot be read.
    pub(super) fn driver(&self, path: &str, image: Option<&str>) -> Driver {
        let drivers = self.0.get_or_init(|| {
            let file = image.and_then(|image| File::open(image).ok());
            file.map(|file| Reading::default().read(BufReader::new(file)))
                .unwrap_or_default()
        });
        drivers.get(path).cloned().unwrap_or(Driver::Unknown)
    }
}

/// What a piece of code does, a process or a routine.
#[derive(Default)]
struct Code {
    /// The labels of the variables that it assigns, and whether all of their bits.
    assigned: Vec<(Box<str>, bool)>,
    /// The labels of the tasks and functions that it calls.
    calls: Vec<Box<str>>,
}

/// The image, as far as it has been read.
#[derive(Default)]
struct Reading {
    /// The paths of scopes by their labels.
    scopes: HashMap<String, String>,
    /// That of the scope whose declarations or code are being read.
    scope: String,
    /// The paths and the widths of variables by their labels.
    variables: HashMap<Box<str>, (String, u64)>,
    drivers: HashMap<String, Driver>,
    /// The code since the last process or routine began, and the label at which it did.
    code: Code,
    begin: Box<str>,
    /// The last instruction jumps to there.
    repeats: bool,
    routines: HashMap<Box<str>, Code>,
    /// Processes that repeat, and their scopes.
    processes: Vec<(String, Code)>,
}

impl Reading {
    fn read(mut self, mut image: impl BufRead) -> HashMap<String, Driver> {
        let mut bytes = Vec::new();
        while image
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|read| read > 0)
        {
            self.line(&bytes);
            bytes.clear();
        }
        self.end_code();
        for (scope, process) in std::mem::take(&mut self.processes) {
            self.add_process(&scope, process);
        }
        self.drivers
    }

    fn line(&mut self, bytes: &[u8]) {
        match bytes {
            [b'S', b'_', ..] => {
                self.end_code();
                let _ = self.add_scope(&latin_1(bytes));
            }
            [b'v', ..] => _ = self.add_object(&latin_1(bytes)),
            [b'T', b'_' | b'D', ..] => self.begin_code(&latin_1(bytes)),
            [b' ', ..] => {
                let line = latin_1(bytes);
                let line = line.trim_start();
                if line.starts_with('%') {
                    self.add_instruction(line);
                } else if let Some(scope) = line.strip_prefix(".scope ") {
                    let label = scope.trim_end().trim_end_matches(';');
                    if let Some(path) = self.scopes.get(label) {
                        self.scope.clone_from(path);
                    }
                } else if line.starts_with(".thread ") {
                    let code = std::mem::take(&mut self.code);
                    if std::mem::take(&mut self.repeats) {
                        self.processes.push((self.scope.clone(), code));
                    }
                    self.begin = Box::default();
                }
            }
            _ => {}
        }
    }

    /// Adds a scope by a line such as `S_0x5 .scope module, "s" "sub" 3 5, 3 1 0, S_0x4;`.
    fn add_scope(&mut self, line: &str) -> Option<()> {
        let (label, rest) = line.split_once(" .scope ")?;
        let (name, rest) = quoted(rest.split_once(", ")?.1)?;
        let parent = rest.trim_end().trim_end_matches(';').rsplit_once(", ");
        let parent = parent.and_then(|(_, parent)| self.scopes.get(parent));
        self.scope = match parent {
            Some(parent) => format!("{parent}.{name}"),
            None => name.to_owned(),
        };
        self.scopes.insert(label.to_owned(), self.scope.clone());
        Some(())
    }

    /// Adds a net that has drivers, or a variable, by a line such as `v0x5_0 .var "count", 7 0;`.
    fn add_object(&mut self, line: &str) -> Option<()> {
        let (label, rest) = line.split_once(" .")?;
        let (kind, rest) = rest.split_once(' ')?;
        // What the compiler made for itself has a `*` before its name.
        let (name, rest) = quoted(rest)?;
        if kind.starts_with("net") {
            let (_, count) = rest.rsplit_once(';')?;
            let mut words = count.split(' ');
            let count = words.find(|word| word.starts_with(|it: char| it.is_ascii_digit()))?;
            if count != "0" {
                let path = format!("{}.{name}", self.scope);
                self.drivers.insert(path, Driver::Continuous);
            }
        } else if kind.starts_with("var") {
            let bounds = rest.trim_start_matches(',').trim().trim_end_matches(';');
            let bounds = bounds.split_once(' ').and_then(|(left, right)| {
                Some((left.parse::<i64>().ok()?, right.parse::<i64>().ok()?))
            });
            let width = bounds.map_or(1, |(left, right)| left.abs_diff(right) + 1);
            let path = format!("{}.{name}", self.scope);
            self.variables.insert(label.into(), (path, width));
        }
        Some(())
    }

    /// Begins a process or a routine by its label, `T_0 ;` or `TD_top.f ;`. A label `T_0.1 ;` is inside of one.
    fn begin_code(&mut self, line: &str) {
        let label = line.split_once(' ').map_or(line, |(label, _)| label);
        let is_inside = label.starts_with("T_") && label.contains('.');
        if !is_inside {
            self.end_code();
            self.begin = label.into();
        }
    }

    /// What was read since the last label is the code of a routine, if it was no process.
    fn end_code(&mut self) {
        let (begin, code) = (
            std::mem::take(&mut self.begin),
            std::mem::take(&mut self.code),
        );
        self.repeats = false;
        if begin.starts_with("TD_") {
            self.routines.insert(begin, code);
        }
    }

    /// Adds what an instruction does, such as `%assign/vec4 v0x5_0, 0;`.
    fn add_instruction(&mut self, line: &str) {
        let (operation, operands) = line.split_once(' ').unwrap_or((line, ""));
        let operands = operands.split_once(';').map_or(operands, |(it, _)| it);
        let mut operands = operands.split(',').map(str::trim);
        let first = operands.next().unwrap_or_default();
        let (operation, kind) = operation.split_once('/').unwrap_or((operation, ""));
        self.repeats = operation == "%jmp" && kind.is_empty() && *first == *self.begin;
        match operation {
            "%store" | "%assign" | "%cassign" => {
                // `%store/vec4 v0x5_0, 4, 2;` are two bits from the fourth on, or from one in a register.
                let stored = operands.nth(1).and_then(|width| width.parse().ok());
                let all = self.variables.get(first).map_or(1, |(_, width)| *width);
                let is_part = match (operation, kind) {
                    ("%store", "vec4") => stored.is_some_and(|stored: u64| stored < all),
                    _ => kind.split('/').any(|it| it == "off"),
                };
                self.code.assigned.push((first.into(), !is_part));
            }
            "%fork" | "%callf" if first.starts_with("TD_") => self.code.calls.push(first.into()),
            _ => {}
        }
    }

    /// Adds what a process assigns, also in tasks and functions that it calls.
    fn add_process(&mut self, scope: &str, process: Code) {
        let mut seen = HashSet::new();
        let mut assigned = process.assigned;
        let mut calls = process.calls;
        while let Some(call) = calls.pop() {
            if let Some(routine) = self.routines.get(&call)
                && seen.insert(call)
            {
                assigned.extend_from_slice(&routine.assigned);
                calls.extend_from_slice(&routine.calls);
            }
        }
        for (label, is_whole) in assigned {
            let Some((path, _)) = self.variables.get(&label) else {
                continue;
            };
            let found = self.drivers.entry(path.clone()).or_insert_with(|| {
                Driver::Processes(Processes {
                    whole: false,
                    place: Some(format!("in `{scope}`")),
                })
            });
            if let Driver::Processes(processes) = found {
                processes.whole |= is_whole;
            }
        }
    }
}

/// The text in the quotation marks at the beginning, and what is behind them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('"')?.split_once('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nets_with_drivers_are_known_by_their_paths() {
        let image = "S_0x1 .scope package, \"$unit\" \"$unit\" 2 1;\n\
            S_0x2 .scope module, \"top\" \"top\" 3 2;\n \
            .timescale 0 0;\n\
            v0x3_0 .net/2s *\"_ivl_10\", 1 0, L_0x7;  1 drivers\n\
            v0x4 .array \"arr\", 1 0;\n\
            v0x4_0 .net v0x4 0, 1 0, L_0x7; 1 drivers\n\
            v0x5_0 .net \"odd+name\", 0 0, L_0x7;  1 drivers\n\
            v0x6_0 .net8 \"free\", 0 0, o0x7;  0 drivers, strength-aware\n\
            v0x6_1 .net8 \"held\", 0 0, o0x7;  2 drivers, strength-aware\n\
            S_0x8 .scope generate, \"g[1]\" \"g[1]\" 3 2, 3 2 0, S_0x2;\n\
            S_0x9 .scope module, \"u\" \"sub\" 3 2, 3 1 0, S_0x8;\n\
            v0xa_0 .net/s \"y\", 1 0, L_0xb;  alias, 1 drivers\n\
            v0xc_0 .net \"a\", 1 0, o0xd;  alias, 0 drivers\n\
            v0xe_0 .var \"driven\", 0 0;\n\
            S_0xf .scope module, \"v\" \"sub\" 3 2, 3 1 0, S_0x2;\n\
            v0x10_0 .net/real \"r\", 0 0, L_0x11;  1 drivers\n    \
            .scope S_0x2;\n";
        let driven = Reading::default().read(image.as_bytes());
        assert!(driven.values().all(|it| *it == Driver::Continuous));
        let mut driven: Vec<_> = driven.keys().map(String::as_str).collect();
        driven.sort_unstable();
        let expected = ["top.g[1].u.y", "top.held", "top.odd+name", "top.v.r"];
        assert_eq!(driven, expected);
    }

    #[test]
    fn variables_are_known_that_processes_assign_which_repeat() {
        let image = "S_0x1 .scope module, \"top\" \"top\" 3 2;\n\
            v0x1_0 .var \"count\", 7 0;\n\
            v0x2_0 .var \"only_initial\", 0 0;\n\
            v0x3_0 .var/i \"by_both_parts\", 7 0;\n\
            v0x4_0 .var/2u \"by_task\", 3 0;\n\
            v0x5_0 .var/real \"r\", 0 0;\n\
            v0x6_0 .var/str \"text\";\n\
            v0x7_0 .var \"by_initial_loop\", 0 0;\n\
            v0x8 .array \"memory\", 0 3, 7 0;\n\
            v0x9_0 .var \"by_function\", 0 0;\n\
            v0xa_0 .var \"by_uncalled\", 0 0;\n\
            v0xb_0 .var \"in_block\", 0 0;\n\
            S_0x2 .scope task, \"t\" \"t\" 3 9, 3 9 0, S_0x1;\n\
            TD_top.t ;\n    \
            %store/vec4 v0x4_0, 0, 4;\n    \
            %callf/void TD_top.f, S_0x4;\n    \
            %end;\n\
            S_0x4 .scope function.void, \"f\" \"f\" 3 9, 3 9 0, S_0x1;\n\
            TD_top.f ;\n    \
            %store/vec4 v0x9_0, 0, 1;\n    \
            %fork TD_top.t, S_0x2;\n    \
            %end;\n\
            S_0x5 .scope task, \"u\" \"u\" 3 9, 3 9 0, S_0x1;\n\
            TD_top.u ;\n    \
            %store/vec4 v0xa_0, 0, 1;\n    \
            %end;\n\
            S_0x3 .scope module, \"sub\" \"sub\" 3 2, 3 9 0, S_0x1;\n    \
            .scope S_0x1;\n\
            T_0 ;\n    \
            %store/vec4 v0x2_0, 0, 1;\n    \
            %end;\n    \
            .thread T_0, $init;\n    \
            .scope S_0x1;\n\
            T_1 ;\n    \
            %wait E_0x1;\n    \
            %jmp/0xz  T_1.0, 4;\n    \
            %assign/vec4 v0x1_0, 0;\n    \
            %assign/vec4/a/d v0x8, 0, 4;\n\
            T_1.0 ;\n    \
            %assign/vec4/off/d v0x3_0, 4, 5;\n    \
            %jmp T_1;\n    \
            .thread T_1;\n    \
            .scope S_0x1;\n\
            T_2 ;\n\
            T_2.0 ;\n    \
            %delay 5, 0;\n    \
            %store/vec4 v0x7_0, 0, 1;\n    \
            %jmp T_2.0;\n    \
            %end;\n    \
            .thread T_2;\n    \
            .scope S_0x3;\n\
            T_3 ;\n    \
            %fork t_1, S_0x3;\n    \
            %jmp t_0;\n    \
            .scope S_0x3;\n\
            t_1 ;\n    \
            %store/vec4 v0xb_0, 0, 1;\n    \
            %end;\n    \
            .scope S_0x3;\n\
            t_0 %join;\n    \
            %fork TD_top.t, S_0x2;\n    \
            %join;\n    \
            %store/vec4 v0x3_0, 0, 4;\n    \
            %store/real v0x5_0;\n    \
            %store/str v0x6_0;\n    \
            %jmp T_3;\n    \
            .thread T_3, $push;\n\
            # The file index is used to find the file name in the following table.\n\
            :file_names 4;\n";
        let driven = Reading::default().read(image.as_bytes());
        let mut driven: Vec<_> = driven
            .into_iter()
            .map(|(path, driver)| match driver {
                Driver::Processes(Processes { whole, place }) => (path, whole, place.unwrap()),
                other => panic!("{path}: {other:?}"),
            })
            .collect();
        driven.sort_unstable();
        let expected = [
            ("top.by_both_parts", false, "in `top`"),
            ("top.by_function", true, "in `top.sub`"),
            ("top.by_task", true, "in `top.sub`"),
            ("top.count", true, "in `top`"),
            ("top.in_block", true, "in `top.sub`"),
            ("top.r", true, "in `top.sub`"),
            ("top.text", true, "in `top.sub`"),
        ];
        let expected = expected.map(|(path, whole, place)| (path.into(), whole, place.into()));
        assert_eq!(driven, expected);
    }

    #[test]
    fn without_an_image_nothing_is_known() {
        let driver = |image| Image::default().driver("top.y", image);
        assert_eq!(driver(Some("/there/is/none.vvp")), Driver::Unknown);
        assert_eq!(driver(None), Driver::Unknown);
    }
}
