//! `#[derive(LogicEnum)]`: an enum as the value of a signal.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DataEnum, DeriveInput, Expr, Fields, UnOp};

use crate::errors::{Errors, unknown_option};
use crate::settings::{self, Width, integer_literal};

const EXAMPLE: &str = "#[logic(width = 3)]";
const OF_VARIANT: &str = "#[logic(name = \"st_idle\")]";

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| derive(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let declared = declared_width(&input.attrs, &mut errors);
    if !input.generics.params.is_empty() {
        errors.on(
            &input.generics,
            "an enum that is a signal's value cannot be generic",
        );
    }
    let variants = match &input.data {
        Data::Enum(data) => variants(&input.ident, data, &mut errors),
        Data::Struct(data) => {
            errors.at(data.struct_token.span, NOT_AN_ENUM);
            Vec::new()
        }
        Data::Union(data) => {
            errors.at(data.union_token.span, NOT_AN_ENUM);
            Vec::new()
        }
    };
    check_width(declared.as_ref(), &variants, &mut errors);
    errors.finish(())?;
    Ok(implementation(&input.ident, declared.as_ref(), &variants))
}

const NOT_AN_ENUM: &str = "`LogicEnum` is for an enum whose variants have no fields, \
     such as `enum State { Idle, Busy }`; `LogicStruct` is the derive for a struct as a value, and `Dut` \
     that for a struct of signals";

/// A variant: its name, and its value if that is a literal or follows one.
struct Named<'a> {
    name: &'a Ident,
    /// Its name in the design, if that is different.
    in_design: Option<String>,
    value: Option<u128>,
}

/// The enum's width in `#[logic(width = …)]`.
fn declared_width(attributes: &[Attribute], errors: &mut Errors) -> Option<Width> {
    let mut width = None;
    for setting in settings::of_attributes(attributes, "logic", EXAMPLE, errors) {
        if setting.name() != "width" {
            errors.at(
                setting.key.span(),
                unknown_option(&setting.name(), &["width"]),
            );
            continue;
        }
        let value = setting.width("width = 3", "an enum is at least 1 bit wide", errors);
        if value.is_some() {
            setting.store(&mut width, value, errors);
        }
    }
    width
}

/// The variants with their values. A variant with fields or a negative value is an error.
fn variants<'a>(enumeration: &Ident, data: &'a DataEnum, errors: &mut Errors) -> Vec<Named<'a>> {
    if data.variants.is_empty() {
        errors.on(
            enumeration,
            "an enum without variants has no value for a signal",
        );
    }
    let mut next = Some(0_u128);
    let mut variants = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.on(
                &variant.fields,
                format!(
                    "`{}` has fields: a signal holds only which variant it is",
                    variant.ident
                ),
            );
        }
        let mut in_design = None;
        for setting in settings::of_attributes(&variant.attrs, "logic", OF_VARIANT, errors) {
            if setting.name() == "name" {
                let name = setting.string("name = \"st_idle\"", errors);
                setting.store(&mut in_design, name, errors);
            } else {
                errors.at(
                    setting.key.span(),
                    format!(
                        "`{}` belongs on the enum; a variant's value is written `{} = 2`, and its name \
                         in the design `{OF_VARIANT}`",
                        setting.key, variant.ident
                    ),
                );
            }
        }
        if let Some((_, value)) = &variant.discriminant {
            if is_negative(value) {
                errors.on(
                    value,
                    "a signal holds no negative value: give the bits it stands for",
                );
            }
            next = integer_literal(value).and_then(|literal| literal.base10_parse().ok());
        }
        variants.push(Named {
            name: &variant.ident,
            in_design: in_design.map(|name| name.value()),
            value: next,
        });
        next = next.and_then(|value| value.checked_add(1));
    }
    variants
}

