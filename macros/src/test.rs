//! `#[verifork::test]`: registers a function, once for each case. The function itself is kept, except for endless
//! loops whose type the compiler cannot infer.

mod cases;
mod condition;
mod loops;
mod options;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, ItemFn, Meta, PatType, ReturnType, Safety, Signature, Token, Type};

use self::cases::Case;
use self::options::Options;
use crate::errors::Errors;

pub(crate) fn expand(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            let mut errors = Errors::default();
            errors.at(
                error.span(),
                format!("`#[verifork::test]` stands on an `async fn`: {error}"),
            );
            let error = errors.finish(()).unwrap_err().into_compile_error();
            return quote!(#error #item);
        }
    };
    // After an error the function is still emitted, so that its callers compile.
    let registration =
        register(arguments, &function).unwrap_or_else(syn::Error::into_compile_error);
    // A test owns its struct, which is `Copy`, however many signals it has.
    let owns = quote!(#[allow(clippy::large_types_passed_by_value)]);
    let mut annotated = function;
    if loops::annotate(&mut annotated.block) {
        quote!(#owns #annotated #registration)
    } else {
        quote!(#owns #item #registration)
    }
}

/// A note about tuples, for a user who meant a single value.
const TUPLES: &str = ": a tuple fills one parameter with each of its values; \
     a value that is itself a tuple stands in another, `cases(a = ((1, 2),))`";

fn register(arguments: TokenStream, function: &ItemFn) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    check_signature(&function.sig, &mut errors);
    check_attributes(&function.attrs, &mut errors);
    let options = Options::parse(arguments, &mut errors);

    let parameters: Vec<_> = function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(parameter),
            FnArg::Receiver(_) => None,
        })
        .collect();
    let filled = options.cases.iter().map(|list| list.arity).sum::<usize>();
    if filled > parameters.len()
        && let Some(list) = options.cases.last()
    {
        errors.at(
            list.span,
            format!(
                "the cases fill {filled} parameter{}, but `{}` has {}{}",
                if filled == 1 { "" } else { "s" },
                function.sig.ident,
                parameters.len(),
                if list.arity == 1 { "" } else { TUPLES },
            ),
        );
    }
    let made = &parameters[..parameters.len().saturating_sub(filled)];
    check_made(made, &mut errors);
    errors.finish(())?;

    let name = options.name.as_ref().map_or_else(
        || function.sig.ident.unraw().to_string(),
        syn::LitStr::value,
    );
    let entries = (0_u32..)
        .zip(cases::product(&options.cases))
        .map(|(number, case)| entry(function, &name, made, &options, number, &case));
    let conditions = conditions(&function.attrs);
    Ok(quote! {
        #(#conditions)*
        const _: () = { #(#entries)* };
    })
}

