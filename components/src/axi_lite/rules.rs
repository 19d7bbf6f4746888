//! The rules of AXI4-Lite, by name.

use crate::handshake::HandshakeRules;
use crate::violation::Rule;

macro_rules! channel {
    ($name:ident, $channel:literal, $from:literal, $to:literal) => {
        pub(super) const $name: HandshakeRules = HandshakeRules {
            valid_stable: concat!("AXI4LITE_ERR", $from, "_", $channel, "VALID_STABLE"),
            valid_x: concat!("AXI4LITE_ERR", $from, "_", $channel, "VALID_X"),
            ready_x: concat!("AXI4LITE_ERR", $to, "_", $channel, "READY_X"),
            valid_reset: concat!("AXI4LITE_ERR", $from, "_", $channel, "VALID_RESET"),
            max_wait: concat!("AXI4LITE_REC", $to, "_", $channel, "READY_MAX_WAIT"),
            valid: concat!($channel, "VALID"),
            ready: concat!($channel, "READY"),
        };
    };
}

channel!(AW, "AW", "M", "S");
channel!(W, "W", "M", "S");
channel!(B, "B", "S", "M");
channel!(AR, "AR", "M", "S");
channel!(R, "R", "S", "M");

macro_rules! rules {
    (
        channels { $($channel:ident)* }
        signals { $(($signal:literal, $stable:literal, $unknown:literal))* }
        others { $($name:literal $demands:literal)* }
    ) => {
        &[
            $(
                Rule { name: $channel.valid_stable, demands: "VALID stays 1 until READY is 1" },
                Rule { name: $channel.valid_reset, demands: "VALID is 0 at the first edge after a reset" },
                Rule { name: $channel.valid_x, demands: "VALID is 0 or 1, unless in reset" },
                Rule { name: $channel.ready_x, demands: "READY is 0 or 1, unless in reset" },
                Rule { name: $channel.max_wait, demands: "READY is 1 within `max_wait` cycles of VALID" },
            )*
            $(
                Rule {
                    name: $stable,
                    demands: concat!($signal, " does not change while VALID is 1 and READY is 0"),
                },
                Rule { name: $unknown, demands: concat!($signal, " is known while VALID is 1") },
            )*
            $(Rule { name: $name, demands: $demands },)*
        ]
    };
}

/// The rules of the checker.
pub const RULES: &[Rule] = rules! {
    channels { AW W B AR R }
    signals {
        ("AWADDR", "AXI4LITE_ERRM_AWADDR_STABLE", "AXI4LITE_ERRM_AWADDR_X")
        ("AWPROT", "AXI4LITE_ERRM_AWPROT_STABLE", "AXI4LITE_ERRM_AWPROT_X")
        ("WDATA", "AXI4LITE_ERRM_WDATA_STABLE", "AXI4LITE_ERRM_WDATA_X")
        ("WSTRB", "AXI4LITE_ERRM_WSTRB_STABLE", "AXI4LITE_ERRM_WSTRB_X")
        ("BRESP", "AXI4LITE_ERRS_BRESP_STABLE", "AXI4LITE_ERRS_BRESP_X")
        ("ARADDR", "AXI4LITE_ERRM_ARADDR_STABLE", "AXI4LITE_ERRM_ARADDR_X")
        ("ARPROT", "AXI4LITE_ERRM_ARPROT_STABLE", "AXI4LITE_ERRM_ARPROT_X")
        ("RDATA", "AXI4LITE_ERRS_RDATA_STABLE", "AXI4LITE_ERRS_RDATA_X")
        ("RRESP", "AXI4LITE_ERRS_RRESP_STABLE", "AXI4LITE_ERRS_RRESP_X")
    }
    others {
        "AXI4LITE_ERRS_BRESP_AW" "a write is answered after its address"
        "AXI4LITE_ERRS_BRESP_WLAST" "a write is answered after its data"
        "AXI4LITE_ERRS_RDATA_AR" "a read is answered after its address"
        "AXI4LITE_ERRS_BRESP_EXOKAY" "no write is answered EXOKAY"
        "AXI4LITE_ERRS_RRESP_EXOKAY" "no read is answered EXOKAY"
        "AXI4LITE_ERRS_BRESP_ALL_DONE_EOS" "at the end every write is answered"
        "AXI4LITE_ERRS_RDATA_ALL_DONE_EOS" "at the end every read is answered"
    }
};
