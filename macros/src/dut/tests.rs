use syn::{File, parse_str};

use super::*;
use crate::errors::test_support::mistakes;

fn expanded(item: &str) -> String {
    let tokens = expand(parse_str(item).unwrap(), Beside::default());
    syn::parse2::<File>(tokens.clone()).expect("the expansion is a file of items");
    tokens.to_string()
}

fn errors_of(item: &str) -> Vec<String> {
    mistakes(derive(&parse_str(item).unwrap(), Beside::default()).unwrap_err())
}

#[test]
fn a_field_binds_to_its_own_name_or_to_its_path() {
    let expansion = expanded(
        "struct Top { clk: Signal<bool>, r#type: Signal<u8>, \
         #[dut(path = \"core.next\", output)] next: Signal<u8> }",
    );
    for part in [
        "structure : \"Top\" , field : \"clk\" , path : \"clk\" , direction : :: core :: option :: \
         Option :: None",
        "field : \"type\" , path : \"type\"",
        "field : \"next\" , path : \"core.next\" , direction : :: core :: option :: Option :: \
         Some (:: verifork :: __private :: Direction :: Output)",
        "Some (Top { clk : field0 ? , r#type : field1 ? , next : field2 ? })",
    ] {
        assert!(expansion.contains(part), "{part}\nis not in\n{expansion}");
    }
}

#[test]
fn a_struct_with_a_prefix_is_in_the_scope_itself_unless_there_is_a_path() {
    let expansion = expanded(
        "struct Top { #[dut(prefix = \"s_\", suffix = \"_i\")] bus: Bus, \
         #[dut(path = \"core\", prefix = \"m_\")] inner: Bus, #[dut(fields)] record: Bus, \
         #[dut(prefix(\"i_\", \"o_\",))] directed: Bus }",
    );
    for part in [
        "field : \"bus\" , path : \"\"",
        "affix : :: core :: option :: Option :: Some (:: verifork :: __private :: Affix :: new \
         (& [\"s_\"] , & [\"_i\"]))",
        "field : \"inner\" , path : \"core\"",
        "field : \"record\" , path : \"record\"",
        "paths (& mut scope . field (\"core\" , :: verifork :: __private :: Affix :: new (& [\"m_\"] , \
         & [])) , \"core\")",
        "Affix :: new (& [] , & [])",
        "field : \"directed\" , path : \"\"",
        "Affix :: new (& [\"i_\" , \"o_\"] , & [])",
    ] {
        assert!(expansion.contains(part), "{part}\nis not in\n{expansion}");
    }
    let errors = errors_of("struct T { #[dut(prefix = \"a\", fields, fields)] a: A }");
    assert_eq!(
        errors,
        [
            "1:39: `fields` is given twice",
            "1:31: `fields` binds names inside an object, to which the `prefix` and `suffix` of the scope \
             around it do not apply",
        ]
    );
}

#[test]
fn several_prefixes_and_suffixes_are_string_literals() {
    assert_eq!(
        errors_of(
            "struct T { #[dut(prefix())] a: A, #[dut(suffix(\"_i\", 3))] b: B, #[dut(prefix = 1)] c: C }"
        ),
        [
            "1:17: `prefix` takes string literals: `prefix = \"s_axis_\"` or `prefix(\"i_\", \"o_\")`",
            "1:40: `suffix` takes string literals: `suffix = \"_i\"` or `suffix(\"_i\", \"_o\")`",
            "1:79: `prefix` is a string literal: `prefix = \"s_axis_\"`",
        ]
    );
}

#[test]
fn every_field_is_tried_before_the_first_gives_up() {
    let expansion = expanded("struct Top { a: A, b: B }");
    let last_bind = expansion.find("let field1").unwrap();
    assert!(expansion.find("field0 ?").unwrap() > last_bind);
}

#[test]
fn a_type_with_a_parameter_is_asked_to_implement_dut() {
    let expansion =
        expanded("struct Lane<'a, T: Clone, const N: usize> where T: Copy { d: Signal<T>, e: E }");
    assert!(
        expansion.contains("impl < 'a , T : Clone , const N : usize >"),
        "{expansion}"
    );
    let clause = "where T : Copy , Signal < T > : :: verifork :: __private :: Dut {";
    assert!(expansion.contains(clause), "{expansion}");
}

#[test]
fn a_struct_is_clone_and_copy_if_all_its_fields_are() {
    let expansion = expanded("struct Lane<'a, T> where T: Eq { d: Signal<T>, r#type: E<'a> }");
    for part in [
        "impl < 'a , T > :: core :: clone :: Clone for Lane < 'a , T > where T : Eq , \
         for < 'field > Signal < T > : :: core :: clone :: Clone , \
         for < 'field > E < 'a > : :: core :: clone :: Clone {",
        "Lane { d : :: core :: clone :: Clone :: clone (& self . d) , \
         r#type : :: core :: clone :: Clone :: clone (& self . r#type) }",
        "impl < 'a , T > :: core :: marker :: Copy for Lane < 'a , T > where T : Eq , \
         for < 'field > Signal < T > : :: core :: marker :: Copy , \
         for < 'field > E < 'a > : :: core :: marker :: Copy { }",
    ] {
        assert!(expansion.contains(part), "{part}\nis not in\n{expansion}");
    }
    assert!(expanded("struct Top {}").contains("Self { Top { } }"));
    let derived = expanded("#[derive(Clone)] struct Top { a: A }");
    assert!(!derived.contains("Clone for Top"), "{derived}");
    assert!(derived.contains("Copy for Top"), "{derived}");
}

#[test]
fn a_struct_without_fields_binds_to_its_instance_alone() {
    assert!(expanded("struct Top {}").contains("Some (Top { })"));
}

#[test]
fn only_a_struct_with_named_fields_has_names_to_bind() {
    for (item, start) in [
        (
            "struct T(u8);",
            "1:8: tuple struct: `Dut` binds fields by their names",
        ),
        (
            "struct T;",
            "1:7: unit struct: `Dut` binds fields by their names",
        ),
        (
            "enum T { A }",
            "1:0: enum: `Dut` binds fields by their names",
        ),
        (
            "union T { a: u8 }",
            "1:0: union: `Dut` binds fields by their names",
        ),
    ] {
        let errors = errors_of(item);
        assert!(
            errors.len() == 1 && errors[0].starts_with(start),
            "{errors:?}"
        );
    }
}

#[test]
fn all_wrong_options_are_reported_at_once() {
    let item = "#[dut(path = \"x\")] struct T { #[dut(pth = \"a\")] a: A, #[dut(input, output)] b: B, \
                #[dut] c: C, #[dut(path = 3, input = 1)] d: D, #[dut(inout, inout)] e: E }";
    assert_eq!(
        errors_of(item),
        [
            "1:0: `#[dut(…)]` belongs on a field: a struct is bound where it is used as a field, \
             or to the top",
            "1:36: unknown option `pth`: did you mean `path`? \
             (there are `path`, `prefix`, `suffix`, `fields`, `input`, `output`, `inout`, `demands`)",
            "1:67: `output`: the port is already `input`",
            "1:82: options stand in parentheses: `#[dut(path = \"core.count\")]`",
            "1:108: `path` is a string literal: `path = \"core.count\"`",
            "1:119: `input` takes no value",
            "1:142: `inout` is given twice",
        ]
    );
}

#[test]
fn with_a_mistake_an_implementation_still_stands() {
    let expansion = expanded("struct T<X>(X);");
    assert!(expansion.contains("compile_error"), "{expansion}");
    assert!(expansion.contains("Dut for T < X >"), "{expansion}");
}
