//! `#[derive(CoverValue)]`: an enum whose variants are the values of a point.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::{Data, DeriveInput, Fields};

const FOR_ENUMS: &str = "`CoverValue` is for an enum whose variants have no fields, such as \
     `enum Burst { Fixed, Incr, Wrap }`; of a struct, each field is a point of its own";

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| derive(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(name, FOR_ENUMS));
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "an enum that is covered cannot be generic",
        ));
    }
    if data.variants.is_empty() {
        return Err(syn::Error::new_spanned(
            name,
            "an enum without variants has no values to cover",
        ));
    }
    if let Some(variant) = data
        .variants
        .iter()
        .find(|it| !matches!(it.fields, Fields::Unit))
    {
        return Err(syn::Error::new_spanned(&variant.fields, FOR_ENUMS));
    }
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let names = variants.iter().map(|variant| variant.unraw().to_string());
    Ok(quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic)]
        impl ::verifork_coverage::CoverValue for #name {
            const SHAPE: ::verifork_coverage::Shape =
                ::verifork_coverage::Shape::named(&[#((#names, #name::#variants as i128)),*]);

            #[inline]
            fn bits(self) -> u128 {
                self as i128 as u128
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(item: TokenStream) -> String {
        let input = syn::parse2(item).unwrap();
        derive(&input).unwrap_err().to_string()
    }

    #[test]
    fn only_an_enum_of_plain_variants_is_a_value() {
        assert_eq!(
            mistake(quote!(
                struct S {
                    a: u8,
                }
            )),
            FOR_ENUMS
        );
        assert_eq!(
            mistake(quote!(
                enum E {
                    A(u8),
                }
            )),
            FOR_ENUMS
        );
        assert!(
            mistake(quote!(
                enum E {}
            ))
            .contains("without variants")
        );
        assert!(
            mistake(quote!(
                enum E<T> {
                    A,
                }
            ))
            .contains("generic")
        );
    }
}
