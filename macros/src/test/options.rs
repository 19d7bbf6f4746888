//! The options of `#[verifork::test(…)]`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Token};

use super::cases::CaseList;
use super::condition::{self, Condition};
use crate::errors::{Errors, unknown_option};
use crate::settings::{Setting, SettingValue, Settings, string_literal};

const OPTIONS: [&str; 9] = [
    "name",
    "timeout",
    "wall_timeout",
    "skip",
    "should_fail",
    "design_errors",
    "ends",
    "cases",
    "covers",
];

/// The expected failure of a test.
struct ShouldFail {
    /// The variant of `FailureKind`.
    kind: Ident,
    /// The text that the error must contain; every error contains the empty text.
    text: LitStr,
}

/// The kinds of failure that `should_fail(…)` names, and their variants.
const KINDS: [(&str, &str); 3] = [("panic", "Panic"), ("bind", "Bind"), ("timeout", "Timeout")];

impl ShouldFail {
    /// The tokens after the condition in `should_fail(ghdl < 3, …)`.
    fn parse_rest(rest: Option<TokenStream>, span: Span, errors: &mut Errors) -> Option<Self> {
        let nothing = || LitStr::new("", span);
        let error = |text| ShouldFail {
            kind: Ident::new("Error", span),
            text,
        };
        let Some(rest) = rest else {
            return Some(error(nothing()));
        };
        if let Ok(text) = syn::parse2::<LitStr>(rest.clone()) {
            return Some(error(text));
        }
        ShouldFail::parse_kind(span, rest, errors)
    }

    fn parse_kind(span: Span, list: TokenStream, errors: &mut Errors) -> Option<Self> {
        const EXAMPLE: &str = "`should_fail(…)` names one kind: `should_fail(timeout)`, or with a text of the error \
             `should_fail(timeout = \"text\")`";
        let inner = match Settings::parse_terminated.parse2(list) {
            Ok(inner) => inner,
            Err(error) => {
                errors.at(error.span(), EXAMPLE);
                return None;
            }
        };
        let Some(inner) = inner.first().filter(|_| inner.len() == 1) else {
            errors.at(span, EXAMPLE);
            return None;
        };
        let name = inner.name();
        let Some(&(_, variant)) = KINDS.iter().find(|(kind, _)| *kind == name) else {
            let names: Vec<_> = KINDS.iter().map(|&(kind, _)| kind).collect();
            let names: Vec<_> = names.into_iter().chain(condition::SIMULATORS).collect();
            errors.at(inner.key.span(), unknown_option(&name, &names));
            return None;
        };
        let text = match &inner.value {
            SettingValue::Nothing => LitStr::new("", span),
            _ => inner.string("should_fail(timeout = \"text of the error\")", errors)?,
        };
        let kind = Ident::new(variant, span);
        Some(ShouldFail { kind, text })
    }

    fn parse(setting: &Setting, errors: &mut Errors) -> Option<Self> {
        let span = setting.key.span();
        let nothing = || LitStr::new("", span);
        let error = Ident::new("Error", span);
        match &setting.value {
            SettingValue::Nothing => Some(ShouldFail {
                kind: error,
                text: nothing(),
            }),
            SettingValue::Value(_) => {
                let text = setting.string("should_fail = \"text of the error\"", errors)?;
                Some(ShouldFail { kind: error, text })
            }
            SettingValue::List(list) => ShouldFail::parse_kind(span, list.clone(), errors),
        }
    }

    fn expand(&self) -> TokenStream {
        let ShouldFail { kind, text } = self;
        quote! {
            ::verifork::__private::ShouldFail {
                kind: ::verifork::__private::FailureKind::#kind,
                text: #text,
            }
        }
    }
}

