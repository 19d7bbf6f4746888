// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An APB4 requester: does the transfers that it is commanded, one after the other.
//
//   cmd_*  a command, taken on an edge with valid and ready high: ready while no transfer is under way
//   rsp_*  how it ended: valid for a clock, with the data of a read and PSLVERR
//   p*     the bus: the setup phase is in the clock after the command, then the access phase until `pready`; the
//          address, the direction, the data and the strobes stay meanwhile, and strobes are 0 in reads
//
//   pclk     everything happens on its rising edge
//   presetn  synchronous, active low: what is under way is forgotten

`timescale 1ns / 1ps
`default_nettype none

module apb_bridge (
    input  wire        pclk,
    input  wire        presetn,

    input  wire        cmd_valid,
    output wire        cmd_ready,
    input  wire        cmd_write,
    input  wire [15:0] cmd_address,
    input  wire [31:0] cmd_data,
    input  wire [3:0]  cmd_strobe,

    output reg         rsp_valid,
    output reg  [31:0] rsp_data,
    output reg         rsp_error,

    output reg         psel,
    output reg         penable,
    output reg  [15:0] paddr,
    output reg         pwrite,
    output reg  [31:0] pwdata,
    output reg  [3:0]  pstrb,
    input  wire [31:0] prdata,
    input  wire        pready,
    input  wire        pslverr
);
    assign cmd_ready = presetn && !psel;

    always @(posedge pclk) begin
        rsp_valid <= 1'b0;
        if (!presetn) begin
            psel    <= 1'b0;
            penable <= 1'b0;
        end else if (!psel) begin
            if (cmd_valid) begin
                psel    <= 1'b1;
                penable <= 1'b0;
                paddr   <= cmd_address;
                pwrite  <= cmd_write;
                pwdata  <= cmd_data;
                pstrb   <= cmd_write ? cmd_strobe : 4'd0;
            end
        end else if (!penable) begin
            penable <= 1'b1;
        end else if (pready) begin
            psel      <= 1'b0;
            penable   <= 1'b0;
            rsp_valid <= 1'b1;
            rsp_data  <= prdata;
            rsp_error <= pslverr;
        end
    end
endmodule

`default_nettype wire
