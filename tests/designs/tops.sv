// Two tops, one with a port that the other has too.

`timescale 1ns / 1ps

module tops_one (
    input logic clk,
    output logic [7:0] count
);
    initial count = 0;
    always_ff @(posedge clk) count <= count + 1;
endmodule

module tops_two (
    input logic clk,
    input logic [79:0] step,
    output logic [79:0] sum
);
    initial sum = 0;
    always_ff @(posedge clk) sum <= sum + step;
endmodule
