//! What a task may return.

/// The output of something that [`add`](super::Scope::add) accepts: nothing, a result, the
/// result of a task, or that of a block which loops for ever.
pub trait Outcome {
    /// The value on success.
    type Value: 'static;

    /// The output as a task's result.
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

/// Names the type `!`, which has no name of its own: what a function that never returns returns.
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

/// The output of a future given to [`on_exit`](super::Scope::on_exit): nothing, or a result.
pub trait ExitOutcome {
    /// The output as a result.
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
