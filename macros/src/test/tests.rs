use proc_macro2::TokenStream;
use quote::quote;
use syn::{File, parse_str};

use super::*;
use crate::errors::test_support::mistakes;

fn expanded(arguments: &str, item: &str) -> String {
    let tokens = expand(parse_str(arguments).unwrap(), &parse_str(item).unwrap());
    syn::parse2::<File>(tokens.clone()).expect("the expansion is a file of items");
    tokens.to_string()
}

fn errors_of(arguments: &str, item: &str) -> Vec<String> {
    let arguments: TokenStream = parse_str(arguments).unwrap();
    let function: ItemFn = parse_str(item).unwrap();
    mistakes(register(arguments, &function).unwrap_err())
}

fn names(expansion: &str) -> Vec<&str> {
    let field = "name : \"";
    expansion
        .match_indices(field)
        .map(|(at, _)| expansion[at + field.len()..].split('"').next().unwrap())
        .collect()
}

#[test]
fn the_function_stands_as_written() {
    let item: TokenStream = quote! {
        /// Docs.
        #[allow(dead_code)]
        pub(crate) async fn counts(dut: Counter) -> Result { Ok(()) }
    };
    assert!(expanded("", &item.to_string()).contains(&item.to_string()));
}

#[test]
fn a_test_is_called_as_its_function_or_as_said() {
    assert_eq!(names(&expanded("", "async fn counts() {}")), ["counts"]);
    assert_eq!(names(&expanded("", "async fn r#loop() {}")), ["loop"]);
    assert_eq!(
        names(&expanded("name = \"a::b-1\"", "async fn counts() {}")),
        ["a::b-1"]
    );
}

#[test]
fn a_test_a_case() {
    let expansion = expanded(
        "cases(from_250 = 250, from_0 = 0,)",
        "async fn wraps(dut: C, start: u8) {}",
    );
    assert_eq!(names(&expansion), ["wraps::from_250", "wraps::from_0"]);
    let value = ":: verifork :: __private :: case_value :: < u8 , _ > (250)";
    assert!(
        expansion.contains(&format!("wraps (argument0 , {value}) . await")),
        "{expansion}"
    );
}

#[test]
fn tuples_fill_several_parameters_and_lists_make_their_product() {
    let expansion = expanded(
        "cases(a = (X, 2 + 1), b = (Y, Z)), cases(up = UP, down = DOWN)",
        "async fn f(x: u8, y: u8, up: bool) {}",
    );
    assert_eq!(
        names(&expansion),
        ["f::a::up", "f::a::down", "f::b::up", "f::b::down"]
    );
    assert!(
        expansion.contains("f (X , 2 + 1 , UP) . await")
            && expansion.contains("f (Y , Z , DOWN) . await"),
        "{expansion}"
    );
}

#[test]
fn a_tuple_in_a_tuple_and_unit_are_one_value() {
    let expansion = expanded(
        "cases(a = ((1, 2),)), cases(u = ())",
        "async fn f(p: P, u: ()) {}",
    );
    assert!(
        expansion.contains("f ((1 , 2) , ()) . await"),
        "{expansion}"
    );
}

#[test]
fn options_are_evaluated_with_the_units_of_time_in_scope() {
    let expansion = expanded("timeout = 1.ms(), skip = \"why\"", "async fn f() {}");
    assert!(expansion.contains("TimeUnits as _"));
    assert!(expansion.contains("timeout : :: core :: option :: Option :: Some (1 . ms ())"));
    assert!(expansion.contains("skip : :: core :: option :: Option :: Some (\"why\")"));
}

#[test]
fn should_fail_names_a_kind_and_a_text() {
    for (written, kind, text) in [
        ("should_fail", "Error", ""),
        ("should_fail = \"odd\"", "Error", "odd"),
        ("should_fail(timeout)", "Timeout", ""),
        ("should_fail(bind = \"odd\")", "Bind", "odd"),
        ("should_fail(panic)", "Panic", ""),
    ] {
        let expansion = expanded(written, "async fn f() {}");
        let fields = format!("FailureKind :: {kind} , text : \"{text}\"");
        assert!(expansion.contains(&fields), "{expansion}");
    }
}

