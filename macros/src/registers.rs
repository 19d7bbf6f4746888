//! `#[derive(Registers)]` and `#[derive(RegisterFields)]`: the registers of a design as structs.
//!
//! The rules are constant functions of `verifork-components`, which the compiler evaluates at the spans given here.
//! They are the same for the TOML reader and the builder, and a width or an address may be a constant of the user.

mod block;
mod fields;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Field, Fields};

use crate::errors::Errors;
use crate::settings::Setting;
use block::registers;
use fields::fields;

pub(crate) fn expand_registers(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| registers(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

pub(crate) fn expand_fields(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| fields(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

/// The module that the derives' code uses; an error in it is reported at the span.
fn derived_at(span: Span) -> TokenStream {
    quote_spanned!(span=> ::verifork_components::registers::derived)
}

/// An option that takes any constant of a type.
fn constant(setting: &Setting, slot: &mut Option<Expr>, example: &str, errors: &mut Errors) {
    let value = setting.expression(example, errors).cloned();
    if value.is_some() {
        setting.store(slot, value, errors);
    }
}

fn some(value: Option<&Expr>) -> TokenStream {
    match value {
        Some(value) => quote_spanned!(value.span()=> ::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// The options that registers and fields have in common.
#[derive(Default)]
struct Common {
    access: Option<syn::LitStr>,
    reset: Option<Expr>,
    volatile: Option<()>,
    path: Option<syn::LitStr>,
}

impl Common {
    /// Stores the option, if it is one of these.
    fn take(&mut self, setting: &Setting, errors: &mut Errors) -> bool {
        match setting.name().as_str() {
            "access" => {
                let access = setting.string("access = \"W1C\"", errors);
                if access.is_some() {
                    setting.store(&mut self.access, access, errors);
                }
            }
            "reset" => constant(setting, &mut self.reset, "reset = 0x10", errors),
            "volatile" => {
                let volatile = setting.flag(errors);
                setting.store(&mut self.volatile, volatile, errors);
            }
            "path" => {
                let path = setting.string("path = \"core.mode\"", errors);
                if path.is_some() {
                    setting.store(&mut self.path, path, errors);
                }
            }
            _ => return false,
        }
        true
    }

    fn access(&self) -> Option<TokenStream> {
        let (access, derived) = (self.access.as_ref()?, derived_at(Span::call_site()));
        Some(quote!(#derived::access(#access)))
    }

    fn check_access(&self) -> Option<TokenStream> {
        let access = self.access.as_ref()?;
        let derived = derived_at(access.span());
        Some(quote_spanned! {access.span()=>
            const _: () = #derived::check_access(#access);
        })
    }

    fn path(&self) -> TokenStream {
        match &self.path {
            Some(path) => quote!(::core::option::Option::Some(#path)),
            None => quote!(::core::option::Option::None),
        }
    }
}

/// The fields of a struct with named fields and without parameters.
fn named<'a>(input: &'a DeriveInput, derive: &str, errors: &mut Errors) -> Vec<&'a Field> {
    if let Some(parameter) = input.generics.params.first() {
        errors.on(
            parameter,
            format!("a struct that derives `{derive}` has no parameters"),
        );
    }
    let remedy = match derive {
        "Registers" => {
            "a struct with named fields, such as `struct Timer { #[register(address = 0)] load: Reg<u32> }`"
        }
        _ => {
            "a struct with named fields, such as `struct Control { #[field(bits = 0)] enable: bool }`"
        }
    };
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => {
                return fields.named.iter().collect();
            }
            _ => errors.on(&input.ident, format!("`{derive}` is for {remedy}")),
        },
        Data::Enum(data) => errors.at(
            data.enum_token.span,
            format!("enum: `{derive}` is for {remedy}"),
        ),
        Data::Union(data) => errors.at(
            data.union_token.span,
            format!("union: `{derive}` is for {remedy}"),
        ),
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use syn::parse_str;

    use super::*;
    use crate::errors::test_support::{has_parts, mistakes};

    fn errors_of(item: &str) -> Vec<String> {
        let input = parse_str(item).unwrap();
        let derive = if item.contains("Reg<") {
            registers
        } else {
            fields
        };
        mistakes(derive(&input).unwrap_err())
    }

    #[test]
    fn options_of_registers_are_known_and_reported_once() {
        let errors = errors_of(
            "#[registers(widht = 32)] struct T {\n\
             #[register(address = 0, adress = 4)] a: Reg<u8>,\n\
             b: Reg<u8>,\n\
             #[register(stride = 4)] c: Reg<u8>,\n\
             #[register(address = 0, address = 4)] d: Reg<u8>,\n\
             #[register(address = 0, access = RW, volatile = 3)] e: Reg<u8>,\n\
             }",
        );
        for (line, says) in [
            (1, "unknown option `widht`: did you mean `width`?"),
            (2, "unknown option `adress`: did you mean `address`?"),
            (
                3,
                "a register has an address: `#[register(address = 0x04)]`",
            ),
            (4, "a register has an address"),
            (5, "`address` is given twice"),
            (6, "`access` is a string literal: `access = \"W1C\"`"),
            (6, "`volatile` takes no value"),
        ] {
            let found = |it: &&String| it.starts_with(&format!("{line}:")) && it.contains(says);
            assert!(
                errors.iter().any(|it| found(&it)),
                "{line}: {says}: {errors:#?}"
            );
        }
        assert_eq!(errors.len(), 7, "{errors:#?}");
    }

    #[test]
    fn options_of_fields_are_known_and_bits_have_both_ends() {
        let errors = errors_of(
            "struct T {\n\
             #[field(bits = 4..7)] a: u8,\n\
             #[field(bits = 4..)] b: u8,\n\
             #[field(bits = \"7:4\")] c: u8,\n\
             #[field(reset = 0)] d: u8,\n\
             #[field(bits = 0, acces = \"RO\")] e: u8,\n\
             #[field] f: u8,\n\
             }",
        );
        for (line, says) in [
            (2, "both ends: `bits = 4..=7`, the lowest first"),
            (3, "both ends"),
            (
                4,
                "bits are `4..=7`, the lowest first, or 3 for a single one",
            ),
            (5, "a field has bits: `#[field(bits = 4..=7)]`"),
            (6, "unknown option `acces`: did you mean `access`?"),
            (7, "options stand in parentheses"),
        ] {
            let found = |it: &&String| it.starts_with(&format!("{line}:")) && it.contains(says);
            assert!(
                errors.iter().any(|it| found(&it)),
                "{line}: {says}: {errors:#?}"
            );
        }
    }

    #[test]
    fn what_is_no_struct_with_named_fields_is_refused() {
        for (item, says) in [
            (
                "struct T;",
                "`RegisterFields` is for a struct with named fields",
            ),
            (
                "struct T(u8);",
                "`RegisterFields` is for a struct with named fields",
            ),
            (
                "struct T {}",
                "`RegisterFields` is for a struct with named fields",
            ),
            ("enum T { A }", "enum: `RegisterFields` is for"),
            ("union T { a: u8 }", "union: `RegisterFields` is for"),
            (
                "struct T<A> { #[field(bits = 0)] a: A }",
                "has no parameters",
            ),
            ("enum T { A(Reg<u8>) }", "enum: `Registers` is for"),
        ] {
            let errors = errors_of(item);
            assert!(errors.iter().any(|it| it.contains(says)), "{errors:?}");
        }
    }

    #[test]
    fn a_block_has_its_registers_with_all_that_was_said_of_them() {
        let item = "#[registers(width = 16, size = 0x40, name = \"timer\")] struct Timer {\n\
             #[register(address = 0x00)] control: Reg<Control>,\n\
             #[register(address = 0x04, reset = 0xfedc, access = \"RO\", volatile, untested)] load: Reg<u16>,\n\
             #[register(address = 0x10, stride = 8, aliases = [0x30], width = 32, path = \"core.compare\")]\n\
             compare: [Reg<u32>; 2],\n\
             }";
        let output = expand_registers(parse_str(item).unwrap()).to_string();
        has_parts(
            &output,
            &[
                "Registers for Timer",
                "\"timer\"",
                "\"control\"",
                "0xfedc",
                "\"RO\"",
                "\"core.compare\"",
                "0x30",
            ],
        );
    }

    #[test]
    fn a_register_has_its_fields_with_all_that_was_said_of_them() {
        let item = "struct Control {\n\
             #[field(bits = 0, reset = 1)] enable: bool,\n\
             #[field(bits = 1..=3, path = \"core.mode\")] mode: u8,\n\
             #[field(bits = 8, access = \"W1C\", volatile)] overflow: bool,\n\
             }";
        let output = expand_fields(parse_str(item).unwrap()).to_string();
        has_parts(
            &output,
            &[
                "RegisterFields for Control",
                "\"enable\"",
                "\"core.mode\"",
                "\"W1C\"",
            ],
        );
    }
}
