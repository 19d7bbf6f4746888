//! The object types and relations that `SystemVerilog` adds to VPI: IEEE 1800-2017, Annex M, `sv_vpi_user.h`.
//!
//! Written by hand, because no open simulator installs the standard's header.

#![allow(non_upper_case_globals, reason = "the names of the standard")]

pub(crate) const vpiPackage: i32 = 600;
pub(crate) const vpiInterface: i32 = 601;
pub(crate) const vpiProgram: i32 = 602;
pub(crate) const vpiLongIntVar: i32 = 610;
pub(crate) const vpiShortIntVar: i32 = 611;
pub(crate) const vpiIntVar: i32 = 612;
pub(crate) const vpiShortRealVar: i32 = 613;
pub(crate) const vpiByteVar: i32 = 614;
pub(crate) const vpiStringVar: i32 = 616;
pub(crate) const vpiEnumVar: i32 = 617;
pub(crate) const vpiStructVar: i32 = 618;
pub(crate) const vpiUnionVar: i32 = 619;
pub(crate) const vpiBitVar: i32 = 620;
pub(crate) const vpiEnumNet: i32 = 680;
pub(crate) const vpiIntegerNet: i32 = 681;
pub(crate) const vpiTimeNet: i32 = 682;
pub(crate) const vpiStructNet: i32 = 683;

/// The relation from a structure to its members.
pub(crate) const vpiMember: i32 = 742;
