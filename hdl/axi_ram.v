// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A memory behind an AXI4 subordinate: bursts of every kind, narrow and unaligned.
//
//   BYTES       bytes of the data, a power of two from 1 to 128
//   ADDR_WIDTH  bits of the byte address, at least 9 and more than BYTES needs: the memory
//               fills it
//   ID_WIDTH    bits of the IDs, at least 1
//
//   aclk     everything happens on its rising edge
//   aresetn  synchronous, active low; it leaves the memory as it is
//   s_axi_*  the five channels of AXI4, each transferring on an edge with its valid and ready high;
//            every burst that the protocol allows
//
// Answers are OKAY. A byte is written if its strobe is 1, whichever the burst. Bytes that were never
// written are unknown. All lanes of `rdata` are those of the word that a beat is in.
//
// A write is taken when the one before it was answered: `awready` is high then, `wready` after it until
// the last beat, a beat each clock; `bvalid` follows the last beat and stays until `bready`, with the ID of
// the write. Which beat is the last says AWLEN, and not `wlast`.
//
// A read is taken when the last beat of the one before it was fetched: `arready` is high then. Beats are
// fetched a clock after the address and each other, as long as there is room for them in `rdata`; they
// stay until `rready`. A beat that is fetched on the edge of a write to it has the value before the write.

`timescale 1ns / 1ps
`default_nettype none