#[derive(Default)]
pub(super) struct Options {
    pub(super) name: Option<LitStr>,
    pub(super) cases: Vec<CaseList>,
    pub(super) covers: Vec<LitStr>,
    timeout: Option<Expr>,
    wall_timeout: Option<Expr>,
    skip: Option<LitStr>,
    should_fail: Option<ShouldFail>,
    skip_on: Vec<(Condition, LitStr)>,
    should_fail_on: Vec<(Condition, ShouldFail)>,
    ignores_design_errors: Option<bool>,
    ends: Option<Ident>,
}

impl Options {
    pub(super) fn parse(arguments: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Options::default();
        let settings = errors.take(Settings::parse_terminated.parse2(arguments));
        for setting in settings.into_iter().flatten() {
            options.apply(setting, errors);
        }
        options
    }

    fn apply(&mut self, setting: Setting, errors: &mut Errors) {
        match setting.name().as_str() {
            "name" => {
                let name = setting.string("name = \"wraps_at_255\"", errors);
                if let Some(name) = &name {
                    check_name(name, errors);
                }
                setting.store(&mut self.name, name, errors);
            }
            "timeout" => {
                let value = setting.duration("timeout = 1.ms()", errors).cloned();
                setting.store(&mut self.timeout, value, errors);
            }
            "wall_timeout" => {
                let example = "wall_timeout = std::time::Duration::from_secs(10)";
                let value = setting.duration(example, errors).cloned();
                setting.store(&mut self.wall_timeout, value, errors);
            }
            "skip" if matches!(setting.value, SettingValue::List(_)) => {
                const EXAMPLE: &str = "say why: `skip(ghdl < 3, \"it shows no memories\")`";
                let SettingValue::List(list) = &setting.value else {
                    return;
                };
                let span = setting.key.span();
                let Some((condition, rest)) = Condition::parse(span, list, errors) else {
                    return;
                };
                match rest.map(syn::parse2::<LitStr>) {
                    Some(Ok(reason)) => self.skip_on.push((condition, reason)),
                    Some(Err(error)) => errors.at(error.span(), EXAMPLE),
                    None => errors.at(span, EXAMPLE),
                }
            }
            "skip" => {
                let value = setting.string("skip = \"why\"", errors);
                setting.store(&mut self.skip, value, errors);
            }
            "should_fail" if Condition::begins(&setting.value) => {
                let SettingValue::List(list) = &setting.value else {
                    return;
                };
                let span = setting.key.span();
                let Some((condition, rest)) = Condition::parse(span, list, errors) else {
                    return;
                };
                if let Some(how) = ShouldFail::parse_rest(rest, span, errors) {
                    self.should_fail_on.push((condition, how));
                }
            }
            "should_fail" => {
                let value = ShouldFail::parse(&setting, errors);
                setting.store(&mut self.should_fail, value, errors);
            }
            "design_errors" => {
                let choices = [("ignore", true), ("fail", false)];
                let value = setting.choice("design_errors = \"ignore\"", &choices, errors);
                setting.store(&mut self.ignores_design_errors, value, errors);
            }
            "ends" => {
                let choices = [("fatal", "Fatal"), ("finish", "Finish"), ("stop", "Stop")];
                let value = setting.choice("ends = \"fatal\"", &choices, errors);
                let value = value.map(|variant| Ident::new(variant, setting.key.span()));
                setting.store(&mut self.ends, value, errors);
            }
            "covers" => self.covers(&setting, errors),
            "cases" => match setting.value {
                SettingValue::List(list) => {
                    self.cases
                        .extend(CaseList::parse(&setting.key, list, errors));
                }
                _ => errors.at(
                    setting.key.span(),
                    "`cases` is a list: `cases(small = 1, large = 255)`",
                ),
            },
            unknown => errors.at(setting.key.span(), unknown_option(unknown, &OPTIONS)),
        }
    }

