//! The rules of AXI4, by name.

use crate::axi_common::{handshake_rules, rules};
use crate::handshake::HandshakeRules;
use crate::violation::Rule;

/// The rules of a signal: its name, and the rules that it breaks by a change or by unknown bits.
#[derive(Debug)]
pub(super) struct SignalRules {
    pub(super) name: &'static str,
    pub(super) stable: &'static str,
    pub(super) unknown: &'static str,
}

macro_rules! signal {
    ($kind:literal, $channel:literal, $signal:literal) => {
        SignalRules {
            name: concat!($channel, $signal),
            stable: concat!("AXI4_", $kind, "_", $channel, $signal, "_STABLE"),
            unknown: concat!("AXI4_", $kind, "_", $channel, $signal, "_X"),
        }
    };
}

/// The rules of a channel of addresses.
#[derive(Debug)]
pub(super) struct AddressRules {
    pub(super) handshake: HandshakeRules,
    /// In the order of [`Field`](super::address::Field).
    pub(super) signals: [SignalRules; 11],
    pub(super) channel: &'static str,
    pub(super) boundary: &'static str,
    pub(super) wrap_align: &'static str,
    pub(super) burst: &'static str,
    pub(super) cache: &'static str,
    pub(super) len_lock: &'static str,
    pub(super) len_fixed: &'static str,
    pub(super) len_wrap: &'static str,
    pub(super) size: &'static str,
}

macro_rules! address {
    ($channel:literal) => {
        AddressRules {
            handshake: handshake_rules!("AXI4", $channel, "M", "S"),
            signals: [
                signal!("ERRM", $channel, "ADDR"),
                signal!("ERRM", $channel, "ID"),
                signal!("ERRM", $channel, "LEN"),
                signal!("ERRM", $channel, "SIZE"),
                signal!("ERRM", $channel, "BURST"),
                signal!("ERRM", $channel, "LOCK"),
                signal!("ERRM", $channel, "CACHE"),
                signal!("ERRM", $channel, "PROT"),
                signal!("ERRM", $channel, "QOS"),
                signal!("ERRM", $channel, "REGION"),
                signal!("ERRM", $channel, "USER"),
            ],
            channel: $channel,
            boundary: concat!("AXI4_ERRM_", $channel, "ADDR_BOUNDARY"),
            wrap_align: concat!("AXI4_ERRM_", $channel, "ADDR_WRAP_ALIGN"),
            burst: concat!("AXI4_ERRM_", $channel, "BURST"),
            cache: concat!("AXI4_ERRM_", $channel, "CACHE"),
            len_lock: concat!("AXI4_ERRM_", $channel, "LEN_LOCK"),
            len_fixed: concat!("AXI4_ERRM_", $channel, "LEN_FIXED"),
            len_wrap: concat!("AXI4_ERRM_", $channel, "LEN_WRAP"),
            size: concat!("AXI4_ERRM_", $channel, "SIZE"),
        }
    };
}

pub(super) const AW: AddressRules = address!("AW");
pub(super) const AR: AddressRules = address!("AR");
pub(super) const W: HandshakeRules = handshake_rules!("AXI4", "W", "M", "S");
pub(super) const B: HandshakeRules = handshake_rules!("AXI4", "B", "S", "M");
pub(super) const R: HandshakeRules = handshake_rules!("AXI4", "R", "S", "M");

pub(super) const WDATA: SignalRules = signal!("ERRM", "W", "DATA");
pub(super) const WSTRB: SignalRules = signal!("ERRM", "W", "STRB");
pub(super) const WLAST: SignalRules = signal!("ERRM", "W", "LAST");
pub(super) const WUSER: SignalRules = signal!("ERRM", "W", "USER");
pub(super) const BID: SignalRules = signal!("ERRS", "B", "ID");
pub(super) const BRESP: SignalRules = signal!("ERRS", "B", "RESP");
pub(super) const BUSER: SignalRules = signal!("ERRS", "B", "USER");
pub(super) const RID: SignalRules = signal!("ERRS", "R", "ID");
pub(super) const RDATA: SignalRules = signal!("ERRS", "R", "DATA");
pub(super) const RRESP: SignalRules = signal!("ERRS", "R", "RESP");
pub(super) const RLAST: SignalRules = signal!("ERRS", "R", "LAST");
pub(super) const RUSER: SignalRules = signal!("ERRS", "R", "USER");

