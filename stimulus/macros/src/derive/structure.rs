//! Structs.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DataStruct, DeriveInput, Fields};

use super::field::Field;
use super::{Implementation, orders, requirements, symbol, variables};
use crate::attribute;
use crate::errors::Errors;

pub(super) fn structure(
    input: &DeriveInput,
    data: &DataStruct,
    errors: &mut Errors,
) -> TokenStream {
    let fields = Field::all(&data.fields, errors);
    let symbols = format_ident!("{}Symbols", input.ident);
    let constraints = attribute::constraints(&input.attrs, errors);

    let declared = fields.iter().map(|field| {
        let (name, member, text) = (&field.name, &field.member, field.text());
        let local = symbol(name);
        if field.is_fixed() {
            return quote! {
                let #local = ::verifork_stimulus::__private::Fixed(current.map_or_else(
                    ::core::default::Default::default,
                    |current| ::core::clone::Clone::clone(&current.#member),
                ));
            };
        }
        let settings = field.settings(&input.generics, errors);
        let (drawn, range) = (field.drawn(), variables(name));
        let call = quote_spanned!(field.ty.span()=> #drawn::declare_field);
        quote! {
            let (#local, #range) =
                #call(#text, #settings, current.map(|current| &current.#member));
        }
    });
    let declared: Vec<_> = declared.collect();
    let orders = orders(&fields, errors);
    let requirements = requirements(&fields, &constraints, errors);
    let members: Vec<_> = fields.iter().map(|field| &field.member).collect();
    let locals: Vec<_> = fields.iter().map(|field| symbol(&field.name)).collect();
    let placeholders = fields.iter().map(|field| {
        if field.is_fixed() {
            quote!(::verifork_stimulus::__private::Fixed(
                ::core::default::Default::default()
            ))
        } else {
            let drawn = field.drawn();
            quote_spanned!(field.ty.span()=> #drawn::placeholder(node))
        }
    });
    let built = fields.iter().map(|field| {
        let member = &field.member;
        if field.is_fixed() {
            return quote! {
                current
                    .as_deref_mut()
                    .map(|current| ::core::mem::take(&mut current.#member))
                    .unwrap_or_default()
            };
        }
        let drawn = field.drawn();
        let build = quote_spanned!(field.ty.span()=> #drawn::build);
        quote! {
            #build(
                &symbols.#member,
                values,
                current.as_deref_mut().map(|current| &mut current.#member),
            )
        }
    });
    let same_variables = fields.iter().map(Field::same_variables);
    let (_, type_generics, _) = input.generics.split_for_impl();
    Implementation {
        input,
        symbols: quote!(#symbols #type_generics),
        scalar: quote!(::verifork_stimulus::__private::Structure),
        same_variables: quote!(true #(&& #same_variables)*),
        placeholder: quote!(#symbols { #(#members: #placeholders),* }),
        build: quote!(Self { #(#members: #built),* }),
        others: symbols_struct(input, &symbols, &fields, &data.fields),
        declare: quote! {
            #(#declared)*
            #orders
            { #requirements }
            #symbols { #(#members: #locals),* }
        },
    }
    .tokens()
}

/// The struct of the symbols of the fields, with their names and visibilities.
fn symbols_struct(
    input: &DeriveInput,
    name: &Ident,
    fields: &[Field<'_>],
    shape: &Fields,
) -> TokenStream {
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let generics = &input.generics;
    let types: Vec<_> = fields.iter().map(Field::symbols).collect();
    let visibilities = fields.iter().map(|field| field.visibility);
    let members: Vec<_> = fields.iter().map(|field| &field.member).collect();
    let body = match shape {
        Fields::Named(_) => quote!(#where_clause { #(#visibilities #members: #types),* }),
        Fields::Unnamed(_) => quote!((#(#visibilities #types),*) #where_clause;),
        Fields::Unit => quote!(#where_clause;),
    };
    quote! {
        pub struct #name #generics #body

        #[automatically_derived]
        impl #impl_generics ::core::clone::Clone for #name #type_generics #where_clause {
            fn clone(&self) -> Self {
                #name { #(#members: ::core::clone::Clone::clone(&self.#members)),* }
            }
        }
    }
}
