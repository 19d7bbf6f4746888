//! Objects by their declarations.

use verifork::prelude::*;

/// A write is refused where it would not last, by its line, and nothing is lost.
#[verifork::test]
async fn what_logic_drives_takes_no_write(dut: Instance) -> Result {
    dut.signal::<u8>("a")?.set(5);
    timer(1.ns()).await;
    for (name, value) in [
        ("by_star", 7),
        ("by_comb", 8),
        ("by_assign", 250),
        ("net", 6),
        ("leaf.d", 5),
        ("lane[1].u.d", 5),
        ("pair[1].d", 5),
        ("from_loop", 1),
        ("bus.ready", 0),
        ("bus.clk", 0),
        ("others[1].valid_seen", 0),
    ] {
        let signal = dut.signal::<u8>(name)?;
        signal.expect(value)?;
        let Err(error) = signal.try_set(1) else {
            bail!("`{name}` was written");
        };
        ensure!(
            error.to_string().contains("the design drives it"),
            "`{name}`: {error}"
        );
        timer(1.ns()).await;
        signal.expect(value)?;
    }
    // What is assigned to now and then keeps what is written, as does the interface of another instance.
    let free = dut.signal::<u8>("free")?;
    free.set(0x77);
    let ready = dut.signal::<bool>("others[1].ready")?;
    ready.set(true);
    timer(1.ns()).await;
    ready.expect(true)?;
    Ok(free.expect(0x77)?)
}

/// As above, where nobody can tell beforehand what is driven: `tests/verilator.rs` looks at what is said.
#[verifork::test]
async fn what_logic_drives_is_what_it_was_after_a_write(dut: Instance) -> Result {
    dut.signal::<u8>("a")?.set(5);
    timer(1.ns()).await;
    for (name, value) in [("by_star", 7), ("by_assign", 250), ("leaf.d", 5)] {
        let signal = dut.signal::<u8>(name)?;
        for _ in 0..2 {
            let _ = signal.try_set(1);
            timer(1.ns()).await;
            signal.expect(value)?;
        }
    }
    let free = dut.signal::<u8>("free")?;
    free.set(0x77);
    timer(1.ns()).await;
    Ok(free.expect(0x77)?)
}

/// On a pin that leads both ways there is what the design drives: a write from outside is refused.
#[verifork::test]
async fn a_pin_that_leads_both_ways_loses_no_write(dut: Instance) -> Result {
    let (a, oe) = (dut.signal::<u8>("a")?, dut.signal::<bool>("oe")?);
    let (pad, seen) = (dut.signal::<bool>("pad")?, dut.signal::<bool>("pad_seen")?);
    oe.set(true);
    for level in [false, true] {
        a.set(if level { 2 } else { 0 });
        timer(1.ns()).await;
        seen.expect(level)?;
        pad.expect(level)?;
        ensure!(pad.try_set(!level).is_err(), "it was written");
    }
    Ok(())
}

/// One that the design does not drive, before 5.032.
#[verifork::test]
async fn an_inout_can_be_driven_from_outside(dut: Instance) -> Result {
    let (free, seen) = (dut.signal::<u8>("open")?, dut.signal::<u8>("open_seen")?);
    for value in [0x5, 0xa] {
        free.set(value);
        timer(1.ns()).await;
        seen.expect(value)?;
    }
    Ok(())
}

#[verifork::test]
async fn long_vectors_and_odd_names_are_there(dut: Instance) -> Result {
    for (name, width, top) in [("v2047", 2047, "top_2047"), ("v4096", 4096, "top_4096")] {
        let (vector, top) = (dut.signal::<LogicVec>(name)?, dut.signal::<bool>(top)?);
        ensure!(
            vector.width() == width,
            "`{name}` has {} bits",
            vector.width()
        );
        for bit in [false, true] {
            let mut value = LogicVec::zeros(width);
            value.set_bit(width - 1, bit.into())?;
            vector.set(value.clone());
            timer(1.ns()).await;
            top.expect(bit)?;
            vector.expect(value)?;
        }
    }
    let long = "a_name_that_is_longer_than_what_the_compiler_takes_for_one_and_is_therefore_hashed_unless_\
                it_is_told_not_to_do_so_by_an_option_on_the_command_line_and_still_goes_on";
    for (name, seen) in [
        ("__hidden", "hidden_seen"),
        (long, "long_seen"),
        ("neg[-1]", "neg_1"),
    ] {
        let seen = dut.signal::<LogicVec>(seen)?;
        let signal = dut.signal::<LogicVec>(name)?;
        signal.set(LogicVec::ones(signal.width()));
        timer(1.ns()).await;
        seen.expect(LogicVec::ones(seen.width()))?;
    }
    Ok(())
}

