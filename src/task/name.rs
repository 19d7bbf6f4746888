//! Names of tasks.

use std::borrow::Cow;

/// A task's name. A literal costs no allocation.
///
/// ```
/// use verifork::task::Name;
///
/// let literal: Name = "driver".into();
/// let computed: Name = format!("lane {}", 3).into();
/// assert_eq!(format!("{literal}, {computed}"), "driver, lane 3");
/// ```
pub type Name = Cow<'static, str>;

/// What a task can be called: a literal, a `String`, or a [`Name`].
///
/// ```
/// use verifork::task::TaskName;
///
/// assert_eq!("driver".into_name(), String::from("driver").into_name());
/// ```
#[diagnostic::on_unimplemented(
    message = "a task has a name, which comes first: `tm.fork(\"name\", async …)`",
    label = "this is not a name: write one before it, a literal or a `String`",
    note = "`spawn(async …)` gives a task of the test a name by itself"
)]
pub trait TaskName {
    /// The name.
    ///
    /// ```
    /// use verifork::task::TaskName;
    ///
    /// assert_eq!(format!("lane {}", 2).into_name(), "lane 2");
    /// ```
    fn into_name(self) -> Name;
}

#[diagnostic::do_not_recommend]
impl<T: Into<Name>> TaskName for T {
    fn into_name(self) -> Name {
        self.into()
    }
}
