// Objects of every kind of declaration: `tests/plugins/values`, whose module `values.vhd` is the twin of.

`timescale 1ns / 1ps

module values (
    input  logic              [ 7:0] plain,
    input  logic signed       [ 7:0] number,
    input  logic              [11:0] plain_12,
    input  logic signed       [11:0] number_12,
    input  logic              [99:0] plain_100,
    input  logic signed       [99:0] number_100,
    input  logic                     one,
    output int                       plain_seen,
    output int                       number_seen
);
    parameter logic [7:0] PLAIN = 8'hf0;
    parameter logic signed [7:0] NUMBER = -16;

    typedef enum logic [1:0] { IDLE, BUSY, DONE } state_t;

    state_t state = IDLE;
    integer four_states = 0;
    byte tiny = 0;
    byte unsigned octet = 0;
    shortint short = 0;
    longint long = 0;
    logic [7:0] plain_words [0:3];
    logic signed [7:0] number_words [0:3];
    logic [7:0] reader;

    assign plain_seen = plain;
    assign number_seen = number;

    initial begin
        for (int at = 0; at < 4; at++) begin
            plain_words[at] = 8'hf0;
            number_words[at] = -16;
        end
    end
    // What nobody reads may be left out.
    always @* reader = plain_words[plain[1:0]] ^ number_words[plain[1:0]] ^ {6'b0, state} ^ four_states[7:0]
        ^ tiny ^ octet ^ short[7:0] ^ long[7:0] ^ {7'b0, ^{one, plain_12, number_12, plain_100, number_100}};
endmodule
