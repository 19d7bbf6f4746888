//! Models of registers in front of a design that is a few lines of Rust.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use verifork::TestRng;

use super::{
    Access, Field, Frontdoor, Map, Mismatches, Model, Observe, Observed, Refused, Register, Reply,
};

/// Runs a future that never waits.
fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// A field of the design, bit by bit.
#[derive(Clone)]
struct Wired {
    address: u64,
    low: u32,
    kind: &'static str,
    bits: Vec<bool>,
    was_written: bool,
}

impl Wired {
    /// The effect of a write on one bit, from the text of IEEE 1800.2-2020, 18.5.
    fn written(&self, old: bool, new: bool) -> bool {
        match self.kind {
            "RO" | "RC" | "RS" => old,
            "RW" | "WRC" | "WRS" | "WO" => new,
            "WC" | "WCRS" | "WOC" => false,
            "WS" | "WSRC" | "WOS" => true,
            "W1C" | "W1CRS" => old && !new,
            "W1S" | "W1SRC" => old || new,
            "W1T" => old ^ new,
            "W0C" | "W0CRS" => old && new,
            "W0S" | "W0SRC" => old || !new,
            "W0T" => old ^ !new,
            "W1" | "WO1" if self.was_written => old,
            "W1" | "WO1" => new,
            kind => panic!("{kind}"),
        }
    }

    fn read(&self, old: bool) -> bool {
        if self.kind.ends_with("RC") {
            false
        } else if self.kind.ends_with("RS") {
            true
        } else {
            old
        }
    }
}

/// Registers behind a bus with accesses of up to so many bytes.
struct Design {
    bytes: usize,
    fields: RefCell<Vec<Wired>>,
    /// Each access, as `r4@8`.
    seen: RefCell<Vec<String>>,
}

impl Design {
    fn access(&self, address: u64, bytes: usize, data: Option<u64>) -> u64 {
        assert!(bytes <= self.bytes && address.is_multiple_of(bytes as u64));
        let letter = if data.is_some() { 'w' } else { 'r' };
        self.seen
            .borrow_mut()
            .push(format!("{letter}{bytes}@{address:x}"));
        let mut read = 0;
        for field in self.fields.borrow_mut().iter_mut() {
            let before = field.clone();
            let (first, last) = (address * 8, (address + bytes as u64) * 8);
            let mut touched = false;
            for (at, bit) in field.bits.iter_mut().enumerate() {
                let place = before.address * 8 + u64::from(before.low) + at as u64;
                if !(first..last).contains(&place) {
                    continue;
                }
                touched = true;
                let place = place - first;
                match data {
                    Some(data) => *bit = before.written(*bit, data >> place & 1 == 1),
                    None => {
                        let shown = if before.kind.starts_with("WO") {
                            true
                        } else {
                            *bit
                        };
                        read |= u64::from(shown) << place;
                        *bit = before.read(*bit);
                    }
                }
            }
            field.was_written |= touched && data.is_some();
        }
        read
    }
}

#[derive(Clone)]
struct Bus(Rc<Design>);

impl Frontdoor for Bus {
    fn bytes(&self) -> usize {
        self.0.bytes
    }

    fn read(&self, address: u64, bytes: usize) -> Reply<u64> {
        let read = self.0.access(address, bytes, None);
        Box::pin(async move { Ok(Ok(read)) })
    }

    fn write(&self, address: u64, data: u64, bytes: usize) -> Reply<()> {
        self.0.access(address, bytes, Some(data));
        Box::pin(async move { Ok(Ok::<(), Refused>(())) })
    }
}

const HIGH_RESET: u64 = 0b1010_0101;

/// A register for each kind of access: eight bits across two bytes, and another field.
fn map_of(width: u32, kinds: &[Access]) -> Map {
    let bytes = u64::from(width / 8);
    let mut builder = Map::builder("kinds", width);
    for (at, &access) in kinds.iter().enumerate() {
        let register = Register::new(access.name(), at as u64 * bytes)
            .field(Field::new("wide", 3..=10, access).reset(HIGH_RESET))
            .field(Field::new("bit", 13..=13, access).reset(0));
        builder = builder.register(register);
    }
    builder.build().unwrap()
}

/// A design of the same.
fn design(width: u32, bus: usize, kinds: &[Access]) -> Bus {
    let mut fields = Vec::new();
    for (at, access) in kinds.iter().enumerate() {
        let field = |low, bits| Wired {
            address: at as u64 * u64::from(width / 8),
            low,
            kind: access.name(),
            bits,
            was_written: false,
        };
        let wide = (0..8).map(|bit| HIGH_RESET >> bit & 1 == 1).collect();
        fields.extend([field(3, wide), field(13, vec![false])]);
    }
    wired(bus, fields)
}

