use syn::{File, parse_str};

use super::*;
use crate::errors::test_support::mistakes;

fn expanded(item: &str) -> String {
    let tokens = derive(&parse_str(item).unwrap()).unwrap();
    syn::parse2::<File>(tokens.clone()).expect("the expansion is a file of items");
    tokens.to_string()
}

fn errors_of(item: &str) -> Vec<String> {
    mistakes(derive(&parse_str(item).unwrap()).unwrap_err())
}

#[test]
fn variants_go_by_their_names_and_discriminants() {
    let expansion = expanded("enum State { Idle, r#Loop = 4 }");
    for part in [
        "fn type_name () -> & 'static str { \"State\" }",
        "& [(\"Idle\" , Self :: Idle as u128) , (\"Loop\" , Self :: r#Loop as u128)]",
        "NATIVE_WIDTH : :: core :: option :: Option < u32 > = :: core :: option :: Option :: None",
    ] {
        assert!(expansion.contains(part), "{part}\nis not in\n{expansion}");
    }
}

#[test]
fn a_declared_width_is_kept() {
    let expansion = expanded("#[logic(width = 3)] enum State { Idle, Done = 7 }");
    assert!(expansion.contains("Option :: Some (3u32)"), "{expansion}");
}

#[test]
fn a_width_holds_every_variant() {
    assert_eq!(
        errors_of("#[logic(width = 2)] enum E { A = 3, B, C = 1 }"),
        ["1:16: width 2 does not hold `B` = 4, which needs 3 bits"]
    );
    // The value of a constant is known to the compiler only, which checks `WIDTH`.
    expanded("#[logic(width = 2)] enum E { A = CONSTANT, B }");
}

#[test]
fn a_width_is_a_number_of_bits_given_once() {
    assert_eq!(
        errors_of("#[logic(width = 0)] #[logic(width = \"3\", size = 4)] enum E { A }"),
        [
            "1:16: an enum is at least 1 bit wide",
            "1:36: `width` is a number of bits: `width = 3`",
            "1:41: unknown option `size`: the only one is `width`",
        ]
    );
    assert_eq!(
        errors_of("#[logic(width = 3, width = 4)] enum E { A }"),
        ["1:19: `width` is given twice"]
    );
}

#[test]
fn a_variant_has_no_fields_and_no_negative_value() {
    assert_eq!(
        errors_of("enum E { A(u8), B { x: u8 }, C = -1, D = (-2), #[logic(width = 1)] F }"),
        [
            "1:10: `A` has fields: a signal holds only which variant it is",
            "1:18: `B` has fields: a signal holds only which variant it is",
            "1:33: a signal holds no negative value: give the bits it stands for",
            "1:41: a signal holds no negative value: give the bits it stands for",
            "1:55: `width` belongs on the enum; a variant's value is written `F = 2`, and its name in \
             the design `#[logic(name = \"st_idle\")]`",
        ]
    );
}

#[test]
fn a_variant_has_the_name_that_the_design_gives_it() {
    let code = expanded("enum E { #[logic(name = \"st_idle\")] Idle, Busy }");
    assert!(
        code.contains("\"st_idle\"") && code.contains("\"Busy\""),
        "{code}"
    );
    assert!(!code.contains("\"Idle\""), "{code}");
    assert_eq!(
        errors_of("enum E { #[logic(name = 3)] Idle }"),
        ["1:24: `name` is a string literal: `name = \"st_idle\"`"]
    );
}

#[test]
fn only_an_enum_with_variants_and_without_parameters_is_a_value() {
    assert_eq!(
        errors_of("enum E<T> {}"),
        [
            "1:6: an enum that is a signal's value cannot be generic",
            "1:5: an enum without variants has no value for a signal",
        ]
    );
    assert!(errors_of("struct S;")[0].starts_with("1:0: `LogicEnum` is for an enum"));
    assert!(errors_of("union U { a: u8 }")[0].starts_with("1:0: `LogicEnum` is for an enum"));
}
