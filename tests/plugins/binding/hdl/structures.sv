// Packed structures, nested, in arrays, and of a width that a parameter sets.

package structures_pkg;
  typedef struct packed {
    logic       last;
    logic [0:3] strobe;
  } flags_t;
  typedef struct packed {
    logic [1:0]      kind;
    logic [11:0]     length;
    flags_t          flags;
    logic [1:0][7:0] payload;
  } header_t;
endpackage

module structures
  import structures_pkg::*;
#(
    parameter W = 8
) (
    input  logic            clk,
    input  header_t         header_i,
    output header_t         header_o,
    input  logic    [W-1:0] beat_i,
    output logic    [W-1:0] beat_o,
    output logic    [ 11:0] length_o
);
  header_t seen[0:2];
  header_t [1:0] pair;
  assign header_o = header_i;
  assign pair     = {header_i, ~header_i};
  assign beat_o   = beat_i;
  assign length_o = header_i.length;
  always_ff @(posedge clk) seen[1] <= header_i;
  wire used = ^{seen[0], seen[1], seen[2], pair};
endmodule
