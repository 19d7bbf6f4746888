//! The ways in which simulators differ from the standard or from each other, each by its name.
//!
//! A quirk is a fact, not a work-around. The work-around is in the code that the fact affects, which checks the quirk
//! by name. A property that can be queried at run time is queried and is not a quirk.

use verifork_protocol::simulators::Simulator;

use super::Identity;
use super::message::MessageStyle;

/// The case of the names that a simulator returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NameCase {
    /// As in the source: names differ by case.
    AsWritten,
    /// All lower case (GHDL).
    Lower,
    /// All upper case (NVC).
    Upper,
}

/// The value formats that lose nothing in a simulator's reads and writes of logic vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum VectorFormats {
    /// Vectors of planes, integers for two-state objects.
    All,
    /// Strings of binary digits only: integers map each unknown to 0.
    BinaryString,
    /// Integers of up to 32 bits and vectors of planes: scalars are refused, and strings of digits
    /// cost three times as much.
    NoScalars,
    /// Positions among the nine states of IEEE 1164 (VHPI).
    Positions,
}

impl VectorFormats {
    /// Whether signals have states beyond 0, 1, X and Z, which two planes do not carry.
    pub(crate) fn has_nine_states(self) -> bool {
        matches!(self, VectorFormats::BinaryString | VectorFormats::Positions)
    }
}

