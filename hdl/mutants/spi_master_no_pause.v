// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of spi_master.v: `cs_n` is high for a single clock between transfers.

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
                    state    <= IDLE;
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

            default: state <= IDLE;
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