    /// The names of requirements in `covers = "A"`, `covers = ["A", "B"]` or `covers("A", "B")`.
    fn covers(&mut self, setting: &Setting, errors: &mut Errors) {
        const EXAMPLE: &str = "`covers` names requirements: `covers = \"REQ-12\"`, or `covers(\"REQ-12\", \"REQ-13\")`";
        let span = setting.key.span();
        let names: Vec<Expr> = match &setting.value {
            SettingValue::Value(Expr::Array(names)) => names.elems.iter().cloned().collect(),
            SettingValue::Value(name) => vec![name.clone()],
            SettingValue::List(list) => {
                let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
                let Some(names) = errors.take(parser.parse2(list.clone())) else {
                    return;
                };
                names.into_iter().collect()
            }
            SettingValue::Nothing => Vec::new(),
        };
        if names.is_empty() {
            errors.at(span, EXAMPLE);
        }
        for name in names {
            let Some(literal) = string_literal(&name) else {
                errors.on(name, EXAMPLE);
                continue;
            };
            let value = literal.value();
            if value.trim().is_empty() {
                errors.on(&literal, "a requirement's name is not empty");
            } else if value.trim() != value || value.contains(char::is_control) {
                errors.on(
                    &literal,
                    "a requirement's name is one line, without spaces at its ends",
                );
            } else if self.covers.iter().any(|it| it.value() == value) {
                errors.on(
                    &literal,
                    format!("the requirement {value:?} is named twice"),
                );
            } else {
                self.covers.push(literal);
            }
        }
    }

    /// The function that creates the `TestOptions`.
    pub(super) fn expand(&self) -> TokenStream {
        let some = |value: TokenStream| quote!(::core::option::Option::Some(#value));
        let fields = [
            self.timeout
                .as_ref()
                .map(|value| (quote!(timeout), some(quote!(#value)))),
            self.wall_timeout
                .as_ref()
                .map(|value| (quote!(wall_timeout), some(quote!(#value)))),
            self.skip
                .as_ref()
                .map(|value| (quote!(skip), some(quote!(#value)))),
            self.should_fail
                .as_ref()
                .map(|value| (quote!(should_fail), some(value.expand()))),
            self.ignores_design_errors
                .map(|value| (quote!(ignores_design_errors), quote!(#value))),
            self.ends.as_ref().map(|variant| {
                let path = quote!(::verifork::__private::End::#variant);
                (quote!(ends), some(path))
            }),
            on(&self.skip_on, |reason| quote!(#reason)).map(|list| (quote!(skip_on), list)),
            on(&self.should_fail_on, ShouldFail::expand).map(|list| (quote!(should_fail_on), list)),
        ];
        let fields = fields
            .into_iter()
            .flatten()
            .map(|(field, value)| quote!(#field: #value));
        quote! {
            || {
                #[allow(unused_imports)]
                use ::verifork::__private::TimeUnits as _;
                #[allow(clippy::needless_update)]
                ::verifork::__private::TestOptions {
                    #(#fields,)*
                    ..::core::default::Default::default()
                }
            }
        }
    }
}

/// A list of conditions with their options, if there are any.
fn on<T>(list: &[(Condition, T)], expand: impl Fn(&T) -> TokenStream) -> Option<TokenStream> {
    let entries = list.iter().map(|(condition, what)| {
        let (condition, what) = (condition.expand(), expand(what));
        quote!((#condition, #what))
    });
    (!list.is_empty()).then(|| quote!(&[#(#entries),*]))
}

/// Checks that filters can select a name (they split at commas and give `=` and `!` a meaning), and that files can
/// have it.
fn check_name(name: &LitStr, errors: &mut Errors) {
    let value = name.value();
    if value.is_empty() {
        errors.on(name, "a test's name is not empty");
    } else if let Some(odd) = value
        .chars()
        .find(|&c| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | ':'))
    {
        errors.on(
            name,
            format!(
                "{odd:?} in a test's name: it may hold letters, digits, `_`, `-`, `.` and `::`"
            ),
        );
    }
}
