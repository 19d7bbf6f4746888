//! The options inside an attribute: `key`, `key = value` and `key(…)`, separated by commas.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, LitInt, LitStr, Meta, Token, parenthesized};

use crate::errors::Errors;

/// An option of an attribute.
pub(crate) struct Setting {
    pub(crate) key: Ident,
    pub(crate) value: SettingValue,
}

/// The value of an option.
pub(crate) enum SettingValue {
    Nothing,
    Value(Expr),
    List(TokenStream),
}

/// A number of bits.
pub(crate) struct Width {
    /// The number, if it is a literal.
    pub(crate) bits: Option<u32>,
    pub(crate) expression: Expr,
}

impl ToTokens for Width {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self.bits {
            // With or without a type suffix.
            Some(bits) => bits.to_tokens(tokens),
            None => self.expression.to_tokens(tokens),
        }
    }
}

/// The options of an attribute, in order.
pub(crate) type Settings = Punctuated<Setting, Token![,]>;

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected the name of an option"));
        }
        let key = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            SettingValue::Value(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            SettingValue::List(content.parse()?)
        } else {
            SettingValue::Nothing
        };
        Ok(Setting { key, value })
    }
}

impl Setting {
    pub(crate) fn name(&self) -> String {
        self.key.unraw().to_string()
    }

    /// The value of `key = value`; the error for anything else shows the correct form.
    pub(crate) fn expression(&self, example: &str, errors: &mut Errors) -> Option<&Expr> {
        if let SettingValue::Value(value) = &self.value {
            return Some(value);
        }
        errors.at(
            self.key.span(),
            format!("`{}` needs a value: `{example}`", self.key),
        );
        None
    }

    /// The duration of `key = …`, which no literal is; the error shows the correct form.
    pub(crate) fn duration(&self, example: &str, errors: &mut Errors) -> Option<&Expr> {
        let value = self.expression(example, errors)?;
        if matches!(value, Expr::Lit(_)) {
            errors.on(
                value,
                format!("`{}` is a duration, with its unit: `{example}`", self.key),
            );
            return None;
        }
        Some(value)
    }

    /// The string of `key = "…"`; the error for anything else shows the correct form.
    pub(crate) fn string(&self, example: &str, errors: &mut Errors) -> Option<LitStr> {
        let value = self.expression(example, errors)?;
        let string = string_literal(value);
        if string.is_none() {
            errors.on(
                value,
                format!("`{}` is a string literal: `{example}`", self.key),
            );
        }
        string
    }

    /// The string of `key = "…"`, or those of `key("…", "…")`; the error for anything else shows both forms.
    pub(crate) fn strings(
        &self,
        one: &str,
        several: &str,
        errors: &mut Errors,
    ) -> Option<Vec<LitStr>> {
        let SettingValue::List(list) = &self.value else {
            return self.string(one, errors).map(|string| vec![string]);
        };
        let parse = Punctuated::<LitStr, Token![,]>::parse_terminated;
        match parse.parse2(list.clone()) {
            Ok(strings) if !strings.is_empty() => return Some(strings.into_iter().collect()),
            _ => errors.at(
                self.key.span(),
                format!(
                    "`{}` takes string literals: `{one}` or `{several}`",
                    self.key
                ),
            ),
        }
        None
    }

    /// The value of `key = "…"` that is one of several words.
    pub(crate) fn choice<T: Copy>(
        &self,
        example: &str,
        choices: &[(&str, T)],
        errors: &mut Errors,
    ) -> Option<T> {
        let word = self.string(example, errors)?;
        let chosen = choices.iter().find(|(name, _)| *name == word.value());
        if chosen.is_none() {
            let names: Vec<_> = choices
                .iter()
                .map(|(name, _)| format!("{name:?}"))
                .collect();
            errors.on(
                &word,
                format!("`{}` is one of {}", self.key, names.join(", ")),
            );
        }
        chosen.map(|&(_, value)| value)
    }

    /// The width of `width = 12`, or of a constant. The error for 0 is `at_least`; the error for anything else
    /// shows the correct form.
    pub(crate) fn width(
        &self,
        example: &str,
        at_least: &str,
        errors: &mut Errors,
    ) -> Option<Width> {
        let expression = self.expression(example, errors)?;
        let literal = integer_literal(expression);
        match literal.map(|literal| literal.base10_parse::<u32>().ok()) {
            Some(Some(0)) => errors.on(expression, at_least),
            Some(Some(bits)) => {
                return Some(Width {
                    bits: Some(bits),
                    expression: expression.clone(),
                });
            }
            None if may_be_constant(expression) => {
                return Some(Width {
                    bits: None,
                    expression: expression.clone(),
                });
            }
            _ => errors.on(
                expression,
                format!("`{}` is a number of bits: `{example}`", self.key),
            ),
        }
        None
    }

    /// An option without a value, such as `input`.
    pub(crate) fn flag(&self, errors: &mut Errors) -> Option<()> {
        match &self.value {
            SettingValue::Nothing => return Some(()),
            SettingValue::Value(value) => {
                errors.on(value, format!("`{}` takes no value", self.key));
            }
            SettingValue::List(_) => {
                errors.at(self.key.span(), format!("`{}` takes no list", self.key));
            }
        }
        None
    }

    /// Stores a value under this option's key, which must not have one yet.
    pub(crate) fn store<T>(&self, slot: &mut Option<T>, value: Option<T>, errors: &mut Errors) {
        if slot.is_some() {
            errors.at(self.key.span(), format!("`{}` is given twice", self.key));
        } else {
            *slot = value;
        }
    }
}

/// The options of every attribute called `name`, each attribute of the form `#[name(…)]`.
pub(crate) fn of_attributes(
    attributes: &[Attribute],
    name: &str,
    example: &str,
    errors: &mut Errors,
) -> Vec<Setting> {
    let mut settings = Vec::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident(name))
    {
        if let Meta::List(_) = &attribute.meta {
            let parsed = attribute.parse_args_with(Settings::parse_terminated);
            settings.extend(errors.take(parsed).into_iter().flatten());
        } else {
            errors.on(
                attribute,
                format!("options stand in parentheses: `{example}`"),
            );
        }
    }
    settings
}

/// The string literal of an expression, inside groups that `macro_rules!` adds.
pub(crate) fn string_literal(expression: &Expr) -> Option<LitStr> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(string) => Some(string.clone()),
            _ => None,
        },
        Expr::Group(group) => string_literal(&group.expr),
        _ => None,
    }
}

/// The integer literal of an expression, inside groups and parentheses.
pub(crate) fn integer_literal(expression: &Expr) -> Option<LitInt> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(integer) => Some(integer.clone()),
            _ => None,
        },
        Expr::Group(group) => integer_literal(&group.expr),
        Expr::Paren(paren) => integer_literal(&paren.expr),
        _ => None,
    }
}

/// Whether an expression may be a number; the compiler checks it.
fn may_be_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Group(group) => may_be_constant(&group.expr),
        Expr::Lit(_) | Expr::Unary(_) | Expr::Tuple(_) | Expr::Array(_) => false,
        _ => true,
    }
}