/// What sets one simulator apart. `false` and the first variants are the standard's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, none excludes another"
)]
pub(crate) struct Quirks {
    /// Value-change callbacks run inside a write, before it returns: hold no borrow across a
    /// write. Icarus 11 and before.
    pub(crate) put_runs_value_changes: bool,
    /// What is written is the design's value from the next delta cycle on, and its value changes come
    /// with it: after the delays that end in the cycle of the write. VHPI; GHDL 2.0.
    pub(crate) writes_take_a_cycle: bool,
    /// Writes made at the start of simulation to undriven nets are overwritten with Z: begin
    /// from a callback at time 0. Icarus 11.
    pub(crate) start_writes_are_lost: bool,
    /// Value changes fire without a change while a net is forced, and for initial values.
    /// Icarus 11.
    pub(crate) idle_value_changes: bool,
    /// The callbacks of one signal run in the reverse order of their registration. Icarus 11.
    pub(crate) last_watch_first: bool,
    /// Removing a pending next-time-step callback crashes. Icarus 11 (GHDL 2.0 ignores it).
    pub(crate) next_time_step_stays: bool,
    /// A next-time-step callback that is asked for in one comes at once, in the same time step, and
    /// so without end: ask for it later in the step. Icarus 11.
    pub(crate) next_time_step_repeats: bool,
    /// A delay that was cancelled is over all the same, at its time. GHDL 2.0.
    pub(crate) cancelled_delays_fire: bool,
    /// Force and release do not do what they say: GHDL 2.0 forces once more to release,
    /// Verilator 5.006 ignores all flags of a write and deposits.
    pub(crate) force_is_ignored: bool,
    /// A write to a forced signal changes it, if the signal had been written before it was first
    /// forced. NVC 1.
    pub(crate) deposits_pass_forces: bool,
    /// Every write holds against the design's own drivers until the next write. GHDL 2.0.
    pub(crate) writes_last: bool,
    /// The compiled design lists what drives nets and variables, which no function does: see `vpi/image.rs`. Icarus.
    pub(crate) images_list_drivers: bool,
    /// A write in the read-only phase is accepted. GHDL 2.0, Verilator 5.006.
    pub(crate) read_only_writes_pass: bool,
    /// A read-write phase asked for in a read-write phase in which nothing was written comes in
    /// the next time step: ask again only after a write. GHDL 2.0, NVC 1.
    pub(crate) read_write_again_needs_write: bool,
    /// A next-time-step callback asked for at the start fires at time 0. GHDL 2.0, NVC 1.
    pub(crate) next_time_step_at_start: bool,
    /// A finish is obeyed in a delay's callback only: after it, ask for a delay of 0. GHDL 2.0.
    pub(crate) finish_needs_delay: bool,
    /// In the end-of-simulation callback the time reads 2⁶³−1. GHDL 2.0.
    pub(crate) end_time_is_unreadable: bool,
    /// The handle of a callback that fires once must be released after it fired.
    /// Verilator 5.006 (110 bytes each), NVC 1 (registration becomes quadratic).
    pub(crate) fired_handles_are_ours: bool,
    /// Unneeded watches cost time in every step: drop them. GHDL 2.0, Verilator 5.006.
    pub(crate) idle_watches_cost: bool,
    /// A watch on a whole array never fires. GHDL 2.0, Verilator 5.006.
    pub(crate) array_watches_are_dead: bool,
    /// A watch on a real number never fires, where it is known as one: none of its bytes are
    /// compared. Verilator 5.032; to 5.006 it is a vector, and is watched.
    pub(crate) real_watches_are_dead: bool,
    /// Handles are made anew by each look-up, so they cannot be compared: each is looked up once.
    /// Verilator 5.006.
    pub(crate) handles_are_not_unique: bool,
    /// Value changes are found by comparing values between evaluations of the design. A change by a write is reported
    /// after the callback that made it, in the order of the watches and not of the writes. A change that a second
    /// write undoes is never reported, nor is one that the signal's own callback makes. So the port reports its own
    /// writes itself. A watch on an element of an
    /// array starts from the value of the array's first, and so fires once without a change.
    /// Verilator 5.006.
    pub(crate) watches_compare: bool,
    /// A refusal is a warning, not an error: for example of a write to an object that was published read-only.
    /// Verilator 5.006.
    pub(crate) warnings_are_refusals: bool,
    /// The ports of the top lie beside it, in a scope `TOP`: the inputs there are those to write,
    /// the top's own are copies; of outputs, the top's own are the originals. Verilator 5.006; 5.032
    /// shows those beside it in place of the top's own.
    pub(crate) top_ports_lie_beside: bool,
    /// Generate scopes and named blocks are found by name only, as `gen__BRA__0__KET__` for `gen[0]`;
    /// instances in them are listed with the instance around them. Verilator 5.006.
    pub(crate) generate_scopes_are_hidden: bool,
    /// Objects are all of the type `reg`, whatever they were declared as, but for real numbers and
    /// strings in 5.032: parameters too, unless they are looked up by name. To 5.006 a real number is 64
    /// bits that call themselves a scalar, and can be read only; an array of single bits is shown as
    /// a vector. No signs are known, and a vector's greater index is always at its left. Verilator
    /// 5.006, 5.032.
    pub(crate) everything_is_a_register: bool,
    /// Strings are shown but cannot be read: the value is the address of a C++ object.
    /// Verilator 5.006.
    pub(crate) strings_are_unreadable: bool,
    /// Ports of instances have no direction, but for those of the top. Verilator 5.006.
    pub(crate) inner_ports_have_no_direction: bool,
    /// Only objects that were published when the design was compiled are shown. Verilator, all.
    pub(crate) shows_the_published_only: bool,
    /// Variables and nets that the design does not use are not in the compiled design. Icarus, all.
    pub(crate) leaves_out_the_unused: bool,
    /// The simulator reports no errors: `vpi_chk_error` says 0 whatever happened. Icarus 11.
    pub(crate) errors_are_silent: bool,
    /// Elements of an unpacked array of real numbers or strings can be read only: a write is
    /// dropped, with a message on the terminal. Icarus 11.
    pub(crate) real_elements_are_read_only: bool,
    /// A backslash in a name is given as two. Icarus 11.
    pub(crate) names_are_escaped: bool,
    /// An event of an element of an array is an assignment, not necessarily a change. Icarus 11.
    pub(crate) element_events_are_assignments: bool,
    /// An integer of 32 bits written to a wider object is extended to it by its sign. Icarus 11,
    /// GHDL 2.0; Verilator 5.006 refuses.
    pub(crate) integers_extend: bool,
    /// Every object holds 0 and 1 only. Verilator 5.006.
    pub(crate) two_states_only: bool,
    /// Some objects are found by name only: generics, constants, arrays. GHDL 2.0.
    pub(crate) some_names_do_not_iterate: bool,
    /// An `if` generate whose first branch was not taken has no name and holds nothing; to ask for its
    /// name ends the process. GHDL 5.0 with mcode.
    pub(crate) some_generates_are_nameless: bool,
    /// A cancelled delay calls nothing, but keeps the simulation alive until its time. NVC 1.
    pub(crate) cancelled_delays_keep_time: bool,
    /// The search for a free slot in the table of handles begins where one was released last: see `vhpi/handles.rs`.
    /// NVC 1.
    pub(crate) handles_are_searched: bool,
    /// A position in a relation counts what the relation leaves out as well: those of declarations are
    /// positions among all declarations. NVC 1.
    pub(crate) positions_count_all: bool,
    /// What a plugin prints through the simulator becomes a note with a prefix on the standard error: print directly.
    /// NVC 1.
    pub(crate) prints_become_notes: bool,
    /// Signals of physical types, such as `time`, cannot be written. NVC 1.
    pub(crate) physical_types_are_read_only: bool,
    /// Integers of types whose range does not take 32 bits, fewer or more, are read as if it did, so
    /// that neighbours are read with them or half of them is left out. NVC 1.
    pub(crate) odd_integers_are_misread: bool,
    /// Objects of subtypes of physical types, and of enumerations of more than 256 literals, read
    /// as 0. NVC 1.
    pub(crate) sized_subtypes_read_zero: bool,
    /// A question about a value in a package with generics, or an instance of one, ends the process:
    /// such values cannot be read. NVC 1.
    pub(crate) generic_packages_abort: bool,
    /// An if-generate or a case-generate whose condition depends on the index of a for-generate around
    /// it is a scope that shows nothing of what it holds. NVC 1.
    pub(crate) generates_by_index_are_empty: bool,
    /// It counts time in signed integers of 64 bits: there is none from 2^63 steps on. GHDL, NVC.
    pub(crate) times_are_signed: bool,
    /// The status with which the simulator ends is that of a failure if the design has reported an
    /// error, which may be one that the test asked for. NVC 1.
    pub(crate) errors_make_the_status: bool,
    /// How it reports what the design says of errors.
    pub(crate) messages: MessageStyle,
    /// Which formats keep every bit.
    pub(crate) vector_formats: VectorFormats,
    /// The letters of its names.
    pub(crate) names: NameCase,
}

