//! `cargo verifork report` on files as runs leave them; its page in a real browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use verifork_coverage::{Bins, CrossBins, EXTENSION, GroupBuilder, Record, Source, take};
use verifork_protocol::results::{
    Ended, Failure, Loaded, Planned, Record as Line, Status as TestStatus,
};
use verifork_protocol::trend::{self, Point};
use verifork_protocol::verdict::{Status, TestVerdict};

mod common;

use common::{find, has, levels, told, verifork};

/// What would break out of the page if it could.
const NASTY: &str = "</script><script>document.title='broken'</script><!-- <img src=x onerror=\"console.error(1)\"> &amp; \u{2028}";

fn test(name: &str, status: Status, text: &str) -> TestVerdict {
    TestVerdict {
        package: "counter_tb".to_owned(),
        target: "sim".to_owned(),
        design: "counter".to_owned(),
        simulator: "icarus".to_owned(),
        product: Some("Icarus Verilog 11.0".to_owned()),
        test: name.to_owned(),
        file: "src/lib.rs".to_owned(),
        line: 7,
        status,
        text: text.to_owned(),
        seed: Some(u64::MAX),
        simulated_ns: Some("10.00".to_owned()),
        wall: 0.25,
        at: 1_700_000_000,
        run: "a".to_owned(),
        repeat: format!("VERIFORK_SEED={} cargo test -- --exact {name}", u64::MAX),
        ..TestVerdict::default()
    }
}

/// A folder of runs.
struct Runs(tempfile::TempDir);

