//! The rules of AHB-Lite, by name.

use crate::violation::Rule;

macro_rules! rules {
    ($($name:literal $demands:literal)*) => {
        &[$(Rule { name: $name, demands: $demands }),*]
    };
}

/// The rules of the checker.
///
/// ```
/// use verifork_components::ahb;
///
/// for rule in ahb::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "AHB_ERRM_HTRANS_RESET" "HTRANS is IDLE at the first edge after a reset"
    "AHB_ERRM_HTRANS_X" "HTRANS is known"
    "AHB_ERRM_HADDR_X" "HADDR is known unless HTRANS is IDLE"
    "AHB_ERRM_HWRITE_X" "HWRITE is known unless HTRANS is IDLE"
    "AHB_ERRM_HSIZE_X" "HSIZE is known unless HTRANS is IDLE"
    "AHB_ERRM_HBURST_X" "HBURST is known unless HTRANS is IDLE"
    "AHB_ERRM_HPROT_X" "HPROT is known unless HTRANS is IDLE"
    "AHB_ERRM_HWDATA_X" "the lanes of HWDATA that are written are known in the data phase"
    "AHB_ERRS_HREADY_X" "HREADY is 0 or 1"
    "AHB_ERRS_HRESP_X" "HRESP is 0 or 1"
    "AHB_ERRS_HRDATA_X" "the lanes of HRDATA that are read are known at the end of a read without error"
    "AHB_ERRM_HTRANS_STABLE" "while HREADY is 0, HTRANS changes from IDLE, from BUSY, and to IDLE with an error only"
    "AHB_ERRM_HADDR_STABLE" "HADDR does not change while HREADY is 0 and a transfer is asked for"
    "AHB_ERRM_HWRITE_STABLE" "HWRITE does not change while HREADY is 0 and a transfer is asked for"
    "AHB_ERRM_HSIZE_STABLE" "HSIZE does not change while HREADY is 0 and a transfer is asked for"
    "AHB_ERRM_HBURST_STABLE" "HBURST does not change while HREADY is 0 and a transfer is asked for"
    "AHB_ERRM_HPROT_STABLE" "HPROT does not change while HREADY is 0 and a transfer is asked for"
    "AHB_ERRM_HWDATA_STABLE" "HWDATA does not change while HREADY is 0 in the data phase of a write"
    "AHB_ERRM_HSIZE_WIDTH" "a transfer is not wider than the data"
    "AHB_ERRM_HADDR_ALIGNED" "HADDR is a multiple of the bytes of the transfer"
    "AHB_ERRM_HTRANS_BURST" "SEQ and BUSY come inside of a burst, after NONSEQ and before its end"
    "AHB_ERRM_HADDR_BURST" "HADDR goes on in a burst as HBURST and HSIZE say"
    "AHB_ERRM_HWRITE_BURST" "HWRITE does not change in a burst"
    "AHB_ERRM_HSIZE_BURST" "HSIZE does not change in a burst"
    "AHB_ERRM_HBURST_BURST" "HBURST does not change in a burst"
    "AHB_ERRM_HPROT_BURST" "HPROT does not change in a burst"
    "AHB_ERRM_BURST_LENGTH" "a burst of 4, 8 or 16 has as many transfers, unless one has ended with an error"
    "AHB_ERRM_BURST_1KB" "a burst does not cross a boundary of 1 KB"
    "AHB_ERRS_HREADY_IDLE" "IDLE and BUSY are answered with OKAY, without a wait"
    "AHB_ERRS_HRESP_FIRST" "an error begins with a cycle in which HREADY is 0"
    "AHB_ERRS_HRESP_SECOND" "an error ends with a cycle in which HREADY is 1, the next after it has begun"
    "AHB_RECS_HREADY_MAX_WAIT" "a transfer waits for no more than `max_wait` cycles, if that is set"
    "AHB_ERRS_ALL_DONE_EOS" "at the end no transfer is under way"
};
