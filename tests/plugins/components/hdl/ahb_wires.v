// Nothing but the wires of AHB-Lites: both sides are the testbench's.
`timescale 1ns / 1ps
module ahb_wires #(
    parameter BYTES = 4
) (
    input  wire               clk,
    input  wire               rst_n,

    input  wire [15:0]        ahb_haddr,
    input  wire [1:0]         ahb_htrans,
    input  wire               ahb_hwrite,
    input  wire [2:0]         ahb_hsize,
    input  wire [2:0]         ahb_hburst,
    input  wire [3:0]         ahb_hprot,
    input  wire               ahb_hmastlock,
    input  wire [8*BYTES-1:0] ahb_hwdata,
    input  wire [8*BYTES-1:0] ahb_hrdata,
    input  wire               ahb_hready,
    input  wire               ahb_hresp,

    // As a subordinate has them, with what need not be there left out.
    input  wire               sub_hsel,
    input  wire [15:0]        sub_haddr,
    input  wire [1:0]         sub_htrans,
    input  wire               sub_hwrite,
    input  wire [8*BYTES-1:0] sub_hwdata,
    input  wire [8*BYTES-1:0] sub_hrdata,
    input  wire               sub_hready,
    input  wire               sub_hreadyout,

    // Not as the protocol has it.
    input  wire [15:0]        odd_haddr,
    input  wire [1:0]         odd_htrans,
    input  wire               odd_hwrite,
    input  wire [1:0]         odd_hburst,
    input  wire [8*BYTES-1:0] odd_hwdata,
    input  wire [8*BYTES-1:0] odd_hrdata,
    input  wire               odd_hready,

    output reg  [7:0]         cycles
);
    initial cycles = 0;
    always @(posedge clk) cycles <= cycles + 1;
endmodule
