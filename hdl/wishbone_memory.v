// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A memory of words of 32 bits behind a Wishbone B4 subordinate with addresses of bytes.
//
//   WORDS      words of the memory, 2 at least, `mem[0]` and on; what is above ends with ERR and changes nothing
//   WAITS      clocks that an access waits: in standard mode before it is terminated, pipelined with STALL
//              high after each access that is taken
//   PIPELINED  0: standard mode, wb_stall_o is low; 1: pipelined
//
//   clk_i  everything happens on its rising edge
//   rst_i  synchronous, active high: nothing is terminated, the words stay
//   busy   an access that begins while it is high ends with RTY and changes nothing
//
// Exactly one of wb_ack_o, wb_err_o, wb_rty_o is high for a clock for each access. wb_dat_o is the word that is
// read, with wb_ack_o. wb_sel_i lets bytes of a write through.
//
// Standard mode: an access is terminated in the clock after it has waited. In a burst (wb_cti_i 001 or 010, the
// latter with wb_bte_i) the next access is terminated in the next clock, and waits no more; the termination
// stays while wb_stb_i is low inside of the burst. Words are written on the edge with the termination.
//
// Pipelined: an access is taken on an edge with wb_stall_o low, which writes the word, and terminated in the
// clock after that.

`timescale 1ns / 1ps
`default_nettype none

module wishbone_memory #(
    parameter WORDS     = 64,
    parameter WAITS     = 0,
    parameter PIPELINED = 0
) (
    input  wire        clk_i,
    input  wire        rst_i,
    input  wire        busy,

    input  wire        wb_cyc_i,
    input  wire        wb_stb_i,
    input  wire        wb_we_i,
    input  wire [15:0] wb_adr_i,
    input  wire [31:0] wb_dat_i,
    input  wire [3:0]  wb_sel_i,
    input  wire [2:0]  wb_cti_i,
    input  wire [1:0]  wb_bte_i,
    output wire        wb_stall_o,
    output reg         wb_ack_o,
    output reg         wb_err_o,
    output reg         wb_rty_o,
    output reg  [31:0] wb_dat_o
);
    localparam       BITS = $clog2(WORDS);
    localparam [7:0] LAST = WAITS[7:0];

    reg [31:0] mem [0:WORDS-1];
    reg [7:0]  waited;

    wire        asked = wb_cyc_i && wb_stb_i;
    wire        given = wb_ack_o || wb_err_o || wb_rty_o;
    wire [13:0] word  = wb_adr_i[15:2];

    // The word after this one in a burst.
    wire [13:0] block = wb_cti_i == 3'b001 ? 14'd0 :
                        wb_bte_i == 2'b01 ? 14'd3 :
                        wb_bte_i == 2'b10 ? 14'd7 :
                        wb_bte_i == 2'b11 ? 14'd15 : 14'h3fff;
    wire [13:0] next  = (word & ~block) | ((word + 14'd1) & block);
    wire        burst = wb_cti_i == 3'b001 || wb_cti_i == 3'b010;

    wire [31:0] mask = {{8{wb_sel_i[3]}}, {8{wb_sel_i[2]}}, {8{wb_sel_i[1]}}, {8{wb_sel_i[0]}}};

    assign wb_stall_o = PIPELINED != 0 && waited != 0;

    task terminate(input [13:0] at, input retry);
        begin
            wb_rty_o <= retry;
            wb_err_o <= !retry && at >= WORDS;
            wb_ack_o <= !retry && at < WORDS;
            if (at < WORDS) wb_dat_o <= mem[at[BITS-1:0]];
        end
    endtask

    task leave;
        begin
            wb_ack_o <= 1'b0;
            wb_err_o <= 1'b0;
            wb_rty_o <= 1'b0;
        end
    endtask

    task store;
        if (wb_we_i && word < WORDS)
            mem[word[BITS-1:0]] <= (mem[word[BITS-1:0]] & ~mask) | (wb_dat_i & mask);
    endtask

    always @(posedge clk_i) begin
        if (rst_i) begin
            leave;
            waited <= 8'd0;
        end else if (PIPELINED != 0) begin
            leave;
            if (waited != 0) waited <= waited - 8'd1;
            else if (asked) begin
                terminate(word, busy);
                if (!busy) store;
                waited <= LAST;
            end
        end else if (!wb_cyc_i) begin
            leave;
            waited <= 8'd0;
        end else if (given) begin
            if (asked) begin
                if (wb_ack_o) store;
                waited <= 8'd0;
                if (burst && wb_ack_o) terminate(next, 1'b0);
                else leave;
            end
        end else if (asked) begin
            if (waited == LAST) terminate(word, busy);
            else waited <= waited + 8'd1;
        end
    end
endmodule

`default_nettype wire
