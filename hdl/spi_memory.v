// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A memory on an SPI: the peripheral, with a clock of its own, by which it samples the pins.
//
//   ADDR_WIDTH  bits of the address, 1 to 8: 2**ADDR_WIDTH bytes
//   CPOL, CPHA  the mode
//
//   clk         everything happens on its rising edge; SCLK's high and low times are at least 4 of its
//               periods, and so is the time from a select to the first edge
//   rst         synchronous, active high: a transfer under way is forgotten; the bytes stay
//   sclk, cs_n, mosi   asynchronous: they pass two registers first
//   miso        the answer, straight from a register; it changes up to 4 clocks after the edge of SCLK that
//               shifts. While `cs_n` is high it keeps its level.
//
// A transfer is bytes, the most significant bit first: 02 and an address write the bytes that follow, 03 and an
// address read. Addresses go up by themselves, round the end. A byte that is not whole is not written. During
// the command and the address, and after another command, zeros are answered.

`timescale 1ns / 1ps
`default_nettype none

module spi_memory #(
    parameter ADDR_WIDTH = 8,
    parameter CPOL       = 0,
    parameter CPHA       = 0
) (
    input  wire clk,
    input  wire rst,
    input  wire sclk,
    input  wire cs_n,
    input  wire mosi,
    output reg  miso
);

    localparam [1:0] COMMAND = 2'd0, ADDRESS = 2'd1, DATA = 2'd2, IGNORE = 2'd3;

    reg [2:0] sclk_seen;
    reg [1:0] cs_n_seen;
    reg [1:0] mosi_seen;

    wire high     = sclk_seen[1] != (CPOL != 0);
    wire was_high = sclk_seen[2] != (CPOL != 0);
    wire leads    = high && !was_high;
    wire trails   = !high && was_high;
    wire samples  = CPHA != 0 ? trails : leads;
    wire shifts   = CPHA != 0 ? leads : trails;
    wire selected = !cs_n_seen[1];

    reg [1:0]            state;
    reg                  writes;
    reg [2:0]            count;
    reg [6:0]            received;
    reg [7:0]            answer;
    reg [ADDR_WIDTH-1:0] address;
    reg                  was_selected;

    reg [7:0] mem [0:(1 << ADDR_WIDTH) - 1];

    wire [7:0] whole = {received, mosi_seen[1]};
    wire [ADDR_WIDTH-1:0] next_address = address + 1'b1;

    always @(posedge clk) begin
        sclk_seen    <= {sclk_seen[1:0], sclk};
        cs_n_seen    <= {cs_n_seen[0], cs_n};
        mosi_seen    <= {mosi_seen[0], mosi};
        was_selected <= selected;

        if (!selected) begin
            state  <= COMMAND;
            count  <= 3'd0;
            answer <= 8'd0;
        end else if (samples) begin
            received <= whole[6:0];
            count    <= count + 3'd1;
            if (count == 3'd7) begin
                case (state)
                    COMMAND: begin
                        writes <= whole == 8'h02;
                        state  <= whole == 8'h02 || whole == 8'h03 ? ADDRESS : IGNORE;
                        answer <= 8'd0;
                    end
                    ADDRESS: begin
                        address <= whole[ADDR_WIDTH-1:0];
                        state   <= DATA;
                        answer  <= writes ? 8'd0 : mem[whole[ADDR_WIDTH-1:0]];
                    end
                    DATA: begin
                        if (writes) mem[address] <= whole;
                        address <= next_address;
                        answer  <= writes ? 8'd0 : mem[next_address];
                    end
                    default: answer <= 8'd0;
                endcase
            end
        end
        // With CPHA 0 the first bit is there before the first edge.
        if (selected && (shifts || (CPHA == 0 && !was_selected))) begin
            miso   <= answer[7];
            answer <= {answer[6:0], 1'b0};
        end

        if (rst) begin
            sclk_seen    <= {3{CPOL != 0}};
            cs_n_seen    <= 2'b11;
            mosi_seen    <= 2'b00;
            was_selected <= 1'b0;
            state        <= IGNORE;
            count        <= 3'd0;
            miso         <= 1'b0;
            answer       <= 8'd0;
        end
    end

endmodule

`default_nettype wire
