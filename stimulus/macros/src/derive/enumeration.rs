//! Enums. Those without fields are values; in those with fields, the variables depend on the variant.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DataEnum, DeriveInput, Generics};

use super::field::{Field, checked_weight};
use super::{Implementation, orders, requirements, symbol, variables};
use crate::attribute::{self, VariantOptions};
use crate::constraint::source;
use crate::errors::Errors;

pub(super) fn plain_enum(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> TokenStream {
    let name = &input.ident;
    if !input.generics.params.is_empty() {
        errors.on(&input.generics, "an enum without fields has no parameters");
    }
    for constraint in attribute::constraints(&input.attrs, errors) {
        errors.on(
            constraint,
            "an enum without fields has nothing to constrain",
        );
    }
    let names: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let (others, last) = (&names[..names.len() - 1], names[names.len() - 1]);
    let other_numbers = 0_u128..;
    let other_numbers = other_numbers.take(others.len());
    let numbers = (0_u128..).take(names.len());
    let last_number = u32::try_from(names.len() - 1).unwrap_or(u32::MAX);
    let bits = (u32::BITS - last_number.leading_zeros()).max(1);
    let options: Vec<_> = data
        .variants
        .iter()
        .map(|variant| VariantOptions::new(&variant.attrs, errors))
        .collect();
    for constraint in options.iter().flat_map(|options| &options.constraints) {
        errors.on(
            constraint,
            "a variant without fields has nothing to constrain",
        );
    }
    let weights = weights(&options, &input.generics, errors)
        .into_iter()
        .zip(&names)
        .map(|(weight, name)| quote!(let settings = settings.weight_of(Self::#name, #weight);));
    let text = quote!(#name);
    let source = source(&text);
    let weights: Vec<_> = weights.collect();
    let weighted = if weights.is_empty() {
        TokenStream::new()
    } else {
        quote! {
            let settings = settings.or_weights(|settings| {
                #(#weights)*
                settings.source(#source)
            });
        }
    };
    Implementation {
        input,
        symbols: quote!(::verifork_stimulus::__private::Symbol<Self>),
        scalar: quote!(Self),
        same_variables: quote!(true),
        declare: quote! {
            #weighted
            ::verifork_stimulus::__private::declare(settings)
        },
        placeholder: quote!(::verifork_stimulus::__private::placeholder(node)),
        build: quote!(values.get(symbols)),
        others: quote! {
            #[automatically_derived]
            impl ::verifork_stimulus::Value for #name {
                const ENCODING: ::verifork_stimulus::__private::Encoding =
                    ::verifork_stimulus::__private::Encoding {
                        bits: #bits,
                        signed: false,
                        last: ::core::option::Option::Some(#last_number),
                    };
                const DISCRIMINANTS: &'static [i128] = &[#(#name::#names as i128),*];

                fn encode(&self) -> u128 {
                    match self {
                        #(#name::#names => #numbers,)*
                    }
                }

                fn decode(bits: u128) -> Self {
                    match bits {
                        #(#other_numbers => #name::#others,)*
                        _ => #name::#last,
                    }
                }
            }
        },
    }
    .tokens()
}

/// The weights of all variants; none if no variant has one.
fn weights(
    options: &[VariantOptions],
    generics: &Generics,
    errors: &mut Errors,
) -> Vec<TokenStream> {
    if options.iter().all(|options| options.weight.is_none()) {
        return Vec::new();
    }
    let weights = options.iter().map(|options| match &options.weight {
        Some(weight) => checked_weight(weight, generics, errors),
        None => quote!(1),
    });
    weights.collect()
}

pub(super) fn enum_with_fields(
    input: &DeriveInput,
    data: &DataEnum,
    errors: &mut Errors,
) -> TokenStream {
    let symbols = format_ident!("{}Symbols", input.ident);
    for constraint in attribute::constraints(&input.attrs, errors) {
        errors.on(
            constraint,
            "a constraint of an enum's fields belongs on the variant: `#[randomize(length < 16)] Data { … }`",
        );
    }
    let count = u32::try_from(data.variants.len()).unwrap_or(u32::MAX);
    let variant = quote!(::verifork_stimulus::__private::Variant::<#count>);
    let options: Vec<_> = data
        .variants
        .iter()
        .map(|variant| VariantOptions::new(&variant.attrs, errors))
        .collect();
    let weights = weights(&options, &input.generics, errors);
    let weights = (0_u32..).zip(&weights).map(|(index, weight)| {
        quote!(.weight_of(::verifork_stimulus::__private::Variant(#index), #weight))
    });
    let weights: Vec<_> = weights.collect();

    let (mut declared, mut all_names, mut types) = (TokenStream::new(), Vec::new(), Vec::new());
    let (mut placeholders, mut built, mut same_variables) = (Vec::new(), Vec::new(), Vec::new());
    for ((index, one), options) in (0_u32..).zip(&data.variants).zip(&options) {
        let fields = Field::all(&one.fields, errors);
        let variant_name = &one.ident;
        let (mut inner, mut names, mut parts) = (TokenStream::new(), Vec::new(), Vec::new());
        for field in &fields {
            if let Some(fixed) = &field.options.fixed {
                errors.on(
                    fixed,
                    "a field of a variant cannot be `fixed`: put it beside the enum",
                );
                continue;
            }
            let settings = field.settings(&input.generics, errors);
            let (local, range) = (symbol(&field.name), variables(&field.name));
            let (drawn, span) = (field.drawn(), field.ty.span());
            let declare = quote_spanned!(span=> #drawn::declare_field);
            let build = quote_spanned!(span=> #drawn::build);
            let text = format!("{}.{}", variant_name.unraw(), field.text());
            inner.extend(quote! {
                let (#local, #range) = #declare(
                    #text,
                    #settings,
                    ::core::option::Option::None,
                );
                ::verifork_stimulus::__private::before(&which_variables, &#range);
            });
            let name = format_ident!("{}_{}", variant_name.unraw(), field.name.unraw());
            types.push(field.symbols());
            placeholders.push(quote_spanned!(span=> #drawn::placeholder(node)));
            same_variables.push(field.same_variables());
            let member = &field.member;
            parts.push(quote! {
                #member: #build(
                    &symbols.#name,
                    values,
                    ::core::option::Option::None,
                )
            });
            names.push(name);
        }
        inner.extend(orders(&fields, errors));
        let requirements = requirements(&fields, &options.constraints, errors);
        let locals = fields.iter().map(|field| symbol(&field.name));
        declared.extend(quote! {
            let is_it = #variant::is(&which, #index);
            let (#(#names,)*) = ::verifork_stimulus::__private::guarded(is_it, || {
                #inner
                { #requirements }
                (#(#locals,)*)
            });
        });
        all_names.extend(names);
        let arm = if index + 1 == count {
            quote!(_)
        } else {
            quote!(#index)
        };
        built.push(quote!(#arm => Self::#variant_name { #(#parts),* }));
    }

    let generics = &input.generics;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let text = &input.ident;
    let source = source(&text);
    Implementation {
        input,
        symbols: quote!(#symbols #type_generics),
        scalar: quote!(::verifork_stimulus::__private::Structure),
        same_variables: quote!(true #(&& #same_variables)*),
        declare: quote! {
            let (which, which_variables) = ::verifork_stimulus::__private::which_variant(
                ::verifork_stimulus::__private::Settings::default()
                    #(#weights)*
                    .source(#source),
            );
            #declared
            #symbols { which, #(#all_names),* }
        },
        placeholder: quote!(#symbols {
            which: ::verifork_stimulus::__private::placeholder(node),
            #(#all_names: #placeholders),*
        }),
        build: quote!(match values.get(&symbols.which).0 { #(#built,)* }),
        others: quote! {
            pub struct #symbols #generics #where_clause {
                which: ::verifork_stimulus::__private::Symbol<
                    ::verifork_stimulus::__private::Variant<#count>
                >,
                #(#all_names: #types),*
            }

            #[automatically_derived]
            impl #impl_generics ::core::clone::Clone for #symbols #type_generics #where_clause {
                fn clone(&self) -> Self {
                    #symbols {
                        which: self.which,
                        #(#all_names: ::core::clone::Clone::clone(&self.#all_names)),*
                    }
                }
            }
        },
    }
    .tokens()
}
