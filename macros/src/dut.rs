//! `#[derive(Dut)]`: a struct whose fields are bound to an instance's signals by name, and its `Clone` and
//! `Copy`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Data, DataStruct, DeriveInput, Field, Fields, Generics, Lifetime, LitStr, Token, Type,
    parse_quote,
};

pub(crate) use self::beside::Beside;
use crate::bounds::with_field_bounds;
use crate::errors::{Errors, unknown_option};
use crate::settings;

const OPTIONS: [&str; 8] = [
    "path", "prefix", "suffix", "fields", "input", "output", "inout", "demands",
];
const EXAMPLE: &str = "#[dut(path = \"core.count\")]";

pub(crate) fn expand(item: TokenStream, beside: Beside) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let beside = beside.and_of(&input.attrs);
    derive(&input, beside).unwrap_or_else(|error| {
        // A dummy implementation, so that tests that take the type cause no further errors.
        let (error, body) = (
            error.into_compile_error(),
            quote!(::core::option::Option::None),
        );
        let stand_in = implementation(&input.ident, &input.generics, &body, &TokenStream::new());
        let copies = match &input.data {
            Data::Struct(DataStruct {
                fields: Fields::Named(fields),
                ..
            }) => copies(&input, &fields.named, beside),
            _ => TokenStream::new(),
        };
        quote!(#error #stand_in #copies)
    })
}

/// `impl Dut`: a body that may use `binder` and `path`, and declarations of paths that may use `scope`.
fn implementation(
    structure: &Ident,
    generics: &Generics,
    body: &TokenStream,
    declarations: &TokenStream,
) -> TokenStream {
    let (binder, scope) = (binder(), scope());
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::verifork::__private::Dut for #structure #type_generics
        #where_clause
        {
            #[allow(unused_variables)]
            fn bind(
                #binder: &mut ::verifork::__private::Binder<'_>,
                path: &str,
            ) -> ::core::option::Option<Self> {
                #body
            }

            #[allow(unused_mut, unused_variables)]
            fn declared_paths(paths: &mut ::verifork::__private::DeclaredPaths<'_>, path: &str) {
                let mut #scope = paths.enter(path);
                #declarations
            }
        }
    }
}

