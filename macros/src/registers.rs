//! `#[derive(Registers)]` and `#[derive(RegisterFields)]`: the registers of a design as structs.
//!
//! What fits is decided by constants of `verifork-components`, which the compiler evaluates at the spans given here: the
//! rules are those of its other readers, and a width or an address may be a constant of the user's.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, Field, Fields, RangeLimits, Type};

use crate::errors::{Errors, unknown_option};
use crate::settings::{self, Setting};

const OF_BLOCK: [&str; 3] = ["name", "width", "size"];
const OF_REGISTER: [&str; 9] = [
    "address", "stride", "width", "access", "reset", "volatile", "path", "untested", "aliases",
];
const OF_FIELD: [&str; 5] = ["bits", "access", "reset", "volatile", "path"];
const BLOCK_EXAMPLE: &str = "#[registers(width = 32, size = 0x100)]";
const REGISTER_EXAMPLE: &str = "#[register(address = 0x04)]";
const FIELD_EXAMPLE: &str = "#[field(bits = 4..=7)]";

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

/// What the derives' code consists of; an error in it is one at the span.
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

/// What a register, or a field of one, says of itself.
#[derive(Default)]
struct Common {
    access: Option<syn::LitStr>,
    reset: Option<Expr>,
    volatile: Option<()>,
    path: Option<syn::LitStr>,
}

impl Common {
    /// Takes the option, if it is one of these.
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

struct Part<'a> {
    name: String,
    ident: &'a Ident,
    ty: &'a Type,
    common: Common,
    address: Option<Expr>,
    stride: Option<Expr>,
    width: Option<Expr>,
    untested: Option<()>,
    aliases: Option<Expr>,
}

fn part<'a>(field: &'a Field, errors: &mut Errors) -> Part<'a> {
    let ident = field.ident.as_ref().expect("a named field has a name");
    let mut part = Part {
        name: ident.unraw().to_string(),
        ident,
        ty: &field.ty,
        common: Common::default(),
        address: None,
        stride: None,
        width: None,
        untested: None,
        aliases: None,
    };
    let mut is_told = false;
    for setting in settings::of_attributes(&field.attrs, "register", REGISTER_EXAMPLE, errors) {
        is_told = true;
        match setting.name().as_str() {
            "address" => constant(&setting, &mut part.address, "address = 0x04", errors),
            "stride" => constant(&setting, &mut part.stride, "stride = 8", errors),
            "width" => constant(&setting, &mut part.width, "width = 64", errors),
            "aliases" => constant(&setting, &mut part.aliases, "aliases = [0x40]", errors),
            "untested" => {
                let untested = setting.flag(errors);
                setting.store(&mut part.untested, untested, errors);
            }
            _ if part.common.take(&setting, errors) => {}
            name => errors.at(setting.key.span(), unknown_option(name, &OF_REGISTER)),
        }
    }
    let has_attribute = field.attrs.iter().any(|it| it.path().is_ident("register"));
    if part.address.is_none() && (is_told || !has_attribute) {
        errors.on(
            ident,
            format!("a register has an address: `{REGISTER_EXAMPLE}`"),
        );
    }
    part
}

/// The fields of a struct that has names for them, and no parameters.
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

#[derive(Default)]
struct Block {
    name: Option<syn::LitStr>,
    width: Option<Expr>,
    size: Option<Expr>,
}

fn block(attributes: &[Attribute], errors: &mut Errors) -> Block {
    let mut block = Block::default();
    for setting in settings::of_attributes(attributes, "registers", BLOCK_EXAMPLE, errors) {
        match setting.name().as_str() {
            "name" => {
                let name = setting.string("name = \"timer\"", errors);
                if name.is_some() {
                    setting.store(&mut block.name, name, errors);
                }
            }
            "width" => constant(&setting, &mut block.width, "width = 32", errors),
            "size" => constant(&setting, &mut block.size, "size = 0x100", errors),
            name => errors.at(setting.key.span(), unknown_option(name, &OF_BLOCK)),
        }
    }
    block
}

