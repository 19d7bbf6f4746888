//! Reads Verilator's `coverage.dat`: a line for each point, with keys and values between control characters.

use super::{COMPLETE, Code, CodeKind, CodePoint, Problem};

const FIRST: &str = "# SystemC::Coverage-3";

pub(super) fn parse(text: &str) -> Result<Code, Problem> {
    let mut code = Code::new();
    let mut lines = text.lines().enumerate();
    if lines.next().map(|(_, line)| line) != Some(FIRST) {
        return Err((1, "it is not coverage of Verilator".to_owned()));
    }
    let (mut complete, mut last) = (false, 1);
    for (index, line) in lines {
        last = index + 1;
        let damaged = |why: &str| (index + 1, why.to_owned());
        if complete {
            return Err(damaged("this line does not belong here"));
        }
        if line == COMPLETE {
            complete = true;
            continue;
        }
        let point = line.strip_prefix("C '").and_then(|it| it.rsplit_once("' "));
        let (keys, count) = point.ok_or_else(|| damaged("it is no point of coverage"))?;
        let count = count
            .parse()
            .map_err(|_| damaged("its count is not a number"))?;
        add(&mut code, keys, count).ok_or_else(|| damaged("its file or line is missing"))?;
    }
    if complete {
        Ok(code)
    } else {
        Err((last, "it ends before its end: it was cut short".to_owned()))
    }
}

/// Adds a point with these keys, unless one is missing.
fn add(code: &mut Code, keys: &str, count: u64) -> Option<()> {
    let value = |wanted: &str| {
        let mut pairs = keys
            .split('\u{1}')
            .filter_map(|pair| pair.split_once('\u{2}'));
        pairs
            .find(|(key, _)| *key == wanted)
            .map(|(_, value)| value)
    };
    let (file, line) = (value("f")?, value("l")?.parse().ok()?);
    let page = value("page")?;
    let kind = match page.split('/').next()? {
        "v_line" => CodeKind::Statement,
        "v_branch" => CodeKind::Branch,
        "v_expr" => CodeKind::Expression,
        "v_toggle" => CodeKind::Toggle,
        "v_user" => CodeKind::Cover,
        // From the user's `SystemC` code, or from us: not code coverage.
        _ => return Some(()),
    };
    let name = match (value("o"), value("n")) {
        // Several signals may be declared in one line, so the name distinguishes them.
        (Some(name), _) if kind == CodeKind::Toggle => name.to_owned(),
        (name, column) => {
            format!(
                "{} at {}",
                name.unwrap_or_default(),
                column.unwrap_or_default()
            )
        }
    };
    let mut add = |line| {
        let point = CodePoint {
            line,
            kind,
            name: name.clone(),
        };
        code.add(file, point, count);
    };
    let Some(lines) = value("S").filter(|_| kind == CodeKind::Statement) else {
        add(line);
        return Some(());
    };
    // The lines of a block: `2,9-11`.
    for part in lines.split(',').filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        (first.parse().ok()?..=last.parse::<u32>().ok()?).for_each(&mut add);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(keys: &[(&str, &str)], count: u64) -> String {
        let keys = keys
            .iter()
            .map(|(key, value)| ["\u{1}", key, "\u{2}", value].concat());
        format!("C '{}' {count}\n", keys.collect::<Vec<_>>().concat())
    }

    fn file() -> String {
        let block = [
            ("f", "t.v"),
            ("l", "2"),
            ("n", "3"),
            ("page", "v_line/t"),
            ("o", "block"),
            ("S", "2,8-9"),
            ("h", "TOP.t"),
        ];
        let bit = [
            ("f", "t.v"),
            ("l", "1"),
            ("n", "9"),
            ("page", "v_toggle/t"),
            ("o", "q[0]"),
            ("h", "TOP.t"),
        ];
        let own = [("page", "v_covergroup/levels"), ("f", "a.rs"), ("l", "1")];
        format!(
            "{FIRST}\n{}{}{}{}{COMPLETE}\n",
            point(&block, 5),
            point(&bit, 0),
            point(&bit, 2),
            point(&own, 1)
        )
    }

    #[test]
    fn the_lines_of_a_block_and_the_bits_of_instances_are_counted() {
        let code = parse(&file()).unwrap();
        let (name, points) = code.files().next().unwrap();
        let counts: Vec<_> = points
            .iter()
            .map(|(it, count)| (it.line, it.kind, &*it.name, *count))
            .collect();
        let block = "block at 3";
        let statement = CodeKind::Statement;
        let wanted = [
            (1, CodeKind::Toggle, "q[0]", 2),
            (2, statement, block, 5),
            (8, statement, block, 5),
            (9, statement, block, 5),
        ];
        assert_eq!(
            (name, &counts[..], code.files().count()),
            ("t.v", &wanted[..], 1)
        );
    }

    #[test]
    fn a_file_cut_short_anywhere_is_none() {
        let whole = file();
        for end in 0..whole.len() - 1 {
            assert!(parse(&whole[..end]).is_err(), "{}", &whole[..end]);
        }
    }
}
