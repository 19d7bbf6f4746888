use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::process::Command;
use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCaseStatus};

use super::*;
use crate::junit::{Outcome, Suite, write_report};

const NOT_RUN: &str = "not run";

fn planned(names: &[String]) -> Report {
    let suite = |name: &str, cases: Vec<Case>| Suite {
        name: name.to_owned(),
        properties: vec![("simulator".to_owned(), "Icarus <11> & \"co\"".to_owned())],
        cases,
    };
    let case = |name: &String| Case {
        place: Some(("src/lib.rs".to_owned(), 9)),
        ..Case::without_result(name, NOT_RUN)
    };
    Report {
        name: "tb".to_owned(),
        suites: vec![
            suite("counter", names.iter().map(case).collect()),
            suite(
                "process",
                vec![Case::without_result("the run", "not at its end")],
            ),
        ],
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("test_{number}")).collect()
}

fn result(name: &str, outcome: Outcome) -> Case {
    Case {
        outcome,
        time: Duration::from_millis(250),
        properties: vec![("seed".to_owned(), "7".to_owned())],
        ..Case::without_result(name, "")
    }
}

fn read(path: &Path) -> quick_junit::Report {
    let text = fs::read_to_string(path).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&text);
    report.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Whether each test passed, and its message. Checks that the counts are right.
fn outcomes(path: &Path) -> Vec<(bool, String)> {
    let report = read(path);
    let cases = |suite: &quick_junit::TestSuite| suite.test_cases.clone();
    let of_kind = |cases: &[quick_junit::TestCase], wanted: NonSuccessKind| {
        let is = |case: &&quick_junit::TestCase| matches!(&case.status, TestCaseStatus::NonSuccess { kind, .. } if *kind == wanted);
        cases.iter().filter(is).count()
    };
    let all: Vec<_> = report.test_suites.iter().flat_map(cases).collect();
    for suite in &report.test_suites {
        let own = &suite.test_cases;
        assert_eq!(suite.tests, own.len());
        assert_eq!(suite.errors, of_kind(own, NonSuccessKind::Error));
        assert_eq!(suite.failures, of_kind(own, NonSuccessKind::Failure));
    }
    assert_eq!(report.tests, all.len());
    assert_eq!(report.errors, of_kind(&all, NonSuccessKind::Error));
    assert_eq!(report.failures, of_kind(&all, NonSuccessKind::Failure));
    let outcome = |case: &quick_junit::TestCase| match &case.status {
        TestCaseStatus::Success { .. } => (true, String::new()),
        TestCaseStatus::Skipped { message, .. } | TestCaseStatus::NonSuccess { message, .. } => {
            let message = message.as_ref().map(|it| it.as_str().to_owned());
            (false, message.unwrap_or_default())
        }
    };
    all.iter().map(outcome).collect()
}

#[test]
fn every_test_is_an_error_until_it_has_a_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/results.xml");
    let mut file = JunitFile::create(&path, &planned(&names(3))).unwrap();
    let not_run = (false, NOT_RUN.to_owned());
    let end = (false, "not at its end".to_owned());
    let none = [&not_run, &not_run, &not_run, &end].map(Clone::clone);
    assert_eq!(outcomes(&path), none);
    file.record(0, 0, &result("test_0", Outcome::Passed))
        .unwrap();
    assert_eq!(outcomes(&path)[..2], [(true, String::new()), not_run]);
    file.record(0, 1, &result("test_1", Outcome::Skipped("why".to_owned())))
        .unwrap();
    file.record(
        0,
        2,
        &result("test_2", Outcome::failed("7 is not 8\nat all")),
    )
    .unwrap();
    file.record(1, 0, &result("the run", Outcome::Passed))
        .unwrap();
    let all = ["", "why", "7 is not 8", ""].map(str::to_owned);
    let messages =
        |path: &Path| -> Vec<String> { outcomes(path).into_iter().map(|it| it.1).collect() };
    assert_eq!(messages(&path), all);
    file.finish().unwrap();
    assert_eq!(messages(&path), all);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("<failure message=\"7 is not 8\">7 is not 8\nat all</failure>"),
        "{text}"
    );
    assert!(text.contains("tests=\"4\" skipped=\"1\" failures=\"1\" errors=\"0\" time=\"1.000\">"));
    assert!(text.contains("value=\"Icarus &lt;11&gt; &amp; &quot;co&quot;\""));
    assert!(!text.contains("  \n"), "{text}");
    // Nothing is left beside it.
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

