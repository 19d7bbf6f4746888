//! Reads the XML of `nvc --cover-export --format=xml`: nested scopes with points and their counts. A scope without
//! a file or line has those of the enclosing scope.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Code, CodeKind, CodePoint, Problem};

#[derive(Clone, Default)]
struct Scope {
    file: Option<String>,
    line: u32,
    /// The prefix of the names of all points in the same entity or package.
    prefix: String,
    /// Its name, after those of the enclosing scopes.
    path: String,
}

/// How often a name has occurred in one instance, which distinguishes equal names in a line.
type Names = HashMap<(String, u32, CodeKind, String), usize>;

pub(super) fn parse(text: &str) -> Result<Code, Problem> {
    let mut reader = Reader::from_str(text);
    let mut code = Code::new();
    let mut scopes: Vec<Scope> = Vec::new();
    let mut names = Names::new();
    let mut ended = false;
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let line = 1 + text.get(..at).map_or(0, |it| it.matches('\n').count());
        let damaged = |why: String| (line, why);
        let event = reader
            .read_event()
            .map_err(|error| damaged(format!("it is not XML: {error}")))?;
        match event {
            Event::Start(start) if start.name().as_ref() == b"scope" && !ended => {
                let scope = scope(&start, scopes.last()).map_err(damaged)?;
                scopes.push(scope);
            }
            Event::Empty(start) if start.name().as_ref() == b"scope" => {}
            Event::End(_) => {
                scopes.pop();
                ended = scopes.is_empty();
            }
            Event::Empty(start) => {
                let scope = scopes
                    .last()
                    .ok_or_else(|| damaged("a point is in no scope".to_owned()))?;
                point(&start, scope, &mut names, &mut code).map_err(damaged)?;
            }
            Event::Start(start) => {
                let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
                return Err(damaged(format!(
                    "`<{name}>` is not known: it is not coverage of NVC"
                )));
            }
            Event::Eof if ended => return Ok(code),
            Event::Eof => {
                return Err(damaged(
                    "it ends before its end: it was cut short".to_owned(),
                ));
            }
            _ => {}
        }
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = start
        .try_get_attribute(name)
        .map_err(|error| error.to_string())?;
    let text = found.map(|it| {
        let raw = std::str::from_utf8(&it.value).map_err(|error| error.to_string())?;
        let text = quick_xml::escape::unescape(raw).map_err(|error| error.to_string())?;
        Ok(text.into_owned())
    });
    text.transpose()
}

fn scope(start: &BytesStart<'_>, around: Option<&Scope>) -> Result<Scope, String> {
    let name = attribute(start, "name")?.ok_or("a scope has no name")?;
    let mut scope = around.cloned().unwrap_or_default();
    if !scope.path.is_empty() {
        scope.path.push('.');
    }
    scope.path.push_str(&name);
    if let Some(file) = attribute(start, "file")? {
        scope.file = Some(file);
    }
    if let Some(line) = attribute(start, "line")? {
        scope.line = line
            .parse()
            .map_err(|_| format!("the line `{line}` is not a number"))?;
    }
    if attribute(start, "block_name")?.is_some() {
        scope.prefix = format!("{}.", scope.path);
    }
    Ok(scope)
}

fn point(
    start: &BytesStart<'_>,
    scope: &Scope,
    names: &mut Names,
    code: &mut Code,
) -> Result<(), String> {
    let element = String::from_utf8_lossy(start.name().as_ref()).into_owned();
    let kind = match element.as_str() {
        "statement" => CodeKind::Statement,
        "branch" => CodeKind::Branch,
        "expression" => CodeKind::Expression,
        "toggle" => CodeKind::Toggle,
        "state" => CodeKind::State,
        "functional" => CodeKind::Cover,
        _ => {
            return Err(format!(
                "`<{element}>` is not known: it is not coverage of NVC"
            ));
        }
    };
    let path = attribute(start, "hier")?.ok_or("a point has no name")?;
    let count = attribute(start, "data")?.ok_or("a point has no count")?;
    let count: i64 = count
        .parse()
        .map_err(|_| format!("the count `{count}` is not a number"))?;
    // A sign marks a signal that the design does not drive, such as an input of the top. Its bits are not counted.
    let Ok(count) = u64::try_from(count) else {
        return Ok(());
    };
    let file = scope.file.as_deref().ok_or("a point is in no file")?;
    let mut name = label(path.strip_prefix(&scope.prefix).unwrap_or(&path));
    let times = names
        .entry((scope.prefix.clone(), scope.line, kind, name.clone()))
        .or_default();
    *times += 1;
    if *times > 1 {
        let space = if name.is_empty() { "" } else { " " };
        name = format!("{name}{space}#{times}");
    }
    let point = CodePoint {
        line: scope.line,
        kind,
        name,
    };
    code.add(file, point, count);
    Ok(())
}

