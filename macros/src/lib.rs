//! The macros of `verifork`: `#[verifork::test]`, `#[derive(Dut)]`, `#[derive(LogicEnum)]` and
//! `#[derive(LogicStruct)]`; and those of `verifork-components`: `#[derive(Registers)]` and
//! `#[derive(RegisterFields)]`.
//!
//! The two re-export them; a testbench does not name this crate. The code they generate reaches the
//! library through `::verifork::__private`, so it needs no import and survives shadowed names.
//!
//! Every mistake is a compile error at its own place in the source, and as many as possible are reported at once.
//! The error for an unknown option suggests the nearest one.

mod bounds;
mod dut;
mod errors;
mod logic_enum;
mod logic_struct;
mod registers;
mod settings;
mod test;

use proc_macro::TokenStream;

/// Registers an `async fn` as a test that runs inside the simulator.
///
/// The function itself is kept: it can be called, documented and put behind `#[cfg]`, which then
/// applies to its registration too. Only one thing is added. The compiler cannot infer the type of a
/// block in a call of `spawn`, `fork`, `start`, `start_soon` or `add` that uses `?` and ends in an
/// endless loop. Such a block gets an unreachable `return Ok(())`, so that no type annotation is
/// needed.
///
/// ```no_run
/// use verifork::prelude::*;
/// # #[derive(Dut)]
/// # struct Counter { clk: Signal<bool>, count: Signal<u8> }
///
/// #[verifork::test]
/// async fn counts(dut: Counter) -> Result {
///     Clock::new(&dut.clk, 10.ns()).start();
///     dut.clk.rising_edges(3).await;
///     read_only().await;
///     assert_eq!(dut.count.get()?, 3);
///     Ok(())
/// }
///
/// /// Two tests: `wraps::from_250` and `wraps::from_0`.
/// #[verifork::test(timeout = 1.ms(), cases(from_250 = 250, from_0 = 0))]
/// async fn wraps(dut: Counter, start: u8) -> Result {
///     dut.count.set(start);
///     // …
/// #   Ok(())
/// }
/// ```
///
/// # Parameters
///
/// The framework provides the first parameters, which may be in any order: a type that derives `Dut`,
/// bound to the design's top when the test starts; `Instance`, the top itself; or `Test`, the test's
/// own name, seed and arguments. They are taken by value, and all are optional.
///
/// `cases` provides the last parameters.
///
/// # Result
///
/// `()`, or `Result<(), E>` with any `E: Into<verifork::Error>`. An `Err` fails the test, and so does
/// a panic.
///
/// # Options
///
/// | option | value | meaning |
/// |---|---|---|
/// | `name` | string | the test's name instead of the function's; letters, digits, `_`, `-`, `.`, `::` |
/// | `timeout` | `SimDuration` | the test fails after this much simulated time: `1.ms()` |
/// | `wall_timeout` | [`std::time::Duration`] | the same in real time |
/// | `skip` | string | the test is listed but not run; the string is the reason |
/// | `skip(…)` | `ghdl`, `ghdl < 3`, then a string | the same on one simulator, or some of its versions; may be given several times |
/// | `should_fail` | string, or nothing | the test passes if a check in it fails or it returns an error; the message must contain the string |
/// | `should_fail(…)` | `panic`, `bind`, `timeout`, or one of them with a string, `panic = "text"` | the same for a panic, a binding that does not match the design, or a time limit |
/// | `should_fail(…)` | `ghdl < 3`, then nothing, a string, or a kind | the same on one simulator, or some of its versions; may be given several times |
/// | `design_errors` | `"ignore"` | errors that the design reports (`$error`, failed assertions, `severity error`) do not fail the test |
/// | `ends` | `"fatal"`, `"finish"` or `"stop"` | the test passes only if the design ends the simulation this way while it runs |
/// | `cases(…)` | `name = value, …` | one test for each case; may be given several times |
/// | `covers` | string, or `covers("A", "B")` | the requirements that the test checks, by their names in the verification plan: they are stored with its results, and `cargo verifork report` lists them |
///
/// Without `design_errors` and `ends`, an error that the design reports fails the test at its end, and
/// an end of the simulation fails it at once. `ends = "fatal"` expects `$fatal`, `severity failure` or
/// a run-time error; `"finish"` expects `$finish` or `std.env.finish`; `"stop"` expects `$stop` or
/// `std.env.stop`.
///
/// ```no_run
/// # use verifork::prelude::*;
/// # #[derive(Dut)]
/// # struct Counter { clk: Signal<bool>, command: Signal<u8> }
/// #[verifork::test(ends = "fatal")]
/// async fn a_bad_command_is_fatal(dut: Counter) {
///     Clock::new(&dut.clk, 10.ns()).start();
///     dut.command.set(0xff);
///     dut.clk.rising_edges(10).await;
/// }
/// ```
///
/// The simulators are `icarus`, `ghdl`, `verilator` and `nvc`. `<`, `<=`, `==`, `!=`, `>=` and `>`
/// compare the version with a number (`3`, `5.040`) or a string (`"5.0.1"`), in as many components as
/// are given: `ghdl == 5` means every version 5. Options for some simulators come before those for all,
/// and the first that matches applies:
///
/// ```no_run
/// # use verifork::prelude::*;
/// # #[derive(Dut)]
/// # struct Memory { word: Signal<u8> }
/// #[verifork::test(
///     skip(verilator, "it has two states"),
///     should_fail(ghdl < 3, bind),
///     should_fail(icarus <= 11, "is unknown"),
/// )]
/// async fn starts_unknown(dut: Memory) -> Result {
///     ensure!(dut.word.as_logic().get().has_unknown());
///     Ok(())
/// }
/// ```
///
/// A test can query both with [`Test::simulator`].
///
/// [`Test::simulator`]: https://docs.rs/verifork/latest/verifork/struct.Test.html#method.simulator
///
/// The units of time (`1.ms()`) are in scope for the value of `timeout`.
///
/// # Cases
///
/// `cases(a = 1, b = 2)` provides the function's last parameter and creates the tests `f::a` and
/// `f::b`. A tuple provides as many parameters as it has elements, the same number in each case:
///
/// ```no_run
/// # use verifork::prelude::*;
/// # #[derive(Dut)]
/// # struct Adder { a: Signal<u8>, b: Signal<u8>, sum: Signal<u8> }
/// #[verifork::test(cases(small = (1, 2), large = (200, 55)))]
/// async fn adds(dut: Adder, a: u8, b: u8) -> Result {
///     dut.a.set(a);
///     dut.b.set(b);
///     read_only().await;
///     assert_eq!(dut.sum.get()?, a + b);
///     Ok(())
/// }
/// ```
///
/// For a single parameter whose type is a tuple, nest the tuple: `cases(a = ((1, 2),))`.
///
/// Several lists are combined: each provides the parameters after those of the list before, and names
/// are joined by `::`. This creates `moves::narrow::up`, `moves::narrow::down`, `moves::wide::up`, …:
///
/// ```no_run
/// # use verifork::prelude::*;
/// # #[derive(Dut)]
/// # struct Shifter { up: Signal<bool>, width: Signal<u8> }
/// #[verifork::test(cases(narrow = 8, wide = 64), cases(up = true, down = false))]
/// async fn moves(dut: Shifter, width: u8, up: bool) -> Result {
///     dut.width.set(width);
///     dut.up.set(up);
///     // …
/// #   Ok(())
/// }
/// ```
///
/// A value may be any expression. It is evaluated when its test starts.
///
/// # Errors
///
/// Compile errors, at the mistake's own place: a function that is not `async`, is generic or `unsafe`,
/// or takes `self`; fewer parameters than the cases provide; an unknown, repeated or malformed option;
/// two cases with one name; tuples of different lengths; `#[test]`, `#[ignore]` or `#[should_panic]`
/// beside this attribute.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    test::expand(arguments.into(), &item.into()).into()
}