module axi_ram #(
    parameter BYTES      = 4,
    parameter ADDR_WIDTH = 14,
    parameter ID_WIDTH   = 4
) (
    input  wire                  aclk,
    input  wire                  aresetn,

    input  wire [ID_WIDTH-1:0]   s_axi_awid,
    input  wire [ADDR_WIDTH-1:0] s_axi_awaddr,
    input  wire [7:0]            s_axi_awlen,
    input  wire [2:0]            s_axi_awsize,
    input  wire [1:0]            s_axi_awburst,
    input  wire                  s_axi_awvalid,
    output wire                  s_axi_awready,

    input  wire [8*BYTES-1:0]    s_axi_wdata,
    input  wire [BYTES-1:0]      s_axi_wstrb,
    input  wire                  s_axi_wlast,
    input  wire                  s_axi_wvalid,
    output wire                  s_axi_wready,

    output reg  [ID_WIDTH-1:0]   s_axi_bid,
    output wire [1:0]            s_axi_bresp,
    output reg                   s_axi_bvalid,
    input  wire                  s_axi_bready,

    input  wire [ID_WIDTH-1:0]   s_axi_arid,
    input  wire [ADDR_WIDTH-1:0] s_axi_araddr,
    input  wire [7:0]            s_axi_arlen,
    input  wire [2:0]            s_axi_arsize,
    input  wire [1:0]            s_axi_arburst,
    input  wire                  s_axi_arvalid,
    output wire                  s_axi_arready,

    output reg  [ID_WIDTH-1:0]   s_axi_rid,
    output reg  [8*BYTES-1:0]    s_axi_rdata,
    output wire [1:0]            s_axi_rresp,
    output reg                   s_axi_rlast,
    output reg                   s_axi_rvalid,
    input  wire                  s_axi_rready
);

    localparam LANE_BITS = $clog2(BYTES);
    localparam WORDS     = (1 << ADDR_WIDTH) / BYTES;

    localparam [1:0] FIXED = 2'd0;
    localparam [1:0] WRAP  = 2'd2;

    reg [8*BYTES-1:0] mem [0:WORDS-1];

    assign s_axi_bresp = 2'd0;
    assign s_axi_rresp = 2'd0;

    // The address of the beat after this one.
    function [ADDR_WIDTH-1:0] following(
        input [ADDR_WIDTH-1:0] address,
        input [7:0]            len,
        input [2:0]            size,
        input [1:0]            burst
    );
        reg [ADDR_WIDTH-1:0] beat;  // the bits of an address inside of a beat
        reg [ADDR_WIDTH-1:0] block; // and inside of a burst that wraps
        reg [ADDR_WIDTH-1:0] moved;
        begin
            beat  = ~({ADDR_WIDTH{1'b1}} << size);
            block = ({{ADDR_WIDTH-8{1'b0}}, len} << size) | beat;
            moved = (address | beat) + {{ADDR_WIDTH-1{1'b0}}, 1'b1};
            case (burst)
                FIXED:   following = address;
                WRAP:    following = (address & ~block) | (moved & block);
                default: following = moved;
            endcase
        end
    endfunction

    // Writes.
    reg                  w_active;
    reg [ID_WIDTH-1:0]   w_id;
    reg [ADDR_WIDTH-1:0] w_address;
    reg [7:0]            w_len;
    reg [7:0]            w_left; // beats after this one
    reg [2:0]            w_size;
    reg [1:0]            w_burst;

    assign s_axi_awready = !w_active && !s_axi_bvalid;
    assign s_axi_wready  = w_active;

    wire write = s_axi_wvalid && s_axi_wready;

    always @(posedge aclk) begin
        if (!aresetn) begin
            w_active     <= 1'b0;
            s_axi_bvalid <= 1'b0;
        end else begin
            if (s_axi_bready) s_axi_bvalid <= 1'b0;

            if (s_axi_awvalid && s_axi_awready) begin
                w_active  <= 1'b1;
                w_id      <= s_axi_awid;
                w_address <= s_axi_awaddr;
                w_len     <= s_axi_awlen;
                w_left    <= s_axi_awlen;
                w_size    <= s_axi_awsize;
                w_burst   <= s_axi_awburst;
            end

            if (write) begin
                w_address <= following(w_address, w_len, w_size, w_burst);
                w_left    <= w_left - 8'd1;
                if (w_left == 8'd0) begin
                    w_active     <= 1'b0;
                    s_axi_bvalid <= 1'b1;
                    s_axi_bid    <= w_id;
                end
            end
        end
    end

    genvar lane;
    generate
        for (lane = 0; lane < BYTES; lane = lane + 1) begin : byte_lane
            always @(posedge aclk) begin
                if (aresetn && write && s_axi_wstrb[lane])
                    mem[w_address[ADDR_WIDTH-1:LANE_BITS]][8*lane +: 8] <= s_axi_wdata[8*lane +: 8];
            end
        end
    endgenerate

    // Reads.
    reg                  r_active;
    reg [ID_WIDTH-1:0]   r_id;
    reg [ADDR_WIDTH-1:0] r_address;
    reg [7:0]            r_len;
    reg [7:0]            r_left;
    reg [2:0]            r_size;
    reg [1:0]            r_burst;

    assign s_axi_arready = !r_active;

    wire fetch = r_active && (!s_axi_rvalid || s_axi_rready);

    always @(posedge aclk) begin
        if (!aresetn) begin
            r_active     <= 1'b0;
            s_axi_rvalid <= 1'b0;
        end else begin
            if (s_axi_rready) s_axi_rvalid <= 1'b0;

            if (s_axi_arvalid && s_axi_arready) begin
                r_active  <= 1'b1;
                r_id      <= s_axi_arid;
                r_address <= s_axi_araddr;
                r_len     <= s_axi_arlen;
                r_left    <= s_axi_arlen;
                r_size    <= s_axi_arsize;
                r_burst   <= s_axi_arburst;
            end

            if (fetch) begin
                r_address    <= following(r_address, r_len, r_size, r_burst);
                r_left       <= r_left - 8'd1;
                r_active     <= r_left != 8'd0;
                s_axi_rvalid <= 1'b1;
                s_axi_rid    <= r_id;
                s_axi_rdata  <= mem[r_address[ADDR_WIDTH-1:LANE_BITS]];
                s_axi_rlast  <= r_left == 8'd0;
            end
        end
    end

    // It is not looked at; naming it here says so to lint tools.
    wire unused = &{1'b0, s_axi_wlast};

endmodule

`default_nettype wire
