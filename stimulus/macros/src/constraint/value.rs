//! Translates expressions: operators, fields, elements and calls.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Token, UnOp};

use super::{Translator, field_name, function, soft};

impl Translator<'_> {
    /// Translates an expression into one of the library's.
    pub(crate) fn value(&mut self, expr: &Expr) -> TokenStream {
        let span = expr.span();
        // Methods of lists and sets take references; in constraints there are only values.
        if let Expr::Reference(reference) = expr {
            return self.value(&reference.expr);
        }
        if soft(expr).is_some() {
            return self.refuse(
                expr,
                "`soft` encloses a whole constraint, or a constraint inside an `if`",
            );
        }
        if let Expr::Macro(call) = expr
            && call.mac.path.is_ident("matches")
            && self.mentions(expr)
        {
            return self.matches(expr, call.mac.tokens.clone());
        }
        if !self.mentions(expr) {
            if matches!(expr, Expr::Assign(_)) {
                return self.refuse(expr, "a constraint compares with `==`");
            }
            let lift = function("lift", span);
            return quote_spanned!(span=> #lift(#expr));
        }
        match expr {
            Expr::Group(group) => self.value(&group.expr),
            Expr::Paren(paren) => self.value(&paren.expr),
            Expr::Path(_) | Expr::Field(_) => self.leaf(expr),
            Expr::Index(index) => {
                if self.mentions(&index.expr) {
                    self.leaf(expr)
                } else {
                    let (table, place) = (&index.expr, self.value(&index.index));
                    let lookup = function("lookup", span);
                    quote_spanned!(span=> #lookup(&(#table)[..], #place))
                }
            }
            Expr::Unary(unary) => {
                let of = self.value(&unary.expr);
                let name = match unary.op {
                    UnOp::Deref(_) => return of,
                    UnOp::Not(_) => "not",
                    UnOp::Neg(_) => "neg",
                    _ => return self.refuse(unary, "constraints do not support this operator"),
                };
                let operation = function(name, unary.op.span());
                quote_spanned!(span=> #operation(#of))
            }
            Expr::Binary(binary) => {
                let Some(name) = operator(&binary.op) else {
                    return self.refuse(
                        binary,
                        "a constraint changes nothing: it compares with `==`",
                    );
                };
                let (left, right) = (self.value(&binary.left), self.value(&binary.right));
                let operation = function(name, binary.op.span());
                quote_spanned!(span=> #operation(#left, #right))
            }
            Expr::Assign(_) => self.refuse(expr, "a constraint compares with `==`"),
            Expr::Cast(cast) => {
                let (of, ty) = (self.value(&cast.expr), &cast.ty);
                let operation = function("cast", span);
                quote_spanned!(span=> #operation::<#ty, _>(#of))
            }
            Expr::MethodCall(call) => self.method(call),
            Expr::Call(call) => self.call(call),
            Expr::If(conditional) => self.conditional(conditional),
            Expr::Match(matching) => self.matching(matching),
            Expr::Block(block) if block.label.is_none() => self.block(&block.block),
            Expr::ForLoop(_) => self.for_loop(expr),
            Expr::Range(_) => self.refuse(
                expr,
                "a range is not a condition: ask whether it contains something, \
                 `(0..limit).contains(&length)`",
            ),
            Expr::Macro(_) => self.refuse(expr, "`matches!` is the only macro that a constraint may contain"),
            _ => self.refuse(
                expr,
                "a constraint cannot contain this: it consists of operators, comparisons, `if`, `match`, \
                 and the methods that the documentation of `verifork_stimulus` lists",
            ),
        }
    }

    /// A symbol: a field, an element, or a name that `let` gave.
    pub(super) fn leaf(&mut self, expr: &Expr) -> TokenStream {
        let place = self.place(expr);
        let leaf = function("leaf", expr.span());
        quote_spanned!(expr.span()=> #leaf(&#place))
    }

    pub(super) fn place(&mut self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Group(group) => self.place(&group.expr),
            Expr::Paren(paren) => self.place(&paren.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => self.place(&unary.expr),
            Expr::Path(path) if path.path.is_ident("self") => {
                self.refuse(path, "name a field of it: `self.length`, or `length` alone")
            }
            Expr::Path(path) => path.to_token_stream(),
            Expr::Field(field) => {
                if let Expr::Path(path) = &*field.base
                    && path.path.is_ident("self")
                {
                    return field_name(&field.member).to_token_stream();
                }
                let (base, member) = (self.place(&field.base), &field.member);
                quote_spanned!(expr.span()=> #base.#member)
            }
            Expr::Index(index) => {
                let base = self.place(&index.expr);
                if self.mentions(&index.index) {
                    return self.refuse(
                        &index.index,
                        "an index must not depend on drawn fields: check all elements, \
                         `list.iter().enumerate().all(|(i, x)| …)`",
                    );
                }
                let (place, at) = (&index.index, function("list::at", expr.span()));
                quote_spanned!(expr.span()=> #at(&#base, #place))
            }
            other => self.refuse(other, "expected a field, or an element of a field"),
        }
    }

    pub(super) fn call(&mut self, call: &syn::ExprCall) -> TokenStream {
        let name = match &*call.func {
            Expr::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
            _ => None,
        };
        let arguments: Vec<&Expr> = call.args.iter().collect();
        match (name.as_deref(), &arguments[..]) {
            (Some("unique"), [Expr::Array(array)]) => self.unique(&array.elems, call.span()),
            (Some(name @ ("unique" | "sum")), [list]) => {
                let list = self.value(list);
                let operation = function(&format!("list::{name}"), call.func.span());
                quote_spanned!(call.span()=> #operation(#list))
            }
            (Some("unique"), [_, _, ..]) => self.unique(&call.args, call.span()),
            _ => self.refuse(
                &call.func,
                "with drawn fields, a constraint calls only `unique`, `sum` and `soft`",
            ),
        }
    }

    pub(super) fn unique(
        &mut self,
        values: &Punctuated<Expr, Token![,]>,
        span: Span,
    ) -> TokenStream {
        let values = values.iter().map(|value| self.value(value));
        let unique = function("unique", span);
        quote_spanned!(span=> #unique(&[#(#values),*]))
    }
}

fn operator(operator: &BinOp) -> Option<&'static str> {
    Some(match operator {
        BinOp::Add(_) => "add",
        BinOp::Sub(_) => "sub",
        BinOp::Mul(_) => "mul",
        BinOp::Div(_) => "div",
        BinOp::Rem(_) => "rem",
        BinOp::And(_) => "both",
        BinOp::Or(_) => "either",
        BinOp::BitXor(_) => "bit_xor",
        BinOp::BitAnd(_) => "bit_and",
        BinOp::BitOr(_) => "bit_or",
        BinOp::Shl(_) => "shl",
        BinOp::Shr(_) => "shr",
        BinOp::Eq(_) => "eq",
        BinOp::Lt(_) => "lt",
        BinOp::Le(_) => "le",
        BinOp::Ne(_) => "ne",
        BinOp::Ge(_) => "ge",
        BinOp::Gt(_) => "gt",
        _ => return None,
    })
}
