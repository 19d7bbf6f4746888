// Nothing but the wires of serial protocols: both sides are the testbench's.
`timescale 1ns / 1ps
module serial (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       line,
    output reg  [7:0] cycles
);
    initial cycles = 0;
    always @(posedge clk) cycles <= cycles + 1;
endmodule
