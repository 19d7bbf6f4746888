// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The memory on a bus with a second driver, which is the testbench's: with `drive` high it drives
// `drive_data`, else it lets go. So the simulator resolves what both drive, as a board does.

`timescale 1ns / 1ps
`default_nettype none

module memory_bus #(
    parameter ADDR_WIDTH = 8,
    parameter BYTES      = 4
) (
    input wire                  clk,
    input wire                  ce,
    input wire                  we,
    input wire                  oe,
    input wire [BYTES-1:0]      be,
    input wire [ADDR_WIDTH-1:0] addr,

    input wire                  drive,
    input wire [8*BYTES-1:0]    drive_data
);

    wire [8*BYTES-1:0] data = drive ? drive_data : {8*BYTES{1'bz}};

    memory #(
        .ADDR_WIDTH(ADDR_WIDTH),
        .BYTES(BYTES)
    ) chip (
        .clk(clk),
        .ce(ce),
        .we(we),
        .oe(oe),
        .be(be),
        .addr(addr),
        .data(data)
    );

endmodule

`default_nettype wire
