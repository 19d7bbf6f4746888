// A memory on the lines of an I2C, which are inouts with pull-ups.
`timescale 1ns / 1ps
module i2c_board (
    input  wire clk,
    input  wire rst,
    inout  wire scl,
    inout  wire sda
);
    wire scl_oe;
    wire sda_oe;

    pullup (scl);
    pullup (sda);
    assign scl = scl_oe ? 1'b0 : 1'bz;
    assign sda = sda_oe ? 1'b0 : 1'bz;

    i2c_memory memory (
        .clk   (clk),
        .rst   (rst),
        .scl_i (scl),
        .scl_oe(scl_oe),
        .sda_i (sda),
        .sda_oe(sda_oe)
    );
endmodule
