// A register behind a clock that the plugin makes.
`timescale 1ns/1ns

module bench;
  reg         clk = 0;
  reg  [31:0] data = 0;
  reg  [31:0] sum = 0;

  always @(posedge clk) sum <= sum + data;
endmodule