#[test]
fn should_fail_names_one_kind_that_there_is() {
    let there_are = "`panic`, `bind`, `timeout`, `icarus`, `ghdl`, `verilator`, `nvc`";
    assert_eq!(
        errors_of("should_fail(timout)", "async fn f() {}"),
        [format!(
            "1:12: unknown option `timout`: did you mean `timeout`? (there are {there_are})"
        )]
    );
    let one = "`should_fail(…)` names one kind: `should_fail(timeout)`, or with a text of the error \
               `should_fail(timeout = \"text\")`";
    for (written, place) in [
        ("should_fail()", "1:0"),
        ("should_fail(panic, bind)", "1:0"),
        ("should_fail(\"text\")", "1:12"),
        ("should_fail(panic, \"text\")", "1:19"),
    ] {
        let message = format!("{place}: {one}");
        assert_eq!(errors_of(written, "async fn f() {}"), [message]);
    }
    assert_eq!(
        errors_of("\"text\"", "async fn f() {}"),
        ["1:0: expected the name of an option"]
    );
    assert_eq!(
        errors_of("should_fail(panic = 3)", "async fn f() {}"),
        ["1:20: `panic` is a string literal: `should_fail(timeout = \"text of the error\")`"]
    );
}

#[test]
fn a_condition_on_the_function_holds_for_its_registration() {
    let expansion = expanded(
        "",
        "#[cfg(a)] #[cfg_attr(b, cfg(c), inline)] #[inline] async fn f() {}",
    );
    let registration = expansion
        .split("async fn f () { }")
        .nth(1)
        .unwrap()
        .trim_start();
    assert!(
        registration.starts_with("# [cfg (a)] # [cfg_attr (b , cfg (c))] const _ : ()"),
        "{registration}"
    );
}

#[test]
fn a_signature_that_the_framework_cannot_call_is_refused_with_every_reason() {
    assert_eq!(
        errors_of(
            "",
            "const unsafe extern \"C\" fn f<T>(self) where T: Copy {}"
        ),
        [
            "1:24: a test waits for the simulator: write `async fn f`",
            "1:0: a test cannot be `const`",
            "1:6: the framework calls a test: it cannot be `unsafe`",
            "1:13: a test is a Rust function: it has no `extern`",
            "1:28: the framework calls a test: it cannot be generic (`cases` gives it other values)",
            "1:38: a test is not generic: it has no `where`",
            "1:32: a test is a function by itself: it takes no `self`",
        ]
    );
}

#[test]
fn parameters_are_owned_and_of_a_named_type() {
    assert_eq!(
        errors_of(
            "cases(a = 1)",
            "async fn f(dut: &Counter, test: impl Any, x: &'static u8) {}"
        ),
        [
            "1:16: a test owns what the framework makes for it: write `Counter`",
            "1:32: the framework makes this parameter: name its type",
        ]
    );
}

#[test]
fn cases_fill_no_more_parameters_than_there_are() {
    assert_eq!(
        errors_of(
            "cases(a = 1), cases(b = (1, 2))",
            "async fn f(x: u8, y: u8) {}"
        ),
        [
            "1:14: the cases fill 3 parameters, but `f` has 2: a tuple fills one parameter with each of \
             its values; a value that is itself a tuple stands in another, `cases(a = ((1, 2),))`"
        ]
    );
    assert_eq!(
        errors_of("cases(a = 1)", "async fn f() {}"),
        ["1:0: the cases fill 1 parameter, but `f` has 0"]
    );
}

#[test]
fn literals_are_checked_against_a_type_that_can_be_named() {
    let expansion = expanded(
        "cases(a = (-1, \"x\", 2, N))",
        "async fn f(w: i8, x: &str, y: impl Into<u8>, z: u8) {}",
    );
    let checked = ":: verifork :: __private :: case_value ::";
    let call = format!("f ({checked} < i8 , _ > (- 1) , {checked} < & str , _ > (\"x\") , 2 , N)");
    assert!(expansion.contains(&call), "{expansion}");
}

#[test]
fn cases_have_different_names_and_equally_many_values() {
    assert_eq!(
        errors_of("cases(a = 1, b = (1, 2), a = 3)", "async fn f(x: u8) {}"),
        [
            "1:13: the case `b` has 2 values, but `a` has 1 value: all fill the same parameters",
            "1:25: two cases are called `a`",
        ]
    );
}

