//! `cargo verifork bind`: the struct of a design's signals, written from the elaborated design.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use serde::Deserialize;
use similar::TextDiff;

use crate::Place;

#[derive(Args, Default)]
pub(crate) struct Bind {
    /// The design, by the beginning of its tests' names: `counter::vhdl`. The first by default.
    #[arg(long, value_name = "NAME")]
    pub(crate) design: Option<String>,
    /// The file to write, relative to the crate.
    #[arg(long, default_value = "src/dut.rs", value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// Writes nothing; fails if the file is not what would be written.
    #[arg(long)]
    pub(crate) check: bool,
    /// Signals inside of the top, too, not only its ports.
    #[arg(long)]
    pub(crate) internal: bool,
    #[command(flatten)]
    pub(crate) place: Place,
}

/// What the plugin tells of a design.
#[derive(Deserialize)]
struct Description {
    tops: Vec<Object>,
}

/// An object of the design.
#[derive(Clone, Deserialize)]
pub(crate) struct Object {
    kind: String,
    pub(crate) name: String,
    definition: Option<String>,
    pub(crate) direction: Option<String>,
    constant: bool,
    array: Option<(i64, i64)>,
    encoding: Option<Encoding>,
    #[serde(default)]
    children: Vec<Object>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Logic {
        width: u32,
        range: Option<(i64, i64)>,
        signed: bool,
    },
    Real,
    Text,
}

impl Bind {
    pub(crate) fn run(&self) -> anyhow::Result<ExitCode> {
        let path = self.place.folder()?.join(&self.output);
        let top = self.describe()?;
        let text = source(&top, self.internal);
        let present = fs::read_to_string(&path).unwrap_or_default();
        if present == text {
            println!("{} is up to date", path.display());
            return Ok(ExitCode::SUCCESS);
        }
        let diff = TextDiff::from_lines(&present, &text);
        let shown = self.output.display().to_string();
        print!("{}", diff.unified_diff().header(&shown, &shown));
        if self.check {
            eprintln!(
                "error: {} differs from the design: run `cargo verifork bind`",
                path.display()
            );
            return Ok(ExitCode::FAILURE);
        }
        write(&path, &text)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Has the design elaborated and described: its top.
    pub(crate) fn describe(&self) -> anyhow::Result<Object> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        let mut command = self.place.cargo_test();
        command.env("VERIFORK_DESCRIBE", folder.path());
        let status = command.status().context("cargo does not start")?;
        ensure!(status.success(), "the design cannot be described");
        let mut files: Vec<PathBuf> = fs::read_dir(folder.path())
            .context("the descriptions")?
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        let name = |path: &Path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .replace('.', "::")
        };
        let wanted = self.design.as_deref().unwrap_or_default();
        let Some(file) = files.iter().find(|path| name(path).starts_with(wanted)) else {
            let names: Vec<String> = files.iter().map(|path| name(path)).collect();
            bail!(
                "there is no design `{wanted}`; there are {}",
                names.join(", ")
            )
        };
        let text = fs::read_to_string(file).context("the description")?;
        let description: Description = serde_json::from_str(&text).context("the description")?;
        let modules = description
            .tops
            .into_iter()
            .filter(|top| top.kind != "package");
        modules.into_iter().next().context("the design has no top")
    }
}

/// Writes a file that is whole or not there.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("a file is in a folder")?;
    let cannot = || format!("cannot write `{}`", path.display());
    fs::create_dir_all(folder).with_context(cannot)?;
    let file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .with_context(cannot)?;
    fs::write(file.path(), text).with_context(cannot)?;
    file.persist(path).with_context(cannot)?;
    Ok(())
}

