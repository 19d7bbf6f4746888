// Unpacked arrays of one, two and three dimensions, and what is assigned to them at each clock.

`timescale 1ns / 1ps

module arrays #(
    parameter int ROWS = 4
) (
    input logic       clk,
    input logic [7:0] value,
    output logic [7:0] seen
);
    logic [7:0] line [0:3];
    logic [7:0] grid [0:ROWS-1][16:31];
    logic [7:0] cube [1:0][3:1][-1:1];
    logic signed [3:0][3:0] packed_grid [2:1][5:7];
    logic signed [7:0] numbers [0:3];
    wire [7:0] nets [0:1][0:2];
    logic [7:0] alone;
    real real_line [0:1];
    integer whole_line [0:1];
    real real_alone;
    logic \a\b ;
    logic \a.b ;
    logic \back\\slash ;
    logic \c[3] ;
    logic \[1] ;

    assign nets[1][2] = value;
    assign nets[0][1] = ~value;
    // What nobody reads may be left out.
    integer at;
    always @* begin
        at = value;
        seen = line[at] ^ grid[at][16+at] ^ cube[at][1+at][0] ^ {8{^packed_grid[1+at][5]}} ^ numbers[at];
        seen = seen ^ nets[at][at] ^ alone ^ whole_line[at] ^ (\a\b ^ \a.b ^ \back\\slash ^ \c[3] ^ \[1] );
    end

    initial begin
        for (int row = 0; row < ROWS; row++)
            for (int column = 16; column < 32; column++) grid[row][column] = 8'(16 * row + column - 16);
        for (int a = 0; a < 2; a++)
            for (int b = 1; b < 4; b++)
                for (int c = -1; c < 2; c++) cube[a][b][c] = 8'(100 * a + 10 * b + c);
        for (int a = 1; a < 3; a++)
            for (int b = 5; b < 8; b++) packed_grid[a][b] = 16'(-(10 * a + b));
        for (int at = 0; at < 4; at++) begin
            line[at] = 8'(at);
            numbers[at] = 8'(-at);
        end
        real_line[0] = 0.0; whole_line[0] = 0; real_alone = 0.0; alone = 0;
        \a\b = 0; \a.b = 1; \back\\slash = 0; \c[3] = 1; \[1] = 0;
    end

    always @(posedge clk) begin
        line[1] <= value;
        line[2] = value;
        grid[1][28] <= value;
        alone <= value;
        real_line[0] = value;
        whole_line[0] = value;
        real_alone = value;
        numbers[1] <= value;
    end
endmodule
