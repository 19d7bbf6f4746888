//! The rules of AXI4-Stream, by the names that ARM's public guide DUI 0534B gives them.

use crate::handshake::HandshakeRules;
use crate::violation::Rule;

macro_rules! rules {
    ($($name:ident $demands:literal)*) => {
        &[$(Rule { name: stringify!($name), demands: $demands }),*]
    };
}

/// The rules of the checker.
///
/// ```
/// use verifork_components::axi_stream;
///
/// for rule in axi_stream::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    AXI4STREAM_ERRM_TVALID_RESET "TVALID is 0 at the first edge after a reset"
    AXI4STREAM_ERRM_TVALID_STABLE "TVALID stays 1 until TREADY is 1"
    AXI4STREAM_ERRM_TDATA_STABLE "TDATA does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_ERRM_TKEEP_STABLE "TKEEP does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_ERRM_TSTRB_STABLE "TSTRB does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_ERRM_TLAST_STABLE "TLAST does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_ERRM_TID_STABLE "TID does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_ERRM_TDEST_STABLE "TDEST does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_ERRM_TUSER_STABLE "TUSER does not change while TVALID is 1 and TREADY is 0"
    AXI4STREAM_RECS_TREADY_MAX_WAIT "TREADY is 1 within `max_wait` cycles of TVALID, if that is set"
    AXI4STREAM_ERRM_TVALID_X "TVALID is 0 or 1, unless in reset"
    AXI4STREAM_ERRS_TREADY_X "TREADY is 0 or 1, unless in reset"
    AXI4STREAM_ERRM_TDATA_X "bytes of TDATA that are data are known while TVALID is 1"
    AXI4STREAM_ERRM_TKEEP_X "TKEEP is known while TVALID is 1"
    AXI4STREAM_ERRM_TSTRB_X "TSTRB is known while TVALID is 1"
    AXI4STREAM_ERRM_TLAST_X "TLAST is known while TVALID is 1"
    AXI4STREAM_ERRM_TID_X "TID is known while TVALID is 1"
    AXI4STREAM_ERRM_TDEST_X "TDEST is known while TVALID is 1"
    AXI4STREAM_ERRM_TUSER_X "TUSER is known while TVALID is 1"
    AXI4STREAM_ERRM_TKEEP_TSTRB "a byte whose TKEEP is 0 has TSTRB 0"
    AXI4STREAM_ERRM_STREAM_ALL_DONE_EOS "at the end every stream has had its TLAST"
    AXI4STREAM_AUXM_TID_TDEST_WIDTH "TID and TDEST together have at most 24 bits"
};

pub(super) const HANDSHAKE: HandshakeRules = HandshakeRules {
    valid_stable: "AXI4STREAM_ERRM_TVALID_STABLE",
    valid_x: "AXI4STREAM_ERRM_TVALID_X",
    ready_x: "AXI4STREAM_ERRS_TREADY_X",
    valid_reset: "AXI4STREAM_ERRM_TVALID_RESET",
    max_wait: "AXI4STREAM_RECS_TREADY_MAX_WAIT",
    valid: "TVALID",
    ready: "TREADY",
};
