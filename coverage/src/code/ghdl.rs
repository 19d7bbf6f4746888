//! Reads the JSON file of a run of GHDL: for each source file, the lines with statements, and whether they were
//! executed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{Code, CodeKind, CodePoint, Problem};

#[derive(Deserialize)]
struct Written {
    app: String,
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    file: String,
    #[serde(default)]
    dir: String,
    mode: String,
    result: BTreeMap<u32, u64>,
}

pub(super) fn parse(text: &str) -> Result<Code, Problem> {
    let written: Written =
        serde_json::from_str(text).map_err(|error| (error.line(), error.to_string()))?;
    if !written.app.starts_with("GHDL") {
        return Err((1, "it is not coverage of GHDL".to_owned()));
    }
    let mut code = Code::new();
    for output in written.outputs {
        if output.mode != "stmt" {
            return Err((
                1,
                format!("coverage of the kind `{}` is not known", output.mode),
            ));
        }
        let folder = if output.dir == "." { "" } else { &*output.dir };
        let file = Path::new(folder).join(&output.file);
        for (line, count) in output.result {
            let point = CodePoint {
                line,
                kind: CodeKind::Statement,
                name: String::new(),
            };
            code.add(&file.to_string_lossy(), point, count);
        }
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_have_run_or_not() {
        let text = r#"{"app":"GHDL coverage output file","version":"1.0.0","outputs":[
            {"file":"c.vhd","dir":".","mode":"stmt","max-line":12,"result":{"6":1,"12":0}},
            {"file":"/d/e.vhd","dir":"/x","mode":"stmt","result":{"1":1}}]}"#;
        let code = parse(text).unwrap();
        let all: Vec<_> = code
            .files()
            .flat_map(|(file, points)| {
                points
                    .iter()
                    .map(move |(it, count)| (file, it.line, *count))
            })
            .collect();
        assert_eq!(all, [("/d/e.vhd", 1, 1), ("c.vhd", 6, 1), ("c.vhd", 12, 0)]);
        for end in 0..text.len() {
            assert!(parse(&text[..end]).is_err());
        }
    }
}
