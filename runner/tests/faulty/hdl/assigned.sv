// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Variables by who assigns them: processes that run again and again, in every way, and all others.

module assigned_stage (input wire clk, output reg q);
  reg inner;
  always @(posedge clk) begin
    inner <= ~inner;
    q = inner;
  end
endmodule

module assigned (input wire clk, input wire [3:0] d, output wire [3:0] seen);
  // By processes.
  logic [3:0] clocked, blocking, sensitive, by_task, by_function, by_block, both_parts;
  logic [3:0] combinational;
  // By processes, but for the high bits.
  logic [3:0] low_bits;
  // By nobody, or by nobody again.
  logic [3:0] free, at_start, by_uncalled;
  logic [3:0] words [0:3];

  always_ff @(posedge clk) clocked <= d;
  always @(posedge clk) begin
    blocking = d;
    store(d);
    words[d[1:0]] <= d;
    low_bits[1:0] <= d[1:0];
  end
  always @(d) sensitive = d;
  always @(negedge clk) begin : block
    reg [3:0] copy;
    copy = d;
    by_block <= copy;
    both_parts[3:2] <= d[3:2];
    both_parts[1:0] <= d[1:0];
  end
  always @* combinational = ~d;
  initial at_start = 0;

  task store(input logic [3:0] value);
    by_task = negated(value);
  endtask
  function logic [3:0] negated(input logic [3:0] value);
    by_function = value;
    negated = ~value;
  endfunction
  task uncalled(input logic [3:0] value);
    by_uncalled = value;
  endtask

  wire q;
  assigned_stage stage (.clk(clk), .q(q));
  assign seen = clocked ^ blocking ^ sensitive ^ by_task ^ by_function ^ by_block ^ both_parts ^ combinational
    ^ low_bits ^ free ^ at_start ^ by_uncalled ^ words[0] ^ {4{q}};
endmodule
