// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of multiplier.v: bits of `b` that STAGES does not divide are left out.

`timescale 1ns / 1ps
`default_nettype none

module multiplier #(
    parameter WIDTH     = 16,
    parameter STAGES    = 4,
    parameter IS_SIGNED = 0
) (
    input  wire               clk,
    input  wire               rst,
    input  wire               en,

    input  wire               in_valid,
    input  wire [WIDTH-1:0]   a,
    input  wire [WIDTH-1:0]   b,

    output wire               out_valid,
    output wire [2*WIDTH-1:0] product
);

    localparam CHUNK         = (WIDTH + STAGES - 1) / STAGES; // bits of `b` a stage
    localparam B_BITS        = CHUNK * STAGES;
    localparam IS_SIGNED_BIT = IS_SIGNED != 0;

    wire [2*WIDTH-1:0] a_extended = {{WIDTH{IS_SIGNED_BIT && a[WIDTH-1]}}, a};

    // The stages take `b` as unsigned. Its top bit weighs -2^(WIDTH-1) if it is signed, which is
    // 2^WIDTH less than they make of it: that much of `a` is taken away at the start.
    wire [2*WIDTH-1:0] correction =
        IS_SIGNED_BIT && b[WIDTH-1] ? {2*WIDTH{1'b0}} - (a_extended << WIDTH) : {2*WIDTH{1'b0}};

    genvar s;
    generate
        for (s = 0; s < STAGES; s = s + 1) begin : stage
            reg               valid;
            reg [2*WIDTH-1:0] sum;
            /* verilator lint_off UNUSED */ // nothing reads those of the last stage
            reg [2*WIDTH-1:0] a_shifted;
            reg [B_BITS-1:0]  b_rest;
            /* verilator lint_on UNUSED */

            wire               valid_in;
            wire [2*WIDTH-1:0] sum_in;
            wire [2*WIDTH-1:0] a_in;
            wire [B_BITS-1:0]  b_in;

            if (s == 0) begin : first
                assign valid_in = in_valid;
                assign sum_in   = correction;
                assign a_in     = a_extended;
                assign b_in     = {{B_BITS-WIDTH{1'b0}}, b};
            end else begin : next
                assign valid_in = stage[s-1].valid;
                assign sum_in   = stage[s-1].sum;
                assign a_in     = stage[s-1].a_shifted;
                assign b_in     = stage[s-1].b_rest;
            end

            reg [2*WIDTH-1:0] partial;
            integer           i;

            always @* begin
                partial = {2*WIDTH{1'b0}};
                for (i = 0; i < WIDTH / STAGES; i = i + 1)
                    if (b_in[i]) partial = partial + (a_in << i);
            end

            always @(posedge clk) begin
                if (rst) valid <= 1'b0;
                else if (en) valid <= valid_in;

                if (en) begin
                    sum       <= sum_in + partial;
                    a_shifted <= a_in << CHUNK;
                    b_rest    <= b_in >> CHUNK;
                end
            end
        end
    endgenerate

    assign out_valid = stage[STAGES-1].valid;
    assign product   = stage[STAGES-1].sum;

endmodule

`default_nettype wire
