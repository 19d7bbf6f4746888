// Nothing but the wires of serial protocols: both sides are the testbench's.
`timescale 1ns / 1ps
module serial (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       line,

    input  wire       spi_sclk,
    input  wire [1:0] spi_cs_n,
    input  wire       spi_mosi,
    input  wire       spi_miso,

    input  wire       quad_sclk,
    input  wire       quad_cs_n,
    input  wire [3:0] quad_mosi,
    input  wire [3:0] quad_miso,

    // What an SPI need not have is not there.
    input  wire       dac_sclk,
    input  wire       dac_cs_n,
    input  wire       dac_mosi,

    output reg  [7:0] cycles
);
    initial cycles = 0;
    always @(posedge clk) cycles <= cycles + 1;
endmodule
