// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of uart.v: the receiver does not look at the stop bit: no framing error is ever
// reported.

`timescale 1ns / 1ps
`default_nettype none

module uart #(
    parameter CLKS_PER_BIT = 16,
    parameter DATA_BITS    = 8,
    parameter PARITY       = 0,
    parameter STOP_BITS    = 1
) (
    input  wire                 clk,
    input  wire                 rst,

    input  wire [DATA_BITS-1:0] tx_data,
    input  wire                 tx_valid,
    output wire                 tx_ready,
    output wire                 txd,

    input  wire                 rxd,
    output wire [DATA_BITS-1:0] rx_data,
    output wire                 rx_valid,
    input  wire                 rx_ready,
    output wire                 rx_parity_error,
    output wire                 rx_framing_error,
    output wire                 rx_overrun
);

    uart_tx #(
        .CLKS_PER_BIT(CLKS_PER_BIT),
        .DATA_BITS   (DATA_BITS),
        .PARITY      (PARITY),
        .STOP_BITS   (STOP_BITS)
    ) transmitter (
        .clk  (clk),
        .rst  (rst),
        .data (tx_data),
        .valid(tx_valid),
        .ready(tx_ready),
        .txd  (txd)
    );

    uart_rx #(
        .CLKS_PER_BIT(CLKS_PER_BIT),
        .DATA_BITS   (DATA_BITS),
        .PARITY      (PARITY),
        .STOP_BITS   (STOP_BITS)
    ) receiver (
        .clk          (clk),
        .rst          (rst),
        .rxd          (rxd),
        .data         (rx_data),
        .valid        (rx_valid),
        .ready        (rx_ready),
        .parity_error (rx_parity_error),
        .framing_error(rx_framing_error),
        .overrun      (rx_overrun)
    );

endmodule

/* verilator lint_off DECLFILENAME */

