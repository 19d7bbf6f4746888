// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A FIFO for an AXI4-Stream: beats come out in the order in which they went in, with all that goes beside
// their data.
//
//   s_axis_*  where beats come in: ready while there is room
//   m_axis_*  where they go out: valid while there is one; what is offered stays until it is taken
//
// `aresetn` is synchronous and active low: it empties the FIFO, and nothing is ready or valid in it. A beat is
// offered in the clock after it was taken; with a beat inside, one goes in and one out in each clock.
//
//   BYTES       bytes of TDATA
//   DEPTH       beats that it holds, at least 2
//   ID_WIDTH, DEST_WIDTH, USER_WIDTH  bits of TID, TDEST, TUSER

`timescale 1ns / 1ps
`default_nettype none

module axis_fifo #(
    parameter BYTES      = 4,
    parameter DEPTH      = 8,
    parameter ID_WIDTH   = 4,
    parameter DEST_WIDTH = 2,
    parameter USER_WIDTH = 3
) (
    input  wire                  aclk,
    input  wire                  aresetn,

    input  wire [8*BYTES-1:0]    s_axis_tdata,
    input  wire [BYTES-1:0]      s_axis_tkeep,
    input  wire                  s_axis_tlast,
    input  wire [ID_WIDTH-1:0]   s_axis_tid,
    input  wire [DEST_WIDTH-1:0] s_axis_tdest,
    input  wire [USER_WIDTH-1:0] s_axis_tuser,
    input  wire                  s_axis_tvalid,
    output wire                  s_axis_tready,

    output wire [8*BYTES-1:0]    m_axis_tdata,
    output wire [BYTES-1:0]      m_axis_tkeep,
    output wire                  m_axis_tlast,
    output wire [ID_WIDTH-1:0]   m_axis_tid,
    output wire [DEST_WIDTH-1:0] m_axis_tdest,
    output wire [USER_WIDTH-1:0] m_axis_tuser,
    output wire                  m_axis_tvalid,
    input  wire                  m_axis_tready
);
    localparam WIDTH = 9 * BYTES + 1 + ID_WIDTH + DEST_WIDTH + USER_WIDTH;

    reg [WIDTH-1:0] mem [0:DEPTH-1];
    reg [31:0] head, tail, count;

    assign s_axis_tready = aresetn && count < DEPTH;
    assign m_axis_tvalid = aresetn && count != 0;
    assign {m_axis_tdata, m_axis_tkeep, m_axis_tlast, m_axis_tid, m_axis_tdest, m_axis_tuser} = mem[head];

    wire push = s_axis_tvalid && s_axis_tready;
    wire pop  = m_axis_tvalid && m_axis_tready;

    always @(posedge aclk) begin
        if (!aresetn) begin
            head  <= 0;
            tail  <= 0;
            count <= 0;
        end else begin
            if (push) begin
                mem[tail] <= {s_axis_tdata, s_axis_tkeep, s_axis_tlast, s_axis_tid, s_axis_tdest, s_axis_tuser};
                tail      <= tail == DEPTH - 1 ? 0 : tail + 1;
            end
            if (pop)
                head <= head == DEPTH - 1 ? 0 : head + 1;
            if (push && !pop)
                count <= count + 1;
            else if (pop && !push)
                count <= count - 1;
        end
    end
endmodule

`default_nettype wire