#[verifork::test]
async fn odd_names_of_scopes_and_arrays_are_found(dut: Instance) -> Result {
    for (name, seen) in [
        (r"\odd.words [1]", "odd_word_seen"),
        ("odd.words[1]", "odd_word_seen"),
        (r"\odd.loop [1].kept", "odd_loop_seen"),
        ("__two__[-1].kept", "two_seen"),
        (r"\1st .kept", "first_seen"),
        ("__leaf.q", "under_seen"),
    ] {
        let (signal, seen) = (dut.signal::<LogicVec>(name)?, dut.signal::<LogicVec>(seen)?);
        for ones in [false, true] {
            let state = if ones { Logic::One } else { Logic::Zero };
            let value = LogicVec::filled(signal.width(), state);
            signal.set(value.clone());
            timer(1.ns()).await;
            seen.expect(value)?;
        }
    }
    let Err(error) = dut.object(r"\odd.words [2]") else {
        bail!("it is there");
    };
    let told = "the elements of the array are [0:1]";
    ensure!(error.to_string().contains(told), "{error}");
    Ok(())
}

#[verifork::test]
async fn ranges_are_those_of_the_declaration(dut: Instance) -> Result {
    let up = dut.signal::<u8>("up")?;
    up.bit(0).set(Logic::One);
    let high = dut.signal::<u8>("high")?;
    high.bit(4).set(Logic::One);
    let ones = dut.array::<bool>("ones")?;
    ensure!(ones.range() == (2, 0), "{:?}", ones.range());
    ones.set(2, true);
    timer(1.ns()).await;
    up.expect(0x80)?;
    dut.signal::<bool>("up_0")?.expect(true)?;
    dut.signal::<bool>("high_4")?.expect(true)?;
    dut.signal::<bool>("y2")?.expect(true)?;
    dut.array::<u8>("words")?.set(1, 9);
    dut.signal::<u16>("matrix")?.set(0b101_000);
    timer(1.ns()).await;
    dut.signal::<u8>("word_1")?.expect(9)?;
    dut.signal::<u8>("matrix_1")?.expect(0b101)?;
    let number = dut.signal::<i32>("number")?;
    number.expect(-3)?;
    dut.signal::<f64>("ratio")?.expect(0.5)?;
    dut.signal::<bool>("single")?;
    Ok(())
}

#[verifork::test]
async fn packages_and_generates_have_the_names_of_the_design(dut: Instance) -> Result {
    let package = Instance::find("kinds_pkg")?;
    ensure!(
        package.kind() == verifork::ObjectKind::Package,
        "{}",
        package.kind()
    );
    package.signal::<u32>("limit")?.expect(7)?;
    for lane in ["lane[0]", "lane[1]"] {
        let lane = dut.instance(lane)?;
        ensure!(
            lane.kind() == verifork::ObjectKind::GenerateScope,
            "{}",
            lane.kind()
        );
        lane.signal::<u8>("kept")?;
        lane.instance("u")?.signal::<u8>("q")?;
    }
    let kept = dut.signal::<bool>("below[-1].kept")?;
    kept.set(true);
    timer(1.ns()).await;
    dut.signal::<bool>("below[-1].seen")?.expect(true)?;
    dut.signal::<bool>("below[0].seen")?.expect(false)?;
    // A package of classes is no second top.
    let roots = Instance::roots()?;
    let tops = roots
        .iter()
        .filter(|root| root.kind() == verifork::ObjectKind::Module);
    ensure!(tops.count() == 1, "{roots:?}");
    Ok(())
}

