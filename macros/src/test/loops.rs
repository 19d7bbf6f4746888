//! Blocks of tasks that have no value: loops without an end that use `?`, and blocks that end in an error.
//!
//! In `spawn(async { loop { … check()?; } })`, the block has no value from which the compiler could infer the type
//! that `?` needs. In `spawn(async { …; pass("enough") })`, the type of the value is open. Such a block gets a `bail!` that
//! is never reached, which determines the types unless something else does. Nothing else changes.

use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, ExprAsync, ExprBreak, ExprCall, ExprClosure, ExprLoop, ExprMethodCall, ExprReturn,
    ExprTry, Item, Label, Lifetime, Macro, PathArguments, Stmt, parse_quote,
};

/// The methods and functions that take the block of a task.
const TAKES_A_BLOCK: [&str; 13] = [
    "spawn",
    "spawn_named",
    "fork",
    "try_fork",
    "fork_with",
    "try_fork_with",
    "start",
    "try_start",
    "start_soon",
    "try_start_soon",
    "fork_soon",
    "try_fork_soon",
    "add",
];

/// Adds the type to such blocks in a function. Returns whether there were any.
pub(super) fn annotate(block: &mut Block) -> bool {
    let mut loops = Loops { annotated: false };
    loops.visit_block_mut(block);
    loops.annotated
}

struct Loops {
    annotated: bool,
}

impl Loops {
    fn annotate_all<'a>(&mut self, arguments: impl Iterator<Item = &'a mut Expr>) {
        for argument in arguments {
            if let Some(task) = block_of(argument)
                && has_open_type(task)
            {
                let never: Stmt = parse_quote! {
                    if false {
                        ::verifork::bail!("");
                    }
                };
                task.block.stmts.insert(0, never);
                self.annotated = true;
            }
        }
    }
}

impl VisitMut for Loops {
    fn visit_expr_call_mut(&mut self, call: &mut ExprCall) {
        visit_mut::visit_expr_call_mut(self, call);
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
            && matches!(last.arguments, PathArguments::None)
            && TAKES_A_BLOCK.iter().any(|name| last.ident == name)
        {
            self.annotate_all(call.args.iter_mut());
        }
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, call);
        if call.turbofish.is_none() && TAKES_A_BLOCK.iter().any(|name| call.method == name) {
            self.annotate_all(call.args.iter_mut());
        }
    }
}

/// The block that an argument is, or that a function without parameters makes: `|| async { … }`.
fn block_of(argument: &mut Expr) -> Option<&mut ExprAsync> {
    match argument {
        Expr::Async(task) => Some(task),
        Expr::Closure(closure) if closure.inputs.is_empty() => match &mut *closure.body {
            Expr::Async(task) => Some(task),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a block has no value: it ends in an endless loop and uses `?`, or in an error.
fn has_open_type(task: &ExprAsync) -> bool {
    let mut found = Found::default();
    found.visit_block(&task.block);
    let is_open = match task.block.stmts.last() {
        Some(Stmt::Expr(Expr::Loop(ends_in), _)) => found.tries && !is_left(ends_in),
        Some(Stmt::Expr(Expr::Return(ends_in), _)) => is_error(ends_in.expr.as_deref()),
        Some(Stmt::Expr(ends_in, None)) => is_error(Some(ends_in)),
        _ => false,
    };
    is_open && !found.returns
}

/// Whether a value is an error, without a type for what it is not: `Err(…)`, `pass(…)`, `skip(…)`.
fn is_error(value: Option<&Expr>) -> bool {
    let Some(Expr::Call(call)) = value else {
        return false;
    };
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    let mut segments = path.path.segments.iter();
    let is_typed = segments.any(|it| !matches!(it.arguments, PathArguments::None));
    let last = path.path.segments.last();
    let errors = ["Err", "pass", "skip"];
    !is_typed && last.is_some_and(|last| errors.iter().any(|name| last.ident == name))
}

/// The statements of a block itself, without those of closures and other tasks in it.
#[derive(Default)]
struct Found {
    tries: bool,
    returns: bool,
}

impl Visit<'_> for Found {
    fn visit_expr_try(&mut self, it: &ExprTry) {
        self.tries = true;
        visit::visit_expr_try(self, it);
    }

    /// An error that is returned is like one of `?`.
    fn visit_expr_return(&mut self, it: &ExprReturn) {
        if is_error(it.expr.as_deref()) {
            self.tries = true;
        } else {
            self.returns = true;
        }
    }

    /// Our macros return an error, as `?` does.
    fn visit_macro(&mut self, it: &Macro) {
        let last = it.path.segments.last();
        self.tries |= last.is_some_and(|last| last.ident == "ensure" || last.ident == "bail");
    }

    fn visit_expr_async(&mut self, _: &ExprAsync) {}
    fn visit_expr_closure(&mut self, _: &ExprClosure) {}
    fn visit_item(&mut self, _: &Item) {}
}

/// Whether a `break` leaves a loop.
fn is_left(it: &ExprLoop) -> bool {
    let mut breaks = Breaks {
        label: it.label.as_ref().map(|Label { name, .. }| name),
        depth: 0,
        found: false,
    };
    breaks.visit_block(&it.body);
    breaks.found
}

struct Breaks<'a> {
    label: Option<&'a Lifetime>,
    /// The number of enclosing loops.
    depth: usize,
    found: bool,
}

impl Breaks<'_> {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }
}

