//! `#[derive(RegisterFields)]`: the fields of a register.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Expr, Field, RangeLimits, Type};

use super::{Common, derived_at, named, some};
use crate::errors::{Errors, unknown_option};
use crate::settings::{self, Setting};

const OPTIONS: [&str; 5] = ["bits", "access", "reset", "volatile", "path"];
const EXAMPLE: &str = "#[field(bits = 4..=7)]";

/// A field of the struct.
struct Member<'a> {
    name: String,
    ident: &'a Ident,
    ty: &'a Type,
    common: Common,
    bits: Option<(Expr, Expr)>,
    span: Span,
}

/// `3`, or `4..=7`.
fn bits(setting: &Setting, errors: &mut Errors) -> Option<(Expr, Expr)> {
    let value = setting.expression("bits = 4..=7", errors)?;
    let mut inner = value;
    while let Expr::Group(syn::ExprGroup { expr, .. }) | Expr::Paren(syn::ExprParen { expr, .. }) =
        inner
    {
        inner = expr;
    }
    match inner {
        Expr::Range(range) => match (&range.start, &range.limits, &range.end) {
            (Some(low), RangeLimits::Closed(_), Some(high)) => {
                Some((low.as_ref().clone(), high.as_ref().clone()))
            }
            _ => {
                errors.on(
                    value,
                    "the bits of a field have both ends: `bits = 4..=7`, the lowest first",
                );
                None
            }
        },
        Expr::Lit(literal) if !matches!(literal.lit, syn::Lit::Int(_)) => {
            errors.on(
                value,
                "bits are `4..=7`, the lowest first, or 3 for a single one",
            );
            None
        }
        bit => Some((bit.clone(), bit.clone())),
    }
}

fn member_of<'a>(field: &'a Field, errors: &mut Errors) -> Member<'a> {
    let ident = field.ident.as_ref().expect("a named field has a name");
    let mut member = Member {
        name: ident.unraw().to_string(),
        ident,
        ty: &field.ty,
        common: Common::default(),
        bits: None,
        span: ident.span(),
    };
    let mut is_given = false;
    for setting in settings::of_attributes(&field.attrs, "field", EXAMPLE, errors) {
        match setting.name().as_str() {
            "bits" => {
                is_given = true;
                let bits = bits(&setting, errors);
                if bits.is_some() {
                    if let settings::SettingValue::Value(value) = &setting.value {
                        member.span = value.span();
                    }
                    setting.store(&mut member.bits, bits, errors);
                }
            }
            _ if member.common.take(&setting, errors) => {}
            name => errors.at(setting.key.span(), unknown_option(name, &OPTIONS)),
        }
    }
    if !is_given {
        errors.on(ident, format!("a field has bits: `{EXAMPLE}`"));
    }
    member
}

pub(super) fn fields(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let members: Vec<_> = named(input, "RegisterFields", &mut errors)
        .into_iter()
        .map(|field| member_of(field, &mut errors))
        .collect();
    errors.finish(())?;

    let structure = &input.ident;
    let structure_name = structure.unraw().to_string();
    let derived = derived_at(Span::call_site());
    let count = members.len();
    let descriptions = members.iter().map(description_of);
    let idents: Vec<_> = members.iter().map(|member| member.ident).collect();
    let types: Vec<_> = members.iter().map(|member| member.ty).collect();
    let checks = members.iter().enumerate().map(|(index, member)| {
        let reset = member
            .common
            .reset
            .as_ref()
            .map_or(member.span, Spanned::span);
        let (ty, name) = (member.ty, &member.name);
        let (derived, of_reset) = (derived_at(member.span), derived_at(reset));
        let fields = quote_spanned! {member.span=>
            const _: () = #derived::check_field(&FIELDS, #index);
        };
        let reset = quote_spanned! {reset=>
            const _: () = #of_reset::check_reset(&FIELDS, #index);
        };
        let of_type = quote_spanned!(ty.span()=> ::verifork_components::registers::derived::verifork::field::<#ty>);
        let ty = quote_spanned! {ty.span()=>
            const _: ::verifork_components::registers::derived::verifork::FieldLayout =
                #of_type(#name, ::core::option::Option::Some(FIELDS[#index].bits()));
        };
        let access = member.common.check_access();
        quote!(#fields #reset #access #ty)
    });
    let positions: Vec<usize> = (0..count).collect();
    Ok(quote! {
        const _: () = {
            const FIELDS: [#derived::FieldDescription; #count] = [#(#descriptions),*];
            #(#checks)*

            #[automatically_derived]
            impl ::verifork_components::registers::RegisterFields for #structure {
                const FIELDS: &'static [#derived::FieldDescription] = &FIELDS;

                fn from_word(
                    word: u64,
                ) -> ::core::result::Result<Self, ::verifork_components::registers::derived::verifork::ValueError> {
                    #[allow(unused_imports)]
                    use ::verifork_components::registers::derived::verifork::NoField as _;
                    let vector = ::verifork_components::registers::derived::verifork::LogicVec::from_planes_u64(64, word, 0);
                    ::core::result::Result::Ok(Self {
                        #(
                            #idents: ::verifork_components::registers::derived::verifork::Field::<#types>::new(
                                FIELDS[#positions].place(),
                                #structure_name,
                            )
                            .read(&vector)?,
                        )*
                    })
                }

                fn to_word(
                    &self,
                ) -> ::core::result::Result<u64, ::verifork_components::registers::derived::verifork::ValueError> {
                    #[allow(unused_imports)]
                    use ::verifork_components::registers::derived::verifork::NoField as _;
                    let mut vector = ::verifork_components::registers::derived::verifork::LogicVec::zeros(64);
                    #(
                        ::verifork_components::registers::derived::verifork::Field::<#types>::new(
                            FIELDS[#positions].place(),
                            #structure_name,
                        )
                        .write(&mut vector, &self.#idents)?;
                    )*
                    ::core::result::Result::Ok(vector.value_word(0))
                }
            }
        };
    })
}

fn description_of(member: &Member<'_>) -> TokenStream {
    let Member {
        name, common, bits, ..
    } = member;
    let (low, high) = bits.as_ref().expect("they were given");
    let reset = some(common.reset.as_ref());
    let access = common
        .access()
        .unwrap_or(quote!(::verifork_components::registers::Access::Rw));
    let volatile = common.volatile.is_some();
    let path = common.path();
    quote! {
        ::verifork_components::registers::derived::FieldDescription {
            shape: ::verifork_components::registers::derived::FieldShape {
                name: #name,
                low: #low,
                high: #high,
                reset: #reset,
                place: "",
            },
            access: #access,
            is_volatile: #volatile,
            path: #path,
        }
    }
}
