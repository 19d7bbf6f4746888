//! The rules of Wishbone, by the numbers of the specification.

use crate::violation::Rule;

macro_rules! rules {
    ($($name:literal $demands:literal)*) => {
        &[$(Rule { name: $name, demands: $demands }),*]
    };
}

/// The rules of the checker.
///
/// ```
/// use verifork_components::wishbone;
///
/// for rule in wishbone::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "WB_3.20_CYC_RESET" "CYC is 0 from the edge after the first in a reset on, to the first edge after it"
    "WB_3.20_STB_RESET" "STB is 0 from the edge after the first in a reset on, to the first edge after it"
    "WB_3.25_CYC" "STB is 1 only while CYC is 1"
    "WB_3.25_CYC_STABLE" "CYC stays 1 until all that was asked for in the cycle is terminated"
    "WB_3.35_ASKED" "pipelined: there are no more terminations than accesses were asked for"
    "WB_3.45_ONE_TERMINATION" "no two of ACK, ERR and RTY are 1"
    "WB_3.50_NEGATED" "classic: ACK, ERR and RTY are 0 while nothing is asked for, except in a burst"
    "WB_3.60_ADR_STABLE" "ADR does not change while STB waits"
    "WB_3.60_WE_STABLE" "WE does not change while STB waits"
    "WB_3.60_SEL_STABLE" "SEL does not change while STB waits"
    "WB_3.60_DAT_STABLE" "the data of a write does not change while STB waits"
    "WB_3.60_CTI_STABLE" "CTI does not change while STB waits"
    "WB_3.60_BTE_STABLE" "BTE does not change while STB waits"
    "WB_3.60_ADR_X" "ADR is known while STB is 1"
    "WB_3.60_WE_X" "WE is known while STB is 1"
    "WB_3.60_SEL_X" "SEL is known while STB is 1"
    "WB_3.60_DAT_X" "selected bytes of the data of a write are known while STB is 1"
    "WB_3.60_CTI_X" "CTI is known while STB is 1"
    "WB_3.60_BTE_X" "BTE is known while STB is 1 in an incrementing burst"
    "WB_3.65_DAT_X" "selected bytes of the data of a read are known with ACK"
    "WB_3.75_STB_STABLE" "STB stays 1 until it is terminated; pipelined: until it is taken without STALL"
    "WB_4.05_CTI_RESERVED" "CTI is 000, 001, 010 or 111"
    "WB_4.30_END_OF_BURST" "the last access of a burst has the CTI 111, and the others have that of the first"
    "WB_4.35_CONSTANT_ADR" "ADR does not change in a burst at a constant address"
    "WB_4.35_CONSTANT_WE" "WE does not change in a burst at a constant address"
    "WB_4.35_CONSTANT_SEL" "SEL does not change in a burst at a constant address"
    "WB_4.40_INCREMENT_ADR" "ADR is incremented in an incrementing burst, and wraps where BTE says so"
    "WB_4.40_INCREMENT_WE" "WE does not change in an incrementing burst"
    "WB_4.40_INCREMENT_SEL" "SEL does not change in an incrementing burst"
    "WB_4.40_INCREMENT_BTE" "BTE does not change in an incrementing burst"
    "WB_CYC_X" "CYC is 0 or 1"
    "WB_STB_X" "STB is 0 or 1 while CYC is 1"
    "WB_ACK_X" "ACK is 0 or 1 while CYC is 1"
    "WB_ERR_X" "ERR is 0 or 1 while CYC is 1"
    "WB_RTY_X" "RTY is 0 or 1 while CYC is 1"
    "WB_STALL_X" "pipelined: STALL is 0 or 1 while STB is 1"
    "WB_REC_3.10_MAX_WAIT" "an access waits for no more than `max_wait` cycles, if that is set"
    "WB_ALL_DONE_EOS" "at the end no access is under way"
};
