// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Sends back what it receives on a serial line (UART), through a FIFO.
//
//   CLKS_PER_BIT  clocks a bit, at least 8 and even
//   DATA_BITS     data bits a character, 5 to 9, least significant first
//   PARITY        0 none, 1 even, 2 odd, 3 mark, 4 space
//   STOP_HALVES   half stop bits that are sent: 2, 3 or 4
//   DEPTH_LOG2    the FIFO holds 2**DEPTH_LOG2 characters
//
//   clk            everything happens on its rising edge
//   rst            synchronous, active high: everything is dropped, `txd` is high
//   rxd            the line in, asynchronous: it passes two registers first
//   txd            the line out, straight from a register
//   parity_error   high for one clock: a character came with the wrong parity and is dropped
//   framing_error  high for one clock: the (first) stop bit was low, and the character is dropped; the
//                  receiver then waits for a high line. A break is one framing error.
//   overrun        high for one clock: the FIFO was full, and a character is dropped
//
// Each bit is sampled once, in its middle; a start bit that is high there was a glitch.

`timescale 1ns / 1ps
`default_nettype none

module serial_echo #(
    parameter CLKS_PER_BIT = 16,
    parameter DATA_BITS    = 8,
    parameter PARITY       = 0,
    parameter STOP_HALVES  = 2,
    parameter DEPTH_LOG2   = 2
) (
    input  wire clk,
    input  wire rst,
    input  wire rxd,
    output reg  txd,
    output reg  parity_error,
    output reg  framing_error,
    output reg  overrun
);

    localparam FRAME_BITS = 1 + DATA_BITS + (PARITY != 0 ? 1 : 0);
    localparam STOP_CLKS  = CLKS_PER_BIT * STOP_HALVES / 2;

    function parity_of(input [DATA_BITS-1:0] data);
        case (PARITY)
            1:       parity_of = ^data;
            2:       parity_of = ~^data;
            default: parity_of = PARITY == 3;
        endcase
    endfunction

    // The receiver.
    localparam [1:0] IDLE = 2'd0, BITS = 2'd1, STOP = 2'd2, RECOVER = 2'd3;

    reg [1:0]            synchronizer;
    reg [1:0]            rx_state;
    reg [15:0]           rx_ticks;
    reg [3:0]            rx_bits;
    reg [FRAME_BITS-1:0] rx_shift; // the start bit lowest

    wire line = synchronizer[1];

    wire [DATA_BITS-1:0] rx_data = rx_shift[DATA_BITS:1];
    wire rx_wrong = PARITY != 0 && rx_shift[FRAME_BITS-1] != parity_of(rx_data);
    wire rx_ends  = rx_state == STOP && rx_ticks == 16'd0;
    wire rx_good  = rx_ends && line && !rx_wrong;

    always @(posedge clk) begin
        synchronizer <= {synchronizer[0], rxd};
        rx_ticks     <= rx_ticks == 16'd0 ? CLKS_PER_BIT[15:0] - 16'd1 : rx_ticks - 16'd1;
        case (rx_state)
            IDLE: begin
                rx_ticks <= CLKS_PER_BIT[15:0] / 16'd2 - 16'd1;
                rx_bits  <= 4'd0;
                if (!line) rx_state <= BITS;
            end
            BITS: if (rx_ticks == 16'd0) begin
                rx_shift <= {line, rx_shift[FRAME_BITS-1:1]};
                rx_bits  <= rx_bits + 4'd1;
                if (rx_bits == 4'd0 && line) rx_state <= IDLE;
                else if (rx_bits == FRAME_BITS[3:0] - 4'd1) rx_state <= STOP;
            end
            STOP: if (rx_ticks == 16'd0) rx_state <= line ? IDLE : RECOVER;
            default: if (line) rx_state <= IDLE;
        endcase
        if (rst) begin
            synchronizer <= 2'b11;
            rx_state     <= IDLE;
        end
    end

    // The FIFO.
    reg [DATA_BITS-1:0]  fifo [0:(1 << DEPTH_LOG2) - 1];
    reg [DEPTH_LOG2:0]   written;
    reg [DEPTH_LOG2:0]   taken;

    wire [DEPTH_LOG2:0] level = written - taken;
    wire full  = level[DEPTH_LOG2];
    wire empty = level == {(DEPTH_LOG2 + 1){1'b0}};
    wire take;

    always @(posedge clk) begin
        parity_error  <= rx_ends && line && rx_wrong;
        framing_error <= rx_ends && !line;
        overrun       <= rx_good && full;
        if (rx_good && !full) begin
            fifo[written[DEPTH_LOG2-1:0]] <= rx_data;
            written <= written + 1'b1;
        end
        if (take) taken <= taken + 1'b1;
        if (rst) begin
            written       <= {(DEPTH_LOG2 + 1){1'b0}};
            taken         <= {(DEPTH_LOG2 + 1){1'b0}};
            parity_error  <= 1'b0;
            framing_error <= 1'b0;
            overrun       <= 1'b0;
        end
    end

    // The transmitter.
    reg                 sending;
    reg [15:0]          tx_ticks;
    reg [3:0]           tx_bits; // that follow the present one
    reg [DATA_BITS:0]   tx_shift; // with parity, if there is one

    wire [DATA_BITS-1:0] tx_data = fifo[taken[DEPTH_LOG2-1:0]];
    assign take = !sending && !empty;

    always @(posedge clk) begin
        if (take) begin
            sending  <= 1'b1;
            txd      <= 1'b0;
            tx_shift <= {parity_of(tx_data), tx_data};
            tx_bits  <= FRAME_BITS[3:0];
            tx_ticks <= CLKS_PER_BIT[15:0] - 16'd1;
        end else if (sending) begin
            if (tx_ticks != 16'd0) begin
                tx_ticks <= tx_ticks - 16'd1;
            end else if (tx_bits == 4'd0) begin
                sending <= 1'b0;
            end else begin
                txd      <= tx_bits == 4'd1 || tx_shift[0];
                tx_shift <= {1'b1, tx_shift[DATA_BITS:1]};
                tx_bits  <= tx_bits - 4'd1;
                tx_ticks <= (tx_bits == 4'd1 ? STOP_CLKS[15:0] : CLKS_PER_BIT[15:0]) - 16'd1;
            end
        end
        if (rst) begin
            sending <= 1'b0;
            txd     <= 1'b1;
        end
    end

endmodule

`default_nettype wire