fn wired(bytes: usize, fields: Vec<Wired>) -> Bus {
    Bus(Rc::new(Design {
        bytes,
        fields: RefCell::new(fields),
        seen: RefCell::default(),
    }))
}

/// The bits of all of a register at address 0.
fn whole(kind: &'static str, value: u64) -> Wired {
    Wired {
        address: 0,
        low: 0,
        kind,
        bits: (0..32).map(|bit| value >> bit & 1 == 1).collect(),
        was_written: false,
    }
}

#[test]
fn a_design_of_every_kind_of_access_is_as_its_map_says() {
    let mut rng = TestRng::new(7);
    for (width, bus) in [(16, 2), (16, 8), (32, 4), (64, 4), (32, 2)] {
        let (map, bus) = (map_of(width, Access::ALL), design(width, bus, Access::ALL));
        let model = Model::new(&map, bus).unwrap();
        run(model.reset_test()).unwrap();
        run(model.bit_bash_test()).unwrap();
        for _ in 0..2000 {
            let name = rng.choose(Access::ALL).unwrap().name();
            let mask = u64::MAX >> (64 - width);
            match rng.random_range(0..4) {
                0 => run(model.write(name, rng.random::<u64>() & mask)).unwrap(),
                // The other field stays as it is, if a write can leave it so.
                1 => run(model.write(&format!("{name}.bit"), rng.random_range(0..2))).unwrap(),
                2 => drop(run(model.check(&format!("{name}.wide"))).unwrap()),
                _ => drop(run(model.check(name)).unwrap()),
            }
        }
    }
}

/// The findings of the ready-made tests on a field that behaves like another kind.
fn finds(described: Access, does: Access) -> Option<String> {
    let model = Model::new(&map_of(32, &[described]), design(32, 4, &[does])).unwrap();
    let found = run(model.reset_test()).and_then(|()| run(model.bit_bash_test()));
    let error = found.err()?;
    let mismatches = error.downcast_ref::<Mismatches>().unwrap();
    assert!(
        mismatches
            .fields()
            .all(|field| field.register() == described.name()),
        "{error}"
    );
    Some(error.to_string())
}

/// Of those that cannot be read, a bus alone shows nothing.
#[test]
fn a_field_of_another_kind_is_found_and_named() {
    let readable = Access::ALL.iter().filter(|access| access.is_readable());
    for &described in readable {
        for &does in Access::ALL {
            if does == described {
                continue;
            }
            let found = finds(described, does);
            let error =
                found.unwrap_or_else(|| panic!("{does} instead of {described} is not seen"));
            let named = format!("`{described}.wide` (bits 10:3 at ");
            assert!(error.contains(&named), "{error}");
        }
    }
}