/// Binds a struct's fields to the signals of an instance, by name, when a test starts.
///
/// One error reports every name, width, type or direction that does not match the elaborated design,
/// with the field's line, the nearest names and the contents of the scope.
///
/// ```no_run
/// use verifork::prelude::*;
/// # #[derive(Dut)]
/// # struct Fifo { full: Signal<bool> }
/// # #[derive(Dut)]
/// # struct Bus { data: Signal<u32> }
///
/// #[derive(Dut)]
/// struct Counter {
///     #[dut(input)]
///     clk: Signal<bool>,
///     /// A keyword as a name: binds to `type`.
///     r#type: Signal<u8>,
///     /// Any depth, by the simulator's own path below the instance.
///     #[dut(path = "core.next_count", output)]
///     next: Signal<u8>,
///     /// `None` if the design has none.
///     debug: Option<Signal<LogicVec>>,
///     memory: Array<u32>,
///     #[dut(path = "WIDTH")]
///     width: Parameter<u32>,
///     /// Another struct that derives `Dut`, bound to the instance `fifo`.
///     fifo: Fifo,
///     /// A struct whose fields are in this scope too.
///     #[dut(path = "")]
///     bus: Bus,
///     /// The same for `s_data`, whether it is that or `S_DATA`.
///     #[dut(prefix = "s_")]
///     input: Bus,
///     /// `None` if there is no `m_data`.
///     #[dut(prefix = "m_")]
///     output: Option<Bus>,
///     /// The scopes `lane[0]`, `lane[1]`, … of a generate loop.
///     #[dut(path = "lane")]
///     lanes: Vec<Fifo>,
/// }
/// ```
///
/// A field may have any type that implements `Dut`: `Signal<T>`, `Array<T>`, `Parameter<T>`,
/// `Instance`, a struct that derives it, or `Option<D>`, `Vec<D>`, `[D; N]` or `BTreeMap<i64, D>` of
/// one of them. The struct may be generic. If a field's type uses a type parameter, the implementation
/// requires that the field's type implements `Dut`.
///
/// Handles are small and `Copy`, and so is a struct of them: this derive also implements `Clone` and `Copy`, each
/// if all fields do. A struct with a `Vec` or a map is `Clone` alone. Deriving them as well,
/// `#[derive(Clone, Copy, Dut)]`, changes nothing:
///
/// ```no_run
/// # use verifork::prelude::*;
/// #[derive(Dut)]
/// struct Handshake {
///     valid: Signal<bool>,
///     ready: Signal<bool>,
/// }
///
/// #[verifork::test]
/// async fn answers(bus: Handshake) {
///     spawn(async move {
///         bus.valid.wait_for(true).await;
///         bus.ready.set(true);
///     });
///     bus.ready.rising_edge().await; // the task above has a copy
/// }
/// ```
///
/// # Options
///
/// `#[dut(…)]` on a field, separated by commas:
///
/// | option | meaning |
/// |---|---|
/// | `path = "…"` | the path below the struct's instance, instead of the field's name; `""` is that instance itself |
/// | `prefix = "…"`, `suffix = "…"` | the field's struct is bound in the same scope (or at `path`), and the names of its fields get this prefix and suffix; case follows the design |
/// | `prefix("…", "…")`, `suffix("…", "…")` | the same for names that include a direction, such as `i_wb_stb` and `o_wb_ack`, or `valid_i` and `ready_o`: each name is tried with all of them, and matching with more than one is an error |
/// | `fields` | the field's struct binds the contents of a record, an interface or an instance, or on Verilator before 5.044 the members of a packed structure (elsewhere, use `Signal` of a struct that derives [`LogicStruct`](macro@LogicStruct)); case follows the design |
/// | `input`, `output`, `inout` | the object must be a port of this direction |
/// | `demands = "…"` | text for the error if the object does not fit the field's type, such as the widths that a protocol allows |
///
/// The error for a missing mandatory name lists the names that have the prefix. Prefixes of nested
/// structs are joined: with `s_axi_`, then `aw`, the field `addr` becomes `s_axi_awaddr`. So one struct
/// of signals serves everywhere:
///
/// ```no_run
/// use verifork::prelude::*;
///
/// #[derive(Dut)]
/// struct Stream {
///     data: Signal<u32>,
///     valid: Signal<bool>,
///     last: Option<Signal<bool>>,
/// }
///
/// #[derive(Dut)]
/// struct Dma {
///     #[dut(prefix = "s_axis_t")]
///     input: Stream, // s_axis_tdata, s_axis_tvalid, …
///     #[dut(fields)]
///     output: Stream, // a record or an interface `output`
///     #[dut(prefix = "cmd_", suffix("_i", "_o"))]
///     commands: Stream, // cmd_data_i, cmd_valid_i, cmd_last_i, or with `_o`
/// }
/// ```
///
/// # Variants of a design
///
/// With `Signal<LogicVec>`, a struct fits all widths of a design. A type parameter does too, and is
/// checked against the width when it is bound:
///
/// ```no_run
/// use verifork::dut::SignalValue;
/// use verifork::prelude::*;
///
/// #[derive(Dut)]
/// struct Fifo<T: SignalValue> {
///     #[dut(path = "WIDTH")]
///     width: Parameter<u32>,
///     data: Signal<T>,
/// }
///
/// async fn fills<T: SignalValue + From<u8>>(fifo: &Fifo<T>) {
///     fifo.data.set(T::from(7));
/// }
///
/// #[verifork::test]
/// async fn narrow(dut: Fifo<u8>) {
///     fills(&dut).await;
/// }
///
/// #[verifork::test]
/// async fn wide(dut: Fifo<u64>) {
///     fills(&dut).await;
/// }
/// ```
///
/// # Errors
///
/// Compile errors, at the mistake's own place: anything but a struct with named fields; an unknown,
/// repeated or malformed option; more than one direction; `#[dut]` on the struct.
#[proc_macro_derive(Dut, attributes(dut))]
pub fn derive_dut(item: TokenStream) -> TokenStream {
    dut::expand(item.into(), dut::Beside::in_source()).into()
}