/// `impl Clone` and `impl Copy`, each if all fields have it, and unless it is derived beside `Dut`. The lifetime
/// defers the question to whoever uses them: without one, rustc refuses a bound that is known not to hold.
fn copies(
    input: &DeriveInput,
    fields: &Punctuated<Field, Token![,]>,
    beside: Beside,
) -> TokenStream {
    let structure = &input.ident;
    let lifetime = Lifetime::new("'field", Span::mixed_site());
    let types: Vec<_> = fields.iter().map(|field| &field.ty).collect();
    let implementation = |name: TokenStream, body: TokenStream| {
        let mut generics = input.generics.clone();
        let clause = generics.make_where_clause();
        for ty in &types {
            clause
                .predicates
                .push(parse_quote!(for<#lifetime> #ty: #name));
        }
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #impl_generics #name for #structure #type_generics #where_clause {
                #body
            }
        }
    };
    let names: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let clone = implementation(
        quote!(::core::clone::Clone),
        quote! {
            fn clone(&self) -> Self {
                #structure { #(#names: ::core::clone::Clone::clone(&self.#names)),* }
            }
        },
    );
    let copy = implementation(quote!(::core::marker::Copy), TokenStream::new());
    let clone = (!beside.clone).then_some(clone);
    let copy = (!beside.copy).then_some(copy);
    quote!(#clone #copy)
}

fn binder() -> Ident {
    Ident::new("binder", Span::mixed_site())
}

fn scope() -> Ident {
    Ident::new("scope", Span::mixed_site())
}

fn derive(input: &DeriveInput, beside: Beside) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("dut"))
    {
        errors.on(
            attribute,
            "`#[dut(…)]` belongs on a field: a struct is bound where it is used as a field, \
             or to the top",
        );
    }
    let Some(named) = named_fields(input, &mut errors) else {
        return errors.finish(TokenStream::new());
    };
    let fields: Vec<_> = named
        .iter()
        .map(|field| BoundField::new(field, &mut errors))
        .collect();
    errors.finish(())?;

    let structure = &input.ident;
    let structure_name = structure.unraw().to_string();
    let binder = binder();
    let scope = scope();
    let locals: Vec<_> = (0..fields.len())
        .map(|i| Ident::new(&format!("field{i}"), Span::mixed_site()))
        .collect();
    let binds = fields
        .iter()
        .map(|field| field.bind(&scope, &structure_name));
    let names = fields.iter().map(|field| field.name);
    let generics = with_field_bounds(
        &input.generics,
        fields.iter().map(|field| field.ty),
        &quote!(::verifork::__private::Dut),
    );

    // Every field is bound before the first `?`, so that one error reports everything that does not fit.
    let body = quote! {
        #[allow(unused_mut, unused_variables)]
        let mut #scope = #binder.enter(path)?;
        #(let #locals = #binds;)*
        ::core::option::Option::Some(#structure { #(#names: #locals?),* })
    };
    let declarations = fields.iter().map(|field| field.declared_paths(&scope));
    let declarations = quote!(#(#declarations)*);
    let bound = implementation(structure, &generics, &body, &declarations);
    let copies = copies(input, named, beside);
    Ok(quote!(#bound #copies))
}

/// The fields of a struct with named fields.
fn named_fields<'a>(
    input: &'a DeriveInput,
    errors: &mut Errors,
) -> Option<&'a Punctuated<Field, Token![,]>> {
    const REMEDY: &str = "`Dut` binds fields by their names: \
         derive it on a struct with named fields, such as `struct Top { clk: Signal<bool> }`";
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Some(&fields.named),
            Fields::Unnamed(fields) => errors.on(fields, format!("tuple struct: {REMEDY}")),
            Fields::Unit => errors.on(&input.ident, format!("unit struct: {REMEDY}")),
        },
        Data::Enum(data) => errors.at(
            data.enum_token.span,
            format!("enum: {REMEDY}; `LogicEnum` is the derive for a signal's values"),
        ),
        Data::Union(data) => errors.at(data.union_token.span, format!("union: {REMEDY}")),
    }
    None
}

/// A field, and the object that it binds to.
struct BoundField<'a> {
    name: &'a Ident,
    ty: &'a Type,
    path: LitStr,
    direction: Option<Ident>,
    /// The prefixes and the suffixes of the names of the field's own struct.
    affix: Option<[Vec<LitStr>; 2]>,
    /// The text for the error if the object does not fit the field's type.
    demands: Option<LitStr>,
}