impl Runs {
    fn new() -> Runs {
        Runs(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn add(&self, verdict: TestVerdict) -> &Self {
        let folder = self
            .path()
            .join(format!("runs/{}-{}", verdict.simulator, verdict.test.len()));
        let count = fs::read_dir(self.path().join("runs")).map_or(0, Iterator::count);
        verdict
            .write(&folder.with_extension(count.to_string()))
            .unwrap();
        self
    }

    /// A run of a test that samples these values of up to `top`.
    fn covers(&self, test: &str, top: u8, values: &[u8]) -> &Self {
        let crosses = CrossBins::new().ignore(["0", "true"]);
        let record = levels(test, u64::MAX, top, crosses, values);
        let file = format!("{test}.{EXTENSION}");
        record.write(&self.path().join(file)).unwrap();
        self
    }

    /// What the command says, and its status.
    fn report(&self, arguments: &[&str]) -> (String, Option<i32>) {
        let mut command = verifork();
        told(
            command
                .args(["report", "."])
                .args(arguments)
                .current_dir(self.path()),
        )
    }

    fn page(&self) -> PathBuf {
        self.path().join("report.html")
    }

    fn html(&self) -> String {
        fs::read_to_string(self.page()).unwrap()
    }

    /// The page in a browser at this `#…`, once its script has run: the document; or nothing where there is
    /// no browser.
    fn seen(&self, hash: &str, options: &[&str]) -> Option<String> {
        let Some(browser) = browser() else {
            eprintln!("skipped: Chromium is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let output = Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--virtual-time-budget=5000",
            ])
            .args(["--enable-logging=stderr", "--v=0"])
            .arg(format!("--user-data-dir={}", folder.path().display()))
            .args(options)
            .arg("--dump-dom")
            .arg(format!("file://{}{hash}", self.page().display()))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let errors: Vec<&str> = told.lines().filter(|it| it.contains("CONSOLE")).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let document = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(document.contains("<nav aria-label"), "{told}");
        Some(document)
    }
}

/// A page that tells of each of these images its name, its size, and which colours it has, the most common ones first.
fn colours_of(images: &[&str]) -> String {
    let tags = images.iter().map(|name| format!("<img src={name:?}>"));
    let tags: String = tags.collect();
    format!(
        "<nav aria-label></nav>{tags}<main></main><script>
        window.onload = () => {{
            for (const image of document.images) {{
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
                const context = canvas.getContext('2d');
                context.drawImage(image, 0, 0);
                const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
                const counts = new Map();
                for (let at = 0; at < data.length; at += 4) {{
                    const colour = (data[at] << 16 | data[at + 1] << 8 | data[at + 2]).toString(16);
                    counts.set(colour, (counts.get(colour) ?? 0) + 1);
                }}
                const sorted = [...counts].sort((one, other) => other[1] - one[1]);
                const colours = sorted.map(([colour]) => '#' + colour.padStart(6, '0'));
                const size = `${{canvas.width}} ${{canvas.height}}`;
                const name = image.getAttribute('src');
                document.querySelector('main').append(`${{name}} ${{size}} ${{colours.join(' ')}}\\n`);
            }}
        }};
        </script>"
    )
}

#[test]
fn what_is_painted_is_light_or_dark_as_the_reader_wants_it() {
    let runs = Runs::new();
    runs.add(test("counts", Status::Passed, ""))
        .add(test("holds", Status::Failed, "it is 7"))
        .covers("counts", 3, &[1, 2]);
    runs.report(&[]);
    // The page, its text, what has failed, and a bar with holes.
    let light = ["#ffffff", "#1c1f23", "#b3261e", "#d1453b"];
    let dark = ["#14171a", "#e4e8ec", "#ff8a80", "#c4453c"];
    // Blink's numbers of what is preferred.
    let schemes = [("dark.png", 0, dark), ("light.png", 1, light)];
    for (name, scheme, _) in schemes {
        let options = [
            format!("--screenshot={}", runs.path().join(name).display()),
            format!("--blink-settings=preferredColorScheme={scheme}"),
            "--window-size=1000,700".to_owned(),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        if runs.seen("#view=coverage", &options).is_none() {
            return;
        }
    }
    let images = schemes.map(|(name, ..)| name);
    fs::write(runs.page(), colours_of(&images)).unwrap();
    // A page may not look into other files, unless it is told so.
    let seen = runs
        .seen("", &["--allow-file-access-from-files"])
        .expect("the browser that was there before");
    for (name, _, wanted) in schemes {
        let start = format!("{name} 1000 ");
        let line = main_of(&seen).lines().find_map(|it| it.split_once(&start));
        let (_, line) = line.unwrap_or_else(|| panic!("no {start}in {seen}"));
        let colours: Vec<&str> = line.split_whitespace().skip(1).collect();
        assert_eq!(colours[0], wanted[0], "the page in {name}");
        let missing: Vec<_> = wanted.iter().filter(|it| !colours.contains(it)).collect();
        assert!(missing.is_empty(), "{name}: no {missing:?} in {colours:?}");
    }
}

fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    names.into_iter().find_map(find)
}

/// What is shown in the part of the page that its script makes.
fn main_of(document: &str) -> &str {
    let from = document.find("<main").unwrap();
    &document[from..document.find("</main>").unwrap()]
}

#[test]
fn a_report_of_nothing_says_so_and_fails() {
    let runs = Runs::new();
    let (text, status) = runs.report(&[]);
    assert_eq!(status, Some(1), "{text}");
    has(&text, &["there is nothing to report in `.`", "cargo test"]);
    has(
        &runs.html(),
        &["class=\"verdict bad\"", "there is nothing to report"],
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_the_page_is_not_green() {
    let damage: [(&str, &str, &str); 4] = [
        (
            "runs/x/verdict.json",
            "{\"verifork_verdict\":1,\"verdi",
            "was cut short",
        ),
        (
            "runs/x/verdict.json",
            "{\"verifork_verdict\":9,\"verdict\":{}}",
            "has format 9",
        ),
        (
            "runs/x/a.coverage",
            "{\"verifork_coverage\":1}\n",
            "it was cut short",
        ),
        (
            "runs/x/a.coverage",
            "{\"verifork_coverage\":9}\n",
            "has version 9",
        ),
    ];
    for (file, content, told) in damage {
        let runs = Runs::new();
        runs.add(test("counts", Status::Passed, ""));
        let path = runs.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        let (text, status) = runs.report(&[]);
        assert_eq!(status, Some(1), "{text}");
        has(&text, &[told, "1 test: 1 passed"]);
        has(&runs.html(), &["class=\"verdict bad\"", told]);
    }
}

#[test]
fn a_test_that_failed_or_did_not_finish_or_never_ran_is_not_green() {
    for (status, class) in [
        (Status::Passed, "good"),
        (Status::Failed, "bad"),
        (Status::Unfinished, "bad"),
    ] {
        let runs = Runs::new();
        runs.add(test("a", Status::Passed, ""))
            .add(test("b", status, ""));
        assert_eq!(runs.report(&[]).1, Some(0));
        has(&runs.html(), &[&format!("class=\"verdict {class}\"")]);
    }
    let runs = Runs::new();
    runs.add(test("a", Status::Skipped, "no model"));
    runs.report(&[]);
    has(
        &runs.html(),
        &["class=\"verdict bad\"", "no test has passed"],
    );
}

#[test]
fn results_of_a_simulation_by_hand_count_only_as_far_as_they_go() {
    let runs = Runs::new();
    let planned = Planned {
        tests: vec!["counts".to_owned(), "wraps".to_owned()],
        seed: 3,
    };
    let loaded = Loaded::by("NVC", "1.23", "VHPI");
    let lines = [
        Line::Loaded(loaded),
        Line::Planned(planned),
        Line::Begun("counts".to_owned()),
    ];
    let text: String = lines.iter().map(Line::line).collect();
    fs::write(runs.path().join("mine.jsonl"), text).unwrap();
    let (text, _) = runs.report(&[]);
    has(&text, &["2 tests: 0 passed, 2 failed"]);
    // What tests themselves write is none of that.
    fs::write(runs.path().join("transactions.jsonl"), "{\"at\":1}\n").unwrap();
    assert_eq!(runs.report(&[]).1, Some(0));
    // The same beside a verdict is the harness's, which has judged it.
    let runs = Runs::new();
    runs.add(test("counts", Status::Passed, ""));
    let folder = fs::read_dir(runs.path().join("runs"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(folder.join("results.jsonl"), "nonsense\n").unwrap();
    let (text, status) = runs.report(&[]);
    assert_eq!(status, Some(0), "{text}");
    has(&text, &["1 test: 1 passed, 0 failed"]);
    fs::write(runs.path().join("results.jsonl"), "nonsense\n").unwrap();
    assert_eq!(runs.report(&[]).1, Some(1));
}

#[test]
fn requirements_of_the_plan_are_a_table_with_their_tests() {
    let runs = Runs::new();
    let covering = |name: &str, status, requirement: &str| TestVerdict {
        covers: vec![requirement.to_owned()],
        ..test(name, status, "it is 7")
    };
    runs.add(covering("a", Status::Passed, "REQ-1"))
        .add(covering("b", Status::Failed, "REQ-2"))
        .add(covering("c", Status::Passed, "REQ-2"));
    fs::write(
        runs.path().join("plan.txt"),
        "REQ-1 it counts\nREQ-2 it wraps\nREQ-3 it stops\n",
    )
    .unwrap();
    let (text, status) = runs.report(&["--requirements", "plan.txt"]);
    assert_eq!(status, Some(0), "{text}");
    has(&text, &["1 of 3 requirements passed"]);
    let Some(page) = runs.seen("#view=requirements", &[]) else {
        return;
    };
    let rows: Vec<&str> = main_of(&page).split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), 3, "{page}");
    has(
        rows[0],
        &["REQ-1", "it counts", "✓ passed", "counter · icarus · a"],
    );
    has(rows[1], &["REQ-2", "✗ failed", "icarus · b", "icarus · c"]);
    has(rows[2], &["REQ-3", "✗ no test", "none"]);
}

#[test]
fn names_and_failures_are_text_whatever_they_hold() {
    let runs = Runs::new();
    runs.add(test(NASTY, Status::Failed, &format!("count is 7\n{NASTY}")));
    let (text, _) = runs.report(&["--title", NASTY]);
    assert!(text.contains("1 failed"), "{text}");
    let Some(page) = runs.seen("#view=tests&open=f0", &[]) else {
        return;
    };
    // Serialized again, text has its markup escaped.
    has(
        main_of(&page),
        &[
            "count is 7",
            "&lt;/script&gt;&lt;script&gt;",
            "&lt;img src=x",
        ],
    );
    assert!(!page.contains("<img"), "{page}");
    assert!(!page.contains("<title>broken"), "{page}");
}

#[test]
fn a_filter_leaves_what_fits_and_a_failure_opens_with_all_of_its_text() {
    let runs = Runs::new();
    runs.add(test("counts", Status::Passed, ""))
        .add(test(
            "wraps::at_255",
            Status::Failed,
            "count is 7\nlog:\n  the last line",
        ))
        .add(TestVerdict {
            simulator: "ghdl".to_owned(),
            ..test("wraps::at_0", Status::Passed, "")
        });
    assert_eq!(runs.report(&[]).1, Some(0));
    let Some(page) = runs.seen("#view=tests&filter=wraps+icarus&open=f2", &[]) else {
        return;
    };
    let main = main_of(&page);
    has(
        main,
        &[
            "1 test of 3",
            "1 failure",
            "wraps::at_255",
            "count is 7\nlog:\n  the last line",
            "VERIFORK_SEED=18446744073709551615 cargo test -- --exact wraps::at_255",
            "src/lib.rs:7",
            "<dd>10 ns</dd>",
        ],
    );
    assert!(!main.contains("counts") && !main.contains("at_0"), "{main}");
    let page = runs.seen("#view=tests&status=passed", &[]).unwrap();
    has(main_of(&page), &["2 tests of 3"]);
    assert!(!main_of(&page).contains("at_255"));
}

#[test]
fn failures_have_their_cause_beside_them_and_those_with_the_same_one_stand_together() {
    let runs = Runs::new();
    for at in 0..5 {
        let name = format!("wraps::at_{at}");
        runs.add(test(
            &name,
            Status::Failed,
            &format!("`{name}` ends at 7\nat {at} ns"),
        ));
    }
    runs.add(test("counts", Status::Failed, "count is 7"));
    assert_eq!(runs.report(&[]).1, Some(0));
    let Some(page) = runs.seen("", &[]) else {
        return;
    };
    let main = main_of(&page);
    has(
        main,
        &[
            "6 failures",
            "count is 7</span>",
            "`wraps::at_0` ends at 7</span>",
            "4 more with the same cause",
        ],
    );
    assert_eq!(main.matches("ends at 7</span>").count(), 1, "{main}");
    let (_, id) = main.split_once("<details id=\"m").unwrap();
    let (id, _) = id.split_once('"').unwrap();
    let page = runs.seen(&format!("#open=m{id}"), &[]).unwrap();
    assert_eq!(page.matches("ends at 7</span>").count(), 5);
}

#[test]
fn the_focus_stays_on_the_link_that_was_followed_or_goes_to_what_it_shows() {
    let runs = Runs::new();
    runs.add(test("counts", Status::Failed, "count is 7"));
    assert_eq!(runs.report(&[]).1, Some(0));
    let page = runs.html();
    // As a keyboard does it: the focus, and then Enter.
    let follow = |links: &[&str]| {
        let script = format!(
            "<script>(async () => {{
                for (const link of {links:?}) {{
                    const element = document.querySelector(link);
                    element.focus();
                    element.click();
                    await new Promise(done => setTimeout(done, 50));
                }}
                const {{ tagName, id, textContent }} = document.activeElement;
                document.querySelector('footer').textContent = [tagName, id, textContent].join(' ');
            }})();</script>"
        );
        let page = page.replace("</body>", &format!("{script}</body>"));
        fs::write(runs.page(), page).unwrap();
        runs.seen("", &[]).map(|document| {
            let from = document.find("<footer").unwrap();
            document[from..document.find("</footer>").unwrap()].to_owned()
        })
    };
    let Some(footer) = follow(&["#view-slowest"]) else {
        return;
    };
    has(&footer, &["A view-slowest Slowest"]);
    has(
        &follow(&["#view-slowest", "main td a, main th a"]).unwrap(),
        &["SUMMARY", "counts"],
    );
}

#[test]
fn coverage_shows_holes_first_and_which_test_and_seed_hit_what() {
    let runs = Runs::new();
    runs.add(test("low", Status::Passed, ""))
        .covers("low", 3, &[0, 1, 1])
        .covers("high", 3, &[1, 2]);
    let (text, status) = runs.report(&[]);
    assert_eq!(status, Some(0), "{text}");
    has(&text, &["% of 1 group covered"]);
    let Some(page) = runs.seen("#view=coverage&open=g0,g0.0,g0.2,g0.2m", &[]) else {
        return;
    };
    let main = main_of(&page);
    has(
        main,
        &[
            "3 of 4",
            "2 of 2",
            "3 of 7",
            "low, Icarus Verilog 11.0, VERIFORK_SEED=18446744073709551615",
        ],
    );
    let (hole, covered) = (
        main.find(">hole<").unwrap(),
        main.find(">covered<").unwrap(),
    );
    assert!(hole < covered, "holes come first");
    // The cross: its holes by name, a cell that was hit thrice, one that is ignored.
    has(
        main,
        &[
            "4 holes",
            "3 × true",
            "aria-label=\"1 × true: 3 hits\"",
            "aria-label=\"3 × true: 0 hits, a hole\"",
            "title=\"ignored or illegal\"",
        ],
    );
    // The test knows what it has covered.
    let page = runs.seen("#view=tests&open=t0", &[]).unwrap();
    has(main_of(&page), &["levels", "(6 bins)"]);
}

#[test]
fn code_stands_beside_its_lines_with_what_never_happened() {
    let runs = Runs::new();
    let design = runs.path().join("t.v");
    fs::write(
        &design,
        "module t;\n  // <b>\n  always @*\n    a = b;\nendmodule\n",
    )
    .unwrap();
    let point = |line: u32, page: &str, what: &str, count: u64| {
        let file = design.display();
        format!(
            "C '\u{1}f\u{2}{file}\u{1}l\u{2}{line}\u{1}n\u{2}3\u{1}page\u{2}{page}/t\u{1}o\u{2}{what}' {count}\n"
        )
    };
    let points = [
        point(3, "v_line", "block", 1234),
        point(4, "v_line", "if", 0),
        point(4, "v_toggle", "a[3]", 0),
    ];
    let text = format!("# SystemC::Coverage-3\n{}# complete\n", points.concat());
    runs.add(test("counts", Status::Passed, ""));
    fs::write(runs.path().join("code.verilator"), &text).unwrap();
    let (told, status) = runs.report(&[]);
    assert_eq!(status, Some(0), "{told}");
    has(&told, &["33.3 % of the code"]);
    has(&runs.html(), &["<strong>33.3 %</strong> code coverage"]);
    if let Some(page) = runs.seen("#view=code", &[]) {
        let main = main_of(&page);
        has(
            main,
            &[
                "t.v",
                "1 of 3",
                "1,234",
                "&lt;b&gt;",
                "statement if at 3, toggle a[3]",
            ],
        );
        assert_eq!(main.matches("<tr class=\"missed\">").count(), 1, "{main}");
        assert_eq!(main.matches("<tr class=\"hit\">").count(), 1, "{main}");
        let page = runs.seen("#view=code&holes=1", &[]).unwrap();
        assert!(!main_of(&page).contains("1,234"));
    }
    fs::write(
        runs.path().join("code.verilator"),
        text.replace("# complete\n", ""),
    )
    .unwrap();
    let (told, status) = runs.report(&[]);
    assert_eq!(status, Some(1), "{told}");
    has(&told, &["it was cut short"]);
}

#[test]
fn runs_before_are_a_trend() {
    let runs = Runs::new();
    runs.add(test("counts", Status::Passed, ""));
    for (run, at, failed) in [("a", 1_700_000_000, 2), ("b", 1_700_000_100, 0)] {
        let point = Point {
            run: run.to_owned(),
            at,
            passed: 5,
            failed,
            functional: Some(62.5),
            ..Point::default()
        };
        trend::add(runs.path(), &point).unwrap();
    }
    runs.report(&[]);
    let Some(page) = runs.seen("#view=trend", &[]) else {
        return;
    };
    has(
        main_of(&page),
        &[
            "Last 2 runs",
            "<polyline",
            "2023-11-14 22:13:20 UTC",
            "62.5 %",
            "<td><span class=\"bad\">2</span></td>",
        ],
    );
}

#[test]
fn ten_thousand_tests_and_a_hundred_thousand_bins_are_rendered_as_they_are_wanted() {
    let runs = Runs::new();
    let mut lines = Line::Loaded(Loaded::by("Icarus Verilog", "11.0", "VPI")).line();
    for number in 0..10_000_u64 {
        let failed = number % 10 == 0;
        let failure = Failure {
            task: String::new(),
            file: None,
            line: None,
            at_ns: None,
            text: format!("count is {number}"),
        };
        let ended = Ended {
            name: format!("module::counts_{number}"),
            label: format!("module::counts_{number}"),
            file: "src/lib.rs".to_owned(),
            line: 7,
            covers: Vec::new(),
            status: if failed {
                TestStatus::Failed
            } else {
                TestStatus::Passed
            },
            reason: None,
            failures: failed.then_some(failure).into_iter().collect(),
            since_ns: "0.00".to_owned(),
            simulated_ns: "10.00".to_owned(),
            wall: 0.25,
            seed: u64::MAX - number,
            sequences: Vec::new(),
            log: "a line of the log\n".repeat(50),
            warnings: Vec::new(),
        };
        lines += &Line::Ended(Box::new(ended)).line();
    }
    fs::write(runs.path().join("results.jsonl"), lines).unwrap();
    let mut builder = GroupBuilder::new("many");
    let points: Vec<_> = ["a", "b", "c"]
        .map(|name| {
            builder
                .point(name, Bins::<u8>::new().each("", 0..=46))
                .unwrap()
        })
        .into();
    let cross = builder
        .cross(
            "all",
            &[&points[0], &points[1], &points[2]],
            CrossBins::new(),
        )
        .unwrap();
    builder.build();
    for value in 0..47_u32 * 47 * 47 {
        if value % 3 != 0 {
            for (point, part) in points
                .iter()
                .zip([value / 2209, value / 47 % 47, value % 47])
            {
                point.sample(u8::try_from(part).unwrap());
            }
            cross.sample();
        }
    }
    let record = Record {
        source: Source::default(),
        groups: take(),
    };
    record.write(&runs.path().join("all.coverage")).unwrap();
    let (text, _) = runs.report(&[]);
    has(&text, &["10000 tests: 9000 passed, 1000 failed"]);
    let Some(page) = runs.seen("", &[]) else {
        return;
    };
    // Only what is to be seen at first has elements.
    let main = main_of(&page);
    has(
        main,
        &[
            "10,000 tests of 10,000",
            "1,000 failures",
            "Show 200 more of 800",
        ],
    );
    assert!(
        main.matches("<details").count() < 300,
        "{}",
        main.matches("<details").count()
    );
    let page = runs.seen("#view=coverage&open=g0.3", &[]).unwrap();
    let main = main_of(&page);
    has(main, &["69215 of 103823", "34,608 holes"]);
    let cells = main.matches("<button type=\"button\"").count();
    assert!((1000..3000).contains(&cells), "{cells}");
}
