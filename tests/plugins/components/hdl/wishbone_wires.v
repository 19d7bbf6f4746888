// Nothing but the wires of three Wishbones: both sides are the testbench's.
`timescale 1ns / 1ps
module wishbone_wires #(
    parameter BYTES = 4
) (
    input  wire               clk,
    input  wire               rst_n,

    input  wire               wb_cyc,
    input  wire               wb_stb,
    input  wire               wb_we,
    input  wire [15:0]        wb_adr,
    input  wire [8*BYTES-1:0] wb_dat_w,
    input  wire [8*BYTES-1:0] wb_dat_r,
    input  wire [BYTES-1:0]   wb_sel,
    input  wire               wb_ack,
    input  wire               wb_err,
    input  wire               wb_rty,
    input  wire [2:0]         wb_cti,
    input  wire [1:0]         wb_bte,
    input  wire               wb_lock,

    // Pipelined.
    input  wire               wbp_cyc,
    input  wire               wbp_stb,
    input  wire               wbp_we,
    input  wire [15:0]        wbp_adr,
    input  wire [8*BYTES-1:0] wbp_dat_w,
    input  wire [8*BYTES-1:0] wbp_dat_r,
    input  wire [BYTES-1:0]   wbp_sel,
    input  wire               wbp_ack,
    input  wire               wbp_err,
    input  wire               wbp_rty,
    input  wire               wbp_stall,
    input  wire [2:0]         wbp_cti,
    input  wire [1:0]         wbp_bte,

    // What need not be there is not, and the names are those of a manager.
    input  wire               bare_cyc_o,
    input  wire               bare_stb_o,
    input  wire               bare_we_o,
    input  wire [9:0]         bare_adr_o,
    input  wire [8*BYTES-1:0] bare_dat_o,
    input  wire [8*BYTES-1:0] bare_dat_i,
    input  wire               bare_ack_i,

    // Not as the protocol has it.
    input  wire               odd_cyc_i,
    input  wire               odd_stb_i,
    input  wire               odd_we_i,
    input  wire [15:0]        odd_adr_i,
    input  wire [8*BYTES-1:0] odd_dat_i,
    input  wire [8*BYTES-1:0] odd_dat_o,
    input  wire [1:0]         odd_cti_i,
    input  wire               odd_ack_o,
    input  wire               far_cyc_o,
    input  wire               far_stb_o,
    input  wire               far_we_o,
    input  wire [15:0]        far_adr_o,
    input  wire [127:0]       far_dat_o,
    input  wire [127:0]       far_dat_i,
    input  wire [15:0]        far_sel_o,
    input  wire               far_ack_i,

    // Names that begin with their direction.
    input  wire               i_wb_cyc,
    input  wire               i_wb_stb,
    input  wire               i_wb_we,
    input  wire [15:0]        i_wb_addr,
    input  wire [8*BYTES-1:0] i_wb_data,
    input  wire [8*BYTES-1:0] o_wb_data,
    input  wire [BYTES-1:0]   i_wb_sel,
    input  wire               o_wb_ack,
    input  wire               o_wb_stall,

    output reg  [7:0]         cycles
);
    initial cycles = 0;
    always @(posedge clk) cycles <= cycles + 1;
endmodule
