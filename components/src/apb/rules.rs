//! The rules of APB, by name.

use crate::violation::Rule;

macro_rules! rules {
    ($($name:literal $demands:literal)*) => {
        &[$(Rule { name: $name, demands: $demands }),*]
    };
}

/// The rules of the checker.
///
/// ```
/// use verifork_components::apb;
///
/// for rule in apb::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "APB_ERRM_PENABLE_SETUP" "PENABLE is 0 in the first cycle of a transfer"
    "APB_ERRM_PENABLE_ACCESS" "PENABLE is 1 from the second cycle of a transfer on"
    "APB_ERRM_PSEL_STABLE" "PSEL stays 1 until PREADY"
    "APB_ERRM_PADDR_STABLE" "PADDR does not change until PREADY"
    "APB_ERRM_PWRITE_STABLE" "PWRITE does not change until PREADY"
    "APB_ERRM_PWDATA_STABLE" "PWDATA of a write does not change until PREADY"
    "APB_ERRM_PSTRB_STABLE" "PSTRB does not change until PREADY"
    "APB_ERRM_PPROT_STABLE" "PPROT does not change until PREADY"
    "APB_ERRM_PSEL_X" "PSEL is 0 or 1"
    "APB_ERRM_PENABLE_X" "PENABLE is 0 or 1 while PSEL is 1"
    "APB_ERRM_PADDR_X" "PADDR is known while PSEL is 1"
    "APB_ERRM_PWRITE_X" "PWRITE is known while PSEL is 1"
    "APB_ERRM_PWDATA_X" "bytes of PWDATA that are written are known while PSEL is 1"
    "APB_ERRM_PSTRB_X" "PSTRB is known while PSEL is 1"
    "APB_ERRM_PPROT_X" "PPROT is known while PSEL is 1"
    "APB_ERRS_PREADY_X" "PREADY is 0 or 1 while PENABLE is 1"
    "APB_ERRS_PSLVERR_X" "PSLVERR is known at the end of a transfer"
    "APB_ERRS_PRDATA_X" "PRDATA is known at the end of a read without error"
    "APB_ERRM_PSTRB_READ" "PSTRB is 0 in a read"
    "APB_ERRM_PSEL_RESET" "PSEL is 0 at the first edge after a reset"
    "APB_RECS_PREADY_MAX_WAIT" "a transfer waits for no more than `max_wait` cycles, if that is set"
    "APB_ERRS_ALL_DONE_EOS" "at the end no transfer is under way"
};
