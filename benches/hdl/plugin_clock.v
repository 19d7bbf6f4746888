// A register behind a clock that the plugin makes.
`timescale 1ns/1ns

module bench;
  reg         clk = 0;
  reg  [31:0] data = 0;
  reg  [31:0] sum = 0;

  reg  [31:0] words [0:65535];

  always @(posedge clk) sum <= sum + data;
  // A memory that nobody reads or writes need not be there.
  always @(negedge clk) if (&data) words[sum[15:0]] <= words[data[15:0]];
endmodule