/// The name of a point without the numbers of processes, statements and branches: `Q(0) 0 → 1`.
fn label(path: &str) -> String {
    let (before, bin) = match path.split_once("BIN_") {
        Some((before, bin)) => (before, bin),
        None => (path, ""),
    };
    let names = before
        .split('.')
        .filter(|it| !it.is_empty() && !it.starts_with('_'));
    let bin = match bin {
        "0_TO_1" => "0 → 1".to_owned(),
        "1_TO_0" => "1 → 0".to_owned(),
        "TRUE" => "true".to_owned(),
        "FALSE" => "false".to_owned(),
        bin => bin.trim_start_matches("STATE.").replace('_', " "),
    };
    let mut parts: Vec<&str> = names.collect();
    if !bin.is_empty() {
        parts.push(&bin);
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"<?xml version="1.0"?>
<scope name="WORK">
  <scope name="TB" block_name="TB-A" file="tb.vhd" line="20">
    <scope name="CLK">
      <toggle hier="WORK.TB.CLK.BIN_0_TO_1" data="5"/>
      <toggle hier="WORK.TB.CLK.BIN_1_TO_0" data="-2147483648"/>
    </scope>
    <scope name="U" block_name="C-A" file="c.vhd" line="22">
      <scope name="_P0" line="5">
        <scope name="_S0" line="6">
          <statement hier="WORK.TB.U._P0._S0" data="11"/>
          <scope name="_S1">
            <statement hier="WORK.TB.U._P0._S0._S1" data="2"/>
          </scope>
          <scope name="_B0">
            <branch hier="WORK.TB.U._P0._S0._B0.BIN_FALSE" data="0"/>
          </scope>
        </scope>
      </scope>
    </scope>
    <scope name="V" block_name="C-A" file="c.vhd" line="22">
      <scope name="_P0" line="6">
        <statement hier="WORK.TB.V._P0._S0" data="1"/>
      </scope>
      <scope name="S" line="3"><state hier="WORK.TB.V.S.BIN_STATE.IDLE" data="1"/></scope>
    </scope>
  </scope>
</scope>
"#;

    #[test]
    fn points_have_the_file_and_line_of_the_scopes_around_them_and_instances_are_one() {
        let code = parse(FILE).unwrap();
        let all: Vec<_> = code
            .files()
            .flat_map(|(file, points)| {
                points
                    .iter()
                    .map(move |(it, count)| (file, it.line, it.kind, &*it.name, *count))
            })
            .collect();
        let wanted = [
            ("c.vhd", 3, CodeKind::State, "S IDLE", 1),
            ("c.vhd", 6, CodeKind::Statement, "", 12),
            ("c.vhd", 6, CodeKind::Statement, "#2", 2),
            ("c.vhd", 6, CodeKind::Branch, "false", 0),
            ("tb.vhd", 20, CodeKind::Toggle, "CLK 0 → 1", 5),
        ];
        assert_eq!(all, wanted);
    }

    #[test]
    fn a_file_cut_short_anywhere_is_none() {
        let whole = FILE.trim_end();
        for end in 0..whole.len() {
            if whole.is_char_boundary(end) {
                assert!(parse(&whole[..end]).is_err(), "{}", &whole[..end]);
            }
        }
        let (line, why) = parse("<coverage>\n</coverage>\n").unwrap_err();
        assert_eq!(
            (line, why.contains("not coverage of NVC")),
            (1, true),
            "{why}"
        );
    }
}
