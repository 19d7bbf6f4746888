// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Instances and generate scopes in each other, names that are escaped, arrays, a package.

package widths; localparam int W = 4; typedef enum logic [1:0] {A, B, C} state_t; int shared_count; endpackage
module leaf #(parameter W = 1) (input wire clk, input wire [W-1:0] d, output reg [W-1:0] q);
  reg [7:0] mem [0:3];
  wire \odd+net = d[0];
  always @(posedge clk) begin : store reg [W-1:0] last; last = d; q <= last; mem[0] <= {7'b0, d[0]}; end
  genvar k;
  generate for (k = 0; k < 2; k = k + 1) begin : bits
    wire each = q[0] ^ (k == 1);
  end endgenerate
endmodule
module middle (input wire clk, input wire [3:0] d, output wire [3:0] q);
  genvar i, j;
  generate
    for (i = 0; i < 2; i = i + 1) begin : rows
      for (j = 0; j < 2; j = j + 1) begin : cols
        leaf #(.W(1)) cell_i (.clk(clk), .d(d[2*i+j]), .q(q[2*i+j]));
      end
      if (i == 1) begin : extra
        leaf #(.W(2)) \odd.leaf (.clk(clk), .d(d[1:0]), .q());
        wire marker = d[0];
      end else begin
        leaf #(.W(2)) anonymous (.clk(clk), .d(d[3:2]), .q());
      end
    end
  endgenerate
endmodule
module hierarchy import widths::*; (input wire clk, input wire [W-1:0] d, output wire [3:0] q, output wire [3:0] r);
  state_t state;
  always @(posedge clk) state <= A;
  wire [7:0] words [1:0][2:0];
  middle m (.clk(clk), .d(d), .q(q));
  leaf #(.W(1)) pair [1:0] (.clk(clk), .d(d[1:0]), .q(r[1:0]));
  genvar n;
  generate for (n = 2; n < 4; n = n + 1) begin : \esc+gen
    middle inner (.clk(clk), .d(d), .q());
    assign r[n] = d[n];
  end endgenerate
endmodule
