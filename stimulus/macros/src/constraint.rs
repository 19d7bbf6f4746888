//! Constraints: Rust's expressions, translated into calls that write them down.
//!
//! What does not mention a symbol stays as it is and is evaluated by Rust. Generated tokens have the spans of
//! what they stand for, so that the compiler's messages point there.

mod mentions;
mod methods;
mod patterns;
mod text;

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{BinOp, Block, Expr, ExprClosure, ExprIf, ExprMatch, Member, Pat, Stmt, Token, UnOp};

use crate::errors::Errors;
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
            other => errors.on(other, "a constraint has a name for what is drawn: `|t| …`"),
        }
    }
    if parameters.len() != 1 {
        errors.on(
            &closure,
            "a constraint has one parameter, which is what is drawn: `|t| t.length == 15`",
        );
    }
    let mut translator = Translator::new(&mut errors, parameters.iter().cloned());
    let body = translator.requirements(&closure.body);
    if let Err(error) = errors.into_result() {
        return error.into_compile_error();
    }
    let parameter = &parameters[0];
    // Where the compiler does not know what is drawn, it is written.
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

/// The `if` around requirements: its condition as a variable, and as it was written.
type Condition = Option<(TokenStream, String)>;

impl<'a> Translator<'a> {
    pub(crate) fn new(errors: &'a mut Errors, symbols: impl IntoIterator<Item = Ident>) -> Self {
        Translator {
            errors,
            symbols: symbols.into_iter().collect(),
        }
    }

    /// Statements that require what an expression says.
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
            // Each on its own, so that a contradiction names only those that make it.
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

    fn refuse(&mut self, tokens: impl ToTokens, message: &str) -> TokenStream {
        self.errors.on(tokens, message);
        // Has every type, so that the compiler says no more.
        quote!(::core::unreachable!())
    }

