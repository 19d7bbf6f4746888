// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A synchronous memory of 2^ADDR_WIDTH words of BYTES bytes on a bidirectional data bus.
//
//   ADDR_WIDTH  bits of the word address
//   BYTES       bytes of a word, at least 1
//
//   clk   accesses happen on its rising edge
//   ce    chip enable: with `ce` low an edge does nothing
//   we    write enable: high writes, low reads
//   oe    output enable: with `oe` high and `we` low the memory drives `data`, else it lets go
//         (all bits Z). It follows both within the same time step, whatever `ce` is
//   be    byte enables: bit i lets byte i, bits 8*i to 8*i+7, of a write through; reads take all
//         bytes
//   addr  the word's address; with an unknown bit in it nothing is written, and what is read is X
//   data  written: what is on the bus at the edge; read: the word read by the last edge with `ce`
//         high and `we` low, kept until the next such edge
//
// Read latency is one clock. A write leaves the word read before as it was, even at its address.
// There is no reset: words never written are X, and so is `data` before the first read.
// Who drives `data` for a write must see that `oe` is low or `we` high; two drivers make X.
//
// Inside, `mem[0]` to `mem[2**ADDR_WIDTH-1]` hold the words.

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

    assign data = oe && !we ? read_data : {8*BYTES{1'bz}};

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
