//! `#[derive(LogicStruct)]`: a struct as the value of a packed structure.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Field, Fields, Generics, Type};

use crate::bounds::with_field_bounds;
use crate::errors::{Errors, unknown_option};
use crate::settings::{self, Width};

const OF_FIELD: &str = "#[logic(width = 12)]";
const OF_STRUCT: &str = "#[logic(lsb_first)]";
const REMEDY: &str = "`LogicStruct` is for a struct with named fields, such as \
     `struct Header { id: u8, last: bool }`; `LogicEnum` is the derive for an enum";

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| derive(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

/// A field with its declared width.
struct Part<'a> {
    name: &'a Ident,
    ty: &'a Type,
    width: Option<Width>,
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let lsb_first = is_lsb_first(&input.attrs, &mut errors);
    for lifetime in input.generics.lifetimes() {
        errors.on(
            lifetime,
            "a struct that is a signal's value cannot borrow: remove its lifetime",
        );
    }
    let mut parts = Vec::new();
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if fields.named.is_empty() => {
                errors.on(&input.ident, "a struct without fields has no bits");
            }
            Fields::Named(fields) => {
                let named = fields.named.iter();
                parts.extend(named.map(|field| part(field, &mut errors)));
            }
            _ => errors.on(&input.ident, format!("the fields have no names: {REMEDY}")),
        },
        Data::Enum(data) => errors.at(data.enum_token.span, format!("enum: {REMEDY}")),
        Data::Union(data) => errors.at(data.union_token.span, format!("union: {REMEDY}")),
    }
    errors.finish(())?;
    Ok(implementation(
        &input.ident,
        &input.generics,
        &parts,
        lsb_first,
    ))
}

fn is_lsb_first(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let mut first = None;
    for setting in settings::of_attributes(attributes, "logic", OF_STRUCT, errors) {
        if setting.name() == "lsb_first" {
            let value = setting.flag(errors);
            setting.store(&mut first, value, errors);
        } else {
            let unknown = unknown_option(&setting.name(), &["lsb_first"]);
            errors.at(setting.key.span(), unknown);
        }
    }
    first.is_some()
}

fn part<'a>(field: &'a Field, errors: &mut Errors) -> Part<'a> {
    let mut width = None;
    for setting in settings::of_attributes(&field.attrs, "logic", OF_FIELD, errors) {
        if setting.name() != "width" {
            let unknown = unknown_option(&setting.name(), &["width"]);
            errors.at(setting.key.span(), unknown);
            continue;
        }
        let value = setting.width("width = 12", "a field is at least 1 bit wide", errors);
        if value.is_some() {
            setting.store(&mut width, value, errors);
        }
    }
    Part {
        name: field.ident.as_ref().expect("a named field has a name"),
        ty: &field.ty,
        width,
    }
}

