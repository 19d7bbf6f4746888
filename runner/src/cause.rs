//! Which failures have the same cause.

/// The part of a message that is equal for failures with the same cause: the message without the test's own name,
/// times, seeds and the numbers of processes and temporary files.
pub(crate) fn cause(message: &str, test: &str) -> String {
    let mut cause = String::with_capacity(message.len());
    let mut rest = message;
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        let at_start = !is_of_word(previous);
        let taken = if at_start && begins_with_word(rest, test) {
            cause.push('…');
            test.len()
        } else if at_start && first.is_ascii_digit() {
            let (length, is_time) = time(rest);
            if is_time || cause.ends_with("seed ") || cause.ends_with("SEED=") {
                cause.push('…');
            } else {
                cause.push_str(&rest[..length]);
            }
            length
        } else {
            cause.push(first);
            first.len_utf8()
        };
        previous = rest[..taken].chars().next_back().unwrap_or(' ');
        rest = &rest[taken..];
    }
    cause.trim_end().to_owned()
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn begins_with_word(text: &str, word: &str) -> bool {
    !word.is_empty()
        && text
            .strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(is_of_word))
}

/// The length of the number that the text begins with, its unit of time included, and whether it has
/// one.
fn time(text: &str) -> (usize, bool) {
    let is_of_number =
        |character: char| character.is_ascii_digit() || matches!(character, '.' | ',');
    let number = text.find(|it| !is_of_number(it)).unwrap_or(text.len());
    let rest = &text[number..];
    let unit = rest.strip_prefix(' ').unwrap_or(rest);
    let word = unit.find(|it| !is_of_word(it)).unwrap_or(unit.len());
    if ["fs", "ps", "ns", "us", "µs", "ms", "s", "min"].contains(&&unit[..word]) {
        (text.len() - unit.len() + word, true)
    } else {
        (number, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(one: (&str, &str), other: (&str, &str), are: bool) {
        let (one, other) = (cause(one.1, one.0), cause(other.1, other.0));
        assert_eq!(one == other, are, "{one}\n{other}");
    }

    #[test]
    fn failures_that_differ_by_test_time_and_seed_are_one() {
        same(
            ("a::t1", "`a::t1` waited for 120 ns, since 1,010.5 us"),
            ("a::t2", "`a::t2` waited for 99.25 ns, since 10 us"),
            true,
        );
        same(("x", "with seed 7"), ("y", "with seed 1234"), true);
        same(("x", "in x/driver: late"), ("y", "in y/driver: late"), true);
        same(("x", "after 2.5s"), ("x", "after 3s"), true);
    }

    #[test]
    fn failures_that_differ_by_what_they_say_are_not() {
        same(("x", "count is 7"), ("y", "count is 8"), false);
        same(("x", "count is 7"), ("x", "count is 7 slots"), false);
        same(("x", "q1 is wrong"), ("x", "q2 is wrong"), false);
        // The name of a test is not a part of other words.
        same(("q", "q_bar rose"), ("r", "r_bar rose"), false);
        same(("x", "5 sides"), ("x", "6 sides"), false);
    }
}
