// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A clocked adder between two valid/ready handshakes: out_data = in_data + ADDEND, modulo 2^WIDTH.
//
//   WIDTH      bits of `in_data` and `out_data`, at least 1
//   ADDEND     what is added
//
//   clk        everything happens on its rising edge
//   rst        synchronous, active high: the output register is emptied, its data is 0
//   en         high: words are taken in; low: `in_ready` is low. A word already in the output
//              register can leave whatever `en` is
//   in_valid   the sender offers `in_data`; it must keep both until the transfer
//   in_ready   the adder takes it: a transfer happens on an edge with both high
//   out_valid  `out_data` is a result; both stay until the transfer
//   out_ready  the receiver takes it: a transfer happens on an edge with both high
//
// Latency is one clock: a word taken in on one edge is offered after that edge. One word a clock
// passes while the receiver is ready, since `in_ready` follows `out_ready` within the same time
// step (in_ready = en and (not out_valid or out_ready)); it does not depend on `in_valid`.
// Results leave in the order the words came in; none is lost or repeated.
//
// The output register powers up empty, so the adder works without a reset too, as in an FPGA.

`timescale 1ns / 1ps
`default_nettype none

module adder #(
    parameter WIDTH  = 8,
    parameter ADDEND = 1
) (
    input  wire             clk,
    input  wire             rst,
    input  wire             en,

    input  wire             in_valid,
    output wire             in_ready,
    input  wire [WIDTH-1:0] in_data,

    output reg              out_valid,
    input  wire             out_ready,
    output reg  [WIDTH-1:0] out_data
);

    // A parameter is 32 bits wide; this is what of it takes part in the sum.
    /* verilator lint_off WIDTH */
    localparam [WIDTH-1:0] ADDEND_BITS = ADDEND;
    /* verilator lint_on WIDTH */

    assign in_ready = en && (!out_valid || out_ready);

    initial begin
        out_valid = 1'b0;
        out_data  = {WIDTH{1'b0}};
    end

    always @(posedge clk) begin
        if (rst) begin
            out_valid <= 1'b0;
            out_data  <= {WIDTH{1'b0}};
        end else if (in_valid && in_ready) begin
            out_valid <= 1'b1;
            out_data  <= in_data + ADDEND_BITS;
        end else if (out_ready) begin
            out_valid <= 1'b0;
        end
    end

endmodule

`default_nettype wire