// The transmitter: a frame is loaded whole and shifted out, ones coming in behind it.
module uart_tx #(
    parameter CLKS_PER_BIT = 16,
    parameter DATA_BITS    = 8,
    parameter PARITY       = 0,
    parameter STOP_BITS    = 1
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire [DATA_BITS-1:0] data,
    input  wire                 valid,
    output wire                 ready,
    output wire                 txd
);

    localparam FRAME_BITS = 1 + DATA_BITS + (PARITY != 0 ? 1 : 0) + STOP_BITS;
    localparam TICK_BITS  = $clog2(CLKS_PER_BIT);

    // Parameters are 32 bits wide; these are cut to the registers they go into.
    /* verilator lint_off WIDTH */
    localparam [TICK_BITS-1:0] LAST_TICK  = CLKS_PER_BIT - 1;
    localparam [3:0]           WHOLE_FRAME = FRAME_BITS;
    /* verilator lint_on WIDTH */

    reg [FRAME_BITS-1:0] frame;
    reg [3:0]            bits_left; // 0 while idle
    reg [TICK_BITS-1:0]  ticks_left;

    wire [FRAME_BITS-1:0] next_frame;

    generate
        if (PARITY != 0) begin : with_parity
            wire parity = (^data) ^ (PARITY == 2);
            assign next_frame = {{STOP_BITS{1'b1}}, parity, data, 1'b0};
        end else begin : without_parity
            assign next_frame = {{STOP_BITS{1'b1}}, data, 1'b0};
        end
    endgenerate

    wire bit_ends = ticks_left == {TICK_BITS{1'b0}};

    assign ready = bits_left == 4'd0 || (bits_left == 4'd1 && bit_ends);
    assign txd   = frame[0];

    always @(posedge clk) begin
        if (rst) begin
            frame      <= {FRAME_BITS{1'b1}};
            bits_left  <= 4'd0;
            ticks_left <= {TICK_BITS{1'b0}};
        end else if (valid && ready) begin
            frame      <= next_frame;
            bits_left  <= WHOLE_FRAME;
            ticks_left <= LAST_TICK;
        end else if (bits_left != 4'd0) begin
            if (bit_ends) begin
                frame      <= {1'b1, frame[FRAME_BITS-1:1]};
                bits_left  <= bits_left - 4'd1;
                ticks_left <= LAST_TICK;
            end else begin
                ticks_left <= ticks_left - 1'b1;
            end
        end
    end

endmodule

// The receiver: it counts from the falling edge of the start bit and samples each bit's middle.
module uart_rx #(
    parameter CLKS_PER_BIT = 16,
    parameter DATA_BITS    = 8,
    parameter PARITY       = 0,
    parameter STOP_BITS    = 1
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 rxd,
    output reg  [DATA_BITS-1:0] data,
    output reg                  valid,
    input  wire                 ready,
    output reg                  parity_error,
    output reg                  framing_error,
    output reg                  overrun
);

    localparam TICK_BITS = $clog2(CLKS_PER_BIT);

    // Parameters are 32 bits wide; these are cut to the registers they go into.
    /* verilator lint_off WIDTH */
    localparam [TICK_BITS-1:0] LAST_TICK   = CLKS_PER_BIT - 1;
    localparam [TICK_BITS-1:0] MIDDLE_TICK = CLKS_PER_BIT / 2 - 1;
    localparam [3:0]           LAST_DATA   = DATA_BITS - 1;
    localparam [3:0]           LAST_STOP   = STOP_BITS - 1;
    /* verilator lint_on WIDTH */

    localparam [2:0] IDLE     = 3'd0;
    localparam [2:0] START    = 3'd1;
    localparam [2:0] DATA     = 3'd2;
    localparam [2:0] CHECK    = 3'd3; // the parity bit
    localparam [2:0] STOP     = 3'd4;
    localparam [2:0] RECOVER  = 3'd5; // after a low stop bit, until the line is high

    reg [1:0]           synchronizer;
    reg [2:0]           state;
    reg [TICK_BITS-1:0] ticks_left;
    reg [3:0]           bits_done;
    reg [DATA_BITS-1:0] shift;
    reg                 wrong_parity;
    reg                 low_stop;

    wire line   = synchronizer[1];
    wire sample = ticks_left == {TICK_BITS{1'b0}};

    always @(posedge clk) begin
        synchronizer <= {synchronizer[0], rxd};
        overrun      <= 1'b0;

        if (valid && ready) valid <= 1'b0;

        if (!sample) ticks_left <= ticks_left - 1'b1;
        else         ticks_left <= LAST_TICK;

        case (state)
            IDLE: begin
                ticks_left <= MIDDLE_TICK;
                if (!line) state <= START;
            end

            START: if (sample) begin
                bits_done    <= 4'd0;
                wrong_parity <= 1'b0;
                low_stop     <= 1'b0;
                state        <= line ? IDLE : DATA;
            end

            DATA: if (sample) begin
                shift     <= {line, shift[DATA_BITS-1:1]};
                bits_done <= bits_done + 4'd1;
                if (bits_done == LAST_DATA) begin
                    bits_done <= 4'd0;
                    state     <= PARITY != 0 ? CHECK : STOP;
                end
            end

            CHECK: if (sample) begin
                wrong_parity <= (^shift) ^ line ^ (PARITY == 2);
                state        <= STOP;
            end

            STOP: if (sample) begin
                low_stop  <= low_stop;
                bits_done <= bits_done + 4'd1;
                if (bits_done == LAST_STOP) begin
                    state <= line ? IDLE : RECOVER;
                    if (valid && !ready) begin
                        overrun <= 1'b1;
                    end else begin
                        valid         <= 1'b1;
                        data          <= shift;
                        parity_error  <= wrong_parity;
                        framing_error <= low_stop;
                    end
                end
            end

            default: if (line) state <= IDLE; // RECOVER
        endcase

        if (rst) begin
            synchronizer  <= 2'b11;
            state         <= IDLE;
            ticks_left    <= MIDDLE_TICK;
            bits_done     <= 4'd0;
            shift         <= {DATA_BITS{1'b0}};
            wrong_parity  <= 1'b0;
            low_stop      <= 1'b0;
            data          <= {DATA_BITS{1'b0}};
            valid         <= 1'b0;
            parity_error  <= 1'b0;
            framing_error <= 1'b0;
            overrun       <= 1'b0;
        end
    end

endmodule
/* verilator lint_on DECLFILENAME */

`default_nettype wire