impl Quirks {
    /// A simulator that does as the standard says.
    pub(crate) const STANDARD: Quirks = Quirks {
        put_runs_value_changes: false,
        writes_take_a_cycle: false,
        start_writes_are_lost: false,
        idle_value_changes: false,
        last_watch_first: false,
        next_time_step_stays: false,
        next_time_step_repeats: false,
        cancelled_delays_fire: false,
        force_is_ignored: false,
        deposits_pass_forces: false,
        writes_last: false,
        images_list_drivers: false,
        read_only_writes_pass: false,
        read_write_again_needs_write: false,
        next_time_step_at_start: false,
        finish_needs_delay: false,
        end_time_is_unreadable: false,
        fired_handles_are_ours: false,
        idle_watches_cost: false,
        array_watches_are_dead: false,
        real_watches_are_dead: false,
        handles_are_not_unique: false,
        watches_compare: false,
        warnings_are_refusals: false,
        top_ports_lie_beside: false,
        generate_scopes_are_hidden: false,
        everything_is_a_register: false,
        strings_are_unreadable: false,
        inner_ports_have_no_direction: false,
        shows_the_published_only: false,
        leaves_out_the_unused: false,
        errors_are_silent: false,
        real_elements_are_read_only: false,
        names_are_escaped: false,
        element_events_are_assignments: false,
        integers_extend: false,
        two_states_only: false,
        some_names_do_not_iterate: false,
        some_generates_are_nameless: false,
        cancelled_delays_keep_time: false,
        handles_are_searched: false,
        positions_count_all: false,
        prints_become_notes: false,
        physical_types_are_read_only: false,
        odd_integers_are_misread: false,
        sized_subtypes_read_zero: false,
        generic_packages_abort: false,
        generates_by_index_are_empty: false,
        times_are_signed: false,
        errors_make_the_status: false,
        messages: MessageStyle::Unknown,
        vector_formats: VectorFormats::All,
        names: NameCase::AsWritten,
    };

    /// Those of a design that Verilator has compiled, over its model's memory.
    pub(crate) fn of_model() -> Quirks {
        Quirks {
            put_runs_value_changes: true,
            force_is_ignored: true,
            idle_watches_cost: true,
            array_watches_are_dead: true,
            inner_ports_have_no_direction: true,
            shows_the_published_only: true,
            two_states_only: true,
            messages: MessageStyle::Verilator,
            ..Quirks::STANDARD
        }
    }