impl Visit<'_> for Breaks<'_> {
    fn visit_expr_break(&mut self, it: &ExprBreak) {
        self.found |= match &it.label {
            Some(label) => self.label.is_some_and(|own| own.ident == label.ident),
            None => self.depth == 0,
        };
        visit::visit_expr_break(self, it);
    }

    fn visit_expr_loop(&mut self, it: &ExprLoop) {
        self.inside(|breaks| visit::visit_expr_loop(breaks, it));
    }

    fn visit_expr_while(&mut self, it: &syn::ExprWhile) {
        self.inside(|breaks| visit::visit_expr_while(breaks, it));
    }

    fn visit_expr_for_loop(&mut self, it: &syn::ExprForLoop) {
        self.inside(|breaks| visit::visit_expr_for_loop(breaks, it));
    }

    fn visit_expr_async(&mut self, _: &ExprAsync) {}
    fn visit_expr_closure(&mut self, _: &ExprClosure) {}
    fn visit_item(&mut self, _: &Item) {}
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;
    use syn::parse_str;

    use super::*;

    /// The number of blocks in a function's body that get a type.
    fn annotations(body: &str) -> usize {
        let mut block: Block = parse_str(&format!("{{ {body} }}")).unwrap();
        let some = annotate(&mut block);
        let text = block.to_token_stream().to_string();
        let count = text.matches("if false").count();
        assert_eq!(some, count > 0);
        count
    }

    #[test]
    fn a_block_without_a_value_is_annotated() {
        for body in [
            "spawn(async move { loop { a()?; } });",
            "verifork::task::spawn_named(\"n\", async { let b = c()?; loop { b.await; } })",
            "tm.fork(\"n\", async { loop { for i in 0..3 { if d { break; } e()?; } } });",
            "tm.child(\"n\").start_soon(async { 'a: loop { loop { break; } f()?; } });",
            "scope(async |tm| { tm.fork(\"n\", async { loop { g()?; } }); Ok(()) }).await?;",
            "spawn(async { loop { verifork::ensure!(a.await, \"it fell\"); } });",
            "async fn helper() { spawn(async { loop { h()?; } }); }",
            "tm.fork_soon(\"n\", || async move { loop { i()?; } });",
        ] {
            assert_eq!(annotations(body), 1, "{body}");
        }
        for body in [
            "spawn(async { a().await; pass(\"enough\") });",
            "spawn(async { a().await; return verifork::skip(\"not here\"); });",
            "tm.fork(\"n\", async { if a { return Err(b); } Err(c) });",
            "spawn(async { loop { if a.await { return pass(\"enough\"); } } });",
            "tm.start(\"n\", async { loop { if let Err(error) = a.await { return Err(error); } } });",
        ] {
            assert_eq!(annotations(body), 1, "{body}");
        }
        let nested =
            "tm.fork(\"n\", async { tm.fork(\"m\", async { loop { a()?; } }); loop { b()?; } })";
        assert_eq!(annotations(nested), 2);
    }

    #[test]
    fn every_other_block_stays_as_it_is() {
        for body in [
            "spawn(async { loop { a().await; } });",
            "spawn(async { loop { a()?; break; } });",
            "spawn(async { 'a: loop { loop { b()?; break 'a; } } });",
            "spawn(async { loop { a()?; if b { return Ok(3); } } });",
            "spawn(async { a()?; Ok(()) });",
            "spawn(async { a.await; pass::<u8>(\"enough\") });",
            "spawn(async { a.await; Result::<(), _>::Err(b) });",
            "spawn(async { if a { return Ok(1); } Err(b) });",
            "spawn(async { a.await; pass(\"enough\").context(\"b\") });",
            "spawn(async { for i in a { b()?; } });",
            "spawn(async { loop { let f = || c()?; } });",
            "spawn::<Result, _>(async { loop { a()?; } });",
            "tm.fork::<Result, _>(\"n\", async { loop { a()?; } });",
            "let block = async { loop { a()?; } };",
            "mine(async { loop { a()?; } });",
        ] {
            assert_eq!(annotations(body), 0, "{body}");
        }
    }
}
