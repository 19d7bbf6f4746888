//! The macros of `verifork`: `#[verifork::test]`, `#[derive(Dut)]`, `#[derive(LogicEnum)]` and
//! `#[derive(LogicStruct)]`; and those of `verifork-components`: `#[derive(Registers)]` and
//! `#[derive(RegisterFields)]`.
//!
//! The two re-export them; a testbench does not name this crate. The code they generate reaches the
//! library through `::verifork::__private`, so it needs no import and survives shadowed names.
//!
//! Every mistake is an error at its own place in the source, and as many as possible are reported at once. The
//! error for an unknown option suggests the nearest one.

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
/// The function itself is left as it is written: it can be called, documented and put behind
/// `#[cfg]`; a `#[cfg]` on it holds for its registration too. One thing is added where it is missing: a block
/// that is given to `spawn`, `fork`, `start`, `start_soon` or `add`, ends in a loop without an end, and uses
/// `?`, has a type that the compiler cannot see. It gets a `return Ok(())` that is never reached, so that the
/// type need not be written.
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
/// The first parameters, as many as are not filled by cases, are made by the framework, in any order:
/// a type that derives `Dut`, bound to the design's top when the test starts; `Instance`, the top
/// itself; or `Test`, the test's own name, seed and arguments. They are taken by value. A test
/// needs none of them.
///
/// The last parameters are filled by `cases`.
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
/// | `timeout` | `SimDuration` | the test fails once this much simulated time has gone by: `1.ms()` |
/// | `wall_timeout` | [`std::time::Duration`] | the same in real time |
/// | `skip` | string | the test is listed and not run; the string says why |
/// | `skip(…)` | `ghdl`, `ghdl < 3`, then a string | the same on one simulator, or some of its versions; may be given several times |
/// | `should_fail` | string, or nothing | the test passes if a check fails in it or it returns an error, which contains the string |
/// | `should_fail(…)` | `panic`, `bind`, `timeout`, or one of them with a string | the same for a panic; a binding that does not fit the design; a limit of time |
/// | `should_fail(…)` | `ghdl < 3`, then nothing, a string, or a kind | the same on one simulator, or some of its versions; may be given several times |
/// | `design_errors` | `"ignore"` | errors that the design reports (`$error`, failed assertions, `severity error`) do not fail the test |
/// | `ends` | `"fatal"`, `"finish"` or `"stop"` | the test passes if the design ends the simulation so while it runs, and fails if it does not |
/// | `cases(…)` | `name = value, …` | one test a case; may be given several times |
/// | `covers` | string, or `covers("A", "B")` | the requirements that the test checks, by their names in the plan: they stand beside its results, and `cargo verifork report` has a table of them |
///
/// Without `design_errors` and `ends`, an error that the design reports fails the test at its end, and an end
/// of the simulation fails it at once. `ends = "fatal"` takes `$fatal`, `severity failure` and errors at run
/// time; `"finish"` takes `$finish` and `std.env.finish`; `"stop"` takes `$stop` and `std.env.stop`.
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
/// The simulators are `icarus`, `ghdl`, `verilator` and `nvc`. A version is compared by `<`, `<=`, `==`, `!=`,
/// `>=` or `>` with a number (`3`, `5.040`) or a text (`"5.0.1"`), by as many numbers as that has:
/// `ghdl == 5` is every version 5. What is for some simulators comes before what is for all, and the first that
/// fits counts:
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
/// [`Test::simulator`] tells both to the test itself.
///
/// [`Test::simulator`]: https://docs.rs/verifork/latest/verifork/struct.Test.html#method.simulator
///
/// The units of time (`1.ms()`) are in scope for the value of `timeout`.
///
/// # Cases
///
/// `cases(a = 1, b = 2)` fills the function's last parameter and makes the tests `f::a` and `f::b`.
/// Values that are written as tuples fill as many parameters as they have elements, the same number
/// in each case:
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
/// A parameter that is itself a tuple takes a tuple in a tuple: `cases(a = ((1, 2),))`.
///
/// Several lists make their product; each fills the parameters after those of the list before, and
/// names are joined by `::`. Here, `moves::narrow::up`, `moves::narrow::down`, `moves::wide::up`, …:
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
/// A value is any expression. It is evaluated when its test starts, so it may call functions.
///
/// # Errors
///
/// Compile errors, at the place of the mistake: a function that is not `async`, is generic, `unsafe` or
/// takes `self`; fewer parameters than the cases fill; an unknown, repeated or malformed option; two
/// cases of one name; tuples of different lengths; `#[test]`, `#[ignore]` or `#[should_panic]`
/// beside this attribute.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    test::expand(arguments.into(), &item.into()).into()
}

