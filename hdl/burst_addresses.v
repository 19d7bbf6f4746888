// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The addresses of the beats of a burst, as AXI has them (ARM IHI 0022, A3.4.1).
//
//   clk      everything happens on its rising edge
//   rst      synchronous, active high: no burst is under way
//   start    takes a burst, on any edge at which `ready` is high
//   ready    a burst can be taken
//   address  of the first byte, on any boundary; of a wrapping burst a multiple of the bytes of a beat
//   length   beats less one; of a wrapping burst 1, 3, 7 or 15
//   size     bytes of a beat: 2 to the power of this, at most 4
//   burst    0 fixed: every beat at the same address; 1 incrementing; 2 wrapping: at the end of a block as
//            large as the burst it goes on at the begin of the block; 3 is reserved
//   valid    `beat` is the address of a beat; one beat a clock, from the one after the start
//   beat     the first as given, the others on a boundary of their size
//   last     the burst's last beat

`timescale 1ns / 1ps
`default_nettype none

module burst_addresses (
    input  wire        clk,
    input  wire        rst,

    input  wire        start,
    output wire        ready,
    input  wire [15:0] address,
    input  wire [7:0]  length,
    input  wire [1:0]  size,
    input  wire [1:0]  burst,

    output reg         valid,
    output reg  [15:0] beat,
    output wire        last
);

    localparam FIXED = 2'd0, WRAP = 2'd2;

    reg [7:0] left;
    reg [1:0] beat_size;
    reg [1:0] kind;
    // The bits of an address that a wrapping burst changes.
    reg [5:0] block;

    assign last  = valid && left == 8'd0;
    assign ready = !valid || last;

    wire [15:0] step    = 16'd1 << beat_size;
    wire [15:0] aligned = beat & ~(step - 16'd1);
    wire [15:0] next    = aligned + step;
    wire [15:0] mask    = {10'd0, block};

    always @(posedge clk) begin
        if (rst) begin
            valid <= 1'b0;
        end else if (ready) begin
            valid     <= start;
            beat      <= address;
            left      <= length;
            beat_size <= size;
            kind      <= burst;
            block     <= (({2'd0, length[3:0]} + 6'd1) << size) - 6'd1;
        end else begin
            left <= left - 8'd1;
            case (kind)
                FIXED:   beat <= beat;
                WRAP:    beat <= (beat & ~mask) | (next & mask);
                default: beat <= next;
            endcase
        end
    end

endmodule

`default_nettype wire
