//! A plugin whose author forgot the tests.

pub use verifork::prelude;
