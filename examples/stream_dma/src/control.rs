//! The registers, and what the design tells of frames.

use verifork::prelude::*;
use verifork_components::axi_stream::{self, Frame};
use verifork_components::memory::{Fault, Memory};
use verifork_components::{apb, axi};

use super::{Dma, Header, Kind};

/// A frame that the memory refuses is counted, and lanes say what they had.
#[verifork::test]
async fn refused_frames_are_counted(dut: Dma, test: Test) -> Result {
    let (clocked, registers) = dut.start(&test).await?;
    let memory = Memory::sparse().outside(Fault::Decode);
    axi::Subordinate::new(&dut.memory, &memory).start(&test, &clocked);
    let source = axi_stream::Source::new(&dut.input).start(&test, &clocked);
    registers.write("control", 1).await?;
    for length in [5, 64, 13] {
        source.send(Frame::new(vec![1; length])).await?;
    }
    while registers.read("frames").await? < 3 {}
    ensure!(registers.read("errors").await? == 3);
    for (lane, (kind, length)) in dut
        .lanes
        .iter()
        .zip([(Kind::Partial, 13), (Kind::Full, 64)])
    {
        ensure!(
            lane.header.get()?
                == Header {
                    kind,
                    length,
                    last: true
                }
        );
    }
    Ok(())
}

#[verifork::test]
async fn registers_are_as_described(dut: Dma, test: Test) -> Result {
    let (clocked, registers) = dut.start(&test).await?;
    apb::Checker::new(&dut.control).start(&test, &clocked);
    registers.reset_test().await?;
    registers.bit_bash_test().await?;
    registers.unmapped_test().await
}
