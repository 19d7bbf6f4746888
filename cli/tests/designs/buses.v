// One bus of each kind that components know, in upper and lower case, on two clocks.
module buses(
  input CLK, input RST_N, input clk_b, input rst_b_n,
  input PSEL, input PENABLE, input [7:0] PADDR, input PWRITE, input [31:0] PWDATA, input [3:0] PSTRB,
  output [31:0] PRDATA, output PREADY, output PSLVERR,
  output reg M_AXI_ARVALID, input M_AXI_ARREADY, output [31:0] M_AXI_ARADDR, output [2:0] M_AXI_ARPROT,
  input M_AXI_RVALID, output M_AXI_RREADY, input [31:0] M_AXI_RDATA, input [1:0] M_AXI_RRESP,
  output M_AXI_AWVALID, input M_AXI_AWREADY, output [31:0] M_AXI_AWADDR,
  output M_AXI_WVALID, input M_AXI_WREADY, output [31:0] M_AXI_WDATA, output [3:0] M_AXI_WSTRB,
  input M_AXI_BVALID, output M_AXI_BREADY, input [1:0] M_AXI_BRESP,
  input req_valid, output req_ready, input [11:0] req_addr, input req_write, input [99:0] req_data,
  input [2:0] req_type,
  output reg rsp_valid, input rsp_ready, output reg [15:0] rsp_data,
  input s_b_tvalid, output s_b_tready, input [15:0] s_b_tdata, input s_b_tlast,
  output reg m_b_tvalid, input m_b_tready, output reg [15:0] m_b_tdata, output reg m_b_tlast);

  reg [31:0] registers [0:63];
  integer i;
  initial for (i = 0; i < 64; i = i + 1) registers[i] = 0;
  assign PREADY = 1, PSLVERR = 0, PRDATA = registers[PADDR[7:2]];
  always @(posedge CLK)
    if (PSEL && PENABLE && PWRITE)
      for (i = 0; i < 4; i = i + 1)
        if (PSTRB[i]) registers[PADDR[7:2]][8 * i +: 8] <= PWDATA[8 * i +: 8];

  // Reads for ever, and is in the middle of a read when a test ends.
  assign M_AXI_ARADDR = 32'h40, M_AXI_ARPROT = 0, M_AXI_RREADY = 1, M_AXI_AWVALID = 0, M_AXI_WVALID = 0,
    M_AXI_BREADY = 1, M_AXI_AWADDR = 0, M_AXI_WDATA = 0, M_AXI_WSTRB = 0;
  always @(posedge CLK or negedge RST_N)
    if (!RST_N) M_AXI_ARVALID <= 0;
    else M_AXI_ARVALID <= !(M_AXI_ARVALID && M_AXI_ARREADY);

  assign req_ready = !rsp_valid || rsp_ready;
  always @(posedge CLK or negedge RST_N)
    if (!RST_N) rsp_valid <= 0;
    else if (req_ready) begin
      rsp_valid <= req_valid;
      rsp_data <= {req_addr, req_write, req_type};
    end

  assign s_b_tready = !m_b_tvalid || m_b_tready;
  always @(posedge clk_b or negedge rst_b_n)
    if (!rst_b_n) m_b_tvalid <= 0;
    else if (s_b_tready) begin
      m_b_tvalid <= s_b_tvalid;
      m_b_tdata <= s_b_tdata;
      m_b_tlast <= s_b_tlast;
    end
endmodule