/// Lets a signal carry an enum: `Signal<State>`.
///
/// ```
/// use verifork::prelude::*;
///
/// #[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
/// #[logic(width = 3)]
/// enum State {
///     Idle,        // 0
///     Busy = 4,
///     Done,        // 5
/// }
/// ```
///
/// A variant's value is its Rust discriminant. Reading a value without a variant, or one with unknown
/// bits, is an error that shows the value and the variants.
///
/// Implements `verifork::value::LogicEnum` and `verifork::value::LogicValue`, so the enum works in
/// `Signal<T>`, `Array<T>` and `Parameter<T>`.
///
/// # Options
///
/// `#[logic(width = 3)]` on the enum: its width in bits, a number or a constant. A signal must then
/// have exactly this width. Without it, the enum has the width of its largest value, and binds to any
/// signal that is at least as wide.
///
/// `#[logic(name = "st_idle")]` on a variant: its name in the design. If the names of an enumeration
/// are known (NVC; Verilator under `cargo test`), binding checks that the design has each variant's
/// name with the same value, which in VHDL is the position. Case, underscores, and a prefix or suffix
/// common to all of the design's names are ignored: `Idle` matches `ST_IDLE`, and `WaitAck` matches
/// `wait_ack`. The design may have more values. Icarus Verilog and GHDL do not show these names, so
/// only the width is checked there.
///
/// # Errors
///
/// Compile errors, at the mistake's own place: a struct or union; a generic enum; an enum without
/// variants; a variant with fields or with a negative value; a width too small for a variant; an
/// unknown or repeated option.
#[proc_macro_derive(LogicEnum, attributes(logic))]
pub fn derive_logic_enum(item: TokenStream) -> TokenStream {
    logic_enum::expand(item.into()).into()
}

