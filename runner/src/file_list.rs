//! Lists of sources and options, as tools of Verilog take them with `-f`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::design::Design;

/// How deep lists may name others: more is a list that includes itself.
const DEPTH: usize = 16;

/// Puts what the design's lists say into its place among the sources.
pub(crate) fn expand(design: &mut Design, folder: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    // From the last on, so that places stay what they are.
    for (place, path) in std::mem::take(&mut design.file_lists).into_iter().rev() {
        let mut read = Read {
            folder,
            around: Vec::new(),
            sources: Vec::new(),
            design,
            problems: &mut problems,
        };
        read.list(&folder.join(path));
        let sources = read.sources.into_iter().map(|path| (None, path));
        design.sources.splice(place..place, sources);
    }
    problems
}

/// A word of a list that cannot be taken.
#[derive(Debug, thiserror::Error)]
enum Mistake {
    #[error("`{0}`: sources of library folders end in .v or .sv")]
    LibraryExtension(String),
    #[error("`{0}` names no list")]
    NoList(String),
    #[error("`{0}` names no folder")]
    NoFolder(String),
    #[error("`{0}` defines nothing")]
    DefinesNothing(String),
    #[error("`{0}` names no file")]
    NoFile(String),
    #[error(
        "the option `{0}` is not portable: pass it to its simulator with `.compile_argument(…)`, or use a \
         method of `Design`"
    )]
    Option(String),
    #[error("`{0}`: there is no `{1}`")]
    NotClosed(String, char),
    #[error("`{0}`: the variable `{1}` of the environment is not set")]
    NotSet(String, String),
}

/// Lists that are being read.
struct Read<'a> {
    /// The folder of the crate.
    folder: &'a Path,
    /// The folders of the lists that are being read, that of the innermost last.
    around: Vec<PathBuf>,
    sources: Vec<PathBuf>,
    design: &'a mut Design,
    problems: &'a mut Vec<String>,
}

impl Read<'_> {
    fn list(&mut self, path: &Path) {
        let shown = path.display();
        if self.around.len() > DEPTH {
            let text = format!("the list `{shown}` includes itself, directly or through others");
            self.problems.push(text);
            return;
        }
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                self.problems
                    .push(format!("cannot read the list `{shown}`: {error}"));
                return;
            }
        };
        self.around
            .push(path.parent().unwrap_or(self.folder).to_owned());
        let (words, problem) = words(&text);
        self.problems
            .extend(problem.map(|problem| format!("{shown}:{problem}")));
        let mut words = words.into_iter();
        while let Some((line, word)) = words.next() {
            let place = format!("{shown}:{line}");
            let mut value = |joined: &str| {
                if joined.is_empty() {
                    words.next().map(|(_, word)| word)
                } else {
                    Some(joined.to_owned())
                }
            };
            let done = if let Some(rest) = word.strip_prefix("+incdir+") {
                let folders = rest.split('+').filter(|it| !it.is_empty());
                folders
                    .map(|it| self.path(it))
                    .collect::<Result<Vec<_>, _>>()
                    .map(|folders| self.design.include_folders.extend(folders))
            } else if let Some(rest) = word.strip_prefix("+define+") {
                let defines = rest.split('+').filter(|it| !it.is_empty());
                self.design.defines.extend(defines.map(define));
                Ok(())
            } else if let Some(rest) = word.strip_prefix("+libext+") {
                // These are what every simulator looks for.
                let known = |it: &str| ["", ".v", ".sv"].contains(&it);
                if rest.split('+').all(known) {
                    Ok(())
                } else {
                    Err(Mistake::LibraryExtension(word))
                }
            } else if let Some(rest) = ["-f", "-F"].iter().find_map(|it| word.strip_prefix(it)) {
                value(rest)
                    .ok_or_else(|| Mistake::NoList(word.clone()))
                    .and_then(|it| self.path(&it))
                    .map(|it| self.list(&it))
            } else if let Some(rest) = word.strip_prefix("-I") {
                value(rest)
                    .ok_or_else(|| Mistake::NoFolder(word.clone()))
                    .and_then(|it| self.path(&it))
                    .map(|it| self.design.include_folders.push(it))
            } else if let Some(rest) = word.strip_prefix("-y") {
                value(rest)
                    .ok_or_else(|| Mistake::NoFolder(word.clone()))
                    .and_then(|it| self.path(&it))
                    .map(|it| self.design.library_folders.push(it))
            } else if let Some(rest) = word.strip_prefix("-D") {
                value(rest)
                    .ok_or_else(|| Mistake::DefinesNothing(word.clone()))
                    .map(|it| self.design.defines.push(define(&it)))
            } else if word == "-v" {
                value("")
                    .ok_or_else(|| Mistake::NoFile(word.clone()))
                    .and_then(|it| self.path(&it))
                    .map(|it| self.sources.push(it))
            } else if ["-sv", "-sverilog", "-v2k"].contains(&word.as_str()) {
                // The extension of each source determines its language.
                Ok(())
            } else if word.starts_with(['-', '+']) {
                Err(Mistake::Option(word))
            } else {
                self.path(&word).map(|it| self.sources.push(it))
            };
            if let Err(mistake) = done {
                self.problems.push(format!("{place}: {mistake}"));
            }
        }
        self.around.pop();
    }

    /// A path as the list has it: seen from the list's own folder, from those of the lists that name it,
    /// the innermost first, or from the crate's. Tools look from where they were started, which may be
    /// any of these.
    fn path(&self, text: &str) -> Result<PathBuf, Mistake> {
        let path = PathBuf::from(with_variables(text)?);
        let around = self.around.iter().rev().map(PathBuf::as_path);
        let mut places = around.chain([self.folder]).map(|it| it.join(&path));
        let own = places.next().unwrap_or_else(|| path.clone());
        if own.exists() {
            return Ok(own);
        }
        Ok(places.find(|it| it.exists()).unwrap_or(own))
    }
}

