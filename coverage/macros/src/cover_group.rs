//! `#[derive(CoverGroup)]`: a struct of points and crosses as a cover group.

mod bins;
mod cross;
mod options;

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DeriveInput, Expr, Field, Fields, GenericArgument, LitStr, PathArguments,
    Token, Type,
};

use self::options::{Options, Setting};

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| derive(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

/// All errors are reported at once.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }
}

/// The attribute of the struct.
#[derive(Default)]
struct GroupAttribute {
    of: Option<Type>,
    name: Option<LitStr>,
    options: Options,
}

enum Member<'a> {
    Point(Box<PointMember<'a>>),
    Cross(cross::CrossMember<'a>),
}

struct PointMember<'a> {
    field: &'a Ident,
    value_type: &'a Type,
    bins: TokenStream,
    options: Options,
    value: Option<Expr>,
    when: Option<Expr>,
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    if !input.generics.params.is_empty() {
        errors.add(syn::Error::new_spanned(
            &input.generics,
            "a cover group cannot be generic: `GroupBuilder` makes one of what is known at run time",
        ));
    }
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            _ => return Err(not_a_struct(&input.ident)),
        },
        _ => return Err(not_a_struct(&input.ident)),
    };
    let group = errors
        .take(group_attribute(&input.attrs))
        .unwrap_or_default();
    let names: Vec<String> = fields.iter().filter_map(point_name).collect();
    let mut members = Vec::new();
    for field in fields {
        if let Some(member) = errors.take(member(field, &names, group.of.is_some())) {
            members.push(member);
        }
    }
    if fields.is_empty() {
        let text = "a cover group has a point at least: `length: Point<u8>`";
        errors.add(syn::Error::new_spanned(&input.ident, text));
    }
    match errors.0 {
        Some(errors) => Err(errors),
        None => Ok(implementation(input, &group, &members)),
    }
}

fn not_a_struct(name: &Ident) -> syn::Error {
    syn::Error::new_spanned(
        name,
        "`CoverGroup` is for a struct with named fields of the types `Point<…>` and `Cross`",
    )
}

fn group_attribute(attributes: &[Attribute]) -> syn::Result<GroupAttribute> {
    let mut group = GroupAttribute::default();
    for attribute in attributes
        .iter()
        .filter(|it| it.path().is_ident("cover_group"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("of") {
                group.of = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("name") {
                group.name = Some(meta.value()?.parse()?);
            } else if !group.options.parse(&meta)? {
                return Err(meta.error(
                    "there are the options `of = Type`, `name = \"…\"`, `weight`, `goal` and `at_least`",
                ));
            }
            Ok(())
        })?;
    }
    Ok(group)
}

/// The name of a field that is a point.
fn point_name(field: &Field) -> Option<String> {
    point_type(&field.ty)
        .and(field.ident.as_ref())
        .map(|name| name.unraw().to_string())
}

/// `V` of `Point<V>`.
fn point_type(field: &Type) -> Option<&Type> {
    let Type::Path(path) = field else { return None };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Point")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(value)) => Some(value),
        _ => None,
    }
}

fn is_cross(field: &Type) -> bool {
    let Type::Path(path) = field else {
        return false;
    };
    path.path
        .segments
        .last()
        .is_some_and(|last| last.ident == "Cross")
}

fn member<'a>(field: &'a Field, points: &[String], has_item: bool) -> syn::Result<Member<'a>> {
    let Some(name) = &field.ident else {
        return Err(syn::Error::new_spanned(
            field,
            "a member of a cover group has a name",
        ));
    };
    let is_attribute = |wanted: &'static str| move |it: &&Attribute| it.path().is_ident(wanted);
    let bins = field.attrs.iter().find(is_attribute("bins"));
    let point = field.attrs.iter().find(is_attribute("point"));
    let crossed = field.attrs.iter().find(is_attribute("cross"));
    if is_cross(&field.ty) {
        if let Some(wrong) = bins.or(point) {
            let text = "a `Cross` has the attribute `#[cross(…)]` alone";
            return Err(syn::Error::new_spanned(wrong, text));
        }
        let Some(attribute) = crossed else {
            let text = "a cross names its points: `#[cross(length, burst)]`";
            return Err(syn::Error::new_spanned(field, text));
        };
        return cross::parse(name, attribute, points).map(Member::Cross);
    }
    let Some(value_type) = point_type(&field.ty) else {
        let text = "the members of a cover group are of the types `Point<…>` and `Cross`";
        return Err(syn::Error::new_spanned(&field.ty, text));
    };
    if let Some(wrong) = crossed {
        return Err(syn::Error::new_spanned(
            wrong,
            "`#[cross(…)]` is for a field of the type `Cross`",
        ));
    }
    let mut member = PointMember {
        field: name,
        value_type,
        bins: bins.map_or_else(|| Ok(TokenStream::new()), |it| bins::parse(it, value_type))?,
        options: Options::default(),
        value: None,
        when: None,
    };
    if let Some(attribute) = point {
        let settings =
            attribute.parse_args_with(Punctuated::<Setting, Token![,]>::parse_terminated)?;
        for Setting { key, value } in settings {
            if key == "value" || key == "when" {
                if !has_item {
                    let text = format!(
                        "`{key}` takes a function of what is sampled: say what that is, \
                         `#[cover_group(of = Transfer)]`"
                    );
                    return Err(syn::Error::new_spanned(key, text));
                }
                *(if key == "value" {
                    &mut member.value
                } else {
                    &mut member.when
                }) = Some(value);
            } else if !member.options.set(&key, value) {
                let text = "there are the options `value`, `when`, `weight`, `goal` and `at_least`";
                return Err(syn::Error::new_spanned(key, text));
            }
        }
    }
    Ok(Member::Point(Box::new(member)))
}

