// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Writes the frames of a stream to a memory: AXI4-Stream in, bursts of AXI4 out, registers behind an APB.
//
//   clk, rst_n  everything happens on the rising edge of `clk`; `rst_n` is synchronous, active low
//   s_axis_*    frames of 1 to 64 bytes; all bytes of a beat but the last of a frame are data. A frame
//               that goes on after 64 bytes is written as several
//   m_axi_*     a bus that only writes: an INCR burst for each frame, with 4 bytes a beat
//   s_apb_*     the registers
//
// The registers, by byte address; others, and writes to what is read-only, are answered with PSLVERR:
//
//   0x0  CONTROL  bit 0      read/write   frames are taken while it is 1; 0 after reset
//   0x4  BASE     bits 31:6  read/write   where the next frame goes, a multiple of 64; a frame moves it
//                                         64 bytes on as it is answered; 0 after reset
//   0x8  FRAMES   bits 15:0  read-only    how many frames were answered
//   0xC  ERRORS   bits 15:0  read-only    how many of them with SLVERR or DECERR
//
// Frames go through two lanes by turns: one is filled while the other is written. A lane is `busy` from
// the edge after its last beat to the edge after its answer; its `header` is
//
//   15:13  kind    1 if the frame ended before the lane was full, 2 if it filled it
//   12:1   length  in bytes
//   0      last    whether the frame ended: a frame that goes on has 0 here
//
// `m_axi_awvalid` and `m_axi_wvalid` follow an edge after `busy`, and each other's `ready` does not
// matter to them. A write that has begun is done even if CONTROL becomes 0.

`timescale 1ns / 1ps
`default_nettype none

