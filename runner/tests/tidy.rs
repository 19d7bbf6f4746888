//! The output folder keeps what tests name, and little else.

mod common;

use std::fs;
use std::path::Path;

use common::bench::{Bench, PASSED};
use common::files;

/// The folders of compiled designs.
fn designs(bench: &Bench) -> usize {
    let folder = bench.harness.target.path().join("verifork/designs");
    let folders = files(&folder).into_iter();
    folders.filter(|name| folder.join(name).is_dir()).count()
}

#[test]
fn versions_of_a_design_do_not_pile_up() {
    let Some(bench) = Bench::icarus() else { return };
    let bench = bench.with("FAULTY_SOURCES", "d.v");
    for version in 0..12 {
        let text = "module described(output wire [7:0] q); assign q = 7; endmodule";
        bench.write("d.v", &format!("{text} // {version}\n"));
        let run = bench.run();
        run.status(PASSED);
        if version < 9 {
            run.does_not_say("removed");
        } else {
            run.says("note: removed 1 compiled design that no test names any more");
        }
    }
    assert_eq!(designs(&bench), 9);
    // The newest is still there, and so is the one before.
    let folder = bench.harness.target.path().join("verifork/designs");
    let before = files(&folder);
    bench.ends(PASSED);
    assert_eq!(files(&folder), before);
}

#[test]
fn what_a_design_has_left_that_is_gone_is_removed() {
    let Some(bench) = Bench::icarus() else { return };
    let bench = bench.with("FAULTY_SOURCES", "d.v");
    bench.write(
        "d.v",
        "module described(output wire [7:0] q); assign q = 7; endmodule\n",
    );
    fs::create_dir_all(bench.path("hdl/include")).unwrap();
    for file in ["hdl/gate.v", "hdl/include/limit.vh"] {
        fs::copy(common::crate_folder().join(file), bench.path(file)).unwrap();
    }
    // Twelve tests: of the widths 1, 10 to 19, and 100.
    let icarus = [("VERIFORK_SIM", "icarus")];
    let run = bench
        .harness
        .run("many", &icarus, &["gate::w1", "--skip", "passes_too"]);
    run.status(0).says("12 passed").does_not_say("removed");
    assert_eq!(designs(&bench), 12);
    let runs = bench
        .harness
        .target
        .path()
        .join("verifork/runs/faulty_tb/sim/gate");
    assert_eq!(files(&runs).len(), 12);
    // A list of tests removes nothing.
    let described = [
        icarus[0],
        ("FAULTY_SOURCES", "d.v"),
        ("FAULTY_TESTS", "shows_seven"),
    ];
    bench
        .harness
        .run("described", &described, &["--list"])
        .status(0);
    assert_eq!(files(&runs).len(), 12);
    let run = bench.run();
    run.status(PASSED)
        .says("note: removed 4 compiled designs and 4 folders of runs that no test names any more");
    assert_eq!(designs(&bench), 9);
    assert_eq!(files(&runs).len(), 8);
}

#[test]
fn a_simulation_of_another_process_keeps_its_design() {
    let Some(bench) = Bench::icarus() else { return };
    let bench = bench.with("FAULTY_SOURCES", "d.v");
    let folder = bench.harness.target.path().join("verifork/designs");
    let version = |version: u32| {
        let text = "module described(output wire [7:0] q); assign q = 7; endmodule";
        bench.write("d.v", &format!("{text} // {version}\n"));
        bench.ends(PASSED);
    };
    version(0);
    let first = files(&folder)
        .into_iter()
        .find(|name| folder.join(name).is_dir())
        .unwrap();
    // As a process does whose simulator runs.
    let used = fs::File::open(folder.join(&first).with_extension("used")).unwrap();
    used.lock_shared().unwrap();
    (1..12).for_each(version);
    assert!(folder.join(&first).is_dir());
    drop(used);
    version(12);
    assert!(!folder.join(&first).exists());
    let locks = files(&folder);
    let of_it = locks
        .iter()
        .filter(|name| Path::new(name).file_stem().unwrap() == first.as_str());
    assert_eq!(of_it.count(), 0, "{locks:?}");
}
