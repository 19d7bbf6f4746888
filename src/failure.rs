//! Errors made on the spot, which remember the spot: [`error!`](crate::error!),
//! [`bail!`](crate::bail!), [`ensure!`](crate::ensure!).

use std::fmt;
use std::panic::Location;

/// A message and the line that made it. Displays the message alone.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    pub(crate) place: &'static Location<'static>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// What [`error!`](crate::error!) expands to.
#[doc(hidden)]
#[track_caller]
pub fn failure(message: fmt::Arguments<'_>) -> anyhow::Error {
    let place = Location::caller();
    anyhow::Error::new(Failure {
        message: message.to_string(),
        place,
    })
}

/// An error from a format string, as for `format!`, or from another error. The report of a failed test
/// names the line of the message, as it does for a panic.
///
/// ```
/// let (found, wanted) = (3, 4);
/// let error = verifork::error!("count is {found}, not {wanted}");
/// assert_eq!(error.to_string(), "count is 3, not 4");
/// ```
#[macro_export]
macro_rules! error {
    ($message:literal $(,)?) => {
        $crate::__private::failure(::core::format_args!($message))
    };
    ($format:literal, $($arguments:tt)+) => {
        $crate::__private::failure(::core::format_args!($format, $($arguments)+))
    };
    ($error:expr $(,)?) => {
        $crate::__private::anyhow::anyhow!($error)
    };
}

/// Returns an [`error!`](crate::error!).
///
/// ```
/// fn check(level: u32) -> verifork::Result {
///     if level > 16 {
///         verifork::bail!("level is {level}, and there are 16 places");
///     }
///     Ok(())
/// }
/// assert!(check(17).is_err());
/// ```
#[macro_export]
macro_rules! bail {
    ($($error:tt)+) => {
        // The value on success that there never is: where nothing else determines its type, as in a task that ends in
        // `bail!`, the compiler takes the type of the endless loop.
        return if false {
            #[allow(unreachable_code)]
            {
                ::core::result::Result::Ok(loop {})
            }
        } else {
            ::core::result::Result::Err($crate::error!($($error)+))
        }
    };
}

/// Returns an [`error!`](crate::error!) unless the condition holds. Without a message of yours, the
/// error shows the condition and, for a comparison, the values.
///
/// ```
/// fn check(level: u32) -> verifork::Result {
///     verifork::ensure!(level <= 16, "level is {level}, and there are 16 places");
///     verifork::ensure!(level != 7);
///     Ok(())
/// }
/// assert!(check(17).unwrap_err().to_string().starts_with("level is 17"));
/// assert!(check(7).unwrap_err().to_string().contains("(7 vs 7)"));
/// ```
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($error:tt)+) => {
        if !$condition {
            $crate::bail!($($error)+);
        }
    };
    ($($condition:tt)+) => {
        $crate::__private::anyhow::ensure!($($condition)+)
    };
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Failure;

    fn checks(level: u32) -> crate::Result {
        let limit = 3;
        crate::ensure!(level < limit, "level is {level}, not below {}", limit,);
        Ok(())
    }

    #[test]
    fn an_error_remembers_the_line_that_made_it() {
        let line = line!() + 1;
        let error = crate::error!("oops");
        let failure = error.downcast_ref::<Failure>().unwrap();
        assert_eq!(
            (failure.place.file(), failure.place.line()),
            (file!(), line)
        );

        let error = checks(3).unwrap_err();
        assert_eq!(error.to_string(), "level is 3, not below 3");
        let failure = error.downcast_ref::<Failure>().unwrap();
        assert!(failure.place.line() < line);
        assert!(checks(2).is_ok());
    }

    #[test]
    fn an_error_is_passed_on_as_it_is() {
        let inner = std::fmt::Error;
        assert!(
            crate::error!(inner)
                .downcast_ref::<std::fmt::Error>()
                .is_some()
        );
    }
}