fn check_width(declared: Option<&Width>, variants: &[Named<'_>], errors: &mut Errors) {
    // If the width is a constant, the compiler checks that it is sufficient.
    let Some((width, written)) = declared.and_then(|it| Some((it.bits?, &it.expression))) else {
        return;
    };
    let widest = variants
        .iter()
        .filter_map(|variant| Some((bits(variant.value?), variant)))
        .max_by_key(|(bits, _)| *bits);
    if let Some((
        bits,
        Named {
            name,
            value: Some(value),
            ..
        },
    )) = widest
        && bits > width
    {
        errors.on(
            written,
            format!("width {width} does not hold `{name}` = {value}, which needs {bits} bits"),
        );
    }
}

fn implementation(
    enumeration: &Ident,
    declared: Option<&Width>,
    variants: &[Named<'_>],
) -> TokenStream {
    let name = enumeration.unraw().to_string();
    let idents: Vec<_> = variants.iter().map(|variant| variant.name).collect();
    let names = variants.iter().map(|variant| {
        let name = || variant.name.unraw().to_string();
        variant.in_design.clone().unwrap_or_else(name)
    });
    let positions = 0..idents.len().saturating_sub(1);
    let (last, others) = idents
        .split_last()
        .expect("an enum without variants is a mistake");
    let declared_width = declared.map_or_else(
        || quote!(::core::option::Option::None),
        |width| quote!(::core::option::Option::Some(#width)),
    );
    let [value, width, declared_as, unknown, vector] =
        ["value", "width", "declared", "unknown", "vector"]
            .map(|name| Ident::new(name, Span::mixed_site()));
    quote! {
        // Checks the width of values that are constants, even if the enum is never used.
        const _: u32 = <#enumeration as ::verifork::__private::LogicEnum>::WIDTH;

        #[automatically_derived]
        #[allow(clippy::cast_sign_loss, clippy::cast_lossless)]
        impl ::verifork::__private::LogicEnum for #enumeration {
            const VARIANTS: &'static [(&'static str, u128)] =
                &[#((#names, Self::#idents as u128)),*];
            const WIDTH: u32 = ::verifork::__private::enum_width(
                Self::VARIANTS,
                <Self as ::verifork::__private::LogicValue>::NATIVE_WIDTH,
            );
        }

        #[automatically_derived]
        impl ::verifork::__private::LogicWidth for #enumeration {
            const MIN_WIDTH: u32 = <Self as ::verifork::__private::LogicEnum>::WIDTH;
        }

        #[automatically_derived]
        #[allow(clippy::cast_sign_loss, clippy::cast_lossless)]
        impl ::verifork::__private::LogicValue for #enumeration {
            const NATIVE_WIDTH: ::core::option::Option<u32> = #declared_width;
            const LAYOUT: ::verifork::__private::Layout =
                ::verifork::__private::Layout::Enumeration(
                    <Self as ::verifork::__private::LogicEnum>::VARIANTS,
                );

            fn from_logic(
                #vector: &::verifork::__private::LogicVec,
            ) -> ::core::result::Result<Self, ::verifork::__private::ValueError> {
                let index = <Self as ::verifork::__private::LogicEnum>::variant_index(#vector)?;
                ::core::result::Result::Ok(match index {
                    #(#positions => Self::#others,)*
                    _ => Self::#last,
                })
            }

            fn to_logic(
                &self,
                #width: u32,
            ) -> ::core::result::Result<
                ::verifork::__private::LogicVec,
                ::verifork::__private::ValueError,
            > {
                let bits = match self {
                    #(Self::#idents => Self::#idents as u128,)*
                };
                ::verifork::__private::LogicVec::from_u128(bits, #width)
            }

            fn type_name() -> &'static str {
                #name
            }

            #[inline]
            fn from_planes_u64(
                #declared_as: ::verifork::__private::Declared,
                #value: u64,
                #unknown: u64,
            ) -> ::core::result::Result<Self, ::verifork::__private::ValueError> {
                if #unknown == 0 {
                    let bits = #value as u128;
                    #(
                        if bits == Self::#idents as u128 {
                            return ::core::result::Result::Ok(Self::#idents);
                        }
                    )*
                }
                <Self as ::verifork::__private::LogicValue>::from_logic(
                    &::verifork::__private::LogicVec::from_planes_u64(
                        #declared_as.width,
                        #value,
                        #unknown,
                    ),
                )
            }
        }
    }
}

fn bits(value: u128) -> u32 {
    (u128::BITS - value.leading_zeros()).max(1)
}

fn is_negative(expression: &Expr) -> bool {
    match expression {
        Expr::Unary(unary) => {
            matches!(unary.op, UnOp::Neg(_))
                && integer_literal(&unary.expr).is_some_and(|literal| {
                    literal.base10_parse::<u128>().is_ok_and(|value| value != 0)
                })
        }
        Expr::Group(group) => is_negative(&group.expr),
        Expr::Paren(paren) => is_negative(&paren.expr),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