/// They are shown as single bits, and what is written there would destroy them.
#[verifork::test]
async fn what_has_no_value_is_refused_by_what_it_is(dut: Instance) -> Result {
    for (name, what) in [
        ("queue", "a queue"),
        ("dynamic", "a dynamic array"),
        ("associative", "an associative array"),
        ("happened", "an event"),
        ("foreign", "a `chandle`"),
        ("handle", "a handle of a class"),
        ("box", "a handle of a class"),
        ("virtual_bus", "a virtual interface"),
    ] {
        let Err(error) = dut.signal::<bool>(name) else {
            bail!("`{name}` is there");
        };
        let text = error.to_string();
        ensure!(
            text.contains("the design has it") && text.contains(what),
            "`{name}`: {text}"
        );
    }
    Ok(())
}

/// They are shown without what tells them from vectors, or all as the first one.
#[verifork::test]
async fn arrays_of_real_numbers_and_strings_have_their_elements(dut: Instance) -> Result {
    let (ratios, texts) = (dut.array::<f64>("ratios")?, dut.array::<String>("texts")?);
    ensure!(ratios.range() == (0, 2) && texts.len() == 2);
    ensure!(ratios.get_all()? == [0.0, 0.25, 0.0] && texts.get(1) == "second");
    ratios.set(2, -1.5);
    texts.set(
        0,
        "a text that is longer than any that is kept in place".to_owned(),
    );
    timer(1.ns()).await;
    ensure!(ratios.get_all()? == [0.0, 0.25, -1.5]);
    ensure!(texts.get(0).ends_with("in place") && texts.get(1) == "second");
    Ok(())
}

#[verifork::test]
async fn parameters_have_the_values_of_their_instance(dut: Instance) -> Result {
    for (path, label) in [
        (
            "leaf",
            "as declared, and longer than any that is kept in place",
        ),
        ("pair[0]", "short"),
    ] {
        let leaf = dut.instance(path)?;
        let found = leaf.parameter::<String>("LABEL")?.get();
        ensure!(found == label, "{found}");
        ensure!(leaf.parameter::<i8>("BIAS")?.get()? == -2);
    }
    let package = Instance::find("kinds_pkg")?;
    ensure!(package.parameter::<String>("NAME")?.get() == "of the package");
    Ok(())
}

#[verifork::test]
async fn members_of_packed_structures_are_there(dut: Instance) -> Result {
    let record = dut.signal::<u16>("settable")?;
    let id = match dut.signal::<u8>("settable.id") {
        Ok(id) => id,
        Err(error) => {
            // Through VPI they are not, and it is said how to reach them.
            for part in [
                "VERIFORK_VERILATOR_PORT",
                "select `slice(11, 4)` of it, which is `id`",
            ] {
                ensure!(error.to_string().contains(part), "{error}");
            }
            record.slice(11, 4).set(LogicVec::ones(8));
            record.slice(3, 0).set(LogicVec::zeros(4));
            timer(1.ns()).await;
            dut.signal::<u8>("settable_kind")?.expect(0)?;
            return Ok(record.expect(0xff0)?);
        }
    };
    id.set(0x9a);
    dut.signal::<u8>("settable.kind")?.set(0xb);
    timer(1.ns()).await;
    dut.signal::<u8>("settable_kind")?.expect(0xb)?;
    Ok(record.expect(0x9ab)?)
}

/// Of packed arrays, each with the bits of the whole that it is, and what the design makes of its value.
const ELEMENTS: [(&str, &str, (i64, i64), &str); 6] = [
    ("octets[2]", "octets", (23, 16), "octet_2"),
    ("ascending[2][1]", "ascending", (7, 4), "ascending_21"),
    ("twins[1].id", "twins", (23, 16), "twin_1_id"),
    ("states[1]", "states", (3, 2), "state_1"),
    ("nested.halves[0]", "nested", (28, 25), "nested_half_0"),
    ("nested.two[1].id", "nested", (12, 5), "nested_two_1_id"),
];

#[verifork::test]
async fn elements_of_packed_arrays_are_there(dut: Instance) -> Result {
    for element in ELEMENTS {
        is_there(&dut, element).await?;
    }
    Ok(())
}

