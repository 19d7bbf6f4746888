//! Translates constraints, which are Rust expressions, into calls that record them.
//!
//! Expressions that mention no symbol stay as they are, and Rust evaluates them. Generated tokens have the spans of the
//! tokens that they replace, so that the compiler's messages point there.

mod control;
mod mentions;
mod methods;
mod patterns;
mod text;
mod value;

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, ExprClosure, Member, Pat, Stmt};

use crate::errors::Errors;
use control::is_let;
use text::text;

/// `constrain!`.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let closure: ExprClosure = match syn::parse2(tokens) {
        Ok(closure) => closure,
        Err(error) => {
            let hint = syn::Error::new(
                error.span(),
                format!("{error}: constraints are written `constrain!(|t| t.length == 15)`"),
            );
            return hint.into_compile_error();
        }
    };
    let mut errors = Errors::default();
    let mut parameters = Vec::new();
    for input in &closure.inputs {
        match patterns::without_type(input) {
            Pat::Ident(pattern) => parameters.push(pattern.ident.clone()),
            other => errors.on(
                other,
                "the parameter is a name for the drawn value: `|t| …`",
            ),
        }
    }
    if parameters.len() != 1 {
        errors.on(
            &closure,
            "a constraint has one parameter, the drawn value: `|t| t.length == 15`",
        );
    }
    let mut translator = Translator::new(&mut errors, parameters.iter().cloned());
    let body = translator.requirements(&closure.body);
    if let Err(error) = errors.into_result() {
        return error.into_compile_error();
    }
    let parameter = &parameters[0];
    // The type of the parameter, if it is given.
    let of = match &closure.inputs[0] {
        Pat::Type(typed) => {
            let ty = &typed.ty;
            quote!(<#ty as ::verifork_stimulus::Randomize>::Symbols)
        }
        _ => quote!(_),
    };
    // Parentheses and braces that the translation does not need.
    quote!(|#parameter: &#of| {
        #[allow(unused_parens, unused_braces, unused_comparisons, clippy::all, clippy::pedantic)]
        {
            #body
        }
    })
}

/// Translates expressions that mention symbols.
pub(crate) struct Translator<'a> {
    errors: &'a mut Errors,
    /// The names of symbols.
    symbols: HashSet<Ident>,
}

/// The `if` around requirements: the variable of its condition, and its text.
type Condition = Option<(TokenStream, String)>;

impl<'a> Translator<'a> {
    pub(crate) fn new(errors: &'a mut Errors, symbols: impl IntoIterator<Item = Ident>) -> Self {
        Translator {
            errors,
            symbols: symbols.into_iter().collect(),
        }
    }

    /// Statements that require a condition.
    pub(crate) fn requirements(&mut self, expr: &Expr) -> TokenStream {
        self.require(expr, &None)
    }

    fn require(&mut self, expr: &Expr, under: &Condition) -> TokenStream {
        match expr {
            Expr::Block(block) if block.label.is_none() => {
                let outer = self.symbols.clone();
                let statements = self.require_all(&block.block, under);
                self.symbols = outer;
                quote!({ #statements })
            }
            Expr::Group(group) => self.require(&group.expr, under),
            Expr::Paren(paren) => self.require(&paren.expr, under),
            // Each operand is a constraint, so that a contradiction names only the operands involved.
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) && under.is_none() => {
                let (left, right) = (
                    self.require(&binary.left, under),
                    self.require(&binary.right, under),
                );
                quote!(#left #right)
            }
            Expr::If(conditional)
                if conditional.else_branch.is_none()
                    && under.is_none()
                    && !is_let(&conditional.cond)
                    && self.mentions(&conditional.cond) =>
            {
                let condition = self.value(&conditional.cond);
                let outer = self.symbols.clone();
                let name = Ident::new("condition", Span::mixed_site());
                let text = text(&conditional.cond.to_token_stream());
                let inner =
                    self.require_all(&conditional.then_branch, &Some((quote!(#name), text)));
                self.symbols = outer;
                quote!({ let #name = #condition; #inner })
            }
            _ => self.require_one(expr, under),
        }
    }

    fn require_all(&mut self, block: &Block, under: &Condition) -> TokenStream {
        let statements = block.stmts.iter().map(|statement| match statement {
            Stmt::Expr(expr, _) => self.require(expr, under),
            other => self.statement(other, |this, expr| this.require_one(expr, under)),
        });
        statements.collect()
    }

    fn require_one(&mut self, expr: &Expr, under: &Condition) -> TokenStream {
        let (soft, inner) = match soft(expr) {
            Some(inner) => (true, inner),
            None => (false, expr),
        };
        let mut value = self.value(inner);
        let mut source = source(expr);
        if let Some((condition, written)) = under {
            let implies = function("implies", inner.span());
            value = quote!(#implies(#condition, #value));
            let tokens = expr.to_token_stream();
            let text = format!("if {written} {{ {} }}", text(&tokens));
            source = source_as(tokens, &text);
        }
        let require = function("require", inner.span());
        quote!(#require(#value, #soft, #source);)
    }

    pub(crate) fn mentions(&self, tokens: &impl ToTokens) -> bool {
        mentions::mentions(tokens.to_token_stream(), &self.symbols)
    }

    pub(super) fn refuse(&mut self, tokens: impl ToTokens, message: &str) -> TokenStream {
        self.errors.on(tokens, message);
        // It has every type, so the compiler reports nothing else.
        quote!(::core::unreachable!())
    }
}

/// A field's name as that of a local variable: `_0` for the first of a tuple.
pub(crate) fn field_name(member: &Member) -> Ident {
    match member {
        Member::Named(name) => name.clone(),
        Member::Unnamed(index) => Ident::new(&format!("_{}", index.index), index.span),
    }
}

/// The path of a function of the library.
pub(crate) fn function(name: &str, span: Span) -> TokenStream {
    let parts = name.split("::").map(|part| Ident::new(part, span));
    quote_spanned!(span=> ::verifork_stimulus::__private::#(#parts)::*)
}

/// Text, file and line of some tokens.
pub(crate) fn source(tokens: &impl ToTokens) -> TokenStream {
    let tokens = tokens.to_token_stream();
    let text = text(&tokens);
    source_as(tokens, &text)
}

/// The same, with another text.
fn source_as(tokens: TokenStream, text: &str) -> TokenStream {
    let first = tokens
        .into_iter()
        .next()
        .map_or_else(Span::call_site, |token| token.span());
    let (file, line) = (
        quote_spanned!(first=> ::core::file!()),
        quote_spanned!(first=> ::core::line!()),
    );
    quote!(::verifork_stimulus::__private::Source { text: #text, file: #file, line: #line })
}

/// The constraint inside `soft(…)`.
fn soft(expr: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = expr else {
        return None;
    };
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let is_soft = path
        .path
        .segments
        .last()
        .is_some_and(|it| it.ident.unraw() == "soft");
    if is_soft && call.args.len() == 1 {
        call.args.first()
    } else {
        None
    }
}
