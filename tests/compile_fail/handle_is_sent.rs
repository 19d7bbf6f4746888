//! What names a task, a signal or a clock means nothing to another thread.
use verifork::Test;
use verifork::clock::{Clock, RunningClock};
use verifork::dut::{Array, Instance, Object, Parameter, Select, Signal};
use verifork::sync::*;
use verifork::task::{Scope, Shared, Starting, Task, TaskInfo, TaskManager, TaskMap};
use verifork::trigger::{ConditionWait, EdgeWait, PhaseWait, Timer};

fn sent<T: Send>() {}
fn shared<T: Sync>() {}

pub fn sends() {
    sent::<Task<()>>(); //~ E0277
    sent::<Shared<()>>(); //~ E0277
    sent::<Starting<()>>(); //~ E0277
    sent::<TaskManager>(); //~ E0277
    sent::<TaskMap>(); //~ E0277
    sent::<&TaskInfo>(); //~ E0277
    sent::<&Scope<'static, 'static>>(); //~ E0277
    sent::<Signal<u8>>(); //~ E0277: HandleOfTheSimulatorThread + 'static)` cannot be sent between threads
    sent::<Select<u8>>(); //~ E0277
    sent::<Array<u8>>(); //~ E0277: HandleOfTheSimulatorThread
    sent::<Parameter<u8>>(); //~ E0277
    sent::<Instance>(); //~ E0277
    sent::<Object>(); //~ E0277
    sent::<Clock>(); //~ E0277
    sent::<RunningClock>(); //~ E0277: HandleOfTheSimulatorThread + 'static)` cannot be sent between threads
    sent::<Timer>(); //~ E0277: HandleOfTheSimulatorThread
    sent::<EdgeWait>(); //~ E0277: HandleOfTheSimulatorThread
    sent::<ConditionWait>(); //~ E0277
    sent::<PhaseWait>(); //~ E0277
    sent::<Event>(); //~ E0277
    sent::<EventWait>(); //~ E0277
    sent::<Sender<u8>>(); //~ E0277
    sent::<Receiver<u8>>(); //~ E0277
    sent::<OneshotSender<u8>>(); //~ E0277
    sent::<OneshotReceiver<u8>>(); //~ E0277
    sent::<Mutex<u8>>(); //~ E0277
    sent::<MutexGuard<'static, u8>>(); //~ E0277
    sent::<Semaphore>(); //~ E0277
    sent::<SemaphorePermit>(); //~ E0277
    sent::<Barrier>(); //~ E0277
    sent::<Bridge<(), ()>>(); //~ E0277
    sent::<Test>(); //~ E0277
}

pub fn shares() {
    shared::<Task<()>>(); //~ E0277
    shared::<TaskManager>(); //~ E0277
    shared::<Scope<'static, 'static>>(); //~ E0277
    shared::<Signal<u8>>(); //~ E0277
    shared::<Array<u8>>(); //~ E0277
    shared::<Instance>(); //~ E0277
    shared::<Clock>(); //~ E0277
    shared::<RunningClock>(); //~ E0277
    shared::<Event>(); //~ E0277
    shared::<Mutex<u8>>(); //~ E0277
    shared::<Remote<()>>(); //~ E0277
    shared::<Test>(); //~ E0277
}