/// From 5.034 on.
#[verifork::test]
async fn packed_arrays_below_others_of_several_dimensions_are_there(dut: Instance) -> Result {
    let in_structure = ("pairs[1][1].kind", "pairs[1]", (3, 0), "pair_11_kind");
    is_there(&dut, in_structure).await?;
    is_there(&dut, ("lanes[2][1]", "lanes[2]", (7, 4), "lane_21")).await
}

async fn is_there(
    dut: &Instance,
    (path, whole, (high, low), seen): (&str, &str, (i64, i64), &str),
) -> Result {
    let (whole, seen) = (
        dut.signal::<LogicVec>(whole)?,
        dut.signal::<LogicVec>(seen)?,
    );
    whole.set(LogicVec::zeros(whole.width()));
    let part = whole.slice(high, low);
    let element = dut.signal::<LogicVec>(path);
    if let Err(error) = &element {
        // Through VPI it is not, and it is said how to reach it.
        let select = format!("select `slice({high}, {low})` of it");
        for told in ["VERIFORK_VERILATOR_PORT", &*select] {
            ensure!(error.to_string().contains(told), "{path}: {error}");
        }
    }
    for bits in [0b10, 0b01] {
        let value = LogicVec::from_u64(bits, seen.width())?;
        match &element {
            Ok(element) => element.set(value.clone()),
            Err(_) => part.set(value.clone()),
        }
        timer(1.ns()).await;
        seen.expect(value.clone())?;
        part.expect(value.clone())?;
        if let Ok(element) = &element {
            element.expect(value)?;
        }
        // Nothing beside it was written.
        let others = whole.get().iter().filter(|bit| bit.is_one()).count();
        ensure!(others == 1, "{path}: {}", whole.get());
    }
    Ok(())
}

#[verifork::test]
async fn elements_of_packed_arrays_change_by_themselves(dut: Instance) -> Result {
    let (clk, a) = (dut.signal::<bool>("clk")?, dut.signal::<u8>("a")?);
    let [changed, other] = ["octets[3]", "octets[0]"].map(|path| dut.signal::<u8>(path));
    let (Ok(changed), Ok(other)) = (changed, other) else {
        // Through VPI.
        return Ok(());
    };
    dut.signal::<u32>("octets")?.set(0);
    timer(1.ns()).await;
    spawn(async move {
        other.changed().await;
        // It was another one.
        other.expect(0xff)?;
        Ok(())
    });
    a.set(0x5a);
    timer(1.ns()).await;
    clk.set(true);
    changed.changed().await;
    changed.expect(0x5a)?;
    dut.signal::<u32>("octets")?.expect(0x5a00_0000)?;
    // A bit of an element, and one of more than 64.
    let top = dut.signal::<LogicVec>("long_ones[1]")?;
    top.bit(99).set(Logic::One);
    timer(1.ns()).await;
    dut.signal::<bool>("long_1_99")?.expect(true)?;
    ensure!(top.range() == (99, 0) && top.path().ends_with(".long_ones[1]"));
    let path = dut.signal::<u8>("ascending[2][1]")?.bit(4).path();
    ensure!(path.ends_with(".ascending[2][1][4]"), "{path}");
    Ok(())
}

/// Bits are selected, and an index is one of the declaration.
#[verifork::test]
async fn what_packed_arrays_do_not_have_is_reported_by_their_dimensions(dut: Instance) -> Result {
    // Through VPI it is said of each element which bits it is.
    let shows_elements = dut.contains("octets[1]");
    for (path, told) in [
        ("octets[4]", "the elements of `octets` are [3:0]"),
        (
            "ascending[2][3]",
            "the elements of `ascending[2]` are [0:2]",
        ),
        ("twins[2].id", "the elements of `twins` are [1:0]"),
        ("nested.halves[0][1]", "`halves[0]` is a vector [3:0]"),
        ("octets[1][9]", "without such a bit"),
    ] {
        let Err(error) = dut.signal::<LogicVec>(path) else {
            bail!("`{path}` is there");
        };
        let told = if shows_elements || told.starts_with("the ") {
            told
        } else {
            "select `slice("
        };
        ensure!(error.to_string().contains(told), "{path}: {error}");
    }
    Ok(())
}

