//! What a task may return.

/// The output of something that [`add`](super::Scope::add) accepts: nothing, a result, the
/// result of a task, or that of a block which loops for ever.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// let tm = TaskManager::new();
/// tm.add("nothing", async {});
/// tm.add("a result", async { "42".parse::<u8>() });
/// tm.add("a trigger", yield_now());
/// tm.join_all().await?;
/// assert_eq!(*tm.result::<u8>("a result")?, 42);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub trait Outcome {
    /// The value on success.
    type Value: 'static;

    /// The output as a task's result.
    ///
    /// ```
    /// use verifork::task::Outcome;
    ///
    /// assert_eq!("42".parse::<u8>().into_result().unwrap(), 42);
    /// assert!("4x".parse::<u8>().into_result().is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The output is an error.
    fn into_result(self) -> anyhow::Result<Self::Value>;
}

impl Outcome for () {
    type Value = ();

    fn into_result(self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Names the type `!`, which stable Rust cannot name otherwise: the return type of a function that never
/// returns.
pub trait Returns {
    /// What it returns.
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

/// Never is.
impl Outcome for <fn() -> ! as Returns>::Output {
    type Value = ();

    fn into_result(self) -> anyhow::Result<()> {
        self
    }
}

impl<T: 'static, E: Into<anyhow::Error>> Outcome for Result<T, E> {
    type Value = T;

    fn into_result(self) -> anyhow::Result<T> {
        self.map_err(Into::into)
    }
}

/// What the block of a [`scope`](super::scope()) or of a task returns: `Ok(value)`, or nothing.
///
/// There is one type of error, [`Error`](crate::Error), so that `?` and `Ok(())` need no annotation.
///
/// ```
/// # use verifork::prelude::*;
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     tm.fork("child", async { yield_now().await }); // nothing
/// })
/// .await?; // nothing
/// let three = scope(async |tm| {
///     let task = tm.fork("child", async { Ok(3) });
///     Ok(task.await?) // not `task.await`, whose error is a `TaskError`
/// })
/// .await?;
/// assert_eq!(three, 3);
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
#[diagnostic::on_unimplemented(
    message = "a block ends in `Ok(value)` or without a value, not in a `{Self}`",
    label = "write `Ok(…)` around the last expression, or a `;` behind it"
)]
pub trait BlockOutput {
    /// The value on success.
    type Value;

    #[doc(hidden)]
    fn into_result(self) -> anyhow::Result<Self::Value>;
}

impl BlockOutput for () {
    type Value = ();

    fn into_result(self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Never is.
impl BlockOutput for <fn() -> ! as Returns>::Output {
    type Value = ();

    fn into_result(self) -> anyhow::Result<()> {
        self
    }
}

impl<T, E> BlockOutput for Result<T, E>
where
    Block: FailsWith<E>,
{
    type Value = T;

    fn into_result(self) -> anyhow::Result<T> {
        self.map_err(Block::error)
    }
}

/// Stands for all blocks in the compiler's messages about their errors.
#[derive(Debug)]
pub struct Block;

/// Has only one implementation, so the compiler infers `E` where `Ok(())` leaves it open. (It infers a
/// parameter from the only implementation, but never the implementing type.)
#[diagnostic::on_unimplemented(
    message = "a block's error is `verifork::Error`, not `{E}`: end in `Ok(value?)`",
    label = "for `task.await` as its last expression, write `Ok(task.await?)`: `?` converts the error"
)]
pub trait FailsWith<E> {
    #[doc(hidden)]
    fn error(error: E) -> anyhow::Error;
}

impl FailsWith<anyhow::Error> for Block {
    fn error(error: anyhow::Error) -> anyhow::Error {
        error
    }
}

/// The output of a future given to [`on_exit`](super::Scope::on_exit): nothing, or a result.
///
/// ```
/// use verifork::prelude::*;
///
/// # verifork::task::block_on(async {
/// scope(async |tm| {
///     tm.on_exit(async { println!("all tasks have ended") }); // nothing
///     tm.on_exit(async { Ok::<(), verifork::Error>(()) }); // a result
/// })
/// .await?;
/// # Ok::<(), verifork::Error>(())
/// # }).unwrap();
/// ```
pub trait ExitOutcome {
    /// The output as a result.
    ///
    /// ```
    /// use verifork::task::ExitOutcome;
    ///
    /// assert!(ExitOutcome::into_result(()).is_ok());
    /// assert!(ExitOutcome::into_result(Err::<(), _>(verifork::error!("still busy"))).is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// The output is an error.
    fn into_result(self) -> anyhow::Result<()>;
}

impl ExitOutcome for () {
    fn into_result(self) -> anyhow::Result<()> {
        Ok(())
    }
}

impl<E: Into<anyhow::Error>> ExitOutcome for Result<(), E> {
    fn into_result(self) -> anyhow::Result<()> {
        self.map_err(Into::into)
    }
}
