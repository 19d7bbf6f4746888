//! A field of the derived type, with the settings that its attribute makes.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, Fields, Generics, Index, Lit, Member, Pat, RangeLimits, Type, UnOp};

use crate::attribute::{FieldOptions, Weight};
use crate::constraint::{field_name, source};
use crate::errors::Errors;

/// A field and its attribute.
pub(super) struct Field<'a> {
    pub(super) member: Member,
    /// The name of its local variable.
    pub(super) name: Ident,
    pub(super) ty: &'a Type,
    pub(super) visibility: &'a syn::Visibility,
    pub(super) options: FieldOptions,
}

impl<'a> Field<'a> {
    pub(super) fn all(fields: &'a Fields, errors: &mut Errors) -> Vec<Self> {
        let fields = fields.iter().enumerate().map(|(index, field)| {
            let member = match &field.ident {
                Some(name) => Member::Named(name.clone()),
                None => Member::Unnamed(Index {
                    index: u32::try_from(index).unwrap_or_default(),
                    span: field.ty.span(),
                }),
            };
            let options = FieldOptions::new(&field.attrs, errors);
            let is_vector = is_vector(&field.ty);
            if is_vector && options.length.is_none() && options.fixed.is_none() {
                errors.on(
                    &field.ty,
                    "a vector needs a length: `#[randomize(length = 0..=16)]`",
                );
            }
            if !is_vector && let Some(length) = &options.length {
                errors.on(length, "`length` is for a field that is a `Vec`");
            }
            Field {
                name: field_name(&member),
                member,
                ty: &field.ty,
                visibility: &field.vis,
                options,
            }
        });
        fields.collect()
    }

    pub(super) fn text(&self) -> String {
        match &self.member {
            Member::Named(name) => name.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.options.fixed.is_some()
    }

    pub(super) fn symbols(&self) -> TokenStream {
        let ty = self.ty;
        if self.is_fixed() {
            quote!(::verifork_stimulus::__private::Fixed<#ty>)
        } else {
            let drawn = self.drawn();
            quote_spanned!(ty.span()=> #drawn::Symbols)
        }
    }

    /// The field's type as an implementation of `Randomize`.
    pub(super) fn drawn(&self) -> TokenStream {
        let ty = self.ty;
        quote_spanned!(ty.span()=> <#ty as ::verifork_stimulus::Randomize>)
    }

    pub(super) fn same_variables(&self) -> TokenStream {
        if self.is_fixed() {
            quote!(false)
        } else {
            let drawn = self.drawn();
            quote_spanned!(self.ty.span()=> #drawn::SAME_VARIABLES)
        }
    }

    /// The expression of the field's settings.
    pub(super) fn settings(&self, generics: &Generics, errors: &mut Errors) -> TokenStream {
        let FieldOptions {
            range,
            length,
            weights,
            text,
            ..
        } = &self.options;
        let drawn = self.drawn();
        let scalar = quote_spanned!(self.ty.span()=> #drawn::Scalar);
        let what = self.text();
        let mut settings = quote!(::verifork_stimulus::__private::Settings::<#scalar>::default());
        if let Some(range) = range {
            let checked = checked_range(range, &scalar, "range", &what, generics, errors);
            settings = quote_spanned!(range.span()=> #settings.range(#checked));
        }
        if let Some(length) = length {
            let checked = checked_range(length, &quote!(usize), "length", &what, generics, errors);
            settings = quote_spanned!(length.span()=> #settings.length(#checked));
        }
        for Weight { of, weight } in weights {
            let weight = checked_weight(weight, generics, errors);
            settings = match of {
                Pat::Wild(_) => quote!(#settings.weight_of_others(#weight)),
                Pat::Range(between) => {
                    let expr = pattern_expr(of);
                    let checked =
                        checked_range(&expr, &scalar, "range of a weight", &what, generics, errors);
                    quote_spanned!(between.span()=> #settings.weight_between(#checked, #weight))
                }
                // A variant without the name of its enum.
                Pat::Ident(name) => {
                    let variant = &name.ident;
                    quote_spanned!(name.span()=> #settings.weight_of(<#scalar>::#variant, #weight))
                }
                Pat::Lit(_) | Pat::Path(_) | Pat::Const(_) => {
                    let value = pattern_expr(of);
                    quote_spanned!(of.span()=> #settings.weight_of(#value, #weight))
                }
                other => {
                    errors.on(
                        other,
                        "a weight is for a value, a range, or all others (`_`)",
                    );
                    settings
                }
            };
        }
        if !text.is_empty() {
            let source = source(text);
            settings = quote!(#settings.source(#source));
        }
        settings
    }
}

/// A pattern as an expression.
fn pattern_expr(pattern: &Pat) -> Expr {
    syn::parse2(pattern.to_token_stream())
        .unwrap_or_else(|_| Expr::Verbatim(pattern.to_token_stream()))
}

fn is_vector(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Vec"),
        Type::Group(group) => is_vector(&group.elem),
        Type::Paren(paren) => is_vector(&paren.elem),
        _ => false,
    }
}

/// A range with two ends. The compiler reports an empty one, unless it depends on parameters.
fn checked_range(
    range: &Expr,
    scalar: &TokenStream,
    what: &str,
    field: &str,
    generics: &Generics,
    errors: &mut Errors,
) -> TokenStream {
    let Expr::Range(parts) = range else {
        return range.to_token_stream();
    };
    let (Some(start), Some(end)) = (&parts.start, &parts.end) else {
        errors.on(range, format!("the {what} has two ends: `0..=15`"));
        return range.to_token_stream();
    };
    if !generics.params.is_empty() {
        return range.to_token_stream();
    }
    let message = format!("the {what} of `{field}` is empty");
    let (order, limits) = match parts.limits {
        RangeLimits::Closed(_) => (quote!(<=), quote!(..=)),
        RangeLimits::HalfOpen(_) => (quote!(<), quote!(..)),
    };
    // The type occurs once, so that a type without ranges causes one error.
    quote_spanned!(range.span()=> {
        const ENDS: [<#scalar as ::verifork_stimulus::__private::Ranged>::Number; 2] = [#start, #end];
        const _: () = ::verifork_stimulus::__private::claim(ENDS[0] #order ENDS[1], #message);
        ::verifork_stimulus::__private::Checked::new(ENDS[0] #limits ENDS[1])
    })
}

/// A weight. The compiler reports one that is not positive.
pub(super) fn checked_weight(
    weight: &Expr,
    generics: &Generics,
    errors: &mut Errors,
) -> TokenStream {
    let negative = matches!(weight, Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)));
    let literal = match weight {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    };
    let zero = matches!(literal, Some(Lit::Int(value)) if value.base10_digits() == "0");
    let other = matches!(literal, Some(literal) if !matches!(literal, Lit::Int(_)));
    if negative || zero || other {
        errors.on(
            weight,
            "a weight is a positive integer; to exclude a value, do not name it",
        );
    }
    if !generics.params.is_empty() {
        // A constant item cannot use the parameters of the type; a `const` block can.
        return quote_spanned!(weight.span()=> const {
            let weight: u32 = #weight;
            ::verifork_stimulus::__private::claim(weight > 0, "a weight is a positive integer");
            weight
        });
    }
    quote_spanned!(weight.span()=> {
        const WEIGHT: u32 = #weight;
        const _: () =
            ::verifork_stimulus::__private::claim(WEIGHT > 0, "a weight is a positive integer");
        WEIGHT
    })
}
