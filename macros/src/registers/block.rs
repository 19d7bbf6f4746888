//! `#[derive(Registers)]`: a block of registers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, Expr, Field, Type};

use super::{Common, constant, derived_at, named, some};
use crate::errors::{Errors, unknown_option};
use crate::settings;

const OF_BLOCK: [&str; 3] = ["name", "width", "size"];
const OF_REGISTER: [&str; 9] = [
    "address", "stride", "width", "access", "reset", "volatile", "path", "untested", "aliases",
];
const BLOCK_EXAMPLE: &str = "#[registers(width = 32, size = 0x100)]";
const REGISTER_EXAMPLE: &str = "#[register(address = 0x04)]";

/// A field of the struct: a register, a block, or an array of these.
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
    let mut is_given = false;
    for setting in settings::of_attributes(&field.attrs, "register", REGISTER_EXAMPLE, errors) {
        is_given = true;
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
    if part.address.is_none() && (is_given || !has_attribute) {
        errors.on(
            ident,
            format!("a register has an address: `{REGISTER_EXAMPLE}`"),
        );
    }
    part
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

pub(super) fn registers(input: &DeriveInput) -> syn::Result<TokenStream> {
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
