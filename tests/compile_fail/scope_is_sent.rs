//! A future that another executor runs on its own threads: one error says that it holds a scope or waits for tasks.
use verifork::prelude::*;

/// As tokio's.
fn spawn_on_threads<T: Send + 'static>(_: impl Future<Output = T> + Send + 'static) {}

pub fn opens_a_scope() {
    spawn_on_threads(async move { //~ error: future cannot be sent
        //~^ TasksOfTheSimulatorThread
        let _ = scope(async |tm| {
            tm.fork("child", async { Ok(()) });
            Ok(())
        })
        .await;
    });
}

pub fn waits_for_tasks(tm: &'static TaskManager) {
    spawn_on_threads(tm.join_all()); //~ E0277: TasksOfTheSimulatorThread + 'static)` cannot be sent
    spawn_on_threads(tm.join_next()); //~ E0277: TasksOfTheSimulatorThread
    spawn_on_threads(tm.join_any()); //~ E0277: TasksOfTheSimulatorThread
    spawn_on_threads(tm.scope(async |_| Ok(()))); //~ E0277: TasksOfTheSimulatorThread
}

pub async fn takes_the_scope_along() -> Result {
    scope(async |tm| {
        spawn_on_threads(async move { //~ error: future cannot be sent
            tm.fork("child", async { Ok(()) });
        });
        Ok(())
    })
    .await?;
    Ok(())
}