fn implementation(
    input: &DeriveInput,
    group: &GroupAttribute,
    members: &[Member<'_>],
) -> TokenStream {
    let name = &input.ident;
    let visibility = &input.vis;
    let coverage = quote!(::verifork_coverage);
    let path = match &group.name {
        Some(name) => quote!(#name),
        None => quote!(concat!(module_path!(), "::", stringify!(#name))),
    };
    let options = group.options.tokens();
    let fields: Vec<&Ident> = members.iter().map(Member::field).collect();
    let built = members.iter().map(Member::built);
    let points = members.iter().filter_map(|member| match member {
        Member::Point(point) => Some(point),
        Member::Cross(_) => None,
    });
    let parameters = match &group.of {
        Some(item) => quote!(item: &#item),
        None => {
            let parameters = points.clone().map(|point| {
                let (field, value_type) = (point.field, point.value_type);
                quote!(#field: #value_type)
            });
            quote!(#(#parameters),*)
        }
    };
    let arguments = match &group.of {
        Some(_) => quote!(item),
        None => {
            let fields = points.clone().map(|point| point.field);
            quote!(#(#fields),*)
        }
    };
    let sampled = members
        .iter()
        .map(|member| member.sampled(group.of.as_ref()));
    let what = if group.of.is_some() {
        "Samples every point, by the fields of the item of the same names, and then every cross."
    } else {
        "Samples every point, with these values, and then every cross."
    };
    quote! {
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic, dead_code)]
        impl #name {
            /// Creates a group without counts.
            ///
            /// # Panics
            ///
            /// The definition of the group is invalid.
            #[track_caller]
            #visibility fn new() -> Self {
                match Self::try_new() {
                    Ok(group) => group,
                    Err(error) => panic!("{error}"),
                }
            }

            /// Creates a named instance, which is also reported separately.
            ///
            /// # Panics
            ///
            /// The group is not well defined.
            #[track_caller]
            #visibility fn named(instance: &str) -> Self {
                match Self::try_build(#coverage::GroupBuilder::new(#path).instance(instance)) {
                    Ok(group) => group,
                    Err(error) => panic!("{error}"),
                }
            }

            /// A group that has counted nothing.
            ///
            /// # Errors
            ///
            /// The group is not well defined.
            #visibility fn try_new() -> ::core::result::Result<Self, #coverage::DefinitionError> {
                Self::try_build(#coverage::GroupBuilder::new(#path))
            }

            fn try_build(
                builder: #coverage::GroupBuilder,
            ) -> ::core::result::Result<Self, #coverage::DefinitionError> {
                let mut builder = builder.options(#options);
                #(#built)*
                builder.build();
                Ok(#name { #(#fields),* })
            }

            #[doc = #what]
            ///
            /// # Panics
            ///
            /// A value or a combination is illegal.
            #[track_caller]
            #visibility fn sample(&self, #parameters) {
                if let Err(illegal) = self.try_sample(#arguments) {
                    illegal.fail();
                }
            }

            #[doc = #what]
            ///
            /// # Errors
            ///
            /// A value or a combination is illegal; the points and crosses after it have not been sampled.
            #[track_caller]
            #visibility fn try_sample(
                &self,
                #parameters
            ) -> ::core::result::Result<(), #coverage::IllegalSample> {
                #(#sampled)*
                Ok(())
            }
        }

        #[automatically_derived]
        impl #coverage::CoverGroup for #name {
            fn name(&self) -> &str {
                #path
            }

            fn visit(&self, visit: &mut dyn FnMut(#coverage::Item<'_>)) {
                #(visit(#coverage::AnyItem::item(&self.#fields));)*
            }
        }

        /// Its holes: `Item::aimed_at(&group)`.
        #[automatically_derived]
        impl ::core::iter::IntoIterator for &#name {
            type Item = #coverage::Hole;
            type IntoIter = ::std::vec::IntoIter<#coverage::Hole>;

            fn into_iter(self) -> Self::IntoIter {
                #coverage::CoverGroup::holes(self).into_iter()
            }
        }
    }
}

impl Member<'_> {
    fn field(&self) -> &Ident {
        match self {
            Member::Point(point) => point.field,
            Member::Cross(cross) => cross.field,
        }
    }

    /// The statement that creates it.
    fn built(&self) -> TokenStream {
        let field = self.field();
        let name = field.unraw().to_string();
        match self {
            Member::Point(point) => {
                let PointMember {
                    value_type, bins, ..
                } = &**point;
                let options = point.options.tokens();
                quote! {
                    let #field = builder.point_with::<#value_type>(
                        #name,
                        ::verifork_coverage::Bins::<#value_type>::new() #bins,
                        #options,
                    )?;
                }
            }
            Member::Cross(cross) => {
                let (points, bins, options) = (&cross.points, &cross.bins, cross.options.tokens());
                quote! {
                    let #field = builder.cross_with(
                        #name,
                        &[#(&#points),*],
                        ::verifork_coverage::CrossBins::new() #bins,
                        #options,
                    )?;
                }
            }
        }
    }

    /// The statement that samples it.
    fn sampled(&self, item: Option<&Type>) -> TokenStream {
        let field = self.field();
        let Member::Point(point) = self else {
            return quote!(self.#field.try_sample()?;);
        };
        let Some(item) = item else {
            return quote!(self.#field.try_sample(#field)?;);
        };
        let value_type = point.value_type;
        let value = match &point.value {
            Some(function) => {
                quote!({ let value: fn(&#item) -> #value_type = #function; value(item) })
            }
            None => quote!(item.#field),
        };
        match &point.when {
            Some(function) => quote! {
                let when: fn(&#item) -> bool = #function;
                if when(item) {
                    self.#field.try_sample(#value)?;
                } else {
                    self.#field.skip();
                }
            },
            None => quote!(self.#field.try_sample(#value)?;),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(item: TokenStream) -> Vec<String> {
        let input = syn::parse2(item).unwrap();
        let errors = derive(&input).unwrap_err();
        errors.into_iter().map(|error| error.to_string()).collect()
    }

    fn expanded(item: TokenStream) -> String {
        let input = syn::parse2(item).unwrap();
        derive(&input).unwrap().to_string().replace(' ', "")
    }

    #[test]
    fn every_member_that_is_wrong_says_why() {
        let found = mistakes(quote! {
            struct Group {
                a: u8,
                b: Cross,
                #[cross(d)]
                c: Cross,
                #[bins(odd)]
                d: Point<u8>,
                #[point(wieght = 3)]
                e: Point<u8>,
                #[point(when = |it| it.x)]
                f: Point<u8>,
                #[cross(d, x)]
                g: Cross,
                #[cross(d, e, refuse(1, 2))]
                h: Cross,
            }
        });
        let wanted = [
            "the members of a cover group are",
            "a cross names its points",
            "a cross has two points at least",
            "a bin is written `name = values`",
            "there are the options `value`, `when`",
            "`when` takes a function of what is sampled: say what that is",
            "the group has no point `x`; there are `d`, `e`, `f`",
            "bins of a cross are selected by `ignore(…)` and `illegal(…)`",
        ];
        assert_eq!(found.len(), wanted.len(), "{found:#?}");
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(found.starts_with(wanted), "{found}");
        }
        let found = mistakes(quote!(
            struct Group {}
        ));
        assert!(found[0].contains("a point at least"), "{found:?}");
        let found = mistakes(quote!(
            enum Group {
                A,
            }
        ));
        assert!(found[0].contains("a struct with named fields"), "{found:?}");
        let found = mistakes(quote! {
            #[cover_group(off = u8)]
            struct Group { a: Point<u8> }
        });
        assert!(
            found[0].contains("there are the options `of = Type`"),
            "{found:?}"
        );
    }

    #[test]
    fn a_name_is_a_variant_unless_it_is_a_constant() {
        let text = expanded(quote! {
            struct Group {
                #[bins(one = Incr, some = [Wrap, LIMIT], range = A..=MAX, other = crate::X)]
                a: Point<Burst>,
            }
        });
        assert!(text.contains(".bin(\"one\",<Burst>::Incr)"), "{text}");
        assert!(text.contains("keys(<Burst>::Wrap),"), "{text}");
        assert!(text.contains("keys(LIMIT)].concat()"), "{text}");
        assert!(text.contains("<Burst>::A..=MAX"), "{text}");
        assert!(text.contains("(\"other\",crate::X)"), "{text}");
    }

    #[test]
    fn a_transition_without_a_name_is_called_as_it_is_written() {
        let text = expanded(quote! {
            struct Group {
                #[bins(transitions(1 => (2..=3)[*2..=4] => [4, 5], up = 0 => 1[*3]))]
                a: Point<u8>,
            }
        });
        assert!(text.contains("\"1=>(2..=3)[*2..=4]=>[4,5]\""), "{text}");
        assert!(text.contains(".repeated("), "{text}");
        assert!(text.contains(".transition(\"up\""), "{text}");
    }
}
