//! The kinds of failures, and which of them includes another.

/// The kind of a failure of a test.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureKind {
    /// A check failed, or the test or a task of it returned an error.
    #[default]
    Error,
    /// The test or a task of it panicked.
    Panic,
    /// The test binds something that does not fit the design.
    Bind,
    /// The test did not end within its limit of simulated or wall-clock time.
    Timeout,
    /// The design reported an error, or ended the simulation.
    Design,
    /// The run itself cannot go on.
    Run,
}

impl FailureKind {
    /// The option of a test that is for this kind, or nothing.
    pub(super) fn named(self) -> &'static str {
        match self {
            FailureKind::Error => "should_fail",
            FailureKind::Panic => "should_fail(panic)",
            FailureKind::Bind => "should_fail(bind)",
            FailureKind::Timeout => "should_fail(timeout)",
            FailureKind::Design => "design_errors = \"ignore\"",
            FailureKind::Run => "",
        }
    }

    pub(super) fn described(self) -> &'static str {
        match self {
            FailureKind::Error => "a failed check or an error of the test's own",
            FailureKind::Panic => "a panic",
            FailureKind::Bind => "a binding that does not fit the design",
            FailureKind::Timeout => "a time-out",
            FailureKind::Design => "what the design reported",
            FailureKind::Run => "a failure of the run itself",
        }
    }

    /// Whether a failure of the other kind is one of this kind. An assertion that fails is a panic.
    pub(super) fn includes(self, other: FailureKind) -> bool {
        self == other || (self == FailureKind::Error && other == FailureKind::Panic)
    }
}
