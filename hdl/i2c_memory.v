// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A memory on an I2C: a target with an address of 7 bits and a clock of its own, by which it samples the lines.
//
//   ADDRESS     its address
//   ADDR_WIDTH  bits of the addresses in it, 1 to 8: 2**ADDR_WIDTH bytes
//   STRETCH     clocks for which it holds SCL low before each acknowledge; 0 for none
//
//   clk     everything happens on its rising edge; SCL's high and low times are at least 8 of its periods
//   rst     synchronous, active high: it lets go of the lines; the bytes stay
//   scl_i, sda_i    the lines, asynchronous: they pass two registers first
//   scl_oe, sda_oe  high while it pulls the line low, straight from registers
//
// The first byte that is written to it is an address, those after it are stored from there on. A read goes on
// from where the last access ended. Addresses go up by themselves, round the end. SDA changes 4 clocks after SCL
// has fallen.

`timescale 1ns / 1ps
`default_nettype none

module i2c_memory #(
    parameter ADDRESS    = 80,
    parameter ADDR_WIDTH = 8,
    parameter STRETCH    = 0
) (
    input  wire clk,
    input  wire rst,
    input  wire scl_i,
    output wire scl_oe,
    input  wire sda_i,
    output reg  sda_oe
);

    localparam [2:0] IDLE = 3'd0, SELECT = 3'd1, POINTER = 3'd2, WRITE = 3'd3, READ = 3'd4;

    reg [2:0] scl_seen;
    reg [2:0] sda_seen;

    wire scl   = scl_seen[1];
    wire sda   = sda_seen[1];
    wire rises = scl && !scl_seen[2];
    wire falls = !scl && scl_seen[2];
    wire start = scl && scl_seen[2] && !sda && sda_seen[2];
    wire stop  = scl && scl_seen[2] && sda && !sda_seen[2];

    reg [2:0]            state;
    reg [3:0]            count; // of the rises of SCL in this byte
    reg [7:0]            shift;
    reg                  refused;
    reg [7:0]            stretch;
    reg [ADDR_WIDTH-1:0] pointer;

    reg [7:0] mem [0:(1 << ADDR_WIDTH) - 1];

    wire [7:0] stored = mem[pointer];
    wire       called = shift[7:1] == ADDRESS[6:0];

    assign scl_oe = stretch != 8'd0;

    always @(posedge clk) begin
        scl_seen <= {scl_seen[1:0], scl_i};
        sda_seen <= {sda_seen[1:0], sda_i};
        if (stretch != 8'd0) stretch <= stretch - 8'd1;

        if (rises) begin
            count <= count + 4'd1;
            if (count < 4'd8 && state != READ) shift <= {shift[6:0], sda};
            if (count == 4'd8) refused <= sda;
        end

        if (falls && count == 4'd8) begin
            // The acknowledge.
            sda_oe <= 1'b0;
            case (state)
                SELECT: if (called) sda_oe <= 1'b1; else state <= IDLE;
                POINTER: begin
                    pointer <= shift[ADDR_WIDTH-1:0];
                    sda_oe  <= 1'b1;
                end
                WRITE: begin
                    mem[pointer] <= shift;
                    pointer      <= pointer + 1'b1;
                    sda_oe       <= 1'b1;
                end
                default: ;
            endcase
            if (state != IDLE && (state != SELECT || called)) stretch <= STRETCH[7:0];
        end else if (falls && count == 4'd9) begin
            // The next byte.
            count  <= 4'd0;
            sda_oe <= 1'b0;
            if (state == READ && refused) begin
                state <= IDLE;
            end else if (state == READ || (state == SELECT && shift[0])) begin
                state   <= READ;
                shift   <= {stored[6:0], 1'b0};
                sda_oe  <= !stored[7];
                pointer <= pointer + 1'b1;
            end else if (state == SELECT) begin
                state <= POINTER;
            end else if (state == POINTER) begin
                state <= WRITE;
            end
        end else if (falls && state == READ) begin
            shift  <= {shift[6:0], 1'b0};
            sda_oe <= !shift[7];
        end

        if (start) begin
            state  <= SELECT;
            count  <= 4'd0;
            sda_oe <= 1'b0;
        end
        if (stop) begin
            state  <= IDLE;
            sda_oe <= 1'b0;
        end
        if (rst) begin
            scl_seen <= 3'b111;
            sda_seen <= 3'b111;
            state    <= IDLE;
            count    <= 4'd0;
            stretch  <= 8'd0;
            pointer  <= {ADDR_WIDTH{1'b0}};
            sda_oe   <= 1'b0;
        end
    end

endmodule

`default_nettype wire
