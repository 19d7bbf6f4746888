//! Tasks belong to the thread that began them.
use verifork::prelude::*;
use verifork::task::TaskManager;

pub fn a_scope() {
    let running = scope(async |tm| Ok(drop(tm.fork("child", async { Ok(()) }))));
    std::thread::spawn(move || drop(running)); //~ E0277
}

pub fn a_scope_of_a_manager(tm: &'static TaskManager) {
    let running = tm.scope(async |_| Ok(()));
    std::thread::spawn(move || drop(running)); //~ E0277
}
