//! The steps of a program, each as the calls that a testbench would make.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use anyhow::anyhow;

use super::super::clock::{self, Sleep};
use super::super::program::{Body, EXIT_LIMIT, LOCKS, ONESHOTS, Op, WAKERS};
use super::managers::{Forked, Manager, OwnedManager, ScopeManager, check};
use super::shown::{show, show_all, show_cause};
use super::{ALIVE, Boxed, Canary, Env, Guard, Value, spawn};
use crate::task::{AddError, ManagerOptions, Scope, TaskManager, keep, scope_with, yield_now};
use crate::time::{SimDuration, TimeUnit};

/// The context of a body: the name of its task, and the managers that it can use.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    pub(super) who: &'a str,
    pub(super) managers: Option<&'a dyn Manager>,
}

impl<'a> Here<'a> {
    fn manager(self, number: u8) -> Option<&'a dyn Manager> {
        let chain: Vec<_> =
            std::iter::successors(self.managers, |manager| manager.outer()).collect();
        let place = usize::from(number).checked_rem(chain.len())?;
        Some(chain[place])
    }
}

pub(super) fn run<'a>(env: &'a Rc<Env>, here: Here<'a>, body: &'a Body) -> Boxed<'a> {
    Box::pin(async move {
        for op in body.iter() {
            check(here.managers);
            env.log(here.who, &op.title());
            let what = step(env, here, op).await?;
            if !what.is_empty() {
                env.log(here.who, &what);
            }
        }
        Ok(())
    })
}

fn options(tolerant: bool) -> ManagerOptions {
    let limit = SimDuration::new(EXIT_LIMIT, TimeUnit::Nanoseconds);
    ManagerOptions::new()
        .continue_on_error(tolerant)
        .exit_limit(limit)
}

/// Gives the compiler the signature of a closure that is not written as an argument.
fn block_of_scope<'env, F>(block: F) -> F
where
    F: for<'scope> AsyncFnOnce(&'scope Scope<'scope, 'env>) -> anyhow::Result<Value>,
{
    block
}

