// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A RAM of words of 32 bits behind an AHB-Lite subordinate.
//
//   WORDS  words of the memory, 2 at least, `mem[0]` and on; a transfer above them ends with ERROR and changes
//          nothing
//   WAITS  clocks with `hreadyout` low in each data phase
//
//   hclk     everything happens on its rising edge
//   hresetn  synchronous, active low: no transfer is under way, the words stay
//
// A transfer is taken on an edge with `hsel` and `hready` high and `htrans` NONSEQ or SEQ: `hburst` need not be
// known, as each transfer has its address. Its data phase begins with the next clock, has WAITS clocks with
// `hreadyout` low, and ends in the clock after those; an error has two, `hreadyout` low in the first, `hresp` high
// in both. Bytes, half-words and words are written by `hsize` and the low bits of `haddr`; reads give the whole word.

`timescale 1ns / 1ps
`default_nettype none

module ahb_ram #(
    parameter WORDS = 512,
    parameter WAITS = 0
) (
    input  wire        hclk,
    input  wire        hresetn,

    input  wire        hsel,
    input  wire [15:0] haddr,
    input  wire [1:0]  htrans,
    input  wire        hwrite,
    input  wire [2:0]  hsize,
    input  wire [2:0]  hburst,
    input  wire [3:0]  hprot,
    input  wire [31:0] hwdata,
    output wire [31:0] hrdata,
    input  wire        hready,
    output wire        hreadyout,
    output wire        hresp
);
    localparam       BITS = $clog2(WORDS);
    localparam [7:0] LAST = WAITS[7:0];

    reg [31:0] mem [0:WORDS-1];

    // The data phase.
    reg        busy;
    reg        writes;
    reg        fails;
    reg        second;
    reg [13:0] word;
    reg [3:0]  lanes;
    reg [7:0]  left;

    wire taken = hsel && hready && htrans[1];

    // The bytes of a transfer.
    wire [3:0] asked = hsize == 3'd0 ? 4'b0001 << haddr[1:0] :
                       hsize == 3'd1 ? 4'b0011 << haddr[1:0] : 4'b1111;
    wire [31:0] mask = {{8{lanes[3]}}, {8{lanes[2]}}, {8{lanes[1]}}, {8{lanes[0]}}};

    assign hreadyout = !busy || (left == 8'd0 && (!fails || second));
    assign hresp     = busy && fails && left == 8'd0;
    assign hrdata    = mem[word[BITS-1:0]];

    always @(posedge hclk) begin
        if (!hresetn) begin
            busy   <= 1'b0;
            writes <= 1'b0;
            fails  <= 1'b0;
            second <= 1'b0;
            word   <= 14'd0;
            lanes  <= 4'd0;
            left   <= 8'd0;
        end else begin
            if (left != 8'd0) left <= left - 8'd1;
            else second <= hresp && !second;

            if (busy && hreadyout) begin
                if (writes && !fails)
                    mem[word[BITS-1:0]] <= (mem[word[BITS-1:0]] & ~mask) | (hwdata & mask);
                busy <= 1'b0;
            end

            if (taken) begin
                busy   <= 1'b1;
                writes <= hwrite;
                fails  <= haddr[15:2] >= WORDS;
                word   <= haddr[15:2];
                lanes  <= asked;
                left   <= LAST;
            end
        end
    end
endmodule

`default_nettype wire