/// As if the process were killed: nothing is finished or dropped.
#[test]
fn a_long_text_is_cut_while_tests_run_and_whole_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.xml");
    let mut file = JunitFile::create(&path, &planned(&names(2))).unwrap();
    let long = "<\t&\n\"".repeat(400);
    let failed = Outcome::Failed {
        message: long.clone(),
        text: long.clone(),
    };
    let case = Case {
        output: "printed\n".repeat(1000),
        ..result("test_0", failed)
    };
    file.record(0, 0, &case).unwrap();
    let cut = outcomes(&path)[0].1.clone();
    let kept = cut.strip_suffix('…').expect("it is cut");
    // This reader leaves tabs out.
    let long = long.replace('\t', "");
    assert!(kept.len() > 30 && long.starts_with(kept), "{cut}");
    assert_eq!(outcomes(&path)[1].1, NOT_RUN);
    file.finish().unwrap();
    assert_eq!(outcomes(&path)[0].1, long);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("printed").count(), 1000);
}

#[test]
fn characters_that_xml_cannot_hold_become_visible_and_the_others_survive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.xml");
    let odd = "a \0 <b> & \"c\" ]]>\ttab\u{FFFE}\nline \x1b[31mred\x1b[0m ü";
    let seen = "a \\u{0} <b> & \"c\" ]]>\ttab\\u{fffe}\nline red ü";
    let report = Report {
        name: odd.to_owned(),
        suites: vec![Suite {
            name: odd.to_owned(),
            properties: vec![(odd.to_owned(), odd.to_owned())],
            cases: vec![Case {
                output: odd.to_owned(),
                ..result(
                    odd,
                    Outcome::Failed {
                        message: odd.to_owned(),
                        text: odd.to_owned(),
                    },
                )
            }],
        }],
    };
    write_report(&path, &report).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("]]&gt;\ttab\\u{fffe}\nline red").count(), 2);
    assert_eq!(
        text.matches("]]&gt;&#9;tab\\u{fffe}&#10;line red").count(),
        7
    );
    // This reader leaves tabs out.
    let seen = seen.replace('\t', "");
    assert_eq!(outcomes(&path)[0].1, seen);
    let read = read(&path);
    let case = &read.test_suites[0].test_cases[0];
    assert_eq!(case.name.as_str(), seen);
    assert_eq!(case.system_out.as_ref().unwrap().as_str(), seen);
}

/// Bytes that this thread has handed to the system to write.
fn written() -> u64 {
    let told = fs::read_to_string("/proc/thread-self/io").unwrap();
    let line = told.lines().find_map(|line| line.strip_prefix("wchar: "));
    line.unwrap().parse().unwrap()
}

#[test]
fn work_is_bounded_a_test_however_many_there_are() {
    let cost = |count: usize| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.xml");
        let names = names(count);
        let before = written();
        let mut file = JunitFile::create(&path, &planned(&names)).unwrap();
        for (number, name) in names.iter().enumerate() {
            file.record(0, number, &result(name, Outcome::Passed))
                .unwrap();
        }
        file.finish().unwrap();
        assert_eq!(outcomes(&path).iter().filter(|it| it.0).count(), count);
        (written() - before) / count as u64
    };
    let (few, many) = (cost(100), cost(10_000));
    assert!(
        many < few + few / 4,
        "{few} bytes a test of 100, {many} a test of 10,000"
    );
}

