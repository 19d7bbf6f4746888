// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of counter.v: stays at its largest value instead of wrapping to 0.

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

    wire [WIDTH-1:0] next_count = en && count != {WIDTH{1'b1}} ? count + 1'b1 : count;

    always @(posedge clk) begin
        if (rst) count <= {WIDTH{1'b0}};
        else     count <= next_count;
    end

endmodule
/* verilator lint_on DECLFILENAME */

`default_nettype wire
