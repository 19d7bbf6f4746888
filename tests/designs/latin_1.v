// Written in ISO 8859-1: names that differ in a letter beyond ASCII.

`timescale 1ns / 1ps

module latin_1 (input [3:0] value, output seen);
    reg \cafè , \café ;
    reg \utfÃ© , \utfÃ¨ ;
    // Published to be read, whatever is bound.
    reg [3:0] look /*verilator public_flat_rd*/;
    inner_1 \müller (value[0]);
    inner_1 \möller (value[1]);
    assign seen = \cafè ^ \café ^ \utfÃ© ^ \utfÃ¨ ;
    initial begin
        look = 5;
        \cafè = 0;
        \café = 1;
        \utfÃ© = 1;
        \utfÃ¨ = 0;
    end
endmodule

module inner_1 (input held);
    wire kept = held;
endmodule