impl<'a> BoundField<'a> {
    fn new(field: &'a Field, errors: &mut Errors) -> Self {
        let name = field.ident.as_ref().expect("a named field has a name");
        let (mut path, mut direction) = (None, None::<(Ident, &str)>);
        let (mut prefix, mut suffix, mut members) = (None, None, None::<Ident>);
        let mut demands = None;
        for setting in settings::of_attributes(&field.attrs, "dut", EXAMPLE, errors) {
            let port = match setting.name().as_str() {
                "path" => {
                    let value = setting.string("path = \"core.count\"", errors);
                    setting.store(&mut path, value, errors);
                    continue;
                }
                "prefix" => {
                    let value =
                        setting.strings("prefix = \"s_axis_\"", "prefix(\"i_\", \"o_\")", errors);
                    setting.store(&mut prefix, value, errors);
                    continue;
                }
                "suffix" => {
                    let value =
                        setting.strings("suffix = \"_i\"", "suffix(\"_i\", \"_o\")", errors);
                    setting.store(&mut suffix, value, errors);
                    continue;
                }
                "fields" => {
                    let value = setting.flag(errors).map(|()| setting.key.clone());
                    setting.store(&mut members, value, errors);
                    continue;
                }
                "demands" => {
                    let value =
                        setting.string("demands = \"APB: PWDATA has up to 32 bits\"", errors);
                    setting.store(&mut demands, value, errors);
                    continue;
                }
                "input" => "Input",
                "output" => "Output",
                "inout" => "InOut",
                unknown => {
                    errors.at(setting.key.span(), unknown_option(unknown, &OPTIONS));
                    continue;
                }
            };
            match &direction {
                Some((first, _)) if *first != setting.key => errors.at(
                    setting.key.span(),
                    format!("`{}`: the port is already `{first}`", setting.key),
                ),
                _ => {
                    let value = setting.flag(errors).map(|()| (setting.key.clone(), port));
                    setting.store(&mut direction, value, errors);
                }
            }
        }
        let affixed = prefix.is_some() || suffix.is_some();
        if let (Some(key), true) = (&members, affixed) {
            errors.at(
                key.span(),
                "`fields` binds names inside an object, to which the `prefix` and `suffix` of the scope around \
                 it do not apply",
            );
        }
        let nothing = || LitStr::new("", name.span());
        BoundField {
            name,
            ty: &field.ty,
            // Names with a prefix are in the struct's own scope.
            path: path.unwrap_or_else(|| {
                if affixed {
                    nothing()
                } else {
                    LitStr::new(&name.unraw().to_string(), name.span())
                }
            }),
            direction: direction.map(|(key, port)| Ident::new(port, key.span())),
            affix: (affixed || members.is_some())
                .then(|| [prefix, suffix].map(Option::unwrap_or_default)),
            demands,
        }
    }

    /// The statement that declares the paths of the field.
    fn declared_paths(&self, scope: &Ident) -> TokenStream {
        let BoundField { ty, path, .. } = self;
        let scope = match &self.affix {
            Some([prefix, suffix]) => quote! {
                #scope.field(#path, ::verifork::__private::Affix::new(&[#(#prefix),*], &[#(#suffix),*]))
            },
            None => quote!(#scope),
        };
        // A type that is not a `Dut` is reported where it is bound, and not again here.
        quote! {{
            #[allow(unused_imports)]
            use ::verifork::__private::DeclareNothing as _;
            ::verifork::__private::Declare::<#ty>::new().paths(&mut #scope, #path);
        }}
    }

    /// The expression that binds the field: an `Option` of its type.
    fn bind(&self, scope: &Ident, structure: &str) -> TokenStream {
        let BoundField {
            name,
            ty,
            path,
            direction,
            affix,
            demands,
        } = self;
        let affix = match affix {
            Some([prefix, suffix]) => quote! {
                ::core::option::Option::Some(::verifork::__private::Affix::new(&[#(#prefix),*], &[#(#suffix),*]))
            },
            None => quote!(::core::option::Option::None),
        };
        let field = name.unraw().to_string();
        let demands = match demands {
            Some(demands) => quote!(::core::option::Option::Some(#demands)),
            None => quote!(::core::option::Option::None),
        };
        let direction = direction.as_ref().map_or_else(
            || quote!(::core::option::Option::None),
            |port| quote!(::core::option::Option::Some(::verifork::__private::Direction::#port)),
        );
        // `line!()` gives the line of the outermost call that its tokens come from: the field's.
        let line = quote_spanned!(name.span()=> ::core::line!());
        // A field's type that does not implement `Dut` is reported at the type.
        let generic = quote_spanned!(ty.span()=> ::<#ty>);
        quote! {
            #scope.field #generic (::verifork::__private::FieldSpec {
                structure: #structure,
                field: #field,
                path: #path,
                direction: #direction,
                affix: #affix,
                demands: #demands,
                file: ::core::file!(),
                line: #line,
            })
        }
    }
}

mod beside;
#[cfg(test)]
mod tests;
