// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A counter of WIDTH bits with synchronous reset and enable: the first design a testbench meets.
//
//   WIDTH   bits of `count`, at least 1
//
//   clk     everything happens on its rising edge
//   rst     synchronous, active high, stronger than `en`: `count` is 0 after the edge
//   en      high: count up by one an edge; low: hold
//   count   straight from a register; wraps from its largest value to 0
//
// Inside, `core.next_count` is what the next edge loads if `rst` is low: `count + 1` with `en`
// high, `count` with `en` low. It follows `en` and `count` within the same time step.
//
// There is no power-up value: `count` and `core.next_count` are X until the first edge with `rst`
// high, and never afterwards while the inputs are 0 or 1.

`timescale 1ns / 1ps
`default_nettype none

module counter #(
    parameter WIDTH = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,
    output wire [WIDTH-1:0] count
);

    counter_core #(.WIDTH(WIDTH)) core (
        .clk  (clk),
        .rst  (rst),
        .en   (en),
        .count(count)
    );

endmodule

// The register and its next value, one level down so that a testbench has a path to look up.
/* verilator lint_off DECLFILENAME */
module counter_core #(
    parameter WIDTH = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,
    output reg  [WIDTH-1:0] count
);

    wire [WIDTH-1:0] next_count = en ? count + 1'b1 : count;

    always @(posedge clk) begin
        if (rst) count <= {WIDTH{1'b0}};
        else     count <= next_count;
    end

endmodule
/* verilator lint_on DECLFILENAME */

`default_nettype wire
