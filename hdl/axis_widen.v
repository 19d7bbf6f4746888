// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An AXI4-Stream made wider: the bytes of RATIO beats become those of one.
//
//   s_axis_*  beats of BYTES bytes
//   m_axis_*  beats of RATIO * BYTES bytes, the first beat's bytes lowest; TLAST ends a beat that is not
//             full, and TKEEP is 0 for what is missing of it
//
// `aresetn` is synchronous and active low: a beat that was begun is forgotten, and nothing is ready or valid in
// it. What is offered stays until it is taken; a wide beat is offered in the clock after its last part was taken.

`timescale 1ns / 1ps
`default_nettype none

module axis_widen #(
    parameter BYTES = 2,
    parameter RATIO = 4
) (
    input  wire                     aclk,
    input  wire                     aresetn,

    input  wire [8*BYTES-1:0]       s_axis_tdata,
    input  wire [BYTES-1:0]         s_axis_tkeep,
    input  wire                     s_axis_tlast,
    input  wire                     s_axis_tvalid,
    output wire                     s_axis_tready,

    output reg  [8*BYTES*RATIO-1:0] m_axis_tdata,
    output reg  [BYTES*RATIO-1:0]   m_axis_tkeep,
    output reg                      m_axis_tlast,
    output reg                      m_axis_tvalid,
    input  wire                     m_axis_tready
);
    reg [31:0] part;

    assign s_axis_tready = aresetn && (!m_axis_tvalid || m_axis_tready);

    always @(posedge aclk) begin
        if (!aresetn) begin
            m_axis_tvalid <= 1'b0;
            part          <= 0;
        end else begin
            if (m_axis_tready)
                m_axis_tvalid <= 1'b0;
            if (s_axis_tvalid && s_axis_tready) begin
                if (part == 0)
                    m_axis_tkeep <= 0;
                m_axis_tdata[8*BYTES*part +: 8*BYTES] <= s_axis_tdata;
                m_axis_tkeep[BYTES*part +: BYTES]     <= s_axis_tkeep;
                m_axis_tlast                          <= s_axis_tlast;
                if (s_axis_tlast || part == RATIO - 1) begin
                    m_axis_tvalid <= 1'b1;
                    part          <= 0;
                end else begin
                    part <= part + 1;
                end
            end
        end
    end
endmodule

`default_nettype wire