/// One registered test.
fn entry(
    function: &ItemFn,
    name: &str,
    made: &[&PatType],
    options: &Options,
    number: u32,
    case: &Case<'_>,
) -> TokenStream {
    let ident = &function.sig.ident;
    let name = case
        .names
        .iter()
        .fold(name.to_owned(), |name, part| format!("{name}::{part}"));
    // The caller is the outermost call that the tokens come from: the function's name, not the
    // attribute.
    let place = quote_spanned!(ident.span()=> ::core::panic::Location::caller());
    let covers = &options.covers;
    let options = options.expand();

    let context = Ident::new("context", Span::mixed_site());
    let locals: Vec<_> = (0..made.len())
        .map(|index| format_ident!("argument{index}", span = Span::mixed_site()))
        .collect();
    // An unsupported type is reported at the parameter's type, and an unsupported result at the function's result.
    let makers = made.iter().map(|PatType { ty, .. }| {
        quote_spanned!(ty.span()=> <#ty as ::verifork::__private::FromTest>::from_test)
    });
    let declarations = made
        .iter()
        .map(|PatType { ty, .. }| quote!(<#ty as ::verifork::__private::FromTest>::declared_paths));
    let into_result = match &function.sig.output {
        ReturnType::Type(_, ty) if !matches!(**ty, Type::ImplTrait(_)) => {
            quote_spanned!(ty.span()=> <#ty as ::verifork::__private::TestOutput>::into_result)
        }
        _ => quote!(::verifork::__private::TestOutput::into_result),
    };
    let filled = function.sig.inputs.iter().skip(made.len());
    let values = filled
        .zip(&case.values)
        .map(|(parameter, value)| cases::argument(parameter, value));
    quote! {
        ::verifork::__private::inventory::submit! {
            ::verifork::__private::TestEntry {
                name: #name,
                module: ::core::module_path!(),
                place: #place,
                case: #number,
                covers: &[#(#covers),*],
                options: #options,
                declared_paths: |paths: &mut ::verifork::__private::DeclaredPaths<'_>| {
                    let _ = &paths;
                    #(#declarations(paths);)*
                },
                run: |#context: &::verifork::__private::TestContext|
                    -> ::verifork::__private::Result<::verifork::__private::TestFuture>
                {
                    let _ = #context;
                    #(let #locals = #makers(#context)?;)*
                    ::core::result::Result::Ok(::std::boxed::Box::pin(async move {
                        #into_result(#ident(#(#locals,)* #(#values),*).await)
                    }))
                },
            }
        }
    }
}

fn check_signature(signature: &Signature, errors: &mut Errors) {
    let name = &signature.ident;
    if signature.asyncness.is_none() {
        errors.at(
            signature.fn_token.span,
            format!("a test waits for the simulator: write `async fn {name}`"),
        );
    }
    if let Some(constness) = &signature.constness {
        errors.on(constness, "a test cannot be `const`");
    }
    if !matches!(signature.safety, Safety::Default) {
        errors.on(
            &signature.safety,
            "the framework calls a test: it cannot be `unsafe`",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(abi, "a test is a Rust function: it has no `extern`");
    }
    if !signature.generics.params.is_empty() {
        errors.on(
            &signature.generics,
            "the framework calls a test: it cannot be generic (`cases` gives it other values)",
        );
    }
    if let Some(clause) = &signature.generics.where_clause {
        errors.on(clause, "a test is not generic: it has no `where`");
    }
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.on(
            receiver,
            "a test is a function by itself: it takes no `self`",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(variadic, "a test takes no variable arguments");
    }
}

/// Attributes of Rust's own harness, which would have no effect, or run the function outside the simulator.
fn check_attributes(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let path = attribute.path();
        let remedy = if path.is_ident("test") {
            "`#[test]` would run it outside the simulator: `#[verifork::test]` is enough"
        } else if path.is_ident("ignore") {
            "`#[ignore]` has no effect here: write `#[verifork::test(skip = \"why\")]`"
        } else if path.is_ident("should_panic") {
            "`#[should_panic]` has no effect here: write \
             `#[verifork::test(should_fail = \"text of the error\")]`"
        } else if is_this_macro(attribute) {
            "`#[verifork::test]` is given twice: write all options in one"
        } else {
            continue;
        };
        errors.on(attribute, remedy);
    }
}

fn is_this_macro(attribute: &Attribute) -> bool {
    let names: Vec<_> = attribute
        .path()
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    names == ["verifork", "test"]
}

/// The framework must be able to name and own the types of its parameters.
fn check_made(made: &[&PatType], errors: &mut Errors) {
    for parameter in made {
        match &*parameter.ty {
            Type::Reference(reference) => errors.on(
                reference,
                format!(
                    "a test owns what the framework makes for it: write `{}`",
                    reference.elem.to_token_stream()
                ),
            ),
            Type::ImplTrait(any) => {
                errors.on(any, "the framework makes this parameter: name its type");
            }
            _ => {}
        }
    }
}

/// The `#[cfg]`s of the function, which its registration gets too.
fn conditions(attributes: &[Attribute]) -> Vec<TokenStream> {
    attributes
        .iter()
        .filter_map(|attribute| condition(&attribute.meta))
        .map(|meta| quote!(#[#meta]))
        .collect()
}

/// The part of an attribute that decides whether the item exists: `cfg(…)`, also inside `cfg_attr`.
fn condition(meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    if list.path.is_ident("cfg") {
        return Some(meta.to_token_stream());
    }
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let parts = Punctuated::<Meta, Token![,]>::parse_terminated
        .parse2(list.tokens.clone())
        .ok()?;
    let mut parts = parts.iter();
    let predicate = parts.next()?;
    let conditions: Vec<_> = parts.filter_map(condition).collect();
    (!conditions.is_empty()).then(|| quote!(cfg_attr(#predicate, #(#conditions),*)))
}

#[cfg(test)]
mod tests;