    /// What an expression is, as one of the library's.
    pub(crate) fn value(&mut self, expr: &Expr) -> TokenStream {
        let span = expr.span();
        // Methods of lists and sets take references, and constraints know values only.
        if let Expr::Reference(reference) = expr {
            return self.value(&reference.expr);
        }
        if soft(expr).is_some() {
            return self.refuse(
                expr,
                "`soft` stands around a whole constraint, or around one in an `if`",
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
                    _ => return self.refuse(unary, "a constraint does not have this operator"),
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
            Expr::Macro(_) => self.refuse(expr, "of macros, constraints know `matches!` only"),
            _ => self.refuse(
                expr,
                "a constraint cannot contain this: it consists of operators, comparisons, `if`, `match`, \
                 and the methods that the documentation of `verifork_stimulus` lists",
            ),
        }
    }

    /// A symbol: a field, an element, or what `let` has named.
    fn leaf(&mut self, expr: &Expr) -> TokenStream {
        let place = self.place(expr);
        let leaf = function("leaf", expr.span());
        quote_spanned!(expr.span()=> #leaf(&#place))
    }

    fn place(&mut self, expr: &Expr) -> TokenStream {
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
                        "which element is meant must not depend on what is drawn: go through all, \
                         `list.iter().enumerate().all(|(i, x)| …)`",
                    );
                }
                let (place, at) = (&index.index, function("list::at", expr.span()));
                quote_spanned!(expr.span()=> #at(&#base, #place))
            }
            other => self.refuse(other, "here stands a field, or an element of one"),
        }
    }

    fn call(&mut self, call: &syn::ExprCall) -> TokenStream {
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
                "a constraint calls `unique`, `sum` and `soft`, and other functions only with what does \
                 not depend on what is drawn",
            ),
        }
    }

    fn unique(&mut self, values: &Punctuated<Expr, Token![,]>, span: Span) -> TokenStream {
        let values = values.iter().map(|value| self.value(value));
        let unique = function("unique", span);
        quote_spanned!(span=> #unique(&[#(#values),*]))
    }

    fn conditional(&mut self, conditional: &ExprIf) -> TokenStream {
        if is_let(&conditional.cond) {
            return self.refuse(
                &conditional.cond,
                "a constraint asks with `matches!(…)` or `match` what `if let` asks",
            );
        }
        let then = self.block(&conditional.then_branch);
        let otherwise = conditional
            .else_branch
            .as_ref()
            .map(|(_, expr)| self.value(expr));
        let span = conditional.if_token.span();
        if !self.mentions(&conditional.cond) {
            // Rust decides, and evaluates only what it chooses.
            let condition = &conditional.cond;
            let lift = function("lift", span);
            let otherwise = otherwise.unwrap_or_else(|| quote!(#lift(true)));
            return quote!((if #condition { #then } else { #otherwise }));
        }
        let condition = self.value(&conditional.cond);
        match otherwise {
            None => {
                let implies = function("implies", span);
                quote!(#implies(#condition, #then))
            }
            Some(otherwise) => {
                let select = function("select", span);
                quote!(#select(#condition, #then, #otherwise))
            }
        }
    }

    fn matching(&mut self, matching: &ExprMatch) -> TokenStream {
        let of = &matching.expr;
        if !self.mentions(of) {
            let arms = matching.arms.iter().map(|arm| {
                let (pattern, body) = (&arm.pat, self.value(&arm.body));
                quote!(#pattern => #body,)
            });
            let arms: Vec<_> = arms.collect();
            return quote!((match #of { #(#arms)* }));
        }
        let name = Ident::new("of", Span::mixed_site());
        let value = self.value(of);
        let span = matching.match_token.span();
        let mut result = None;
        for arm in matching.arms.iter().rev() {
            let body = self.value(&arm.body);
            let (pattern, guard) = patterns::split_guard(&arm.pat);
            let mut condition = self.pattern(pattern, &name);
            if let Some(guard) = guard {
                let guard = self.value(guard);
                let both = function("both", guard.span());
                condition = quote!(#both(#condition, #guard));
            }
            let select = function("select", span);
            result = Some(match result {
                // The compiler has checked that one of the patterns fits.
                None => body,
                Some(others) => quote!(#select(#condition, #body, #others)),
            });
        }
        let Some(result) = result else {
            return self.refuse(matching, "a `match` in a constraint has at least one arm");
        };
        let patterns = matching.arms.iter().map(|arm| {
            let (pattern, guard) = patterns::split_guard(&arm.pat);
            let guard = guard.map(|_| quote_spanned!(span=> if true_or_not()));
            quote!(#pattern #guard => {})
        });
        let check = function("check_patterns", span);
        let checked = quote_spanned!(span=> |of| {
            fn true_or_not() -> bool {
                true
            }
            match of { #(#patterns)* }
        });
        quote!({
            let #name = #value;
            #[allow(unused_variables, unreachable_patterns, clippy::all, clippy::pedantic)]
            #check(#name, #checked);
            #result
        })
    }

    fn matches(&mut self, expr: &Expr, tokens: TokenStream) -> TokenStream {
        let parsed = syn::parse::Parser::parse2(patterns::parse_matches, tokens);
        let (of, pattern, guard) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                self.errors.add(error);
                return quote!(::core::unreachable!());
            }
        };
        if !self.mentions(&of) {
            return self.refuse(
                expr,
                "what is matched does not depend on what is drawn, but the guard does: \
                                      use `&&`",
            );
        }
        let name = Ident::new("of", Span::mixed_site());
        let value = self.value(&of);
        let mut condition = self.pattern(&pattern, &name);
        if let Some(guard) = guard {
            let guard = self.value(&guard);
            let both = function("both", expr.span());
            condition = quote!(#both(#condition, #guard));
        }
        let check = function("check_patterns", expr.span());
        quote!({
            let #name = #value;
            #[allow(unused_variables, unreachable_patterns, clippy::all, clippy::pedantic)]
            #check(#name, |of| match of { #pattern => {} _ => {} });
            #condition
        })
    }

    /// A block as a value: several conditions in it are one.
    fn block(&mut self, block: &Block) -> TokenStream {
        let outer = self.symbols.clone();
        let mut locals = TokenStream::new();
        let mut all: Option<TokenStream> = None;
        for statement in &block.stmts {
            let mut value = None;
            if let Stmt::Expr(expr, _) = statement {
                value = Some(self.value(expr));
            } else {
                locals.extend(self.statement(statement, |this, expr| {
                    value = Some(this.value(expr));
                    TokenStream::new()
                }));
            }
            if let Some(value) = value {
                let both = function("both", statement.span());
                all = Some(match all {
                    None => value,
                    Some(all) => quote!(#both(#all, #value)),
                });
            }
        }
        self.symbols = outer;
        let lift = function("lift", block.span());
        let all = all.unwrap_or_else(|| quote!(#lift(true)));
        quote!({ #locals #all })
    }

    /// A statement that is not an expression; one that is a macro is given to `condition`.
    fn statement(
        &mut self,
        statement: &Stmt,
        condition: impl FnOnce(&mut Self, &Expr) -> TokenStream,
    ) -> TokenStream {
        match statement {
            Stmt::Local(local) if self.mentions(local) => {
                let Pat::Ident(pattern) = patterns::without_type(&local.pat) else {
                    return self
                        .refuse(&local.pat, "in a constraint, `let` gives one value a name");
                };
                let Some(init) = local.init.as_ref().filter(|init| init.diverge.is_none()) else {
                    return self.refuse(local, "in a constraint, `let` gives one value a name");
                };
                let name = pattern.ident.clone();
                let value = self.value(&init.expr);
                self.symbols.insert(name.clone());
                quote!(let #name = #value;)
            }
            Stmt::Macro(statement) => {
                let expr = Expr::Macro(syn::ExprMacro {
                    attrs: statement.attrs.clone(),
                    mac: statement.mac.clone(),
                });
                condition(self, &expr)
            }
            other => other.to_token_stream(),
        }
    }

    fn for_loop(&mut self, expr: &Expr) -> TokenStream {
        let Expr::ForLoop(looping) = expr else {
            unreachable!("only called for loops");
        };
        let over = &looping.expr;
        if !self.mentions(over) {
            let (pattern, body) = (&looping.pat, self.block(&looping.body));
            let (lift, both) = (function("lift", expr.span()), function("both", expr.span()));
            let all = Ident::new("all", Span::mixed_site());
            return quote!({
                let mut #all = #lift(true);
                for #pattern in #over { #all = #both(#all, #body); }
                #all
            });
        }
        let list = self.value(over);
        let outer = self.symbols.clone();
        let pattern = self.bind(&looping.pat);
        let body = self.block(&looping.body);
        self.symbols = outer;
        let all = function("list::all", expr.span());
        quote!(#all(#list, |#pattern| #body))
    }

    /// The pattern of a parameter whose names are symbols.
    fn bind(&mut self, pattern: &Pat) -> TokenStream {
        let plain = patterns::without_references(pattern);
        match patterns::names(&plain) {
            Some(names) => self.symbols.extend(names),
            None => self
                .errors
                .on(pattern, "here stands a name, or a tuple of names"),
        }
        plain.to_token_stream()
    }
}

/// A field's name as that of a local variable: `_0` for the first of a tuple.
pub(crate) fn field_name(member: &Member) -> Ident {
    match member {
        Member::Named(name) => name.clone(),
        Member::Unnamed(index) => Ident::new(&format!("_{}", index.index), index.span),
    }
}

/// A function of the library.
pub(crate) fn function(name: &str, span: Span) -> TokenStream {
    let parts = name.split("::").map(|part| Ident::new(part, span));
    quote_spanned!(span=> ::verifork_stimulus::__private::#(#parts)::*)
}

/// Text, file and line of something that was written.
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

/// What is in `soft(…)`.
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

fn is_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => is_let(&binary.left) || is_let(&binary.right),
        _ => false,
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
