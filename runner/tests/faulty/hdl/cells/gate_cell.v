// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A cell that is found in a folder by its name.

`timescale 1ns / 1ps

module gate_cell (
    input  wire a,
    output wire y
);

    assign y = ~a;

endmodule
