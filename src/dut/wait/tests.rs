use crate::dut::{Array, Instance, Parameter};
use crate::prelude::*;
use crate::simulator::testing::{Content, Design, Operation, register};

/// The register takes these values of `q` at these times.
fn with_values(values: &[(u64, &'static str)]) -> Design {
    let mut design = register();
    let q = design.id("top.q");
    for &(time, value) in values {
        design.at(time, move |simulator| {
            simulator.assign(q, Content::bits(value));
        });
    }
    design
}

fn q() -> Signal<u8> {
    let top = Instance::find("top").unwrap();
    top.signal("q").unwrap()
}

fn steps() -> u64 {
    now().steps()
}

#[test]
fn changes_are_counted_whatever_they_change_to() {
    let values = [
        (10, "00000001"),
        (20, "0000000X"),
        (30, "0000000X"),
        (40, "00000010"),
    ];
    with_values(&values).run(async |_| {
        q().changes(0).await;
        assert_eq!(steps(), 0);
        q().changes(3).await;
        assert_eq!(steps(), 40);
        Ok(())
    });
}

#[test]
fn a_part_changes_with_its_own_bits_only() {
    let values = [
        (10, "00000000"),
        (20, "00000011"),
        (30, "11110011"),
        (40, "11110001"),
    ];
    with_values(&values).run(async |_| {
        let q = q();
        timer(11.ns()).await;
        q.slice(7, 4).changed().await;
        assert_eq!(steps(), 30);
        q.slice(3, 0).changes(1).await;
        assert_eq!(steps(), 40);
        q.bit(0).changes(0).await;
        assert_eq!(steps(), 40);
        Ok(())
    });
}

#[test]
fn edges_of_a_bit_are_those_of_a_signal_of_one_bit() {
    let values = [
        (10, "00000000"),
        (20, "00001000"),
        (30, "00001001"),
        (40, "0000X001"),
        (50, "00001001"),
        (60, "00000001"),
    ];
    for (kind, expected) in [(0, 20), (1, 60), (2, 20), (3, 50), (4, 60)] {
        with_values(&values).run(async move |_| {
            let bit = q().bit(3);
            timer(11.ns()).await;
            match kind {
                0 => bit.rising_edge().await,
                1 => bit.falling_edge().await,
                2 => bit.edge().await,
                3 => bit.rising_edges(2).await,
                _ => bit.falling_edges(1).await,
            }
            assert_eq!(steps(), expected, "{kind}");
            Ok(())
        });
    }
}

#[test]
fn a_part_is_waited_for_by_its_value_or_by_a_condition() {
    let values = [(10, "0001XXXX"), (20, "00100101"), (30, "01110000")];
    with_values(&values).run(async |_| {
        let high = q().slice(7, 4).typed::<u8>();
        high.wait_for(1).await;
        assert_eq!(steps(), 10);
        high.wait_until(|value| value.is_ok_and(|value| value > 5))
            .await;
        assert_eq!(steps(), 30);
        high.wait_for(7).await;
        assert_eq!(steps(), 30, "it is so already");
        Ok(())
    });
}

#[test]
fn a_part_that_cannot_be_read_fails_its_wait() {
    let run = with_values(&[(10, "00000001")]).try_run(async |simulator| {
        let part = q().slice(3, 0);
        simulator.refuse(Operation::Read);
        part.changed().await;
        Ok(())
    });
    let errors = run.errors();
    assert!(errors.contains("cannot read `top.q[3:0]`"), "{errors}");
}

#[test]
fn an_array_changes_with_any_element_and_is_waited_for_whole() {
    let mut design = register();
    let top = design.id("top");
    design.array(top, "file", (0, 2), crate::simulator::testing::bits(7, 0));
    let word = design.id("top.file[1]");
    design.at(30, move |simulator| {
        simulator.assign(word, Content::bits("00000111"));
    });
    let run = design.run(async |_| {
        let file: Array<u8> = Instance::find("top")?.array("file")?;
        let error = file.try_set_all(&[1, 2]).unwrap_err().to_string();
        assert!(error.contains('3') && error.contains('2'), "{error}");
        assert!(file.get_all().is_err(), "its elements are unknown");
        file.set_all(&[4, 5, 6]);
        file.wait_for([4, 5, 6]).await;
        assert_eq!((steps(), file.get_all()?), (0, vec![4, 5, 6]));
        // The other elements' changes of that write are told one by one.
        read_only().await;
        file.changed().await;
        assert_eq!((steps(), file.get_all()?), (30, vec![4, 7, 6]));
        file.wait_for([4, 7, 6]).await;
        assert_eq!(steps(), 30);
        Ok(())
    });
    assert_eq!(run.left, (0, 0, 0));
}

#[test]
fn an_array_does_not_have_more_values_than_elements() {
    let run = register().try_run(async |_| {
        let memory: Array<u8> = Instance::find("top")?.array("memory")?;
        memory.wait_for([1, 2]).await;
        Ok(())
    });
    let errors = run.errors();
    assert!(
        errors.contains("`top.memory` has 16 elements, but was given 2"),
        "{errors}"
    );
}

#[test]
fn handles_are_shown_with_their_paths() {
    register().run(async |_| {
        let top = Instance::find("top")?;
        let memory: Array<u8> = top.array("memory")?;
        let width: Parameter<u32> = top.parameter("WIDTH")?;
        let copies = (memory, width);
        for shown in [format!("{memory:?}"), format!("{:?}", copies.1)] {
            assert!(shown.contains("top."), "{shown}");
        }
        assert_eq!(
            (width.path(), width.get(), width.try_get()?),
            ("top.WIDTH", Ok(8), 8)
        );
        assert!(width.description().constant && memory.description().array.is_some());
        assert!(!memory.is_empty());
        Ok(())
    });
}
