// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of fifo.v: `almost_full` rises one word late (level > ALMOST_FULL_AT instead of >=).

`timescale 1ns / 1ps
`default_nettype none

module fifo #(
    parameter WIDTH          = 8,
    parameter DEPTH          = 16,
    parameter ALMOST_FULL_AT = 0
) (
    input  wire                           clk,
    input  wire                           rst,

    input  wire                           wr_en,
    input  wire [WIDTH-1:0]               wr_data,
    output wire                           full,
    output wire                           almost_full,

    input  wire                           rd_en,
    output reg  [WIDTH-1:0]               rd_data,
    output wire                           empty,

    output reg  [$clog2(DEPTH + 1) - 1:0] level,
    output reg                            overflow,
    output reg                            underflow
);

    localparam LEVEL_BITS   = $clog2(DEPTH + 1);
    localparam POINTER_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;

    // Parameters are 32 bits wide; these are cut to what they are compared with.
    /* verilator lint_off WIDTH */
    localparam [LEVEL_BITS-1:0]   FULL_LEVEL        = DEPTH;
    localparam [LEVEL_BITS-1:0]   ALMOST_FULL_LEVEL = ALMOST_FULL_AT > 0 ? ALMOST_FULL_AT
                                                      : DEPTH > 2 ? DEPTH - 2 : 1;
    localparam [POINTER_BITS-1:0] LAST              = DEPTH - 1;
    /* verilator lint_on WIDTH */

    reg [WIDTH-1:0]        mem [0:DEPTH-1];
    reg [POINTER_BITS-1:0] wr_ptr;
    reg [POINTER_BITS-1:0] rd_ptr;

    assign full        = level == FULL_LEVEL;
    assign almost_full = level > ALMOST_FULL_LEVEL;
    assign empty       = level == {LEVEL_BITS{1'b0}};

    wire write = wr_en && !full;
    wire read  = rd_en && !empty;

    always @(posedge clk) begin
        if (rst) begin
            wr_ptr    <= {POINTER_BITS{1'b0}};
            rd_ptr    <= {POINTER_BITS{1'b0}};
            level     <= {LEVEL_BITS{1'b0}};
            rd_data   <= {WIDTH{1'b0}};
            overflow  <= 1'b0;
            underflow <= 1'b0;
        end else begin
            overflow  <= wr_en && full;
            underflow <= rd_en && empty;
            if (write) begin
                mem[wr_ptr] <= wr_data;
                wr_ptr      <= wr_ptr == LAST ? {POINTER_BITS{1'b0}} : wr_ptr + 1'b1;
            end
            if (read) begin
                rd_data <= mem[rd_ptr];
                rd_ptr  <= rd_ptr == LAST ? {POINTER_BITS{1'b0}} : rd_ptr + 1'b1;
            end
            if (write && !read)      level <= level + 1'b1;
            else if (read && !write) level <= level - 1'b1;
        end
    end

endmodule

`default_nettype wire
