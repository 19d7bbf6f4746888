//! Errors in the reference's form: without source locations, which it does not know.

use crate::task::{TaskError, TaskErrorKind, TaskErrors};

pub(super) fn show_all(errors: &TaskErrors) -> String {
    let all: Vec<String> = errors.iter().map(show).collect();
    format!("[{}]", all.join("; "))
}

pub(super) fn show_cause(cause: &anyhow::Error) -> String {
    if let Some(errors) = cause.downcast_ref::<TaskErrors>() {
        show_all(errors)
    } else if let Some(error) = cause.downcast_ref::<TaskError>() {
        format!("({})", show(error))
    } else {
        short(&cause.to_string()).to_owned()
    }
}

pub(super) fn show(error: &TaskError) -> String {
    let what = match error.kind() {
        TaskErrorKind::Failed(cause) => show_cause(cause),
        TaskErrorKind::Panicked {
            message,
            dropping: false,
            ..
        } => format!("panic {}", short(message)),
        TaskErrorKind::Panicked { message, .. } => format!("panic in drop {}", short(message)),
        TaskErrorKind::Cancelled => "cancelled".into(),
        TaskErrorKind::ValueGone => "value gone".into(),
    };
    let time = error.time().expect("there is a clock").steps();
    format!("{} at {time}: {what}", error.path())
}

/// Messages without the places in them, which the reference does not know.
fn short(message: &str) -> &str {
    let known = [
        ("the name `", "name taken"),
        ("cannot add `", "closed"),
        ("cannot add clean-up", "closed to clean-up"),
        ("the manager made at", "second scope"),
        ("the clean-up did not end", "clean-up limit"),
    ];
    let found = known.iter().find(|(begin, _)| message.starts_with(begin));
    found.map_or(message, |(_, short)| short)
}