impl Object {
    /// The name of the struct of this design.
    pub(crate) fn struct_name(&self) -> String {
        let name = self.definition.as_deref().unwrap_or(&self.name);
        let words = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|it| !it.is_empty());
        let capital = |word: &str| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        let name: String = words.map(capital).collect();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name
        } else {
            format!("Dut{name}")
        }
    }

    /// The signals that a struct has.
    pub(crate) fn signals(&self, internal: bool) -> impl Iterator<Item = &Object> {
        let is_signal = move |it: &&Object| {
            it.encoding.is_some() && !it.constant && (internal || it.direction.is_some())
        };
        self.children.iter().filter(is_signal)
    }

    pub(crate) fn is_input(&self) -> bool {
        self.direction.as_deref() == Some("input")
    }

    /// The type of its values.
    pub(crate) fn value_type(&self) -> String {
        let inout = self.direction.as_deref() == Some("inout");
        match self.encoding {
            Some(Encoding::Logic { width: 1, .. }) if inout => "Logic".to_owned(),
            Some(Encoding::Logic { width: 1, .. }) => "bool".to_owned(),
            Some(Encoding::Logic { width, signed, .. }) if !inout && (2..=128).contains(&width) => {
                let letter = if signed { 'i' } else { 'u' };
                format!("{letter}{}", width.next_power_of_two().max(8))
            }
            Some(Encoding::Real) => "f64".to_owned(),
            Some(Encoding::Text) => "String".to_owned(),
            _ => "LogicVec".to_owned(),
        }
    }

    /// The name of its field, and whether that differs from its own.
    pub(crate) fn field(&self) -> (String, bool) {
        let mut field = String::new();
        let mut previous = '_';
        for c in self.name.chars() {
            if c.is_ascii_uppercase()
                && (previous.is_ascii_lowercase() || previous.is_ascii_digit())
            {
                field.push('_');
            }
            field.push(if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            });
            previous = c;
        }
        if field.starts_with(|c: char| c.is_ascii_digit()) || field.chars().all(|c| c == '_') {
            field.insert_str(0, "signal_");
        }
        if ["self", "super", "crate"].contains(&field.as_str()) {
            field.push('_');
        }
        let differs = field != self.name;
        if KEYWORDS.contains(&field.as_str()) {
            field.insert_str(0, "r#");
        }
        (field, differs)
    }

    fn documentation(&self) -> String {
        let mut text = match self.direction.as_deref() {
            Some("input") => "Input".to_owned(),
            Some("output") => "Output".to_owned(),
            Some("inout") => "Both ways".to_owned(),
            _ => "Inside".to_owned(),
        };
        if let Some(Encoding::Logic {
            width,
            range,
            signed,
        }) = self.encoding
        {
            let _ = write!(
                text,
                ", {width} {}",
                if width == 1 { "bit" } else { "bits" }
            );
            if let (Some((left, right)), true) = (range, width > 1) {
                let _ = write!(text, " `[{left}:{right}]`");
            }
            if signed {
                text += ", signed";
            }
        }
        if let Some((left, right)) = self.array {
            let _ = write!(text, ", elements `[{left}:{right}]`");
        }
        text + "."
    }
}

const KEYWORDS: [&str; 42] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "use", "where",
];

/// The source of the struct.
pub(crate) fn source(top: &Object, internal: bool) -> String {
    let mut text = String::from(
        "//! The design's signals. Written by `cargo verifork bind` from the elaborated design;\n\
         //! `cargo verifork bind --check` tells whether it still fits.\n\n\
         use verifork::prelude::*;\n\n",
    );
    // Writing to a string cannot fail.
    let name = top.definition.as_deref().unwrap_or(&top.name);
    let _ = writeln!(text, "/// `{name}`, bound by name when a test starts.");
    let _ = writeln!(text, "#[derive(Clone, Copy, Debug, Dut)]");
    let _ = writeln!(
        text,
        "#[allow(dead_code, reason = \"no test needs every signal\")]"
    );
    let _ = writeln!(text, "pub struct {} {{", top.struct_name());
    for signal in top.signals(internal) {
        let (field, differs) = signal.field();
        let _ = writeln!(text, "    /// {}", signal.documentation());
        if differs {
            let _ = writeln!(text, "    #[dut(path = {:?})]", signal.name);
        }
        let holder = if signal.array.is_some() {
            "Array"
        } else {
            "Signal"
        };
        let _ = writeln!(text, "    pub {field}: {holder}<{}>,", signal.value_type());
    }
    text + "}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top() -> Object {
        let text = r#"{"kind": "module", "name": "u0", "definition": "my_top", "constant": false,
            "children": [
            {"kind": "net", "name": "type", "direction": "input", "constant": false,
             "encoding": {"logic": {"width": 5, "range": [4, 0], "signed": false}}},
            {"kind": "net", "name": "dataOut", "direction": "output", "constant": false,
             "encoding": {"logic": {"width": 130, "range": [129, 0], "signed": false}}},
            {"kind": "net", "name": "pad", "direction": "inout", "constant": false,
             "encoding": {"logic": {"width": 1, "range": null, "signed": false}}},
            {"kind": "net", "name": "inner", "direction": null, "constant": false,
             "encoding": {"logic": {"width": 12, "range": [11, 0], "signed": true}}},
            {"kind": "parameter", "name": "WIDTH", "direction": null, "constant": true,
             "encoding": {"logic": {"width": 32, "range": null, "signed": true}}}]}"#;
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn ports_become_fields_with_types_that_fit_their_widths() {
        let text = source(&top(), false);
        for part in [
            "pub struct MyTop {",
            "/// Input, 5 bits `[4:0]`.\n    pub r#type: Signal<u8>,",
            "#[dut(path = \"dataOut\")]\n    pub data_out: Signal<LogicVec>,",
            "pub pad: Signal<Logic>,",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        assert!(
            !text.contains("inner") && !text.to_lowercase().contains("width:"),
            "{text}"
        );
    }

    #[test]
    fn signals_inside_are_fields_on_request_and_parameters_never() {
        let text = source(&top(), true);
        assert!(
            text.contains("/// Inside, 12 bits `[11:0]`, signed.\n    pub inner: Signal<i16>,")
        );
        assert!(!text.contains("WIDTH"), "{text}");
    }
}
