//! Scopes and owned managers, to which a body can add tasks.

use std::rc::Rc;

use super::super::program::{Body, Fork, Form};
use super::steps::{Here, run};
use super::{Boxed, Canary, Env, Value};
use crate::task::{AddError, ChildOptions, Scope, Starting, Task, TaskManager, TaskMap};

/// A manager that a body can reach, and those further out.
pub(super) trait Manager {
    fn outer(&self) -> Option<&dyn Manager>;
    fn map(&self) -> &TaskMap;
    fn owned(&self) -> Option<&TaskManager>;
    fn check(&self);
    fn fork(&self, env: &Rc<Env>, name: String, fork: &Fork) -> Forked;
    fn on_exit(&self, env: &Rc<Env>, who: String, body: &Body);
    fn join_all(&self) -> Boxed<'_>;
}

pub(super) enum Forked {
    Task(Task<Value>),
    Starting(Starting<Value>),
    Refused(AddError),
}

pub(super) fn check(manager: Option<&dyn Manager>) {
    if let Some(manager) = manager {
        manager.check();
        check(manager.outer());
    }
}

/// The same calls for a scope and for an owned manager, which share no trait.
macro_rules! fork_on {
    ($tm:expr, $name:ident, $fork:ident, $future:ident) => {{
        let mut options = ChildOptions::new();
        if let Some(tolerant) = $fork.tolerant {
            options = options.continue_on_error(tolerant);
        }
        match $fork.form {
            Form::Fork if $fork.tolerant.is_some() => {
                Forked::Task($tm.fork_with($name, options, $future))
            }
            Form::Fork => Forked::Task($tm.fork($name, $future)),
            Form::ForkSoon => Forked::Task($tm.fork_soon($name, || $future)),
            Form::StartSoon => Forked::Task($tm.start_soon($name, $future)),
            Form::Start => Forked::Starting($tm.start($name, $future)),
            // `background` itself gives no value that the program could ask for.
            Form::Background => {
                Forked::Task($tm.fork_with($name, options.background(true), $future))
            }
            Form::Add => Forked::Task($tm.add($name, $future)),
            Form::TryFork => match $tm.child($name).options(options).try_fork($future) {
                Ok(task) => Forked::Task(task),
                Err(error) => Forked::Refused(error),
            },
            Form::TryStartSoon => match $tm.child($name).options(options).try_start_soon($future) {
                Ok(task) => Forked::Task(task),
                Err(error) => Forked::Refused(error),
            },
        }
    }};
}

#[derive(Clone, Copy)]
pub(super) struct ScopeManager<'scope, 'env> {
    pub(super) scope: &'scope Scope<'scope, 'env>,
    pub(super) outer: Option<&'env (dyn Manager + 'env)>,
    pub(super) of_owned: Option<&'env TaskManager>,
    pub(super) canary: &'env Canary,
}

impl Manager for ScopeManager<'_, '_> {
    fn outer(&self) -> Option<&dyn Manager> {
        self.outer.map(|outer| outer as &dyn Manager)
    }

    fn map(&self) -> &TaskMap {
        self.scope
    }

    fn owned(&self) -> Option<&TaskManager> {
        self.of_owned
    }

    fn check(&self) {
        self.canary.check();
    }

    fn fork(&self, env: &Rc<Env>, name: String, fork: &Fork) -> Forked {
        let (me, env, body, who) = (*self, Rc::clone(env), Rc::clone(&fork.body), name.clone());
        let future = async move {
            let managers = Some(&me as &dyn Manager);
            run(
                &env,
                Here {
                    who: &who,
                    managers,
                },
                &body,
            )
            .await?;
            anyhow::Ok(Value::new(&env))
        };
        let name = taken_or(name, fork, self.scope);
        fork_on!(self.scope, name, fork, future)
    }

    fn on_exit(&self, env: &Rc<Env>, who: String, body: &Body) {
        let (me, env, body) = (*self, Rc::clone(env), Rc::clone(body));
        self.scope.on_exit(async move {
            let managers = Some(&me as &dyn Manager);
            run(
                &env,
                Here {
                    who: &who,
                    managers,
                },
                &body,
            )
            .await
        });
    }

    fn join_all(&self) -> Boxed<'_> {
        Box::pin(self.scope.join_all())
    }
}

pub(super) struct OwnedManager<'a> {
    pub(super) tm: &'a TaskManager,
    pub(super) outer: Option<&'a dyn Manager>,
}

impl Manager for OwnedManager<'_> {
    fn outer(&self) -> Option<&dyn Manager> {
        self.outer
    }

    fn map(&self) -> &TaskMap {
        self.tm
    }

    fn owned(&self) -> Option<&TaskManager> {
        Some(self.tm)
    }

    fn check(&self) {}

    fn fork(&self, env: &Rc<Env>, name: String, fork: &Fork) -> Forked {
        let (env, body, who) = (Rc::clone(env), Rc::clone(&fork.body), name.clone());
        let future = async move {
            run(
                &env,
                Here {
                    who: &who,
                    managers: None,
                },
                &body,
            )
            .await?;
            anyhow::Ok(Value::new(&env))
        };
        let name = taken_or(name, fork, self.tm);
        fork_on!(self.tm, name, fork, future)
    }

    fn on_exit(&self, env: &Rc<Env>, who: String, body: &Body) {
        let (env, body) = (Rc::clone(env), Rc::clone(body));
        self.tm.on_exit(async move {
            run(
                &env,
                Here {
                    who: &who,
                    managers: None,
                },
                &body,
            )
            .await
        });
    }

    fn join_all(&self) -> Boxed<'_> {
        Box::pin(self.tm.join_all())
    }
}

fn taken_or(name: String, fork: &Fork, map: &TaskMap) -> String {
    let first = map.names().next().map(str::to_owned);
    first.filter(|_| fork.taken).unwrap_or(name)
}
