//! `#[derive(Randomize)]`.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Data, DataEnum, DataStruct, DeriveInput, Expr, Fields, GenericParam, Generics, Index, Lit,
    Member, Pat, RangeLimits, Type, UnOp, WherePredicate, parse_quote_spanned,
};

use crate::attribute::{self, FieldOptions, VariantOptions, Weight};
use crate::constraint::{Translator, field_name, source};
use crate::errors::Errors;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    syn::parse2(item)
        .and_then(|input: DeriveInput| derive(&input))
        .unwrap_or_else(syn::Error::into_compile_error)
}

fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    for lifetime in input.generics.lifetimes() {
        errors.on(
            lifetime,
            "what is drawn borrows nothing: give the type no lifetime",
        );
    }
    let input = &with_bounds(input);
    let output = match &input.data {
        Data::Struct(data) => structure(input, data, &mut errors),
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
            plain_enum(input, data, &mut errors)
        }
        Data::Enum(data) => enumeration(input, data, &mut errors),
        Data::Union(data) => {
            errors.on(data.union_token, "`Randomize` is for structs and enums");
            TokenStream::new()
        }
    };
    errors.into_result()?;
    Ok(output)
}

/// Requires of each field's type that it can be drawn: where one cannot, the compiler says so here and takes it for
/// granted in all that is generated. Not of a type with parameters, of which such a bound would hide what it is.
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

/// A field, and what is said of it.
struct Field<'a> {
    member: Member,
    /// The name of a local variable for it.
    name: Ident,
    ty: &'a Type,
    visibility: &'a syn::Visibility,
    options: FieldOptions,
}

impl<'a> Field<'a> {
    fn all(fields: &'a Fields, errors: &mut Errors) -> Vec<Self> {
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

    fn text(&self) -> String {
        match &self.member {
            Member::Named(name) => name.unraw().to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        }
    }

    fn is_fixed(&self) -> bool {
        self.options.fixed.is_some()
    }

    fn symbols(&self) -> TokenStream {
        let ty = self.ty;
        if self.is_fixed() {
            quote!(::verifork_stimulus::__private::Fixed<#ty>)
        } else {
            let drawn = self.drawn();
            quote_spanned!(ty.span()=> #drawn::Symbols)
        }
    }

    /// The field's type as one that is drawn.
    fn drawn(&self) -> TokenStream {
        let ty = self.ty;
        quote_spanned!(ty.span()=> <#ty as ::verifork_stimulus::Randomize>)
    }

    fn alike(&self) -> TokenStream {
        if self.is_fixed() {
            quote!(false)
        } else {
            let drawn = self.drawn();
            quote_spanned!(self.ty.span()=> #drawn::ALIKE)
        }
    }

    /// The expression of the field's settings.
    fn settings(&self, generics: &Generics, errors: &mut Errors) -> TokenStream {
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
                        "a weight is that of a value, a range, or of `_`, which is all others",
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

/// A pattern's tokens as an expression.
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

/// A range with both ends, which the compiler finds to be empty where it can.
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
    // The type stands once, so that one that has no ranges is one error.
    quote_spanned!(range.span()=> {
        const ENDS: [<#scalar as ::verifork_stimulus::__private::Ranged>::Number; 2] = [#start, #end];
        const _: () = ::verifork_stimulus::__private::claim(ENDS[0] #order ENDS[1], #message);
        ::verifork_stimulus::__private::Checked::new(ENDS[0] #limits ENDS[1])
    })
}

/// A weight, which the compiler finds to be positive.
fn checked_weight(weight: &Expr, generics: &Generics, errors: &mut Errors) -> TokenStream {
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
            "a weight is a positive integer; what shall not be drawn is not named",
        );
    }
    if !generics.params.is_empty() {
        // Parameters are known to no constant, but to a block.
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

/// What is the same in every implementation.
struct Implementation<'a> {
    input: &'a DeriveInput,
    /// The declaration of the type of symbols, how it is cloned, and what it is.
    symbols: TokenStream,
    scalar: TokenStream,
    alike: TokenStream,
    declare: TokenStream,
    placeholder: TokenStream,
    build: TokenStream,
    others: TokenStream,
}

impl Implementation<'_> {
    fn tokens(&self) -> TokenStream {
        let Implementation {
            input,
            symbols,
            scalar,
            alike,
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
                    const ALIKE: bool = #alike;

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

fn structure(input: &DeriveInput, data: &DataStruct, errors: &mut Errors) -> TokenStream {
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
    let alike = fields.iter().map(Field::alike);
    let (_, type_generics, _) = input.generics.split_for_impl();
    Implementation {
        input,
        symbols: quote!(#symbols #type_generics),
        scalar: quote!(::verifork_stimulus::__private::Structure),
        alike: quote!(true #(&& #alike)*),
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

/// The struct of the symbols of another's fields, with their names and visibilities.
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

fn symbol(name: &Ident) -> Ident {
    format_ident!("symbol_{}", name.unraw(), span = Span::mixed_site())
}

fn variables(name: &Ident) -> Ident {
    format_ident!("variables_{}", name.unraw(), span = Span::mixed_site())
}

/// What says which fields are drawn before others.
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

/// The constraints of fields and of what encloses them, with the fields' names in scope.
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

fn plain_enum(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> TokenStream {
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
        alike: quote!(true),
        declare: quote! {
            #weighted
            ::verifork_stimulus::__private::declare(settings)
        },
        placeholder: quote!(::verifork_stimulus::__private::placeholder(node)),
        build: quote!(values.get(symbols)),
        others: quote! {
            #[automatically_derived]
            impl ::verifork_stimulus::Value for #name {
                const KIND: ::verifork_stimulus::__private::Kind =
                    ::verifork_stimulus::__private::Kind {
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

/// The weights of all variants, if one of them has one.
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

fn enumeration(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> TokenStream {
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
    let (mut placeholders, mut built, mut alike) = (Vec::new(), Vec::new(), Vec::new());
    for ((index, one), options) in (0_u32..).zip(&data.variants).zip(&options) {
        let fields = Field::all(&one.fields, errors);
        let variant_name = &one.ident;
        let (mut inner, mut names, mut parts) = (TokenStream::new(), Vec::new(), Vec::new());
        for field in &fields {
            if let Some(fixed) = &field.options.fixed {
                errors.on(
                    fixed,
                    "a field of a variant is drawn: put what is fixed beside the enum",
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
            alike.push(field.alike());
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
        alike: quote!(true #(&& #alike)*),
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
