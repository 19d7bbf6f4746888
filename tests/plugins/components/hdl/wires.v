// Nothing but wires: both sides of each bus are the testbench's.
`timescale 1ns / 1ps
module wires #(
    parameter BYTES = 4
) (
    input  wire                 clk,
    input  wire                 rst_n,

    input  wire                 axis_tvalid,
    input  wire                 axis_tready,
    input  wire [8*BYTES-1:0]   axis_tdata,
    input  wire [BYTES-1:0]     axis_tkeep,
    input  wire [BYTES-1:0]     axis_tstrb,
    input  wire                 axis_tlast,
    input  wire [3:0]           axis_tid,
    input  wire [2:0]           axis_tdest,
    input  wire [4:0]           axis_tuser,

    // What a stream need not have is not there.
    input  wire                 bare_tvalid,
    input  wire                 bare_tready,
    input  wire [8*BYTES-1:0]   bare_tdata,

    // Not as the protocol has it.
    input  wire                 odd_tvalid,
    input  wire [8*BYTES-1:0]   odd_tdata,
    input  wire [BYTES:0]       odd_tkeep,
    input  wire [15:0]          wide_tid,
    input  wire [15:0]          wide_tdest,
    input  wire                 wide_tvalid,
    input  wire                 apb64_psel,
    input  wire                 apb64_penable,
    input  wire [15:0]          apb64_paddr,
    input  wire                 apb64_pwrite,
    input  wire [63:0]          apb64_pwdata,
    input  wire [63:0]          apb64_prdata,
    input  wire [127:0]         lite128_wdata,
    input  wire [15:0]          lite128_wstrb,

    input  wire                 req_valid,
    input  wire                 req_ready,
    input  wire [15:0]          req_address,
    input  wire                 req_write,
    input  wire [8*BYTES-1:0]   req_data,

    input  wire                 out_valid,
    input  wire [7:0]           out_data,

    input  wire                 axil_awvalid,
    input  wire                 axil_awready,
    input  wire [15:0]          axil_awaddr,
    input  wire [2:0]           axil_awprot,
    input  wire                 axil_wvalid,
    input  wire                 axil_wready,
    input  wire [31:0]          axil_wdata,
    input  wire [3:0]           axil_wstrb,
    input  wire                 axil_bvalid,
    input  wire                 axil_bready,
    input  wire [1:0]           axil_bresp,
    input  wire                 axil_arvalid,
    input  wire                 axil_arready,
    input  wire [15:0]          axil_araddr,
    input  wire [2:0]           axil_arprot,
    input  wire                 axil_rvalid,
    input  wire                 axil_rready,
    input  wire [31:0]          axil_rdata,
    input  wire [1:0]           axil_rresp,

    input  wire                 apb_psel,
    input  wire                 apb_penable,
    input  wire [15:0]          apb_paddr,
    input  wire                 apb_pwrite,
    input  wire [31:0]          apb_pwdata,
    input  wire [31:0]          apb_prdata,
    input  wire                 apb_pready,
    input  wire                 apb_pslverr,
    input  wire [3:0]           apb_pstrb,
    input  wire [2:0]           apb_pprot,

    // Names that tell a direction, in upper case too.
    input  wire                 S_LITE_AWVALID_I,
    input  wire                 S_LITE_AWREADY_O,
    input  wire [15:0]          S_LITE_AWADDR_I,
    input  wire                 S_LITE_WVALID_I,
    input  wire                 S_LITE_WREADY_O,
    input  wire [31:0]          S_LITE_WDATA_I,
    input  wire [3:0]           S_LITE_WSTRB_I,
    input  wire                 S_LITE_BVALID_O,
    input  wire                 S_LITE_BREADY_I,
    input  wire [1:0]           S_LITE_BRESP_O,
    input  wire                 S_LITE_ARVALID_I,
    input  wire                 S_LITE_ARREADY_O,
    input  wire [15:0]          S_LITE_ARADDR_I,
    input  wire                 S_LITE_RVALID_O,
    input  wire                 S_LITE_RREADY_I,
    input  wire [31:0]          S_LITE_RDATA_O,
    input  wire [1:0]           S_LITE_RRESP_O,

    input  wire                 valid_i,
    input  wire                 ready_o,
    input  wire [11:0]          data_i,

    output reg  [7:0]           cycles
);
    initial cycles = 0;
    always @(posedge clk) cycles <= cycles + 1;
`ifdef VERILATOR
    stream_if bundled ();
`endif
endmodule

`ifdef VERILATOR
interface stream_if;
    logic        tvalid = 0;
    logic        tready = 0;
    logic [31:0] tdata;
    logic [3:0]  tkeep;
    logic        tlast;
endinterface
`endif