#[test]
fn a_register_takes_as_many_accesses_as_it_has_words_of_the_bus() {
    let map = Map::from_toml(
        "map.toml",
        "name = 'odd'
        [[register]]
        name = 'wide'
        address = 4
        width = 64
        aliases = [0x40]
        fields = [{ name = 'across', bits = '39:24' }]
        [[register]]
        name = 'narrow'
        address = 3
        width = 8
        [[register]]
        name = 'half'
        address = 0
        width = 16
        [[block]]
        name = 'dma'
        address = 0x100
        count = 2
        stride = 0x20
        [[block.register]]
        name = 'limit'
        address = 8",
    )
    .unwrap();
    let bus = wired(4, Vec::new());
    let (model, design) = (Model::new(&map, bus.clone()).unwrap(), bus.0);
    let model = model.base(0x1000);
    run(model.write("wide", 0x1122_3344_5566_7788)).unwrap();
    assert_eq!(model.mirrored("wide.across").unwrap(), 0x4455);
    run(model.read("wide")).unwrap();
    run(model.write("narrow", 0xff)).unwrap();
    run(model.read("half")).unwrap();
    run(model.write("dma[1].limit.value", 1)).unwrap();
    run(model.read("dma[0].limit")).unwrap();
    let seen = design.seen.take();
    assert_eq!(
        seen,
        [
            "w4@1004", "w4@1008", "r4@1004", "r4@1008", "w1@1003", "r2@1000", "w4@1128", "r4@1108"
        ]
    );
    // The second address is tried too.
    let _ = run(model.bit_bash_test());
    let seen = design.seen.take();
    assert!(seen.contains(&"r4@1004".to_owned()), "{seen:?}");
    for (name, says) in [
        (
            "dma",
            "`odd` has no register `dma`; there are wide, narrow, half, dma[0].limit, dma[1].limit",
        ),
        ("dma[1]", "`odd` has no register `dma[1]`"),
        (
            "dma[1].limit.x",
            "`dma[1].limit` has no field `x`; there are value",
        ),
        ("dma[1].size", "`dma[1]`"),
    ] {
        let error = model.mirrored(name).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// Differences at the second address are found.
#[test]
fn each_address_of_a_register_is_tried() {
    let map = |aliases: &str| {
        let text = format!(
            "name = 'map'\n[[register]]\nname = 'a'\naddress = 0\nreset = 5\naliases = [{aliases}]"
        );
        Map::from_toml("map.toml", &text).unwrap()
    };
    let model = Model::new(&map(""), wired(4, vec![whole("RW", 5)])).unwrap();
    run(model.reset_test()).unwrap();
    run(model.bit_bash_test()).unwrap();
    let model = Model::new(&map("8"), wired(4, vec![whole("RW", 5)])).unwrap();
    let error = run(model.reset_test()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the reset test of `map`: `a.value` (bits 31:0 at 0x8) is 0x0, not 0x5"
    );
    let model = Model::new(&map("8"), wired(4, vec![whole("RW", 5)])).unwrap();
    let error = run(model.bit_bash_test()).unwrap_err().to_string();
    assert!(
        error.contains("`a.value` (bits 31:0 at 0x8) is 0x0, not 0x"),
        "{error}"
    );
}

type Seeing = Rc<dyn Fn(Observed)>;

/// Accesses of others, as a monitor reports them.
struct Monitor(RefCell<Option<Seeing>>);

impl Observe for Monitor {
    fn for_each_access(&self, function: Seeing) {
        self.0.replace(Some(function));
    }
}

/// A read of the one half may clear the other half, or leave it for the read of that: both are right.
#[test]
fn a_field_over_two_words_that_a_read_clears_is_not_compared_where_it_is_not_known() {
    let text = "name = 'map'\n[[register]]\nname = 'wide'\naddress = 0\nwidth = 64\naccess = 'RC'\nreset = 0\n\
                [[register]]\nname = 'kept'\naddress = 8\nwidth = 64\nreset = 0";
    let map = Map::from_toml("map.toml", text).unwrap();
    for high in [0x55, 0] {
        let model = Model::new(&map, wired(4, Vec::new())).unwrap();
        let monitor = Monitor(RefCell::default());
        model.follow(&monitor);
        let function = monitor.0.take().unwrap();
        let read = |address, data| {
            let mask = u64::from(u32::MAX);
            function(Observed::Read {
                address,
                data,
                mask,
            });
        };
        model.predict("wide", 0x55_0000_0033).unwrap();
        read(0, 0x33);
        assert!(
            model.mirrored("wide").is_err(),
            "the high half is not known"
        );
        read(4, high);
        assert_eq!(model.mirrored("wide").unwrap(), 0);
        // Bits that no read changes stay known.
        model.predict("kept", 7 << 32 | 3).unwrap();
        read(8, 3);
        assert_eq!(model.mirrored("kept").unwrap(), 7 << 32 | 3);
    }
}

/// One that is read and one that is written may share an address.
#[test]
fn what_is_written_does_nothing_to_what_is_read_at_the_same_address() {
    let map = Map::from_toml(
        "map.toml",
        "name = 'uart'
        [[register]]
        name = 'received'
        address = 0
        access = 'RO'
        reset = 5
        [[register]]
        name = 'sent'
        address = 0
        access = 'WO'",
    )
    .unwrap();
    let bus = wired(4, vec![whole("RO", 5)]);
    let model = Model::new(&map, bus).unwrap();
    run(model.write("sent", 0x55)).unwrap();
    assert_eq!(model.mirrored("sent").unwrap(), 0x55);
    assert_eq!(run(model.check("received")).unwrap(), 5);
    run(model.reset_test()).unwrap();
    run(model.bit_bash_test()).unwrap();
    for (one, other) in [("RO", "RO"), ("WO", "WO"), ("RW", "WO"), ("RO", "W1C")] {
        let text = format!(
            "name = 't'\n[[register]]\nname = 'a'\naddress = 0\naccess = '{one}'\n\
             [[register]]\nname = 'b'\naddress = 0\naccess = '{other}'\n"
        );
        let error = Map::from_toml("map.toml", &text).unwrap_err().to_string();
        assert_eq!(
            error,
            "map.toml:7: `b` is at 0x0, and so is `a` (map.toml:3)"
        );
    }
}