/// Lets a signal carry a struct: `Signal<Header>` is a packed structure, field by field.
///
/// ```
/// use verifork::prelude::*;
///
/// #[derive(LogicEnum, Clone, Copy, Debug, PartialEq)]
/// #[logic(width = 2)]
/// enum Kind {
///     Data,
///     Control,
/// }
///
/// /// `typedef struct packed { kind_t kind; logic [11:0] length; logic [3:0] strobe; logic last; } header_t;`
/// #[derive(LogicStruct, Clone, Debug, PartialEq)]
/// struct Header {
///     kind: Kind, // bits 18:17
///     #[logic(width = 12)]
///     length: u16, // bits 16:5
///     strobe: [bool; 4], // lanes: bits 4:1, element 0 the least significant
///     last: bool, // bit 0
/// }
///
/// # fn example(header: Signal<Header>) -> Result {
/// header.set(Header { kind: Kind::Data, length: 64, strobe: [true; 4], last: false });
/// ensure!(header.get()?.length == 64);
/// # Ok(())
/// # }
/// ```
///
/// The first field is the most significant, as in a packed structure (IEEE 1800-2017, 7.2.1). A field
/// may have any type that implements `LogicValue`: `bool`, `Logic`, an integer, an enum that derives
/// `LogicEnum`, another struct that derives this, an array of these, or `LogicVec`. Its width is that
/// of its type, or the one given by the option `width`, which may be less than that of an integer type.
/// A signal must be exactly as wide as all fields together. The error for a value that cannot be read
/// or written names the field.
///
/// A VHDL record can be a `Signal` of the struct too. Its fields are matched by name, ignoring case, in
/// any order. Vectors must have the width of the struct's field; for integers, booleans and
/// enumerations, any width that holds their values is allowed. To bind the fields as separate signals,
/// use a struct that derives `Dut`.
///
/// To fit several variants of a design, make the struct generic over types or constants.
///
/// Implements `verifork::value::LogicStruct` and `verifork::value::LogicValue`.
///
/// # Options
///
/// | option | on | meaning |
/// |---|---|---|
/// | `#[logic(width = 12)]` | a field | its width in bits, a constant: a number, or `{ WIDTH - 1 }` |
/// | `#[logic(lsb_first)]` | the struct | the first field is the least significant |
///
/// # Errors
///
/// Compile errors, at the mistake's own place: anything but a struct with named fields; a struct with
/// lifetimes; a width that the type cannot have; a type without a fixed width and without the option;
/// an unknown or repeated option.
#[proc_macro_derive(LogicStruct, attributes(logic))]
pub fn derive_logic_struct(item: TokenStream) -> TokenStream {
    logic_struct::expand(item.into()).into()
}

