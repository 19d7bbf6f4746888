// Nothing but the wires of serial protocols: both sides are the testbench's.
`timescale 1ns / 1ps
module serial (
    input  wire       clk,
    input  wire       rst_n,
    input  wire       line,
    input  wire       rts_n,

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

    input  wire       i2c_scl_i,
    input  wire       i2c_scl_o,
    input  wire       i2c_sda_i,
    input  wire       i2c_sda_o,

    // The other forms of an open drain.
    input  wire       tri_scl_i,
    input  wire       tri_scl_o,
    input  wire       tri_scl_t,
    input  wire       tri_sda_i,
    input  wire       tri_sda_o,
    input  wire       tri_sda_t,
    input  wire       oe_scl_i,
    input  wire       oe_scl_o,
    input  wire       oe_scl_oe,
    input  wire       oe_sda_i,
    input  wire       oe_sda_o,
    input  wire       oe_sda_oe,
    input  wire       bare_scl_i,
    input  wire       bare_sda_i,
    input  wire       bare_sda_oe,

    output reg  [7:0] cycles
);
    initial cycles = 0;
    always @(posedge clk) cycles <= cycles + 1;
endmodule