/// From 5.034 on.
#[verifork::test]
async fn arrays_of_several_dimensions_are_there(dut: Instance) -> Result {
    let rows = dut.array::<u8>("rows")?;
    ensure!(rows.row(1).get(2)? == 0x12);
    dut.array::<bool>("bits")?.row(2).set(1, true);
    dut.array::<u8>("lanes")?.set(2, 0xa0);
    let cube = dut.array::<u8>("cube")?;
    ensure!(cube.row(2).row(1).get(0)? == 5);
    rows.row(1).set(2, 0x34);
    timer(1.ns()).await;
    dut.signal::<u8>("row_12")?.expect(0x34)?;
    dut.signal::<bool>("bit_21")?.expect(true)?;
    dut.signal::<u8>("lane_21")?.expect(0xa)?;
    Ok(())
}

/// From 5.050 on.
#[verifork::test]
async fn members_of_unpacked_structures_are_there(dut: Instance) -> Result {
    dut.signal::<u8>("a")?.set(0x42);
    timer(1.ns()).await;
    let loose = dut.object("loose")?;
    ensure!(
        loose.kind() == verifork::ObjectKind::Struct,
        "{}",
        loose.kind()
    );
    dut.signal::<u8>("loose.id")?.expect(0x42)?;
    dut.signal::<u16>("loose.size")?.expect(0x4242)?;
    dut.signal::<u16>("record")?.expect(0x422)?;
    // Each element of an array has its own.
    for (index, size) in [(2, 0x1111), (3, 0x2222)] {
        dut.signal::<u16>(&format!("loosely[{index}].size"))?
            .set(size);
    }
    timer(1.ns()).await;
    dut.signal::<u16>("loosely[2].size")?.expect(0x1111)?;
    dut.signal::<i32>("loosely_seen")?.expect(0x2222)?;
    ensure!(!dut.contains("id") && !dut.contains("loosely.id"));
    Ok(())
}

/// Where they are not shown, the error says that the design has them.
#[verifork::test]
async fn what_old_versions_do_not_show_is_refused_in_true_words(dut: Instance) -> Result {
    for (name, what) in [
        ("rows", "an array [1:0][0:2]"),
        ("cube[2]", "an array [2:0][2:0][2:0]"),
        ("bits", "an array [2:0][2:0]"),
        ("lanes", "an array [0:2]"),
        ("loose", "unpacked structure"),
        ("loosely", "unpacked structure"),
    ] {
        let Err(error) = dut.array::<u8>(name) else {
            bail!("`{name}` is there");
        };
        let text = error.to_string();
        let told = text.contains("the design has it") || text.contains("cannot show");
        ensure!(told && text.contains(what), "`{name}`: {text}");
    }
    Ok(())
}

/// A net that is pulled is 1 where nothing drives it. Some versions do not show it; where one does, it takes no
/// write, which would be lost.
#[verifork::test]
async fn a_pulled_net_is_1_and_takes_no_write(dut: Instance) -> Result {
    let (a, oe) = (dut.signal::<u8>("a")?, dut.signal::<bool>("oe")?);
    let [seen, too_seen] = ["pulled_seen", "pulled_too_seen"].map(|name| dut.signal::<bool>(name));
    let (seen, too_seen) = (seen?, too_seen?);
    a.set(0);
    oe.set(true);
    timer(1.ns()).await;
    seen.expect(true)?;
    too_seen.expect(false)?;
    oe.set(false);
    timer(1.ns()).await;
    for name in ["pulled", "pulled_too"] {
        let net = match dut.signal::<bool>(name) {
            Ok(net) => net,
            Err(error) => {
                ensure!(error.to_string().contains("there is no"), "{error}");
                continue;
            }
        };
        net.expect(true)?;
        let Err(error) = net.try_set(false) else {
            bail!("`{name}` was written");
        };
        ensure!(
            error.to_string().contains("the design drives it"),
            "{error}"
        );
    }
    timer(1.ns()).await;
    too_seen.expect(true)?;
    Ok(seen.expect(true)?)
}
