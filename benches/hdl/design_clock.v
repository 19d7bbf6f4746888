// The same register behind a clock that the design makes.
`timescale 1ns/1ns

module bench;
  reg         clk = 0;
  reg  [31:0] data = 1;
  reg  [31:0] sum = 0;

  always #5 clk = ~clk;

  always @(posedge clk) sum <= sum + data;
endmodule
