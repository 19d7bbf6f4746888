//! `#[derive(Randomize)]`.

mod enumeration;
mod field;
mod structure;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Fields, GenericParam, WherePredicate, parse_quote_spanned};

use crate::attribute::FieldOptions;
use crate::constraint::Translator;
use crate::errors::Errors;
use field::Field;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| derive(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    for lifetime in input.generics.lifetimes() {
        errors.on(lifetime, "a drawn type cannot borrow: remove its lifetime");
    }
    let input = &with_bounds(input);
    let output = match &input.data {
        Data::Struct(data) => structure::structure(input, data, &mut errors),
        Data::Enum(data) if data.variants.is_empty() => {
            errors.on(
                &input.ident,
                "an enum without variants has no value to draw",
            );
            TokenStream::new()
        }
        Data::Enum(data)
            if data
                .variants
                .iter()
                .all(|it| matches!(it.fields, Fields::Unit)) =>
        {
            enumeration::plain_enum(input, data, &mut errors)
        }
        Data::Enum(data) => enumeration::enum_with_fields(input, data, &mut errors),
        Data::Union(data) => {
            errors.on(data.union_token, "`Randomize` is for structs and enums");
            TokenStream::new()
        }
    };
    errors.into_result()?;
    Ok(output)
}

/// Adds the bound that each field's type implements `Randomize`, so that the compiler reports a missing implementation
/// once, at the field. Types with parameters get no bound, since it would hide the type's own implementation.
fn with_bounds(input: &DeriveInput) -> DeriveInput {
    let mut input = input.clone();
    let fields: Vec<&syn::Field> = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|it| &it.fields).collect(),
        Data::Union(_) => Vec::new(),
    };
    let drawn = fields.into_iter().filter(|field| {
        FieldOptions::new(&field.attrs, &mut Errors::default())
            .fixed
            .is_none()
    });
    let parameters: Vec<&Ident> = input
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .collect();
    let bounds: Vec<WherePredicate> = drawn
        .filter(|field| !mentions(field.ty.to_token_stream(), &parameters))
        .map(|field| {
            let ty = &field.ty;
            parse_quote_spanned!(ty.span()=> #ty: ::verifork_stimulus::Randomize)
        })
        .collect();
    if !bounds.is_empty() {
        input.generics.make_where_clause().predicates.extend(bounds);
    }
    input
}

fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

/// The common part of all implementations.
struct Implementation<'a> {
    input: &'a DeriveInput,
    /// The type of symbols.
    symbols: TokenStream,
    scalar: TokenStream,
    same_variables: TokenStream,
    declare: TokenStream,
    placeholder: TokenStream,
    build: TokenStream,
    /// Further items, such as the type of symbols.
    others: TokenStream,
}

impl Implementation<'_> {
    fn tokens(&self) -> TokenStream {
        let Implementation {
            input,
            symbols,
            scalar,
            same_variables,
            declare,
            placeholder,
            build,
            others,
        } = self;
        let (name, generics) = (&input.ident, &input.generics);
        let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
        quote! {
            #[allow(
                clippy::all, clippy::pedantic, missing_docs, private_interfaces, private_bounds,
                unreachable_pub, unused_variables, unused_mut, unused_parens, unused_braces,
                unused_comparisons, non_camel_case_types, non_snake_case, trivial_bounds
            )]
            const _: () = {
                #others

                #[automatically_derived]
                impl #impl_generics ::verifork_stimulus::Randomize for #name #type_generics
                #where_clause
                {
                    type Symbols = #symbols;
                    type Scalar = #scalar;
                    const SAME_VARIABLES: bool = #same_variables;

                    fn declare(
                        settings: ::verifork_stimulus::__private::Settings<Self::Scalar>,
                        current: ::core::option::Option<&Self>,
                    ) -> Self::Symbols {
                        #declare
                    }

                    fn placeholder(node: u32) -> Self::Symbols {
                        #placeholder
                    }

                    fn build(
                        symbols: &Self::Symbols,
                        values: &::verifork_stimulus::__private::Values<'_>,
                        mut current: ::core::option::Option<&mut Self>,
                    ) -> Self {
                        #build
                    }
                }
            };
        }
    }
}

fn symbol(name: &Ident) -> Ident {
    format_ident!("symbol_{}", name.unraw(), span = Span::mixed_site())
}

fn variables(name: &Ident) -> Ident {
    format_ident!("variables_{}", name.unraw(), span = Span::mixed_site())
}

/// The statements for `before`.
fn orders(fields: &[Field<'_>], errors: &mut Errors) -> TokenStream {
    let mut orders = TokenStream::new();
    for field in fields {
        for then in &field.options.before {
            let found = fields.iter().find(|other| other.name == *then);
            match found {
                None => errors.on(then, format!("there is no field `{then}`")),
                Some(other) if other.is_fixed() => {
                    errors.on(then, format!("`{then}` is fixed, and is not drawn"));
                }
                Some(other) if other.name == field.name => {
                    errors.on(then, "a field is not drawn before itself");
                }
                Some(_) => {
                    let (first, then) = (variables(&field.name), variables(then));
                    orders.extend(quote! {
                        ::verifork_stimulus::__private::before(&#first, &#then);
                    });
                }
            }
        }
    }
    orders
}

/// The statements for the constraints of fields and of the whole type, with the fields' names in scope.
fn requirements(fields: &[Field<'_>], constraints: &[Expr], errors: &mut Errors) -> TokenStream {
    let names: Vec<_> = fields.iter().map(|field| field.name.clone()).collect();
    let locals = names.iter().map(symbol);
    let symbols = names
        .iter()
        .cloned()
        .chain([Ident::new("self", Span::call_site())]);
    let mut translator = Translator::new(errors, symbols);
    let all = fields
        .iter()
        .flat_map(|field| &field.options.constraints)
        .chain(constraints);
    let all: Vec<_> = all
        .map(|constraint| translator.requirements(constraint))
        .collect();
    if all.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #(let #names = &#locals;)*
        #(#all)*
    }
}