#[test]
fn cases_have_names_and_are_not_empty() {
    let form = "a case has a name and a value: `cases(small = 1, large = 255)`";
    for (cases, at) in [
        ("cases(1)", "1:6"),
        ("cases(a == 1)", "1:6"),
        ("cases(a)", "1:6"),
    ] {
        assert_eq!(
            errors_of(cases, "async fn f(x: u8) {}"),
            [format!("{at}: {form}")]
        );
    }
    assert_eq!(
        errors_of("cases()", "async fn f() {}"),
        ["1:0: without a case there is no test: `cases(small = 1, large = 255)`"]
    );
    assert_eq!(
        errors_of("cases = 3", "async fn f() {}"),
        ["1:0: `cases` is a list: `cases(small = 1, large = 255)`"]
    );
}

#[test]
fn an_unknown_option_says_the_nearest() {
    assert_eq!(
        errors_of("timeout = \"1us\", wall_timeout = 3", "async fn f() {}"),
        [
            "1:10: `timeout` is a duration, with its unit: `timeout = 1.ms()`",
            "1:32: `wall_timeout` is a duration, with its unit: `wall_timeout = \
             std::time::Duration::from_secs(10)`",
        ]
    );
    let all = "`name`, `timeout`, `wall_timeout`, `skip`, `should_fail`, `design_errors`, `ends`, `cases`, `covers`";
    assert_eq!(
        errors_of("timout = 1.ms(), parallel", "async fn f() {}"),
        [
            format!("1:0: unknown option `timout`: did you mean `timeout`? (there are {all})"),
            format!("1:17: unknown option `parallel`: there are {all}"),
        ]
    );
}

#[test]
fn options_are_well_formed_and_given_once() {
    assert_eq!(
        errors_of(
            "name = 3, skip, timeout, skip = \"a\", skip = \"b\"",
            "async fn f() {}"
        ),
        [
            "1:7: `name` is a string literal: `name = \"wraps_at_255\"`",
            "1:10: `skip` needs a value: `skip = \"why\"`",
            "1:16: `timeout` needs a value: `timeout = 1.ms()`",
            "1:37: `skip` is given twice",
        ]
    );
}

#[test]
fn a_name_can_be_selected_and_be_a_file() {
    assert_eq!(
        errors_of("name = \"\"", "async fn f() {}"),
        ["1:7: a test's name is not empty"]
    );
    assert_eq!(
        errors_of("name = \"a b\"", "async fn f() {}"),
        ["1:7: ' ' in a test's name: it may hold letters, digits, `_`, `-`, `.` and `::`"]
    );
}

#[test]
fn attributes_of_the_other_harness_are_refused() {
    let errors = errors_of(
        "",
        "#[test] #[ignore = \"x\"] #[should_panic] #[verifork::test] async fn f() {}",
    );
    let places: Vec<_> = errors
        .iter()
        .map(|error| error.split(": ").next().unwrap())
        .collect();
    assert_eq!(places, ["1:0", "1:8", "1:24", "1:40"]);
}

#[test]
fn with_a_mistake_the_item_still_stands() {
    assert!(expanded("zzz", "async fn f() {}").contains("async fn f () { } :: core"));
    let expansion = expanded("", "struct S;");
    assert!(
        expansion.contains("stands on an `async fn`: expected `fn`"),
        "{expansion}"
    );
    assert!(expansion.ends_with("struct S ;"));
}

#[test]
fn a_test_is_skipped_and_has_to_fail_on_some_simulators() {
    let expansion = expanded(
        "skip(verilator, \"a\"), skip(ghdl < 3, \"b\",), should_fail(nvc >= \"1.18.2\"), \
         should_fail(verilator != 5.040, timeout = \"c\"), should_fail(icarus, \"d\"), \
         should_fail(ghdl == 2, bind), should_fail = \"e\"",
        "async fn counts() {}",
    );
    for part in [
        "skip_on : & [(:: verifork :: __private :: Condition { simulator : \"verilator\" , version : \
         :: core :: option :: Option :: None } , \"a\")",
        "& [:: core :: cmp :: Ordering :: Less] as & 'static [:: core :: cmp :: Ordering] , \"3\" ,",
        "& [:: core :: cmp :: Ordering :: Greater , :: core :: cmp :: Ordering :: Equal] as & 'static \
         [:: core :: cmp :: Ordering] , \"1.18.2\" ,",
        "\"5.040\"",
        "FailureKind :: Timeout , text : \"c\"",
        "FailureKind :: Error , text : \"d\"",
        "FailureKind :: Bind , text : \"\"",
        "should_fail : :: core :: option :: Option :: Some",
    ] {
        assert!(expansion.contains(part), "{part}\nis not in\n{expansion}");
    }
}