/// The registers of a block as a struct: `verifork_components::registers::Registers`.
///
/// ```ignore
/// #[derive(Registers)]
/// #[registers(width = 32, size = 0x40)]
/// struct Timer {
///     #[register(address = 0x00)]
///     control: Reg<Control>, // `Control` derives `RegisterFields`
///     #[register(address = 0x04, reset = 0xffff_ffff)]
///     load: Reg<u32>,
///     #[register(address = 0x10, stride = 8)]
///     compare: [Reg<u32>; 2],
/// }
/// ```
///
/// # Options
///
/// `#[registers(…)]` on the struct:
///
/// | option | meaning |
/// |---|---|
/// | `width = 32` | the width of a register in bits: 8, 16, 32 or 64; 32 by default |
/// | `size = 0x100` | the size of the block's address range in bytes |
/// | `name = "timer"` | the name in messages; by default the struct's |
///
/// `#[register(…)]` on a field, which is a `Reg`, an array of them, or a struct that derives this as well, or an array
/// of those:
///
/// | option | meaning |
/// |---|---|
/// | `address = 0x04` | in bytes; every register has one |
/// | `stride = 8` | the distance in bytes between elements of an array; by default the size of one |
/// | `aliases = [0x44]` | further addresses of the register |
/// | `width = 64` | its width in bits, if it differs from the block's |
/// | `access = "RO"`, `reset = 0`, `volatile` | for a register that is a plain number; other registers have these in their struct |
/// | `path = "core.load"` | the signal in the design, for the backdoor; for a block, the scope of its paths |
/// | `untested` | the ready-made tests leave it out |
///
/// Numbers are any constants.
///
/// # Errors
///
/// Compile errors, at the mistake's own place: a map that breaks a rule (two registers at an address,
/// an address outside the block, a field outside its register, …); an unknown, repeated or malformed
/// option.
#[proc_macro_derive(Registers, attributes(registers, register))]
pub fn derive_registers(item: TokenStream) -> TokenStream {
    registers::expand_registers(item.into()).into()
}

/// The fields of a register as a struct: `verifork_components::registers::RegisterFields`.
///
/// ```ignore
/// #[derive(RegisterFields, Clone, Copy, Debug, PartialEq)]
/// struct Control {
///     #[field(bits = 0, reset = 0)]
///     enable: bool,
///     #[field(bits = 1..=3, access = "W1C", reset = 0, volatile)]
///     events: u8,
/// }
/// ```
///
/// A field may have any type that implements `LogicValue`: `bool`, an integer with enough bits, an enum
/// that derives `LogicEnum`, a struct that derives `LogicStruct`.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `bits = 3`, `bits = 4..=7` | its bits, the lowest first; required |
/// | `access = "W1C"` | the effect of writes and reads, by the names of IEEE 1800.2; `RW` by default |
/// | `reset = 0x10` | the value after a reset; unknown by default |
/// | `volatile` | the design changes it by itself, so reads are not compared |
/// | `path = "core.mode"` | where the design has it, for the backdoor |
///
/// # Errors
///
/// Compile errors, at the place of the mistake: fields that overlap, more bits than the type has, a reset value that does
/// not fit, an unknown kind of access; an unknown, repeated or malformed option.
#[proc_macro_derive(RegisterFields, attributes(field))]
pub fn derive_register_fields(item: TokenStream) -> TokenStream {
    registers::expand_fields(item.into()).into()
}
