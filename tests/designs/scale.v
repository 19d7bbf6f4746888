// A memory, and cells in a loop, as many of each as the parameters say.
`timescale 1ns/1ns

module scale_cell (input clk);
  reg  [7:0] count = 0;
  reg  [7:0] limit = 8'h5a;
  wire       full = count == limit;
  integer    rounds = 0;
  always @(posedge clk) count <= full ? 8'h00 : count + 8'h01;
endmodule

module scale #(parameter WORDS = 16, parameter CELLS = 4);
  reg         clk = 0;
  reg  [31:0] memory [0:WORDS-1];
  reg  [31:0] address = 0;
  reg  [31:0] read = 0;
  reg         write = 0;
  genvar number;

  always @(posedge clk) begin
    read <= memory[address];
    if (write) memory[address] <= ~read;
  end

  generate
    for (number = 0; number < CELLS; number = number + 1) begin : row
      scale_cell cell_i (clk);
    end
  endgenerate
endmodule
