// Packed structures at ports and inside, in structures and in arrays, and wider than a word.
package headers;
  typedef struct packed {
    logic a;
    logic [0:2] b;
  } flags_t;
  typedef struct packed {
    logic [3:0] kind;
    flags_t flags;
    logic signed [7:0] len;
  } header_t;
  typedef struct packed {
    logic [29:0] low;
    logic [1:0][34:0] body;
    header_t header;
  } frame_t;
endpackage

module members
  import headers::*;
(
  input logic clk,
  input header_t h,
  output header_t q,
  output frame_t frame
);
  header_t stored;
  header_t table_of[1:3];
  always @(posedge clk) begin
    stored <= h;
    q <= stored;
    table_of[2] <= h;
    frame.header <= h;
    frame.body <= ~frame.body;
    frame.low <= {22'd0, h.len};
  end
endmodule