fn registers(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let block = block(&input.attrs, &mut errors);
    let parts: Vec<_> = named(input, "Registers", &mut errors)
        .into_iter()
        .map(|field| part(field, &mut errors))
        .collect();
    errors.finish(())?;

    let structure = &input.ident;
    let name = match &block.name {
        Some(name) => name.value(),
        None => structure.unraw().to_string(),
    };
    let derived = derived_at(Span::call_site());
    let width = block
        .width
        .as_ref()
        .map_or(quote!(32), |width| quote!(#width));
    let width_span = block
        .width
        .as_ref()
        .map_or(Span::call_site(), Spanned::span);
    let size = some(block.size.as_ref());
    let with_size = block.size.as_ref().map(|size| quote!(.size(#size)));
    let count = parts.len();
    let names: Vec<_> = parts.iter().map(|part| &part.name).collect();
    let idents: Vec<_> = parts.iter().map(|part| part.ident).collect();
    let types: Vec<_> = parts.iter().map(|part| part.ty).collect();
    let options = parts.iter().map(options_of);
    let positions: Vec<usize> = (0..count).collect();
    let of_types = types.iter().map(|ty| {
        let shape = quote!(#derived::shape);
        quote_spanned!(ty.span()=> #shape::<#ty>)
    });
    let checks = parts.iter().zip(&positions).map(|(part, index)| {
        let Part {
            name, ty, address, ..
        } = part;
        let address = address.as_ref().map_or(ty.span(), Spanned::span);
        let derived = derived_at(address);
        let access = part.common.check_access();
        quote_spanned! {address=>
            #access
            const _: () = {
                #derived::check::<#ty>(#name, &OPTIONS[#index], WIDTH, SIZE);
                #derived::check_apart(&SHAPES, #index);
            };
        }
    });
    let of_width = derived_at(width_span);
    let width_check = quote_spanned! {width_span=>
        const _: () = #of_width::check_width(#name, WIDTH);
    };
    let adds = types.iter().map(|ty| quote!(<#ty as #derived::Part>::add));
    let ofs = types.iter().map(|ty| quote!(<#ty as #derived::Part>::of));
    Ok(quote! {
        const _: () = {
            const WIDTH: u32 = #width;
            const SIZE: ::core::option::Option<u64> = #size;
            const OPTIONS: [#derived::Options<'static>; #count] = [#(#options),*];
            const SHAPES: [#derived::RegisterShape<'static>; #count] =
                [#(#of_types(#names, &OPTIONS[#positions], WIDTH)),*];
            #width_check
            #(#checks)*

            #[automatically_derived]
            impl ::verifork_components::registers::Registers for #structure {
                #[track_caller]
                fn map() -> ::core::result::Result<
                    ::verifork_components::registers::Map,
                    ::verifork_components::registers::MapError,
                > {
                    let builder =
                        ::verifork_components::registers::Map::builder(#name, WIDTH)#with_size;
                    #(let builder = #adds(builder, #names, &OPTIONS[#positions])?;)*
                    builder.build()
                }

                #[track_caller]
                fn of(
                    model: &::verifork_components::registers::Model,
                ) -> ::verifork_components::registers::derived::verifork::Result<Self> {
                    #derived::check_model::<Self>(model)?;
                    <Self as #derived::Part>::of(model, "")
                }
            }

            #[automatically_derived]
            impl #derived::Part for #structure {
                const COUNT: ::core::option::Option<u64> = ::core::option::Option::None;
                const FIELDS: &'static [#derived::FieldDescription] = &[];
                const IS_PLAIN: bool = false;
                const BLOCK: ::core::option::Option<u64> =
                    ::core::option::Option::Some(#derived::extent(&SHAPES, SIZE));

                #[track_caller]
                fn add(
                    builder: ::verifork_components::registers::MapBuilder,
                    name: &str,
                    options: &#derived::Options<'_>,
                ) -> ::core::result::Result<
                    ::verifork_components::registers::MapBuilder,
                    ::verifork_components::registers::MapError,
                > {
                    #derived::add_block::<Self>(builder, name, options)
                }

                #[track_caller]
                fn of(
                    model: &::verifork_components::registers::Model,
                    name: &str,
                ) -> ::verifork_components::registers::derived::verifork::Result<Self> {
                    ::core::result::Result::Ok(Self {
                        #(#idents: #ofs(model, &#derived::below(name, #names))?,)*
                    })
                }
            }
        };
    })
}

fn options_of(part: &Part<'_>) -> TokenStream {
    let Part {
        common,
        address,
        stride,
        width,
        untested,
        aliases,
        ..
    } = part;
    let (stride, width, reset) = (
        some(stride.as_ref()),
        some(width.as_ref()),
        some(common.reset.as_ref()),
    );
    let access = match common.access() {
        Some(access) => quote!(::core::option::Option::Some(#access)),
        None => quote!(::core::option::Option::None),
    };
    let (volatile, untested) = (common.volatile.is_some(), untested.is_some());
    let path = common.path();
    let aliases = aliases
        .as_ref()
        .map_or(quote!(&[]), |aliases| quote!(&#aliases));
    quote! {
        ::verifork_components::registers::derived::Options {
            address: #address,
            stride: #stride,
            width: #width,
            access: #access,
            reset: #reset,
            is_volatile: #volatile,
            is_untested: #untested,
            path: #path,
            aliases: #aliases,
        }
    }
}

struct Member<'a> {
    name: String,
    ident: &'a Ident,
    ty: &'a Type,
    common: Common,
    bits: Option<(Expr, Expr)>,
    span: Span,
}

/// `3`, or `4..=7`.
fn bits(setting: &Setting, errors: &mut Errors) -> Option<(Expr, Expr)> {
    let value = setting.expression("bits = 4..=7", errors)?;
    let mut inner = value;
    while let Expr::Group(syn::ExprGroup { expr, .. }) | Expr::Paren(syn::ExprParen { expr, .. }) =
        inner
    {
        inner = expr;
    }
    match inner {
        Expr::Range(range) => match (&range.start, &range.limits, &range.end) {
            (Some(low), RangeLimits::Closed(_), Some(high)) => {
                Some((low.as_ref().clone(), high.as_ref().clone()))
            }
            _ => {
                errors.on(
                    value,
                    "the bits of a field have both ends: `bits = 4..=7`, the lowest first",
                );
                None
            }
        },
        Expr::Lit(literal) if !matches!(literal.lit, syn::Lit::Int(_)) => {
            errors.on(
                value,
                "bits are `4..=7`, the lowest first, or 3 for a single one",
            );
            None
        }
        bit => Some((bit.clone(), bit.clone())),
    }
}

fn place<'a>(field: &'a Field, errors: &mut Errors) -> Member<'a> {
    let ident = field.ident.as_ref().expect("a named field has a name");
    let mut place = Member {
        name: ident.unraw().to_string(),
        ident,
        ty: &field.ty,
        common: Common::default(),
        bits: None,
        span: ident.span(),
    };
    let mut is_told = false;
    for setting in settings::of_attributes(&field.attrs, "field", FIELD_EXAMPLE, errors) {
        match setting.name().as_str() {
            "bits" => {
                is_told = true;
                let bits = bits(&setting, errors);
                if bits.is_some() {
                    if let settings::SettingValue::Value(value) = &setting.value {
                        place.span = value.span();
                    }
                    setting.store(&mut place.bits, bits, errors);
                }
            }
            _ if place.common.take(&setting, errors) => {}
            name => errors.at(setting.key.span(), unknown_option(name, &OF_FIELD)),
        }
    }
    if !is_told {
        errors.on(ident, format!("a field has bits: `{FIELD_EXAMPLE}`"));
    }
    place
}

fn fields(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let places: Vec<_> = named(input, "RegisterFields", &mut errors)
        .into_iter()
        .map(|field| place(field, &mut errors))
        .collect();
    errors.finish(())?;

    let structure = &input.ident;
    let structure_name = structure.unraw().to_string();
    let derived = derived_at(Span::call_site());
    let count = places.len();
    let descriptions = places.iter().map(description_of);
    let idents: Vec<_> = places.iter().map(|place| place.ident).collect();
    let types: Vec<_> = places.iter().map(|place| place.ty).collect();
    let checks = places.iter().enumerate().map(|(index, place)| {
        let reset = place
            .common
            .reset
            .as_ref()
            .map_or(place.span, Spanned::span);
        let (ty, name) = (place.ty, &place.name);
        let (derived, of_reset) = (derived_at(place.span), derived_at(reset));
        let fields = quote_spanned! {place.span=>
            const _: () = #derived::check_field(&FIELDS, #index);
        };
        let reset = quote_spanned! {reset=>
            const _: () = #of_reset::check_reset(&FIELDS, #index);
        };
        let of_type = quote_spanned!(ty.span()=> ::verifork_components::registers::derived::verifork::field::<#ty>);
        let ty = quote_spanned! {ty.span()=>
            const _: ::verifork_components::registers::derived::verifork::FieldLayout =
                #of_type(#name, ::core::option::Option::Some(FIELDS[#index].bits()));
        };
        let access = place.common.check_access();
        quote!(#fields #reset #access #ty)
    });
    let positions: Vec<usize> = (0..count).collect();
    Ok(quote! {
        const _: () = {
            const FIELDS: [#derived::FieldDescription; #count] = [#(#descriptions),*];
            #(#checks)*

            #[automatically_derived]
            impl ::verifork_components::registers::RegisterFields for #structure {
                const FIELDS: &'static [#derived::FieldDescription] = &FIELDS;

                fn from_word(
                    word: u64,
                ) -> ::core::result::Result<Self, ::verifork_components::registers::derived::verifork::ValueError> {
                    #[allow(unused_imports)]
                    use ::verifork_components::registers::derived::verifork::NoField as _;
                    let vector = ::verifork_components::registers::derived::verifork::LogicVec::from_planes_u64(64, word, 0);
                    ::core::result::Result::Ok(Self {
                        #(
                            #idents: ::verifork_components::registers::derived::verifork::Field::<#types>::new(
                                FIELDS[#positions].place(),
                                #structure_name,
                            )
                            .read(&vector)?,
                        )*
                    })
                }

                fn to_word(
                    &self,
                ) -> ::core::result::Result<u64, ::verifork_components::registers::derived::verifork::ValueError> {
                    #[allow(unused_imports)]
                    use ::verifork_components::registers::derived::verifork::NoField as _;
                    let mut vector = ::verifork_components::registers::derived::verifork::LogicVec::zeros(64);
                    #(
                        ::verifork_components::registers::derived::verifork::Field::<#types>::new(
                            FIELDS[#positions].place(),
                            #structure_name,
                        )
                        .write(&mut vector, &self.#idents)?;
                    )*
                    ::core::result::Result::Ok(vector.value_word(0))
                }
            }
        };
    })
}

fn description_of(place: &Member<'_>) -> TokenStream {
    let Member {
        name, common, bits, ..
    } = place;
    let (low, high) = bits.as_ref().expect("it was told");
    let reset = some(common.reset.as_ref());
    let access = common
        .access()
        .unwrap_or(quote!(::verifork_components::registers::Access::Rw));
    let volatile = common.volatile.is_some();
    let path = common.path();
    quote! {
        ::verifork_components::registers::derived::FieldDescription {
            shape: ::verifork_components::registers::derived::FieldShape {
                name: #name,
                low: #low,
                high: #high,
                reset: #reset,
                place: "",
            },
            access: #access,
            is_volatile: #volatile,
            path: #path,
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_str;

    use super::*;
    use crate::errors::test_support::mistakes;

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
    fn options_of_registers_are_known_and_told_once() {
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
}
