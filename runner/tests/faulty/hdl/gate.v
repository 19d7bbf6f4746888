// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An inverter of WIDTH bits, with what the tests of the runner switch on.
//
//   `LIMIT       from the included file
//   FINISH_AT    defined: the design ends the simulation at that time
//   STOP_AT      defined: the design stops the simulation at that time, as a debugger would
//   CELL         defined: there is a cell, which lies in a folder of its own
//   ENDS_BADLY   defined: the design fails in its final block
//   DATA         defined: a memory is read from data/words.hex

`include "limit.vh"
`timescale 1ns / 1ps

module gate #(
    parameter WIDTH = 8,
    parameter NAME = "gate"
) (
    input  wire [WIDTH-1:0] a,
    output wire [WIDTH-1:0] y
);

    assign y = ~a;

    wire [31:0] limit = `LIMIT;

`ifdef FINISH_AT
    initial #(`FINISH_AT) $finish;
`endif

`ifdef STOP_AT
    initial #(`STOP_AT) $stop;
`endif

`ifdef ENDS_BADLY
    final $fatal(1, "the design ended badly");
`endif

`ifdef CELL
    wire inverted;
    gate_cell cell_0 (.a(a[0]), .y(inverted));
`endif

`ifdef DATA
    reg [7:0] words [0:1];
    initial $readmemh("data/words.hex", words);
    wire [7:0] first = words[0];
`endif

endmodule
