// One of everything that a struct is bound to.

typedef struct packed {
  logic [1:0]  kind;
  logic [11:0] length;
  logic [3:0]  strobe;
  logic        last;
} header_t;

module stage (input wire clk, input wire [7:0] d, output reg [7:0] q);
  // Names in the style of those who mark the kind in lower case.
  wire [7:0] tap_Data = d;
  wire       tap_Valid = d[0];
  initial q = 0;
  always @(posedge clk) q <= d;
endmodule

module binding (
    input  wire        clk,
    input  wire [7:0]  S_AXIS_TDATA,
    input  wire        S_AXIS_TVALID,
    output reg  [7:0]  m_data_o,
    output reg         m_valid_o,
    input  wire [18:0] header_i,
    output wire [18:0] header_o,
    input  wire [31:0] lanes_i,
    output wire [31:0] lanes_o
);
  header_t header;
  assign header = header_i;
  assign header_o = {header.kind, header.length + 12'd1, ~header.strobe, ~header.last};
  assign lanes_o = {lanes_i[7:0], lanes_i[31:8]};

  always @(posedge clk) begin
    m_data_o <= S_AXIS_TDATA;
    m_valid_o <= S_AXIS_TVALID;
  end

  genvar i;
  generate
    for (i = 2; i < 5; i = i + 1) begin : lane
      wire [7:0] sum = S_AXIS_TDATA + i;
      stage u (.clk(clk), .d(sum), .q());
    end
  endgenerate

  stage pair[1:0] (.clk(clk), .d({8'd20, 8'd10}), .q());
endmodule
