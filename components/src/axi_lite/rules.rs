//! The rules of AXI4-Lite, by name.

use crate::axi_common::{handshake_rules, rules};
use crate::handshake::HandshakeRules;
use crate::violation::Rule;

pub(super) const AW: HandshakeRules = handshake_rules!("AXI4LITE", "AW", "M", "S");
pub(super) const W: HandshakeRules = handshake_rules!("AXI4LITE", "W", "M", "S");
pub(super) const B: HandshakeRules = handshake_rules!("AXI4LITE", "B", "S", "M");
pub(super) const AR: HandshakeRules = handshake_rules!("AXI4LITE", "AR", "M", "S");
pub(super) const R: HandshakeRules = handshake_rules!("AXI4LITE", "R", "S", "M");

/// The rules of the checker.
///
/// ```
/// use verifork_components::axi_lite;
///
/// for rule in axi_lite::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "AXI4LITE"
    channels { AW W B AR R }
    signals {
        "ERRM" "AWADDR" "AWPROT" "WDATA" "WSTRB" "ARADDR" "ARPROT";
        "ERRS" "BRESP" "RDATA" "RRESP";
    }
    others {
        "ERRS_BRESP_AW" "a write is answered after its address"
        "ERRS_BRESP_WLAST" "a write is answered after its data"
        "ERRS_RDATA_AR" "a read is answered after its address"
        "ERRS_BRESP_EXOKAY" "no write is answered EXOKAY"
        "ERRS_RRESP_EXOKAY" "no read is answered EXOKAY"
        "ERRS_BRESP_ALL_DONE_EOS" "at the end every write is answered"
        "ERRS_RDATA_ALL_DONE_EOS" "at the end every read is answered"
    }
};
