//! Two tests of one name, and two cases that come to the same one.

/// Has its own name.
#[verifork::test]
async fn alone() {}

/// Takes the name of the one below.
#[verifork::test(name = "same")]
async fn first() {}

/// Has the name already.
#[verifork::test]
async fn same() {}

/// `group::one` by its cases.
#[verifork::test(cases(one = 1))]
async fn group(_number: u8) {}

/// `group::one` by its name.
#[verifork::test(name = "group::one")]
async fn other() {}
