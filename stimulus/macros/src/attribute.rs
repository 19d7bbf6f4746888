//! Parses `#[randomize(…)]`: options and constraints, separated by commas.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Meta, Pat, Token, parenthesized, token};

use crate::errors::{Errors, unknown_option};

/// An entry of the attribute.
pub(crate) enum Entry {
    Option(Ident, Value),
    Constraint(Expr),
}

pub(crate) enum Value {
    Nothing,
    Expr(Expr),
    List(TokenStream),
}

/// The options with a list. Other calls begin constraints.
const WITH_LIST: [&str; 2] = ["weights", "before"];

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let ahead = input.fork();
        if let Ok(name) = ahead.call(Ident::parse_any) {
            let is_last = ahead.is_empty() || ahead.peek(Token![,]);
            if name == "fixed" && is_last {
                input.call(Ident::parse_any)?;
                return Ok(Entry::Option(name, Value::Nothing));
            }
            if ahead.peek(Token![=]) && !ahead.peek(Token![==]) && !ahead.peek(Token![=>]) {
                input.call(Ident::parse_any)?;
                input.parse::<Token![=]>()?;
                return Ok(Entry::Option(name, Value::Expr(input.parse()?)));
            }
            if ahead.peek(token::Paren) && WITH_LIST.iter().any(|option| name == option) {
                input.call(Ident::parse_any)?;
                let content;
                parenthesized!(content in input);
                return Ok(Entry::Option(name, Value::List(content.parse()?)));
            }
        }
        Ok(Entry::Constraint(input.parse()?))
    }
}

/// The entries of all attributes of an item.
pub(crate) fn entries(attributes: &[Attribute], errors: &mut Errors) -> Vec<Entry> {
    let mut entries = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|it| it.path().is_ident("randomize"))
    {
        if let Meta::List(_) = &attribute.meta {
            let parse = Punctuated::<Entry, Token![,]>::parse_terminated;
            match attribute.parse_args_with(parse) {
                Ok(parsed) => entries.extend(parsed),
                Err(error) => errors.add(error),
            }
        } else {
            errors.on(
                attribute,
                "options stand in parentheses: `#[randomize(range = 0..=15)]`",
            );
        }
    }
    entries
}

/// A weight and its values.
pub(crate) struct Weight {
    pub(crate) of: Pat,
    pub(crate) weight: Expr,
}

impl Parse for Weight {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let of = Pat::parse_single(input)?;
        input.parse::<Token![=]>()?;
        let weight = input.parse()?;
        Ok(Weight { of, weight })
    }
}

/// The attributes of a field.
#[derive(Default)]
pub(crate) struct FieldOptions {
    pub(crate) fixed: Option<Ident>,
    pub(crate) range: Option<Expr>,
    pub(crate) length: Option<Expr>,
    pub(crate) weights: Vec<Weight>,
    pub(crate) before: Vec<Ident>,
    pub(crate) constraints: Vec<Expr>,
    /// The tokens of the options.
    pub(crate) text: TokenStream,
}

const FIELD: [&str; 5] = ["range", "weights", "length", "before", "fixed"];

impl FieldOptions {
    pub(crate) fn new(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = FieldOptions::default();
        for entry in entries(attributes, errors) {
            match entry {
                Entry::Constraint(constraint) => options.constraints.push(constraint),
                Entry::Option(name, value) => options.set(&name, value, errors),
            }
        }
        if options.fixed.is_some() && !options.text.is_empty() {
            errors.on(
                &options.fixed,
                "a field that is fixed is not drawn, and has no other option",
            );
        }
        options
    }

    fn set(&mut self, name: &Ident, value: Value, errors: &mut Errors) {
        match (&*name.to_string(), value) {
            ("fixed", Value::Nothing) => self.fixed = Some(name.clone()),
            ("range", Value::Expr(range)) if self.range.is_none() => {
                self.note(quote::quote!(#name = #range));
                self.range = Some(range);
            }
            ("length", Value::Expr(length)) if self.length.is_none() => {
                self.note(quote::quote!(#name = #length));
                self.length = Some(length);
            }
            ("range" | "length", Value::Expr(_)) => {
                errors.on(name, format!("`{name}` is given twice"));
            }
            ("weights", Value::List(list)) => {
                self.note(quote::quote!(#name(#list)));
                let parse = Punctuated::<Weight, Token![,]>::parse_terminated;
                match parse.parse2(list) {
                    Ok(weights) if weights.is_empty() => {
                        errors.on(name, "`weights` names values: `weights(0 = 3, 1..=15 = 1)`");
                    }
                    Ok(weights) => self.weights.extend(weights),
                    Err(error) => errors.add(error),
                }
            }
            ("before", Value::List(list)) => {
                self.note(quote::quote!(#name(#list)));
                let parse = Punctuated::<Ident, Token![,]>::parse_terminated;
                match parse.parse2(list) {
                    Ok(fields) => self.before.extend(fields),
                    Err(error) => errors.add(error),
                }
            }
            ("weights" | "before", _) => {
                errors.on(name, format!("`{name}` takes a list in parentheses"));
            }
            ("weight", _) => errors.on(
                name,
                "`weight` is for a variant of an enum; a field has `weights(0 = 3, 1..=15 = 1)`",
            ),
            (other, _) => errors.on(name, unknown_option(other, &FIELD)),
        }
    }

    fn note(&mut self, tokens: TokenStream) {
        if !self.text.is_empty() {
            self.text.extend(quote::quote!(,));
        }
        self.text.extend(tokens);
    }
}

/// The attributes of a variant.
#[derive(Default)]
pub(crate) struct VariantOptions {
    pub(crate) weight: Option<Expr>,
    pub(crate) constraints: Vec<Expr>,
}

impl VariantOptions {
    pub(crate) fn new(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut options = VariantOptions::default();
        for entry in entries(attributes, errors) {
            match entry {
                Entry::Constraint(constraint) => options.constraints.push(constraint),
                Entry::Option(name, Value::Expr(weight)) if name == "weight" => {
                    if options.weight.is_some() {
                        errors.on(&name, "`weight` is given twice");
                    }
                    options.weight = Some(weight);
                }
                Entry::Option(name, _) => {
                    errors.on(&name, unknown_option(&name.to_string(), &["weight"]));
                }
            }
        }
        options
    }
}

/// The constraints of a struct or an enum.
pub(crate) fn constraints(attributes: &[Attribute], errors: &mut Errors) -> Vec<Expr> {
    let mut constraints = Vec::new();
    for entry in entries(attributes, errors) {
        match entry {
            Entry::Constraint(constraint) => constraints.push(constraint),
            Entry::Option(name, value) => {
                let is_known = FIELD.iter().any(|option| name == option);
                let message = match value {
                    _ if is_known => format!("`{name}` is an option of a field"),
                    Value::Expr(_) => "a constraint compares with `==`".to_owned(),
                    _ => unknown_option(&name.to_string(), &FIELD),
                };
                errors.on(name.to_token_stream(), message);
            }
        }
    }
    constraints
}
