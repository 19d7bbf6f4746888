// SPDX-License-Identifier: MIT OR Apache-2.0
//
// An SPI master for one slave: WIDTH bits out and in at once, most significant bit first.
//
//   WIDTH    bits of a transfer, at least 2
//   CLK_DIV  clocks of half a period of `sclk`, at least 1
//   CPOL     the level of `sclk` while idle
//   CPHA     0: bits are sampled on the leading edge of `sclk` and change on the trailing one
//            1: they change on the leading edge and are sampled on the trailing one
//
//   clk      everything happens on its rising edge
//   rst      synchronous, active high: a transfer under way is dropped, `cs_n` is high
//
//   tx_data  the word to send; taken on an edge with `tx_valid` and `tx_ready` high
//   tx_valid the sender offers `tx_data`; it must keep both until then
//   tx_ready no transfer is under way
//   rx_data  the word received by the last whole transfer
//   rx_valid high for one clock when `rx_data` is new
//
//   sclk, mosi, cs_n  to the slave, straight from registers
//   miso     from the slave, sampled on the clock edge that makes the sampling edge of `sclk`; the
//            slave has half a period of `sclk` to answer
//
// Taking a word lowers `cs_n`. The first edge of `sclk` comes CLK_DIV clocks later, then one every
// CLK_DIV clocks, 2*WIDTH in all; CLK_DIV clocks after the last, `cs_n` rises and `rx_valid` is
// high. `cs_n` stays high for at least CLK_DIV clocks before the next transfer. With CPHA 0 the
// first bit is on `mosi` as `cs_n` falls, with CPHA 1 from the first edge of `sclk`; the last bit
// stays on `mosi` until the next transfer puts its own.

`timescale 1ns / 1ps
`default_nettype none

module spi_master #(
    parameter WIDTH   = 8,
    parameter CLK_DIV = 2,
    parameter CPOL    = 0,
    parameter CPHA    = 0
) (
    input  wire             clk,
    input  wire             rst,

    input  wire [WIDTH-1:0] tx_data,
    input  wire             tx_valid,
    output wire             tx_ready,

    output reg  [WIDTH-1:0] rx_data,
    output reg              rx_valid,

    output reg              sclk,
    output reg              mosi,
    input  wire             miso,
    output reg              cs_n
);

    localparam DIVIDER_BITS = CLK_DIV > 1 ? $clog2(CLK_DIV) : 1;
    localparam EDGE_BITS    = $clog2(2 * WIDTH + 1);

    // Parameters are 32 bits wide; these are cut to the registers they go into.
    /* verilator lint_off WIDTH */
    localparam [DIVIDER_BITS-1:0] LAST_DIVISION = CLK_DIV - 1;
    localparam [EDGE_BITS-1:0]    ALL_EDGES     = 2 * WIDTH;
    localparam [0:0]              IDLE_LEVEL    = CPOL;
    localparam [0:0]              SECOND_PHASE  = CPHA;
    /* verilator lint_on WIDTH */

    localparam [1:0] IDLE     = 2'd0;
    localparam [1:0] TRANSFER = 2'd1;
    localparam [1:0] PAUSE    = 2'd2; // `cs_n` high after a transfer

    reg [1:0]              state;
    reg [DIVIDER_BITS-1:0] divider;
    reg [EDGE_BITS-1:0]    edges_left;
    reg [WIDTH-1:0]        tx_shift;
    reg [WIDTH-1:0]        rx_shift;

    wire half_ends = divider == {DIVIDER_BITS{1'b0}};
    wire leading   = !edges_left[0]; // an even number is left before a leading edge
    wire samples   = leading ^ SECOND_PHASE;
    // The trailing edge of the last bit has no bit to bring.
    wire last_edge = edges_left == {{EDGE_BITS-1{1'b0}}, 1'b1};

    assign tx_ready = state == IDLE;

    always @(posedge clk) begin
        rx_valid <= 1'b0;
        divider  <= half_ends ? LAST_DIVISION : divider - 1'b1;

        case (state)
            IDLE: begin
                divider <= LAST_DIVISION;
                if (tx_valid) begin
                    state      <= TRANSFER;
                    cs_n       <= 1'b0;
                    edges_left <= ALL_EDGES;
                    if (SECOND_PHASE) begin
                        tx_shift <= tx_data;
                    end else begin
                        mosi     <= tx_data[WIDTH-1];
                        tx_shift <= {tx_data[WIDTH-2:0], 1'b0};
                    end
                end
            end

            TRANSFER: if (half_ends) begin
                if (edges_left == {EDGE_BITS{1'b0}}) begin
                    state    <= PAUSE;
                    cs_n     <= 1'b1;
                    rx_data  <= rx_shift;
                    rx_valid <= 1'b1;
                end else begin
                    sclk       <= !sclk;
                    edges_left <= edges_left - 1'b1;
                    if (samples) begin
                        rx_shift <= {rx_shift[WIDTH-2:0], miso};
                    end else if (!last_edge) begin
                        mosi     <= tx_shift[WIDTH-1];
                        tx_shift <= {tx_shift[WIDTH-2:0], 1'b0};
                    end
                end
            end

            default: if (half_ends) state <= IDLE; // PAUSE
        endcase

        if (rst) begin
            state      <= IDLE;
            divider    <= LAST_DIVISION;
            edges_left <= {EDGE_BITS{1'b0}};
            tx_shift   <= {WIDTH{1'b0}};
            rx_shift   <= {WIDTH{1'b0}};
            rx_data    <= {WIDTH{1'b0}};
            rx_valid   <= 1'b0;
            sclk       <= IDLE_LEVEL;
            mosi       <= 1'b0;
            cs_n       <= 1'b1;
        end
    end

endmodule

`default_nettype wire