/// Binds a struct's fields to the signals of an instance, by name, when a test starts.
///
/// Every name, width, type or direction that does not fit the elaborated design is reported in one
/// error, with the field's place, the nearest names and what the scope holds.
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
/// A field is of any type that implements `Dut`: `Signal<T>`, `Array<T>`, `Parameter<T>`, `Instance`,
/// a struct that derives it, or `Option<D>`, `Vec<D>`, `[D; N]` or `BTreeMap<i64, D>` of one of them. The
/// struct may be generic; where a field's type uses a
/// type parameter, the implementation asks that it implements `Dut`.
///
/// Handles are small and `Copy`, so that a struct of them can be too: `#[derive(Dut, Clone, Copy)]`. This
/// derive does not implement these by itself, since a struct that derives them as well would have them twice,
/// and one with a `Vec` cannot be `Copy`:
///
/// ```no_run
/// # use verifork::prelude::*;
/// #[derive(Dut, Clone, Copy)]
/// struct Handshake {
///     valid: Signal<bool>,
///     ready: Signal<bool>,
/// }
///
/// async fn answers(bus: Handshake) {
///     let ready = bus; // each has its own handles
///     bus.valid.wait_for(true).await;
///     ready.ready.set(true);
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
/// | `prefix = "…"`, `suffix = "…"` | the field's own struct is in this scope (or at `path`), and the names of its fields have this before and behind them; upper and lower case are as the design has them |
/// | `prefix("…", "…")`, `suffix("…", "…")` | the same where names tell a direction, such as `i_wb_stb` and `o_wb_ack`, or `valid_i` and `ready_o`: each name is looked for with all of them, and one that is there with several is an error |
/// | `fields` | the field's own struct is what a record, an interface or an instance holds, or the members of a packed structure, on Verilator before 5.044 (elsewhere, `Signal` of a struct that derives [`LogicStruct`](macro@LogicStruct)); upper and lower case are as the design has them |
/// | `input`, `output`, `inout` | the object must be a port of this direction |
/// | `demands = "…"` | what the error says where the object's value does not fit the field's type, such as a width that a protocol does not have |
///
/// A mandatory name that is missing is an error that lists what there is with the prefix. Prefixes of
/// structs inside of structs add up: `s_axi_`, then `aw`, makes `s_axi_awaddr` of `addr`. So one struct
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
/// A struct fits all widths of a design by `Signal<LogicVec>`, or by a type parameter, which is checked
/// against the width when it is bound:
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
/// Compile errors, at the place of the mistake: anything but a struct with named fields; an unknown,
/// repeated or malformed option; more than one direction; `#[dut]` on the struct.
#[proc_macro_derive(Dut, attributes(dut))]
pub fn derive_dut(item: TokenStream) -> TokenStream {
    dut::expand(item.into()).into()
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
/// A variant's value is its discriminant, as Rust gives it. Reading a value that no variant has,
/// or one with unknown bits, is an error that says the value and the variants.
///
/// Implements `verifork::value::LogicEnum` and `verifork::value::LogicValue`, so that the enum is a
/// value of `Signal<T>`, `Array<T>` and `Parameter<T>` too.
///
/// # Options
///
/// `#[logic(width = 3)]` on the enum: its width in bits, a number or a constant; a signal must be exactly as wide. Without it,
/// the enum is as wide as its largest value needs, and binds to any signal that is at least as wide.
///
/// `#[logic(name = "st_idle")]` on a variant: what the design calls it. Where the names of an enumeration are
/// known (NVC; Verilator under `cargo test`), binding to it checks that each variant is called so in the design,
/// and has the same value there, which in VHDL is the position. Upper and lower case, underscores and what all of
/// the design's names have before or behind do not count: `Idle` is `ST_IDLE`, and `WaitAck` is `wait_ack`. The
/// design may have more. Icarus Verilog and GHDL do not tell these names: there only the width is checked.
///
/// # Errors
///
/// Compile errors, at the place of the mistake: a struct or union; a generic enum; an enum without
/// variants; a variant with fields or with a negative value; a width that does not hold every variant;
/// an unknown or repeated option.
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
/// The first field is the most significant, as in a packed structure (IEEE 1800-2017, 7.2.1). A field is
/// of any type that implements `LogicValue`: `bool`, `Logic`, an integer, an enum that derives
/// `LogicEnum`, another struct that derives this, an array of them, or `LogicVec`. It has its type's
/// width, or the one that stands above it, which integers may have narrower than themselves. A signal
/// must be exactly as wide as all fields together. What cannot be read or written is an error that names
/// the field.
///
/// A record of VHDL is a `Signal` of the struct too. Its fields are found by their names, in upper or lower
/// case and in any order; vectors have the width of the struct's field, and integers, booleans and
/// enumerations any that holds their values. A struct that derives `Dut` binds the fields as signals of
/// their own.
///
/// A struct that fits several variants of a design is generic, in types or in constants.
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
/// Compile errors, at the place of the mistake: anything but a struct with named fields; a struct with
/// lifetimes; a width that the type does not have; a type without a width of its own and without the
/// option; an unknown or repeated option.
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
/// | `width = 32` | the bits of a register: 8, 16, 32 or 64; 32 unless told otherwise |
/// | `size = 0x100` | the bytes of addresses that the block has |
/// | `name = "timer"` | what messages call it: the struct's name unless told otherwise |
///
/// `#[register(…)]` on a field, which is a `Reg`, an array of them, or a struct that derives this as well, or an array
/// of those:
///
/// | option | meaning |
/// |---|---|
/// | `address = 0x04` | in bytes; every register has one |
/// | `stride = 8` | of an array, the bytes from one to the next; those of one unless told otherwise |
/// | `aliases = [0x44]` | where the register is too |
/// | `width = 64` | its bits, if not the block's |
/// | `access = "RO"`, `reset = 0`, `volatile` | of a register that is just a number; those of others are in their struct |
/// | `path = "core.load"` | where the design has it, for the backdoor; of a block, what its paths are below |
/// | `untested` | the tests that are ready to call leave it out |
///
/// Numbers are any constants.
///
/// # Errors
///
/// Compile errors, at the place of the mistake: what no map may have (two registers at an address, an address outside of
/// the block, a field outside of its register, …); an unknown, repeated or malformed option.
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
/// A field is of any type that implements `LogicValue`: `bool`, an integer of at least its bits, an enum that derives
/// `LogicEnum`, a struct that derives `LogicStruct`.
///
/// # Options
///
/// | option | meaning |
/// |---|---|
/// | `bits = 3`, `bits = 4..=7` | its bits, the lowest first; every field has some |
/// | `access = "W1C"` | what writes and reads do to it, by the names of IEEE 1800.2: `RW` unless told otherwise |
/// | `reset = 0x10` | what it is after a reset; unknown unless told |
/// | `volatile` | the design changes it by itself: what is read is not compared |
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
