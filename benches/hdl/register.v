// The register of plugin_clock.v with its signals as ports, as C++ on a model of Verilator's reaches them.
`timescale 1ns/1ns

module bench (
    input  wire        clk,
    input  wire [31:0] data,
    output reg  [31:0] sum
);
  initial sum = 0;

  always @(posedge clk) sum <= sum + data;
endmodule
