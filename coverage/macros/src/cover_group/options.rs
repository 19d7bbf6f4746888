//! The options of groups, points and crosses.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token};

/// `key = value`.
pub(super) struct Setting {
    pub(super) key: Ident,
    pub(super) value: Expr,
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Setting {
            key,
            value: input.parse()?,
        })
    }
}

const NAMES: [&str; 3] = ["weight", "goal", "at_least"];

/// The calls that set the given options.
#[derive(Default)]
pub(super) struct Options(TokenStream);

impl Options {
    /// Stores the option, if it is one of these.
    pub(super) fn set(&mut self, key: &Ident, value: Expr) -> bool {
        let known = NAMES.iter().any(|name| key == name);
        if known {
            self.0.extend(quote!(.#key(#value)));
        }
        known
    }

    pub(super) fn parse(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
        match meta.path.get_ident() {
            Some(key) if NAMES.iter().any(|name| key == name) => {
                let value = meta.value()?.parse()?;
                Ok(self.set(key, value))
            }
            _ => Ok(false),
        }
    }

    pub(super) fn tokens(&self) -> TokenStream {
        let calls = &self.0;
        quote!(::verifork_coverage::Options::new() #calls)
    }
}