module stream_dma (
    input  wire        clk,
    input  wire        rst_n,

    input  wire [31:0] s_axis_tdata,
    input  wire [3:0]  s_axis_tkeep,
    input  wire        s_axis_tlast,
    input  wire        s_axis_tvalid,
    output wire        s_axis_tready,

    output reg  [31:0] m_axi_awaddr,
    output wire [7:0]  m_axi_awlen,
    output wire [2:0]  m_axi_awsize,
    output wire [1:0]  m_axi_awburst,
    output reg         m_axi_awvalid,
    input  wire        m_axi_awready,

    output wire [31:0] m_axi_wdata,
    output wire [3:0]  m_axi_wstrb,
    output wire        m_axi_wlast,
    output reg         m_axi_wvalid,
    input  wire        m_axi_wready,

    input  wire [1:0]  m_axi_bresp,
    input  wire        m_axi_bvalid,
    output wire        m_axi_bready,

    input  wire        s_apb_psel,
    input  wire        s_apb_penable,
    input  wire        s_apb_pwrite,
    input  wire [7:0]  s_apb_paddr,
    input  wire [31:0] s_apb_pwdata,
    output reg  [31:0] s_apb_prdata,
    output wire        s_apb_pready,
    output wire        s_apb_pslverr
);

    // Registers.
    reg        enable;
    reg [25:0] base; // in blocks of 64 bytes
    reg [15:0] frames;
    reg [15:0] errors;

    wire access    = s_apb_psel && s_apb_penable;
    wire mapped    = s_apb_paddr[7:4] == 4'd0 && s_apb_paddr[1:0] == 2'd0;
    wire writable  = mapped && !s_apb_paddr[3];
    wire set       = access && s_apb_pwrite && writable;

    assign s_apb_pready  = 1'b1;
    assign s_apb_pslverr = access && (s_apb_pwrite ? !writable : !mapped);

    always @* begin
        case (s_apb_paddr[3:2])
            2'd0:    s_apb_prdata = {31'd0, enable};
            2'd1:    s_apb_prdata = {base, 6'd0};
            2'd2:    s_apb_prdata = {16'd0, frames};
            default: s_apb_prdata = {16'd0, errors};
        endcase
    end

    // The stream fills a lane.
    reg         filling;
    reg  [3:0]  beat;
    wire [1:0]  lane_busy;
    reg  [35:0] store [0:31]; // TKEEP and TDATA, of both lanes

    assign s_axis_tready = enable && !lane_busy[filling];

    wire       push   = s_axis_tvalid && s_axis_tready;
    wire       filled = push && (s_axis_tlast || beat == 4'd15);
    wire [2:0] bytes  = {2'd0, s_axis_tkeep[0]} + {2'd0, s_axis_tkeep[1]}
                      + {2'd0, s_axis_tkeep[2]} + {2'd0, s_axis_tkeep[3]};

    always @(posedge clk) begin
        if (!rst_n) begin
            filling <= 1'b0;
            beat    <= 4'd0;
        end else if (push) begin
            store[{filling, beat}] <= {s_axis_tkeep, s_axis_tdata};
            beat                   <= filled ? 4'd0 : beat + 4'd1;
            filling                <= filling ^ filled;
        end
    end

    // A lane is written.
    reg        draining;
    reg        writing;
    reg  [3:0] sent;
    wire       answered = m_axi_bvalid && m_axi_bready;

    wire [7:0] lane_last_beats;
    wire [3:0] last_beat = draining ? lane_last_beats[7:4] : lane_last_beats[3:0];

    assign m_axi_awlen   = {4'd0, last_beat};
    assign m_axi_awsize  = 3'd2;
    assign m_axi_awburst = 2'd1;
    assign {m_axi_wstrb, m_axi_wdata} = store[{draining, sent}];
    assign m_axi_wlast   = sent == last_beat;
    assign m_axi_bready  = writing;

    always @(posedge clk) begin
        if (!rst_n) begin
            draining      <= 1'b0;
            writing       <= 1'b0;
            sent          <= 4'd0;
            m_axi_awvalid <= 1'b0;
            m_axi_wvalid  <= 1'b0;
            enable        <= 1'b0;
            base          <= 26'd0;
            frames        <= 16'd0;
            errors        <= 16'd0;
        end else begin
            if (m_axi_awready) m_axi_awvalid <= 1'b0;

            if (m_axi_wvalid && m_axi_wready) begin
                sent <= sent + 4'd1;
                if (m_axi_wlast) m_axi_wvalid <= 1'b0;
            end

            if (!writing && lane_busy[draining]) begin
                writing       <= 1'b1;
                sent          <= 4'd0;
                m_axi_awaddr  <= {base, 6'd0};
                m_axi_awvalid <= 1'b1;
                m_axi_wvalid  <= 1'b1;
            end

            if (answered) begin
                writing  <= 1'b0;
                draining <= !draining;
                base     <= base + 26'd1;
                frames   <= frames + 16'd1;
                errors   <= errors + {15'd0, m_axi_bresp[1]};
            end

            if (set && s_apb_paddr[2])  base   <= s_apb_pwdata[31:6];
            if (set && !s_apb_paddr[2]) enable <= s_apb_pwdata[0];
        end
    end

    genvar number;
    generate
        for (number = 0; number < 2; number = number + 1) begin : lane
            reg        busy;
            /* verilator lint_off UNUSED */
            reg [15:0] header; // for whoever looks into the design
            /* verilator lint_on UNUSED */
            reg [3:0]  last;

            assign lane_busy[number] = busy;
            assign lane_last_beats[4*number +: 4] = last;

            always @(posedge clk) begin
                if (!rst_n) begin
                    busy <= 1'b0;
                    header   <= 16'd0;
                    last     <= 4'd0;
                end else begin
                    if (filled && filling == number) begin
                        busy <= 1'b1;
                        last     <= beat;
                        header   <= {
                            beat == 4'd15 ? 3'd2 : 3'd1,
                            {6'd0, beat, 2'd0} + {9'd0, bytes},
                            s_axis_tlast
                        };
                    end
                    if (answered && draining == number) busy <= 1'b0;
                end
            end
        end
    endgenerate

    // Not looked at; naming it here says so to lint tools.
    wire unused = &{1'b0, m_axi_bresp[0], s_apb_pwdata[5:1]};

endmodule

`default_nettype wire