#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (link, target) = (folder.path().join("link.xml"), folder.path().join("real"));
    fs::create_dir(&target).unwrap();
    let (other, real) = (target.join("other.xml"), target.join("results.xml"));
    symlink("real/other.xml", &link).unwrap();
    symlink("results.xml", &other).unwrap();
    // Where it leads to nothing yet, and where it does.
    for run in 0..2 {
        JunitFile::create(&link, &planned(&names(1)))
            .unwrap()
            .finish()
            .unwrap();
        assert!(link.is_symlink() && other.is_symlink(), "run {run}");
        assert_eq!(outcomes(&real).len(), 2);
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    }
    // The file keeps its permissions.
    let mode = fs::metadata(&real).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    symlink(&link, folder.path().join("a")).unwrap();
    let circle = folder.path().join("circle");
    symlink(&circle, &circle).unwrap();
    let error = write_report(&circle, &Report::default()).unwrap_err();
    assert!(error.to_string().contains("too many links"), "{error}");
}

#[test]
fn a_reader_of_the_file_before_keeps_it_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results.xml");
    fs::write(&path, "before").unwrap();
    let reader = File::open(&path).unwrap();
    write_report(&path, &planned(&names(1))).unwrap();
    assert_eq!(std::io::read_to_string(reader).unwrap(), "before");
    assert_eq!(outcomes(&path).len(), 2);
}

#[test]
fn what_is_no_regular_file_is_written_through() {
    for device in ["/dev/null", "/dev/full"] {
        let kind = || fs::symlink_metadata(device).unwrap().file_type();
        let written = write_report(Path::new(device), &planned(&names(1)));
        assert!(kind().is_char_device(), "{device}");
        let error = written.err().map(|error| error.to_string());
        assert_eq!(
            error.is_some_and(|error| error.contains("it accepts no more data")),
            device == "/dev/full"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let of_reader = pipe.clone();
    let reader = std::thread::spawn(move || fs::read_to_string(of_reader).unwrap());
    let mut file = JunitFile::create(&pipe, &planned(&names(1))).unwrap();
    file.record(0, 0, &result("test_0", Outcome::Passed))
        .unwrap();
    file.finish().unwrap();
    let text = reader.join().unwrap();
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(text.starts_with("<?xml") && text.ends_with("</testsuites>\n"));
    assert_eq!(text.matches("<testcase").count(), 2, "{text}");
}

/// Not a test: what the next one runs in a process of its own.
#[test]
#[ignore = "writes to the standard output: another test starts it"]
fn child() {
    println!("before");
    write_report(Path::new("/dev/stdout"), &planned(&names(1))).unwrap();
    println!("after");
}

#[test]
fn standard_output_is_written_where_it_stands_also_into_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.txt");
    let child = concat!(module_path!(), "::child").split_once("::").unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", child.1, "--nocapture"])
        .stdout(File::create(&path).unwrap())
        .status()
        .unwrap();
    assert!(status.success());
    let text = fs::read_to_string(&path).unwrap();
    let at = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("no {part}: {text}"))
    };
    assert!(at("before") < at("<?xml") && at("</testsuites>") < at("after"));
}

#[test]
fn a_path_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("file");
    fs::write(&blocked, "").unwrap();
    let error = |path: &Path| {
        let created = JunitFile::create(path, &planned(&names(1)));
        created.err().unwrap().to_string()
    };
    let text = error(&blocked.join("results.xml"));
    assert!(
        text.contains("file/results.xml` (VERIFORK_JUNIT): "),
        "{text}"
    );
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    assert!(error(&taken).contains("it cannot be replaced"));
    assert!(error(&folder.path().join("new/")).contains("ends in a slash"));
    assert!(error(Path::new("/..")).contains("this is not a path of a file"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}