#[test]
fn a_wrong_condition_is_a_mistake_at_its_token() {
    let errors = |options: &str| errors_of(options, "async fn counts() {}").join("\n");
    for (options, expected) in [
        (
            "skip(verilater, \"why\")",
            "1:5: unknown simulator `verilater`: did you mean `verilator`?",
        ),
        (
            "skip()",
            "1:0: name a simulator: `icarus`, `ghdl`, `verilator`, `nvc`",
        ),
        ("skip(ghdl < 3)", "1:0: say why: `skip(ghdl < 3,"),
        ("skip(ghdl < 3, why)", "1:15: say why"),
        (
            "skip(ghdl ~ 3, \"why\")",
            "1:10: a simulator's version is compared by",
        ),
        ("skip(ghdl < three, \"why\")", "1:12: a version is a number"),
        (
            "skip(ghdl < \"3.x\", \"why\")",
            "1:12: a version is a number",
        ),
        ("skip(ghdl < , \"why\")", "a version is a number"),
        (
            "skip(verilator < 5.04, \"why\")",
            "1:17: Verilator's versions have three digits",
        ),
        (
            "should_fail(gdhl < 3)",
            "1:12: unknown simulator `gdhl`: did you mean `ghdl`?",
        ),
        (
            "should_fail(ghdl < 3, timout)",
            "1:22: unknown option `timout`: did you mean `timeout`?",
        ),
        ("should_fail(verilater)", "did you mean `verilator`?"),
        ("should_fail(ghdl < 3, 7)", "1:22:"),
        ("should_fail(ghdl < 3, bind, panic)", "names one kind"),
    ] {
        let found = errors(options);
        assert!(
            found.contains(expected),
            "{options}: {expected}\nis not in\n{found}"
        );
    }
}

#[test]
fn covers_names_requirements() {
    for (written, names) in [
        ("covers = \"REQ-12\"", "covers : & [\"REQ-12\"]"),
        ("covers(\"A\", \"B 2\",)", "covers : & [\"A\" , \"B 2\"]"),
        ("covers = [\"A\", \"B\"]", "covers : & [\"A\" , \"B\"]"),
        (
            "covers = \"A\", covers = \"B\"",
            "covers : & [\"A\" , \"B\"]",
        ),
        ("", "covers : & []"),
    ] {
        let expansion = expanded(written, "async fn f() {}");
        assert!(expansion.contains(names), "{written}: {expansion}");
    }
    let cases = expanded(
        "covers = \"A\", cases(a = 1, b = 2)",
        "async fn f(x: u8) {}",
    );
    assert_eq!(cases.matches("covers : & [\"A\"]").count(), 2, "{cases}");
}

#[test]
fn a_requirement_has_a_name_of_its_own() {
    for (written, told) in [
        (
            "covers",
            "`covers` names requirements: `covers = \"REQ-12\"`",
        ),
        ("covers()", "`covers` names requirements"),
        ("covers = []", "`covers` names requirements"),
        ("covers = 12", "`covers` names requirements"),
        ("covers(REQ)", "`covers` names requirements"),
        ("covers = \" \"", "is not empty"),
        ("covers = \" A\"", "without spaces at its ends"),
        ("covers = \"A\\nB\"", "is one line"),
        ("covers(\"A\", \"A\")", "\"A\" is named twice"),
        ("covers = \"A\", covers = \"A\"", "\"A\" is named twice"),
    ] {
        let errors = errors_of(written, "async fn f() {}");
        assert!(
            errors.len() == 1 && errors[0].contains(told),
            "{written}: {errors:?}"
        );
    }
}
