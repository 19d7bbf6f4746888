// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Registers of 32 bits behind an APB4 completer, with fields of several kinds of access.
//
//   WAITS  clocks with `pready` low in each access
//   ID     what `id` reads
//
// The registers, by byte address; bits that no field has read 0:
//
//   0x00  id       RO   the parameter ID
//   0x04  control  RW   enable (bit 0, 0 after reset), mode (3:1, 2), divider (15:8, 0x10)
//   0x08  status   RO   7:0: the port `status`
//   0x0c  events   W1C  3:0: a bit is set by an edge with its `events` high, and cleared by writing 1; if both
//                       happen on one edge, it is set; 0 after reset
//   0x10  count    RC   15:0: edges with `tick` high since the reset or the read before; the edge that ends a
//                       read is not counted
//   0x14  mask     RW   3:0: irq = |(events & mask); 0 after reset
//   0x18  key      WO   7:0: drives the port `key`, reads 0; 0 after reset
//   0x1c  lock     W1   0: the first write of its byte after a reset is taken; 0 after reset
//   0x20  scratch  RW   scratch[0] and, at 0x24, scratch[1]: all bits; 0 after reset
//
// `pslverr` comes with a write of `id`, `status` or `count`, and with every access elsewhere, which changes nothing
// and reads 0. Bytes are written by `pstrb`; an access is at its address rounded down to a multiple of 4.
//
//   pclk     everything happens on its rising edge
//   presetn  synchronous, active low

`timescale 1ns / 1ps
`default_nettype none

module apb_registers #(
    parameter        WAITS = 0,
    parameter [31:0] ID    = 32'h5646_0002
) (
    input  wire        pclk,
    input  wire        presetn,

    input  wire        psel,
    input  wire        penable,
    input  wire [7:0]  paddr,
    input  wire        pwrite,
    input  wire [31:0] pwdata,
    input  wire [3:0]  pstrb,
    output reg  [31:0] prdata,
    output wire        pready,
    output reg         pslverr,

    input  wire [3:0]  events,
    input  wire        tick,
    input  wire [7:0]  status,
    output reg  [7:0]  key,
    output wire        irq
);
    localparam [7:0] LAST = WAITS[7:0];

    reg        enable;
    reg [2:0]  mode;
    reg [7:0]  divider;
    reg [3:0]  seen;
    reg [15:0] count;
    reg [3:0]  mask;
    reg        lock;
    reg        locked;
    reg [31:0] scratch [0:1];
    reg [7:0]  waited;

    wire [3:0] word = paddr[5:2];
    wire       ends = psel && penable && pready;
    wire       writes = ends && pwrite && !pslverr;
    wire       reads  = ends && !pwrite && !pslverr;

    assign pready = waited == LAST;
    assign irq    = |(seen & mask);

    // The bits that are written.
    wire [31:0] lanes = {{8{pstrb[3]}}, {8{pstrb[2]}}, {8{pstrb[1]}}, {8{pstrb[0]}}};

    always @* begin
        prdata  = 32'd0;
        pslverr = paddr[7:6] != 2'd0;
        case (word)
            4'd0: begin
                prdata  = ID;
                pslverr = pslverr || pwrite;
            end
            4'd1: prdata = {16'd0, divider, 4'd0, mode, enable};
            4'd2: begin
                prdata  = {24'd0, status};
                pslverr = pslverr || pwrite;
            end
            4'd3: prdata = {28'd0, seen};
            4'd4: begin
                prdata  = {16'd0, count};
                pslverr = pslverr || pwrite;
            end
            4'd5: prdata = {28'd0, mask};
            4'd6: prdata = 32'd0;
            4'd7: prdata = {31'd0, lock};
            4'd8, 4'd9: prdata = scratch[word[0]];
            default: pslverr = 1'b1;
        endcase
        if (pslverr) prdata = 32'd0;
    end

    always @(posedge pclk) begin
        if (!presetn) begin
            enable  <= 1'b0;
            mode    <= 3'd2;
            divider <= 8'h10;
            seen    <= 4'd0;
            count   <= 16'd0;
            mask    <= 4'd0;
            key     <= 8'd0;
            lock    <= 1'b0;
            locked  <= 1'b0;
            scratch[0] <= 32'd0;
            scratch[1] <= 32'd0;
            waited  <= 8'd0;
        end else begin
            if (psel && penable && !pready) waited <= waited + 8'd1;
            else waited <= 8'd0;

            seen <= seen | events;
            if (tick) count <= count + 16'd1;
            if (reads && word == 4'd4) count <= 16'd0;

            if (writes) begin
                case (word)
                    4'd1: begin
                        if (pstrb[0]) {mode, enable} <= pwdata[3:0];
                        if (pstrb[1]) divider <= pwdata[15:8];
                    end
                    4'd3: seen <= seen & ~(pwdata[3:0] & lanes[3:0]) | events;
                    4'd5: if (pstrb[0]) mask <= pwdata[3:0];
                    4'd6: if (pstrb[0]) key <= pwdata[7:0];
                    4'd7: if (pstrb[0]) begin
                        locked <= 1'b1;
                        if (!locked) lock <= pwdata[0];
                    end
                    4'd8, 4'd9: scratch[word[0]] <= (scratch[word[0]] & ~lanes) | (pwdata & lanes);
                    default: ;
                endcase
            end
        end
    end
endmodule

`default_nettype wire
