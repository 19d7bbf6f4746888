// Nets inside of a design: some have drivers, some do not, one is a bus.

module driven_stage (input wire a, output wire y);
  assign y = ~a;
endmodule

module driven (
    input  wire       i,
    input  wire       enable,
    output wire [7:0] seen
);
  wire assigned;
  wire gated;
  wire from_stage;
  wire \odd+name ;
  wire free;
  wire [3:0] half;
  tri bus;
  logic state = 0;

  assign assigned = ~i;
  and gate (gated, i, assigned);
  driven_stage stage (.a(i), .y(from_stage));
  assign \odd+name = i;
  assign half[1:0] = {i, i};
  assign bus = enable ? i : 1'bz;
  assign seen = {state, bus, half[0], free, \odd+name , from_stage, gated, assigned};
  always @(posedge enable) state <= i;

  genvar at;
  generate
    for (at = 0; at < 2; at = at + 1) begin : lane
      wire inverted;
      driven_stage u (.a(assigned), .y(inverted));
    end
  endgenerate
endmodule