fn implementation(
    structure: &Ident,
    generics: &Generics,
    parts: &[Part<'_>],
    lsb_first: bool,
) -> TokenStream {
    let name = structure.unraw().to_string();
    let count = parts.len();
    let names: Vec<&Ident> = parts.iter().map(|part| part.name).collect();
    let texts = names.iter().map(|name| name.unraw().to_string());
    let types: Vec<&Type> = parts.iter().map(|part| part.ty).collect();
    let positions: Vec<usize> = (0..count).collect();
    // A type that is not a value, and an invalid width, are errors at the field's type.
    let fields = texts.zip(parts).map(|(name, Part { ty, width, .. })| {
        let width = match width {
            Some(width) => quote!(::core::option::Option::Some(#width)),
            None => quote!(::core::option::Option::None),
        };
        let of_type = quote_spanned!(ty.span()=> ::verifork::__private::field::<#ty>);
        quote_spanned!(ty.span()=> #of_type(#name, #width))
    });
    // Evaluated even if the struct is never used.
    let evaluated = generics.params.is_empty().then(|| {
        quote! {
            const _: u32 = <#structure as ::verifork::__private::LogicWidth>::MIN_WIDTH;
        }
    });
    let bound = quote!(::verifork::__private::LogicValue);
    let generics = with_field_bounds(generics, types.iter().copied(), &bound);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #evaluated

        #[automatically_derived]
        impl #impl_generics ::verifork::__private::LogicStruct for #structure #type_generics
        #where_clause
        {
            const LAYOUTS: &'static [::verifork::__private::FieldLayout] =
                &::verifork::__private::field_layouts::<#count>(
                    [#(#fields),*],
                    #lsb_first,
                );
            const FIELDS: &'static [(&'static str, u32, u32)] =
                &::verifork::__private::field_places::<#count>(Self::LAYOUTS);
        }

        #[automatically_derived]
        impl #impl_generics ::verifork::__private::LogicWidth for #structure #type_generics
        #where_clause
        {
            const MIN_WIDTH: u32 = ::verifork::__private::structure_width(
                <Self as ::verifork::__private::LogicStruct>::LAYOUTS,
            );
        }

        #[automatically_derived]
        impl #impl_generics ::verifork::__private::LogicValue for #structure #type_generics
        #where_clause
        {
            const NATIVE_WIDTH: ::core::option::Option<u32> = ::core::option::Option::Some(
                <Self as ::verifork::__private::LogicWidth>::MIN_WIDTH,
            );
            const ALL_STATES: bool = ::verifork::__private::some_keep_all_states(
                <Self as ::verifork::__private::LogicStruct>::LAYOUTS,
            );
            const LAYOUT: ::verifork::__private::Layout =
                ::verifork::__private::Layout::Structure(
                    <Self as ::verifork::__private::LogicStruct>::LAYOUTS,
                );

            fn from_logic(
                vector: &::verifork::__private::LogicVec,
            ) -> ::core::result::Result<Self, ::verifork::__private::ValueError> {
                ::verifork::__private::check_structure(
                    <Self as ::verifork::__private::LogicWidth>::MIN_WIDTH,
                    vector.width(),
                )?;
                #[allow(unused_imports)]
                use ::verifork::__private::NoField as _;
                let fields = <Self as ::verifork::__private::LogicStruct>::FIELDS;
                ::core::result::Result::Ok(Self {
                    #(
                        #names: ::verifork::__private::Field::<#types>::new(
                            fields[#positions],
                            #name,
                        )
                        .read(vector)?,
                    )*
                })
            }

            fn to_logic(
                &self,
                width: u32,
            ) -> ::core::result::Result<
                ::verifork::__private::LogicVec,
                ::verifork::__private::ValueError,
            > {
                ::verifork::__private::check_structure(
                    width,
                    <Self as ::verifork::__private::LogicWidth>::MIN_WIDTH,
                )?;
                let fields = <Self as ::verifork::__private::LogicStruct>::FIELDS;
                #[allow(unused_imports)]
                use ::verifork::__private::NoField as _;
                let mut vector = ::verifork::__private::LogicVec::zeros(width);
                #(
                    ::verifork::__private::Field::<#types>::new(fields[#positions], #name)
                        .write(&mut vector, &self.#names)?;
                )*
                ::core::result::Result::Ok(vector)
            }

            fn type_name() -> &'static str {
                #name
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_str;

    use super::*;
    use crate::errors::test_support::{has_parts, mistakes};

    fn errors_of(item: &str) -> Vec<String> {
        mistakes(derive(&parse_str(item).unwrap()).unwrap_err())
    }

    #[test]
    fn a_structure_has_named_fields_and_options_that_are_known() {
        let item =
            "#[logic(msb_first)] struct T { #[logic(width = 0)] a: u8, #[logic(bits = 3)] b: u8 }";
        let errors = errors_of(item);
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(
            errors[0].contains("unknown option `msb_first`"),
            "{errors:?}"
        );
        assert!(errors[1].contains("at least 1 bit"), "{errors:?}");
        assert!(errors[2].contains("unknown option `bits`"), "{errors:?}");
        for (item, part) in [
            ("struct T;", "the fields have no names"),
            ("struct T(u8);", "the fields have no names"),
            ("struct T {}", "without fields has no bits"),
            ("enum T { A }", "enum: `LogicStruct` is for a struct"),
            ("struct T<'a> { a: &'a u8 }", "cannot borrow"),
            (
                "struct T { #[logic(width = -1)] a: u8 }",
                "is a number of bits",
            ),
            (
                "struct T { #[logic(width = \"3\")] a: u8 }",
                "is a number of bits",
            ),
        ] {
            let errors = errors_of(item);
            assert!(errors.iter().any(|it| it.contains(part)), "{errors:?}");
        }
    }

    #[test]
    fn the_first_field_is_the_most_significant_unless_said_otherwise() {
        let output = |option: &str| {
            let item = format!(
                "{option} struct T<K> {{ kind: K, #[logic(width = 12)] length: u16, last: bool }}"
            );
            expand(parse_str(&item).unwrap()).to_string()
        };
        let (plain, reversed) = (output(""), output("#[logic(lsb_first)]"));
        for text in [&plain, &reversed] {
            has_parts(text, &["\"kind\"", "\"length\"", "12", "\"last\""]);
        }
        assert_ne!(plain, reversed);
    }
}