/// Runs one step, and returns a description of its result.
async fn step(env: &Rc<Env>, here: Here<'_>, op: &Op) -> anyhow::Result<String> {
    let done = |what: &str| Ok(what.to_owned());
    match op {
        Op::Yield(turns) => {
            for _ in 0..*turns {
                yield_now().await;
            }
            done("")
        }
        Op::Sleep(steps) => {
            Sleep::new(u64::from(*steps)).await;
            Ok(format!("slept until {}", clock::now()))
        }
        Op::Fail => Err(anyhow!("e{}", env.number())),
        Op::Panic => panic!("p{}", env.number()),
        Op::Fork(fork) => {
            let Some(manager) = here.manager(fork.manager) else {
                return done("");
            };
            let name = format!("t{}", env.number());
            let task = match manager.fork(env, name, fork) {
                Forked::Task(task) => task,
                Forked::Starting(starting) => starting.await,
                Forked::Refused(AddError::NameTaken { .. }) => return done("the name is taken"),
                Forked::Refused(AddError::Closed { .. }) => return done("closed"),
                // Programs are not that deep.
                Forked::Refused(refused @ AddError::TooDeep { .. }) => panic!("{refused}"),
            };
            let text = format!("{} is {}", task.name(), task.state());
            env.tasks.borrow_mut().push(task);
            Ok(text)
        }
        Op::Spawn(body) => {
            spawn(env, body);
            done("spawned")
        }
        Op::Scope {
            of_owned,
            tolerant,
            propagate,
            body,
        } => {
            let owned = of_owned
                .and_then(|number| here.manager(number))
                .and_then(|manager| manager.owned());
            let canary = Canary(Cell::new(ALIVE));
            let number = env.number();
            let block = block_of_scope(async |tm| {
                let me = ScopeManager {
                    scope: tm,
                    outer: here.managers,
                    of_owned: owned,
                    canary: &canary,
                };
                let who = format!("{}.{number}", here.who);
                let managers = Some(&me as &dyn Manager);
                run(
                    env,
                    Here {
                        who: &who,
                        managers,
                    },
                    body,
                )
                .await?;
                Ok(Value::new(env))
            });
            let result = match owned {
                Some(owned) => owned.scope(block).await,
                None => scope_with(options(*tolerant), block).await,
            };
            match result {
                Ok(_) => done("scope ends"),
                Err(errors) => {
                    let text = format!("scope ends with {}", show_all(&errors));
                    if *propagate {
                        env.log(here.who, &text);
                        return Err(errors.into());
                    }
                    Ok(text)
                }
            }
        }
        Op::Owned { tolerant, body } => {
            let tm = TaskManager::with_options(options(*tolerant));
            let me = OwnedManager {
                tm: &tm,
                outer: here.managers,
            };
            let managers = Some(&me as &dyn Manager);
            run(
                env,
                Here {
                    who: here.who,
                    managers,
                },
                body,
            )
            .await?;
            done("drops the manager")
        }
        Op::Await {
            task,
            take,
            propagate,
        } => {
            let Some(task) = env.task(*task) else {
                return done("");
            };
            let name = task.name().to_owned();
            let result = if *take { task.await } else { (&task).await };
            match result {
                Ok(_) => Ok(format!("{name} has given its value")),
                Err(error) => {
                    let text = format!("{name} has given {}", show(&error));
                    if *propagate {
                        env.log(here.who, &text);
                        return Err(error.into());
                    }
                    Ok(text)
                }
            }
        }
        Op::Lend(task) => Ok(match env.task(*task) {
            None => String::new(),
            Some(task) if task.result().is_ok() => format!("{} lends its value", task.name()),
            Some(task) => format!("{} has none to lend", task.name()),
        }),
        Op::Cancel(task) => {
            let Some(task) = env.task(*task) else {
                return done("");
            };
            task.cancel();
            Ok(format!("{} is {}", task.name(), task.state()))
        }
        Op::JoinNext(manager) => match here.manager(*manager) {
            Some(manager) => Ok(format!("next {:?}", manager.map().join_next().await)),
            None => done(""),
        },
        Op::JoinAny(manager) => match here.manager(*manager) {
            Some(manager) => Ok(format!("any {:?}", manager.map().join_any().await)),
            None => done(""),
        },
        Op::JoinAll { manager, propagate } => {
            let Some(manager) = here.manager(*manager) else {
                return done("");
            };
            let result = manager.join_all().await;
            match result {
                Ok(()) => done("joined"),
                Err(error) => {
                    let text = format!("joined with {}", show_cause(&error));
                    if *propagate {
                        env.log(here.who, &text);
                        return Err(error);
                    }
                    Ok(text)
                }
            }
        }
        Op::CancelAll(manager) => {
            if let Some(manager) = here.manager(*manager) {
                manager.map().cancel_all();
            }
            done("")
        }
        Op::Query(manager) => Ok(match here.manager(*manager) {
            None => String::new(),
            Some(manager) => {
                let map = manager.map();
                let tasks: Vec<String> = map
                    .iter()
                    .map(|task| format!("{} {}", task.name(), task.state()))
                    .collect();
                assert_eq!(map.len(), tasks.len());
                format!("has [{}]", tasks.join(", "))
            }
        }),
        Op::OnExit { manager, body } => {
            if let Some(manager) = here.manager(*manager) {
                manager.on_exit(env, format!("x{}", env.number()), body);
            }
            done("")
        }
        Op::Guarded { on_drop, body } => {
            env.guards.set(env.guards.get() + 1);
            let guard = Guard {
                env: Rc::clone(env),
                who: here.who,
                number: env.number(),
                on_drop,
                managers: here.managers,
            };
            run(env, here, body).await?;
            drop(guard);
            done("")
        }
        Op::Race(a, b) => {
            let (which, result) = Race(run(env, here, a), run(env, here, b)).await;
            env.log(here.who, &format!("{which} wins"));
            result?;
            done("")
        }
        Op::Both(a, b) => {
            let (a, b) = Both {
                futures: [Some(run(env, here, a)), Some(run(env, here, b))],
                results: [None, None],
            }
            .await;
            env.log(here.who, "both have ended");
            a?;
            b?;
            done("")
        }
        Op::Send(channel) => {
            let sent = env.channel(*channel).0.send(env.number()).await;
            done(if sent.is_ok() { "sent" } else { "not sent" })
        }
        Op::TrySend(channel) => {
            let sent = env.channel(*channel).0.try_send(env.number());
            done(match sent {
                Ok(()) => "sent",
                Err(error) if error.is_full() => "full",
                Err(_) => "not sent",
            })
        }
        Op::Recv(channel) => Ok(match env.channel(*channel).1.recv().await {
            Ok(item) => format!("received {item}"),
            Err(_) => "nothing to receive".into(),
        }),
        Op::TryRecv(channel) => Ok(match env.channel(*channel).1.try_recv() {
            Ok(item) => format!("received {item}"),
            Err(error) => format!("{error:?}"),
        }),
        Op::Close(channel) => {
            env.channel(*channel).0.close();
            done("")
        }
        Op::Set(event) => {
            env.event(*event).set();
            done("")
        }
        Op::Clear(event) => {
            env.event(*event).clear();
            done("")
        }
        Op::Pulse(event) => {
            env.event(*event).notify_all();
            done("")
        }
        Op::Wait(event) => {
            env.event(*event).wait().await;
            done("passes")
        }
        Op::Locked { lock, body } => {
            let mut locked = env.locks[usize::from(*lock) % LOCKS].lock().await;
            *locked += 1;
            env.log(here.who, &format!("locked {}", *locked));
            run(env, here, body).await?;
            drop(locked);
            done("unlocked")
        }
        Op::Permits { count, body } => {
            let permits = env.semaphore.acquire_many(usize::from(*count)).await;
            env.log(here.who, "has permits");
            run(env, here, body).await?;
            drop(permits);
            done("gave them back")
        }
        Op::AddPermit => {
            env.semaphore.add_permits(1);
            done("")
        }
        Op::Barrier => {
            let passed = env.barrier.wait().await;
            done(if passed.is_leader() {
                "leads"
            } else {
                "follows"
            })
        }
        Op::Answer(number) => {
            let sender = env.oneshots[usize::from(*number) % ONESHOTS]
                .borrow_mut()
                .0
                .take();
            let sent = sender.map(|sender| sender.send(env.number()).is_ok());
            Ok(format!("{sent:?}"))
        }
        Op::DropAnswer(number) => {
            let sender = env.oneshots[usize::from(*number) % ONESHOTS]
                .borrow_mut()
                .0
                .take();
            drop(sender);
            done("")
        }
        Op::Ask(number) => {
            let receiver = env.oneshots[usize::from(*number) % ONESHOTS]
                .borrow_mut()
                .1
                .take();
            match receiver {
                Some(receiver) => Ok(format!("{:?}", receiver.await.ok())),
                None => done("asked already"),
            }
        }
        Op::Keep(slot) => {
            let waker = poll_fn(|context| Poll::Ready(keep(context.waker()))).await;
            env.wakers[usize::from(*slot) % WAKERS].replace(Some(waker));
            done("")
        }
        Op::Wake(slot) => {
            env.wake(*slot);
            done("")
        }
    }
}

/// The first to end wins; the other is dropped. Polls whatever has not ended, as `or` does.
struct Race<'a>(Boxed<'a>, Boxed<'a>);

impl Future for Race<'_> {
    type Output = (char, anyhow::Result<()>);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(result) = self.0.as_mut().poll(context) {
            return Poll::Ready(('a', result));
        }
        self.1.as_mut().poll(context).map(|result| ('b', result))
    }
}

type Result2 = (anyhow::Result<()>, anyhow::Result<()>);

/// Waits for both. Polls whatever has not ended, as `zip` does.
struct Both<'a> {
    futures: [Option<Boxed<'a>>; 2],
    results: [Option<anyhow::Result<()>>; 2],
}

impl Future for Both<'_> {
    type Output = Result2;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result2> {
        let Both { futures, results } = &mut *self;
        for (future, result) in futures.iter_mut().zip(results.iter_mut()) {
            if let Some(running) = future
                && let Poll::Ready(ended) = running.as_mut().poll(context)
            {
                *result = Some(ended);
                *future = None;
            }
        }
        match results {
            [a @ Some(_), b @ Some(_)] => {
                Poll::Ready((a.take().expect("it is some"), b.take().expect("it is some")))
            }
            _ => Poll::Pending,
        }
    }
}
