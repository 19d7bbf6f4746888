//! A design that many tests use: a register with logic behind it.

use super::{Content, Design, Encoding, ObjectKind, bits};

/// ```text
/// module top(input clk);
///   logic [7:0] d, q, next;  wire flag;  logic [99:0] wide;  logic [7:0] memory [0:15];
///   real level;  string label;  localparam int WIDTH = 8;
///   always @(posedge clk) q <= d;
///   always @* next = q + 1;
/// endmodule
/// ```
pub(crate) fn register() -> Design {
    let mut design = Design::new();
    let top = design.module(None, "top");
    let clk = design.input(top, "clk");
    let d = design.variable(top, "d", bits(7, 0));
    let q = design.variable(top, "q", bits(7, 0));
    let next = design.variable(top, "next", bits(7, 0));
    design.add(Some(top), "flag", ObjectKind::Net, Design::BIT);
    design.variable(top, "wide", bits(99, 0));
    design.add(Some(top), "level", ObjectKind::Real, Encoding::Real);
    design.add(Some(top), "label", ObjectKind::Text, Encoding::Text);
    design.parameter(top, "WIDTH", 8);
    design.array(top, "memory", (0, 15), bits(7, 0));
    design.at_rising(clk, move |simulator| {
        let value = simulator.bits(d);
        simulator.assign_later(q, Content::bits(&value));
    });
    design.always(&[q], move |simulator| {
        if let Ok(value) = u64::from_str_radix(&simulator.bits(q), 2) {
            simulator.assign(next, Content::number((value + 1) & 0xff, 8));
        }
    });
    design
}

/// [`register`] with a clock of 10 steps that the design makes: it rises at 5, 15, 25, …
pub(crate) fn clocked_register() -> Design {
    let mut design = register();
    let clk = design.id("top.clk");
    design.clock(clk, 5);
    design
}
