// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of memory.v: it keeps driving `data` with `we` high.

`timescale 1ns / 1ps
`default_nettype none

module memory #(
    parameter ADDR_WIDTH = 8,
    parameter BYTES      = 4
) (
    input  wire                  clk,
    input  wire                  ce,
    input  wire                  we,
    input  wire                  oe,
    input  wire [BYTES-1:0]      be,
    input  wire [ADDR_WIDTH-1:0] addr,
    inout  wire [8*BYTES-1:0]    data
);

    reg [8*BYTES-1:0] mem [0:(1 << ADDR_WIDTH) - 1];
    reg [8*BYTES-1:0] read_data;

    assign data = oe ? read_data : {8*BYTES{1'bz}};

    integer i;

    always @(posedge clk) begin
        if (ce) begin
            if (we) begin
                for (i = 0; i < BYTES; i = i + 1)
                    if (be[i]) mem[addr][8*i +: 8] <= data[8*i +: 8];
            end else begin
                read_data <= mem[addr];
            end
        end
    end

endmodule

`default_nettype wire