    /// The quirks of a simulator in a version. Those that were measured on one version are
    /// assumed of every other, since each costs little where it is not needed.
    pub(crate) fn of(identity: &Identity) -> Quirks {
        match Simulator::from_product(&identity.product) {
            Some(Simulator::Icarus) => Quirks {
                put_runs_value_changes: true,
                start_writes_are_lost: true,
                idle_value_changes: true,
                last_watch_first: true,
                next_time_step_stays: true,
                next_time_step_repeats: true,
                images_list_drivers: true,
                leaves_out_the_unused: true,
                errors_are_silent: true,
                real_elements_are_read_only: true,
                names_are_escaped: true,
                element_events_are_assignments: true,
                integers_extend: true,
                messages: MessageStyle::Icarus,
                ..Quirks::STANDARD
            },
            Some(Simulator::Ghdl) => {
                let before_5 = identity.major_version().is_none_or(|major| major < 5);
                Quirks {
                    writes_take_a_cycle: true,
                    next_time_step_stays: true,
                    cancelled_delays_fire: before_5,
                    force_is_ignored: before_5,
                    writes_last: before_5,
                    read_only_writes_pass: true,
                    read_write_again_needs_write: true,
                    next_time_step_at_start: true,
                    finish_needs_delay: true,
                    end_time_is_unreadable: true,
                    idle_watches_cost: true,
                    array_watches_are_dead: true,
                    some_names_do_not_iterate: true,
                    some_generates_are_nameless: !before_5,
                    times_are_signed: true,
                    messages: MessageStyle::Ghdl,
                    vector_formats: VectorFormats::BinaryString,
                    names: NameCase::Lower,
                    ..Quirks::STANDARD
                }
            }
            Some(Simulator::Verilator) => Quirks {
                force_is_ignored: identity.is_before(5, 46),
                read_only_writes_pass: true,
                fired_handles_are_ours: true,
                idle_watches_cost: true,
                array_watches_are_dead: true,
                real_watches_are_dead: true,
                handles_are_not_unique: true,
                watches_compare: true,
                warnings_are_refusals: true,
                top_ports_lie_beside: true,
                generate_scopes_are_hidden: true,
                everything_is_a_register: true,
                strings_are_unreadable: identity.is_before(5, 32),
                inner_ports_have_no_direction: true,
                shows_the_published_only: true,
                two_states_only: true,
                messages: MessageStyle::Verilator,
                vector_formats: VectorFormats::NoScalars,
                ..Quirks::STANDARD
            },
            Some(Simulator::Nvc) => Quirks {
                writes_take_a_cycle: true,
                read_write_again_needs_write: true,
                next_time_step_at_start: true,
                fired_handles_are_ours: true,
                deposits_pass_forces: true,
                cancelled_delays_keep_time: true,
                handles_are_searched: true,
                positions_count_all: true,
                prints_become_notes: true,
                physical_types_are_read_only: true,
                odd_integers_are_misread: true,
                sized_subtypes_read_zero: true,
                generic_packages_abort: true,
                generates_by_index_are_empty: true,
                times_are_signed: true,
                errors_make_the_status: true,
                messages: MessageStyle::Nvc,
                vector_formats: VectorFormats::Positions,
                names: NameCase::Upper,
                ..Quirks::STANDARD
            },
            None => Quirks::STANDARD,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(product: &str, version: &str) -> Identity {
        Identity {
            product: product.into(),
            version: version.into(),
            interface: "VPI",
        }
    }

    #[test]
    fn a_simulator_is_known_by_its_product() {
        assert_eq!(
            Simulator::from_product("Icarus Verilog"),
            Some(Simulator::Icarus)
        );
        assert_eq!(Simulator::from_product("GHDL"), Some(Simulator::Ghdl));
        assert_eq!(
            Simulator::from_product("Verilator"),
            Some(Simulator::Verilator)
        );
        assert_eq!(Simulator::from_product("nvc"), Some(Simulator::Nvc));
        assert_eq!(Simulator::from_product("vsim"), None);
    }

    #[test]
    fn an_unknown_simulator_does_as_the_standard_says() {
        assert_eq!(Quirks::of(&identity("Fable", "1.0")), Quirks::STANDARD);
    }

    #[test]
    fn ghdl_deposits_and_releases_from_version_5_on() {
        let old = Quirks::of(&identity("GHDL", "2.0.0 (Debian 2.0.0+dfsg-6.2+b2)"));
        assert!(old.force_is_ignored && old.writes_last);
        let new = Quirks::of(&identity("GHDL", "v5.1.1"));
        assert!(!new.force_is_ignored && !new.writes_last);
    }

    #[test]
    fn verilator_tells_strings_from_5_032_on() {
        let old = Quirks::of(&identity("Verilator", "5.006 2023-01-22"));
        assert!(old.strings_are_unreadable);
        let new = Quirks::of(&identity("Verilator", "5.032 2025-01-01"));
        assert!(!new.strings_are_unreadable);
    }

    #[test]
    fn a_major_version_is_the_first_number() {
        assert_eq!(identity("", "11.0 (stable)").major_version(), Some(11));
        assert_eq!(identity("", "rev 5.006").major_version(), Some(5));
        assert_eq!(identity("", "devel").major_version(), None);
    }

    #[test]
    fn a_model_in_memory_shows_and_prints_what_the_same_simulator_does_through_vpi() {
        let model = Quirks::of_model();
        let vpi = Quirks::of(&identity("Verilator", "5.006 2023-01-22"));
        assert_eq!(model.messages, vpi.messages);
        assert!(model.two_states_only && vpi.two_states_only);
        assert!(model.shows_the_published_only && vpi.shows_the_published_only);
        // Changes are found by comparing: what is watched costs, and whole arrays are not.
        assert!(model.idle_watches_cost && model.array_watches_are_dead);
    }
}
