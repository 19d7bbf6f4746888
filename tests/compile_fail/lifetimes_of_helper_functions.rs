//! What a function that takes `tm` lends to children lives as long as the scope: `Scope` shows the signature.
use verifork::prelude::*;
use verifork::task::Scope;

pub fn borrows(tm: &Scope<'_, '_>, words: &[u8]) {
    tm.fork("driver", async move { Ok(words.len()) }); //~ error: lifetime may not live long enough
}
