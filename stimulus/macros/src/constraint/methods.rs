//! The methods that constraints may call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ExprMethodCall};

use super::patterns::lies_in;
use super::{Translator, function};

/// Methods of lists, with a number and without arguments.
const WITH_NUMBER: [&str; 3] = ["windows", "skip", "take"];
const OF_LISTS: [&str; 4] = ["len", "is_empty", "enumerate", "rev"];
/// Methods of integers, with another integer and without arguments.
const WITH_INTEGER: [&str; 7] = [
    "is_multiple_of",
    "min",
    "max",
    "abs_diff",
    "wrapping_add",
    "wrapping_sub",
    "wrapping_mul",
];
const OF_INTEGERS: [&str; 3] = ["count_ones", "is_power_of_two", "abs"];

const KNOWN: &str = "constraints know `contains`, of integers `bit`, `bits`, `count_ones`, \
     `is_power_of_two`, `is_multiple_of`, `min`, `max`, `abs`, `abs_diff`, `wrapping_add`, `wrapping_sub`, `wrapping_mul`, and of lists \
     `len`, `is_empty`, `iter`, `all`, `any`, `sum`, `map`, `filter(…).count()`, `windows`, `enumerate`, \
     `zip`, `skip`, `take`, `rev`";

impl Translator<'_> {
    pub(super) fn method(&mut self, call: &ExprMethodCall) -> TokenStream {
        let (span, method) = (call.method.span(), call.method.to_string());
        let arguments: Vec<&Expr> = call.args.iter().collect();
        match (&*method, &arguments[..]) {
            ("contains", [value]) => self.contains(call, value),
            ("iter" | "into_iter" | "copied" | "cloned", []) => self.value(&call.receiver),
            ("sum", []) => {
                let list = self.value(&call.receiver);
                let sum = function("list::sum", span);
                match &call.turbofish {
                    Some(types) => {
                        let types = &types.args;
                        quote_spanned!(span=> #sum::<_, _, #types>(#list))
                    }
                    None => quote_spanned!(span=> #sum(#list)),
                }
            }
            ("count", []) => self.count(call),
            ("all" | "any" | "map", [Expr::Closure(closure)]) => {
                let (list, condition) = (self.value(&call.receiver), self.closure(closure));
                let operation = function(&format!("list::{method}"), span);
                quote_spanned!(span=> #operation(#list, #condition))
            }
            ("zip", [other]) => {
                let (list, other) = (self.value(&call.receiver), self.value(other));
                let zip = function("list::zip", span);
                quote_spanned!(span=> #zip(#list, #other))
            }
            (name, [number]) if WITH_NUMBER.contains(&name) => {
                self.with_constant(call, number, &format!("list::{name}"))
            }
            ("bit" | "bits", [places]) => self.with_constant(call, places, &method),
            (name, []) if OF_LISTS.contains(&name) => {
                self.operation(&format!("list::{name}"), call, &[])
            }
            (name, [other]) if WITH_INTEGER.contains(&name) => self.operation(name, call, &[other]),
            (name, []) if OF_INTEGERS.contains(&name) => self.operation(name, call, &[]),
            _ => self.refuse(&call.method, KNOWN),
        }
    }

    fn operation(&mut self, name: &str, call: &ExprMethodCall, others: &[&Expr]) -> TokenStream {
        let receiver = self.value(&call.receiver);
        let others = others.iter().map(|other| self.value(other));
        let span = call.method.span();
        let operation = function(name, span);
        quote_spanned!(span=> #operation(#receiver #(, #others)*))
    }

    fn with_constant(&mut self, call: &ExprMethodCall, constant: &Expr, name: &str) -> TokenStream {
        if self.mentions(constant) {
            return self.refuse(constant, "this must not depend on drawn fields");
        }
        let receiver = self.value(&call.receiver);
        let operation = function(name, call.method.span());
        quote_spanned!(call.span()=> #operation(#receiver, #constant))
    }

    fn closure(&mut self, closure: &ExprClosure) -> TokenStream {
        let outer = self.symbols.clone();
        let mut inputs = Vec::new();
        for input in &closure.inputs {
            inputs.push(self.bind(input));
        }
        let body = self.value(&closure.body);
        self.symbols = outer;
        quote!(|#(#inputs),*| #body)
    }

    /// `filter(…).count()`.
    fn count(&mut self, call: &ExprMethodCall) -> TokenStream {
        if let Expr::MethodCall(filter) = &*call.receiver
            && filter.method == "filter"
            && let Some(Expr::Closure(closure)) = filter.args.first()
        {
            let (list, condition) = (self.value(&filter.receiver), self.closure(closure));
            let count = function("list::count", call.method.span());
            return quote_spanned!(call.span()=> #count(#list, #condition));
        }
        self.operation("list::len", call, &[])
    }

    fn contains(&mut self, call: &ExprMethodCall, value: &Expr) -> TokenStream {
        let span = call.span();
        let value = self.value(value);
        let set = strip(&call.receiver);
        // A name of the expansion, since a field may have the same name.
        let name = Ident::new("value", Span::mixed_site());
        if !self.mentions(set) {
            let among = function("among", call.method.span());
            // By reference, since it may be used again.
            return quote_spanned!(span=> #among(#value, &(#set)));
        }
        match set {
            Expr::Array(array) => {
                let (eq, either) = (function("eq", span), function("either", span));
                let members = array.elems.iter().map(|member| {
                    let member = self.value(member);
                    quote!(#eq(#name, #member))
                });
                let lift = function("lift", span);
                let any = members
                    .reduce(|left, right| quote!(#either(#left, #right)))
                    .unwrap_or_else(|| quote!(#lift(false)));
                quote!({ let #name = #value; #any })
            }
            Expr::Range(range) => {
                let mut bound = |bound: &Option<Box<Expr>>| Some(self.value(bound.as_deref()?));
                let (start, end) = (bound(&range.start), bound(&range.end));
                let inside = lies_in(&name, &range.limits, start, end, span);
                quote!({ let #name = #value; #inside })
            }
            _ => {
                let list = self.value(set);
                let contains = function("list::contains", call.method.span());
                quote_spanned!(span=> #contains(#list, #value))
            }
        }
    }
}

fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => strip(&paren.expr),
        Expr::Group(group) => strip(&group.expr),
        Expr::Reference(reference) => strip(&reference.expr),
        other => other,
    }
}