fn define(text: &str) -> (String, Option<String>) {
    match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (text.to_owned(), None),
    }
}

/// The text with the values of the environment's variables: `$NAME`, `${NAME}`, `$(NAME)`.
fn with_variables(text: &str) -> Result<String, Mistake> {
    let (mut whole, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('$') {
        whole += &rest[..at];
        let after = &rest[at + 1..];
        let closing = match after.chars().next() {
            Some('{') => Some('}'),
            Some('(') => Some(')'),
            _ => None,
        };
        let (name, left) = if let Some(closing) = closing {
            let inside = &after[1..];
            inside
                .split_once(closing)
                .ok_or_else(|| Mistake::NotClosed(text.to_owned(), closing))?
        } else {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
            after.split_at(end)
        };
        let not_set = |_| Mistake::NotSet(text.to_owned(), name.to_owned());
        let value = env::var(name).map_err(not_set)?;
        whole += &value;
        rest = left;
    }
    Ok(whole + rest)
}

/// The words of a list with their lines, without comments; and what is wrong with the last.
fn words(text: &str) -> (Vec<(usize, String)>, Option<String>) {
    let mut words: Vec<(usize, String)> = Vec::new();
    let (mut line, mut inside, mut rest) = (1, false, text);
    while let Some(c) = rest.chars().next() {
        let skipped = if !inside && (rest.starts_with("//") || c == '#') {
            rest.find('\n').unwrap_or(rest.len())
        } else if !inside && rest.starts_with("/*") {
            let Some(end) = rest.find("*/") else {
                return (words, Some(format!("{line}: a comment has no end")));
            };
            end + 2
        } else if c == '"' {
            let Some(end) = rest[1..].find('"') else {
                return (words, Some(format!("{line}: a quotation has no end")));
            };
            if !inside {
                words.push((line, String::new()));
            }
            inside = true;
            if let Some((_, word)) = words.last_mut() {
                word.push_str(&rest[1..=end]);
            }
            end + 2
        } else if c.is_whitespace() || rest.starts_with("\\\n") {
            // A backslash at a line's end continues it.
            inside = false;
            if c == '\\' { 2 } else { c.len_utf8() }
        } else {
            if !inside {
                words.push((line, String::new()));
            }
            inside = true;
            if let Some((_, word)) = words.last_mut() {
                word.push(c);
            }
            c.len_utf8()
        };
        line += rest[..skipped].matches('\n').count();
        rest = &rest[skipped..];
    }
    (words, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_lines_and_no_comments() {
        let text = "a.v // b.v\n# c.v\n/* d.v\n*/ \"e f.v\" +incdir+x \\\n http://x\n";
        let (words, problem) = words(text);
        let words: Vec<_> = words
            .iter()
            .map(|(line, it)| (*line, it.as_str()))
            .collect();
        let expected = [(1, "a.v"), (4, "e f.v"), (4, "+incdir+x"), (5, "http://x")];
        assert!(words == expected && problem.is_none(), "{words:?}");
        assert_eq!(super::words("\n/* a").1.unwrap(), "2: a comment has no end");
    }

    #[test]
    fn a_list_stands_among_the_sources_with_what_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("hdl/a.v", "");
        write("hdl/more/b.sv", "");
        write("hdl/more/d.sv", "");
        write("c.v", "");
        write(
            "hdl/all.f",
            "+incdir+include+more\n-I more -Imore +define+SIM+DEPTH=4 -D WIDTH=8 -y more\n\
             +libext+.v+.sv -sv a.v -f more/inner.f\n c.v\n",
        );
        write("hdl/more/inner.f", "-v b.sv\n more/d.sv\n");
        let mut design = Design::new("d")
            .sources(["first.v"])
            .file_list("hdl/all.f")
            .sources(["last.v"]);
        assert_eq!(expand(&mut design, folder.path()), [""; 0]);
        let seen = |path: &PathBuf| {
            let path = path.strip_prefix(folder.path()).unwrap_or(path);
            path.display().to_string()
        };
        let sources: Vec<_> = design.sources.iter().map(|(_, path)| seen(path)).collect();
        // `c.v` is not beside the list, and in the crate; `more/d.sv` is beside the outer list.
        assert_eq!(
            sources,
            [
                "first.v",
                "hdl/a.v",
                "hdl/more/b.sv",
                "hdl/more/d.sv",
                "c.v",
                "last.v"
            ]
        );
        let include: Vec<_> = design.include_folders.iter().map(seen).collect();
        assert_eq!(include, ["hdl/include", "hdl/more", "hdl/more", "hdl/more"]);
        assert_eq!(
            design.library_folders.iter().map(seen).collect::<Vec<_>>(),
            ["hdl/more"]
        );
        let some = |text: &str| Some(text.to_owned());
        let defines = [
            ("SIM".to_owned(), None),
            ("DEPTH".to_owned(), some("4")),
            ("WIDTH".to_owned(), some("8")),
        ];
        assert_eq!(design.defines, defines);
    }

    #[test]
    fn what_a_list_says_wrong_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("x.f");
        let text = "a.v\n--assert\n$VERIFORK_NO_SUCH/b.v ${X\n-f x.f\n+libext+.vlog\n-y";
        fs::write(&list, text).unwrap();
        let mut design = Design::new("d").file_list("x.f").file_list("missing.f");
        let problems = expand(&mut design, folder.path()).join("\n");
        for part in [
            "missing.f`: No such file",
            "x.f:2: the option `--assert` is not portable",
            "x.f:3: `$VERIFORK_NO_SUCH/b.v`: the variable `VERIFORK_NO_SUCH`",
            "x.f:3: `${X`: there is no `}`",
            "x.f` includes itself",
            "x.f:5: `+libext+.vlog`",
            "x.f:6: `-y` names no folder",
        ] {
            assert!(problems.contains(part), "{part} is not in:\n{problems}");
        }
    }
}
