//! Translates `if`, `match`, `matches!`, blocks and loops.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Block, Expr, ExprIf, ExprMatch, Pat, Stmt};

use super::{Translator, function, patterns};

impl Translator<'_> {
    pub(super) fn conditional(&mut self, conditional: &ExprIf) -> TokenStream {
        if is_let(&conditional.cond) {
            return self.refuse(
                &conditional.cond,
                "in a constraint, use `matches!(…)` or `match` instead of `if let`",
            );
        }
        let then = self.block(&conditional.then_branch);
        let otherwise = conditional
            .else_branch
            .as_ref()
            .map(|(_, expr)| self.value(expr));
        let span = conditional.if_token.span();
        if !self.mentions(&conditional.cond) {
            // Rust decides, and evaluates only the chosen branch.
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

    pub(super) fn matching(&mut self, matching: &ExprMatch) -> TokenStream {
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

    pub(super) fn matches(&mut self, expr: &Expr, tokens: TokenStream) -> TokenStream {
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
                "the matched value does not depend on drawn fields, but the guard does: use `&&`",
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

    /// A block as a value: the conjunction of its conditions.
    pub(super) fn block(&mut self, block: &Block) -> TokenStream {
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

    /// A statement that is not an expression. A macro is passed to `condition`.
    pub(super) fn statement(
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

    pub(super) fn for_loop(&mut self, expr: &Expr) -> TokenStream {
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
    pub(super) fn bind(&mut self, pattern: &Pat) -> TokenStream {
        let plain = patterns::without_references(pattern);
        match patterns::names(&plain) {
            Some(names) => self.symbols.extend(names),
            None => self
                .errors
                .on(pattern, "expected a name, or a tuple of names"),
        }
        plain.to_token_stream()
    }
}

pub(super) fn is_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => is_let(&binary.left) || is_let(&binary.right),
        _ => false,
    }
}
