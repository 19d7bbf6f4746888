// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of axis_arbiter.v: a packet of one beat leaves the round robin where it was.

`timescale 1ns / 1ps
`default_nettype none

module axis_arbiter #(
    parameter PORTS = 4,
    parameter WIDTH = 8
) (
    input  wire                     aclk,
    input  wire                     aresetn,

    input  wire [PORTS*WIDTH-1:0]   s_axis_tdata,
    input  wire [PORTS-1:0]         s_axis_tvalid,
    output wire [PORTS-1:0]         s_axis_tready,
    input  wire [PORTS-1:0]         s_axis_tlast,

    output reg  [WIDTH-1:0]         m_axis_tdata,
    output reg                      m_axis_tvalid,
    input  wire                     m_axis_tready,
    output reg                      m_axis_tlast,
    output reg  [$clog2(PORTS)-1:0] m_axis_tid
);

    localparam ID_BITS = $clog2(PORTS);

    // Parameters are 32 bits wide; this is cut to the register it is compared with.
    /* verilator lint_off WIDTH */
    localparam [ID_BITS-1:0] LAST_PORT = PORTS - 1;
    /* verilator lint_on WIDTH */

    reg               locked;
    reg [ID_BITS-1:0] owner;  // of the packet under way, else of the one that ended last

    // Each input in turn, the one after the owner first: the first that asks is chosen.
    reg               asked;
    reg [ID_BITS-1:0] chosen;
    reg [ID_BITS-1:0] candidate;
    integer           turn;

    always @* begin
        asked     = 1'b0;
        chosen    = owner;
        candidate = owner;
        for (turn = 0; turn < PORTS; turn = turn + 1) begin
            candidate = candidate == LAST_PORT ? {ID_BITS{1'b0}} : candidate + 1'b1;
            if (!asked && s_axis_tvalid[candidate]) begin
                asked  = 1'b1;
                chosen = candidate;
            end
        end
        if (locked) begin
            asked  = 1'b1;
            chosen = owner;
        end
    end

    wire room = !m_axis_tvalid || m_axis_tready;
    wire take = room && asked && s_axis_tvalid[chosen];

    assign s_axis_tready = room && asked ? {{PORTS-1{1'b0}}, 1'b1} << chosen : {PORTS{1'b0}};

    always @(posedge aclk) begin
        if (!aresetn) begin
            locked        <= 1'b0;
            owner         <= LAST_PORT;
            m_axis_tdata  <= {WIDTH{1'b0}};
            m_axis_tvalid <= 1'b0;
            m_axis_tlast  <= 1'b0;
            m_axis_tid    <= {ID_BITS{1'b0}};
        end else if (take) begin
            locked        <= !s_axis_tlast[chosen];
            if (locked || !s_axis_tlast[chosen]) owner <= chosen;
            m_axis_tdata  <= s_axis_tdata[chosen*WIDTH +: WIDTH];
            m_axis_tvalid <= 1'b1;
            m_axis_tlast  <= s_axis_tlast[chosen];
            m_axis_tid    <= chosen;
        end else if (m_axis_tready) begin
            m_axis_tvalid <= 1'b0;
        end
    end

endmodule

`default_nettype wire
