use super::*;
use crate::dut::testing::simulate;

#[test]
fn an_instance_says_what_it_is() {
    let (dut, _) = simulate();
    assert_eq!(
        (dut.name(), dut.path(), dut.kind()),
        ("top", "top", ObjectKind::Module)
    );
    assert_eq!(dut.definition(), Some("counter"));
    assert_eq!((dut.file(), dut.line()), (Some("counter.v"), Some(7)));
    assert_eq!(Instance::roots().unwrap(), [dut]);
}

#[test]
fn children_come_in_the_simulators_order() {
    let (dut, _) = simulate();
    let names: Vec<_> = dut.children().unwrap().iter().map(Object::name).collect();
    assert_eq!(names[..3], ["clk", "en", "count"]);
    assert!(names.contains(&"lanes[1]") && names.contains(&"WIDTH"));
    let core = dut.instance("core").unwrap();
    assert_eq!(core.children().unwrap()[0].path(), "top.core.next_count");
}

#[test]
fn a_path_goes_down_through_scopes_arrays_and_escaped_names() {
    let (dut, _) = simulate();
    for (path, found) in [
        ("core.next_count", "top.core.next_count"),
        ("lanes[1].valid", "top.lanes[1].valid"),
        ("memory[2]", "top.memory[2]"),
        ("\\a.b ", "top.a.b"),
        ("a.b", "top.a.b"),
    ] {
        assert_eq!(dut.object(path).unwrap().path(), found);
    }
    assert!(dut.contains("core") && !dut.contains("cor"));
}

#[test]
fn an_object_becomes_what_it_is() {
    let (dut, _) = simulate();
    let core = dut.object("core").unwrap();
    assert!(core.as_instance().is_some());
    assert!(core.bind::<Signal<u8>>().is_err());
    let count = dut.object("count").unwrap();
    assert!(count.as_instance().is_none());
    assert_eq!(count.bind::<Signal<u8>>().unwrap().path(), "top.count");
}

#[test]
fn a_miss_says_the_nearest_names_and_what_the_scope_holds() {
    let (dut, _) = simulate();
    let error = dut.signal::<u8>("cuont").unwrap_err();
    let [error] = error.field_errors() else {
        panic!("{error}")
    };
    assert_eq!((error.file(), error.line()), (file!(), line!() - 4));
    let BindErrorKind::NotFound {
        missing,
        scope,
        nearest,
        holds,
        ..
    } = error.kind()
    else {
        panic!("{error}")
    };
    assert_eq!((missing.as_str(), scope.as_str()), ("cuont", "top"));
    assert_eq!(nearest[0], "count");
    assert_eq!(holds[..2], ["clk", "en"]);
    assert!(holds.contains(&"core (module)".to_owned()), "{holds:?}");
    assert!(
        error
            .to_string()
            .contains("there is no `cuont` in `top` (did you mean `count`"),
        "{error}"
    );
}

#[test]
fn a_miss_further_down_is_reported_where_it_happens() {
    let (dut, _) = simulate();
    let error = dut.signal::<u8>("core.nxt_count").unwrap_err().to_string();
    assert!(
        error.contains(
            "no `nxt_count` in `top.core` (did you mean `next_count`?); it holds next_count"
        ),
        "{error}"
    );
    let error = dut.signal::<u8>("count.x").unwrap_err().to_string();
    assert!(
        error.contains("`top.count` is a net: it holds no `x`"),
        "{error}"
    );
}

#[test]
fn a_name_that_is_further_down_is_found_there() {
    let (dut, _) = simulate();
    let error = dut.signal::<u8>("next_count").unwrap_err().to_string();
    assert!(error.contains("`core.next_count`"), "{error}");
}

#[test]
fn an_element_outside_says_the_range() {
    let (dut, _) = simulate();
    let error = dut.signal::<u8>("memory[9]").unwrap_err().to_string();
    assert!(
        error.contains("the elements of the array are [0:3]"),
        "{error}"
    );
}

#[test]
fn a_scope_is_not_found_at_the_top_by_another_name() {
    simulate();
    let error = Instance::find("tpo").unwrap_err().to_string();
    assert!(
        error.contains("no `tpo` at the top of the design (did you mean `top`?)"),
        "{error}"
    );
    let error = Instance::find("top.count").unwrap_err().to_string();
    assert!(
        error.contains("`top.count` is a net: it holds no other objects"),
        "{error}"
    );
}

#[test]
fn without_a_simulation_there_is_an_error_that_says_so() {
    std::thread::spawn(|| {
        let error = Instance::find("top").unwrap_err();
        assert_eq!(*error.field_errors()[0].kind(), BindErrorKind::NoSimulation);
        let (line, place) = (line!(), &error.field_errors()[0]);
        assert_eq!((place.file(), place.line()), (file!(), line - 2));
    })
    .join()
    .unwrap();
}