/// The rules of the checker.
///
/// ```
/// use verifork_components::axi;
///
/// for rule in axi::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "AXI4"
    channels { AW.handshake W B AR.handshake R }
    signals {
        "ERRM" "AWADDR" "AWID" "AWLEN" "AWSIZE" "AWBURST" "AWLOCK" "AWCACHE" "AWPROT" "AWQOS" "AWREGION"
            "AWUSER" "WDATA" "WSTRB" "WLAST" "WUSER"
            "ARADDR" "ARID" "ARLEN" "ARSIZE" "ARBURST" "ARLOCK" "ARCACHE" "ARPROT" "ARQOS" "ARREGION"
            "ARUSER";
        "ERRS" "BID" "BRESP" "BUSER" "RID" "RDATA" "RRESP" "RLAST" "RUSER";
    }
    others {
        "ERRM_AWADDR_BOUNDARY" "a burst of writes does not cross a boundary of 4 KB"
        "ERRM_ARADDR_BOUNDARY" "a burst of reads does not cross a boundary of 4 KB"
        "ERRM_AWADDR_WRAP_ALIGN" "the address of a WRAP write is a multiple of the bytes of a beat"
        "ERRM_ARADDR_WRAP_ALIGN" "the address of a WRAP read is a multiple of the bytes of a beat"
        "ERRM_AWBURST" "AWBURST is not 3"
        "ERRM_ARBURST" "ARBURST is not 3"
        "ERRM_AWCACHE" "AWCACHE[3:2] is 0 if AWCACHE[1] is"
        "ERRM_ARCACHE" "ARCACHE[3:2] is 0 if ARCACHE[1] is"
        "ERRM_AWLEN_LOCK" "an exclusive write has at most 16 beats"
        "ERRM_ARLEN_LOCK" "an exclusive read has at most 16 beats"
        "ERRM_AWLEN_FIXED" "a FIXED write has at most 16 beats"
        "ERRM_ARLEN_FIXED" "a FIXED read has at most 16 beats"
        "ERRM_AWLEN_WRAP" "a WRAP write has 2, 4, 8 or 16 beats"
        "ERRM_ARLEN_WRAP" "a WRAP read has 2, 4, 8 or 16 beats"
        "ERRM_AWSIZE" "a beat of a write is no wider than WDATA"
        "ERRM_ARSIZE" "a beat of a read is no wider than RDATA"
        "ERRM_WDATA_NUM" "WLAST comes with the beat that AWLEN says, and with no other"
        "ERRM_WSTRB" "only bytes of the beat have strobes, by address, size and number"
        "ERRS_BRESP_AW" "a write is answered after its address"
        "ERRS_BRESP_WLAST" "a write is answered after the last beat of its data"
        "ERRS_BRESP_EXOKAY" "only exclusive writes are answered EXOKAY"
        "ERRS_BRESP_ALL_DONE_EOS" "at the end every write is answered"
        "ERRS_RID" "data of a read has the ID of one that is under way"
        "ERRS_RDATA_NUM" "RLAST comes with the beat that ARLEN says, and with no other"
        "ERRS_RRESP_EXOKAY" "only exclusive reads are answered EXOKAY"
        "ERRS_RLAST_ALL_DONE_EOS" "at the end every read has had its last beat"
        "ERRM_EXCL_ALIGN" "the address of an exclusive access is a multiple of its bytes"
        "ERRM_EXCL_LEN" "the bytes of an exclusive access are a power of two"
        "ERRM_EXCL_MAX" "an exclusive access has at most 128 bytes"
        "RECM_EXCL_PAIR" "an exclusive write follows an exclusive read with its ID"
        "RECM_EXCL_MATCH" "an exclusive write has address, size, length and kind of the read before it"
        "AUX_DATA_WIDTH" "WDATA and RDATA have 8, 16, 32, … or 1024 bits, both the same"
        "AUX_ADDR_WIDTH" "AWADDR and ARADDR have the same width, of at most 64 bits"
        "AUX_ID_WIDTH" "BID is as wide as AWID, and RID as ARID"
    }
};
