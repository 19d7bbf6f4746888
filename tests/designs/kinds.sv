// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Kinds of objects that simulators made of compiled designs find hard.

`timescale 1ns / 1ps

package kinds_pkg;
    typedef struct packed {
        logic [7:0] id;
        logic [3:0] kind;
    } packed_t;
    typedef struct {
        logic [7:0] id;
        logic [15:0] size;
    } unpacked_t;
    int unsigned limit = 7;
    parameter string NAME = "of the package";

    class item;
        int count;
        function new();
            count = 1;
        endfunction
    endclass
endpackage

interface kinds_if (
    input logic clk
);
    logic valid, ready;
    wire valid_seen = valid;
    modport to(input clk, valid, output ready);
endinterface

module kinds_consumer (
    kinds_if.to bus
);
    always_comb bus.ready = bus.valid;
endmodule

module kinds_leaf #(
    parameter string LABEL = "as declared, and longer than any that is kept in place",
    parameter int WEIGHTS[3] = '{1, 2, 3},
    parameter signed [3:0] BIAS = -2
) (
    input logic clk,
    input logic [7:0] d,
    output logic [7:0] q
);
    always_ff @(posedge clk) q <= d;
endmodule

module kinds
    import kinds_pkg::*;
(
    input logic clk,
    input logic [7:0] a,
    input logic ones[2:0],
    input logic [0:7] up,
    output logic y2,
    output logic [7:0] q,
    inout wire pad,
    inout wire [3:0] open,
    input logic oe
);
    // What can be forced: a register, a net, more than 64 bits, one bit.
    logic [7:0] held  /*verilator forceable*/;
    wire [7:0] net  /*verilator forceable*/ = a + 1;
    logic [69:0] wide  /*verilator forceable*/;
    logic one  /*verilator forceable*/;
    logic [7:0] free;
    wire [7:0] seen = held ^ net ^ wide[69:62] ^ {8{one}};
    always_ff @(posedge clk) begin
        held <= a;
        wide <= {a, 62'b0};
        one <= a[0];
        free <= a;
    end

    // What combinational logic drives.
    logic [7:0] by_star, by_comb;
    wire [7:0] by_assign = a ^ 8'hff;
    tri1 pulled;
    wire pulled_seen = pulled;
    tri1 pulled_too;
    assign pulled_too = oe ? a[0] : 1'bz;
    wire pulled_too_seen = pulled_too;
    wire tri_state = oe ? a[0] : 1'bz;
    wire [7:0] from_leaf;
    always @* by_star = a + 2;
    always_comb by_comb = a + 3;
    assign pad = oe ? a[1] : 1'bz;
    wire pad_seen = pad;
    wire [3:0] open_seen = open;

    kinds_leaf leaf (.clk, .d(a), .q(from_leaf));

    kinds_leaf #(.LABEL("short")) pair[1:0] (.clk, .d(a), .q());
    kinds_if bus (.clk);
    kinds_if others[1:0] (.clk);
    kinds_consumer consumer (.bus(bus));

    // What has no value that could be read or written from outside. A mailbox brings the package `std`.
    int queue[$], dynamic[], associative[string];
    event happened;
    chandle foreign;
    item handle;
    virtual kinds_if virtual_bus;
    mailbox #(int) box;
    real ratios[0:2];
    string texts[1:0];
    unpacked_t loosely[2:3];
    int loosely_seen;
    always_comb loosely_seen = int'(loosely[3].size);
    wire [1:0] from_loop;
    for (genvar i = 0; i < 2; i++) begin : loop
        assign from_loop[i] = a[i];
    end

    packed_t record;
    packed_t settable;
    wire [3:0] settable_kind = settable.kind;
    unpacked_t loose;
    // Packed arrays, of vectors, of arrays, of structures and of an enumeration, and in a structure.
    typedef struct packed {
        logic [1:0][3:0] halves;
        packed_t [0:1] two;
        logic last;
    } nested_t;
    typedef enum logic [1:0] {
        IDLE,
        RUN,
        DONE
    } state_t;
    logic [3:0][7:0] octets;
    logic [1:2][0:2][4:7] ascending;
    packed_t [1:0] twins;
    packed_t [0:1] pairs[1:0];
    state_t [2:0] states;
    nested_t nested;
    logic [1:0][99:0] long_ones;
    wire [7:0] octet_2 = octets[2];
    wire [3:0] ascending_21 = ascending[2][1];
    wire [7:0] twin_1_id = twins[1].id;
    wire [3:0] pair_11_kind = pairs[1][1].kind;
    wire [1:0] state_1 = states[1];
    wire [3:0] nested_half_0 = nested.halves[0];
    wire [7:0] nested_two_1_id = nested.two[1].id;
    wire long_1_99 = long_ones[1][99];
    always_ff @(posedge clk) octets[3] <= a;

    assign record = '{id: a, kind: a[3:0]};
    always_comb begin
        loose.id = a;
        loose.size = {a, a};
    end

    assign y2 = ones[2];
    assign q = from_leaf;

    logic [7:0] words[0:3];
    logic [7:0] rows[1:0][0:2];
    logic [2:0] cube[2:0][2:0][2:0];
    logic bits[2:0][2:0];
    logic [2:0][2:0] matrix;
    logic [1:0][3:0] lanes[0:2];
    wire [7:0] word_1 = words[1];
    wire [7:0] row_12 = rows[1][2];
    wire [2:0] cube_210 = cube[2][1][0];
    wire bit_21 = bits[2][1];
    wire [2:0] matrix_1 = matrix[1];
    wire [3:0] lane_21 = lanes[2][1];

    logic [2046:0] v2047;
    logic [4095:0] v4096;
    wire top_2047 = v2047[2046];
    wire top_4096 = v4096[4095];
    logic [7:0] neg[-1:1];
    wire [7:0] neg_1 = neg[-1];
    logic __hidden;
    wire hidden_seen = __hidden;
    logic [3:0] \odd.words [0:1];
    wire [3:0] odd_word_seen = \odd.words [1];
    for (genvar i = 0; i < 2; i++) begin : \odd.loop
        logic kept;
    end
    wire odd_loop_seen = \odd.loop [1].kept;
    for (genvar i = -1; i < 1; i++) begin : __two__
        logic kept;
    end
    wire two_seen = __two__[-1].kept;
    if (1) begin : \1st
        logic kept;
    end
    wire first_seen = \1st .kept;
    kinds_leaf __leaf (.clk, .d(a), .q());
    wire [7:0] under_seen = __leaf.q;
    logic a_name_that_is_longer_than_what_the_compiler_takes_for_one_and_is_therefore_hashed_unless_it_is_told_not_to_do_so_by_an_option_on_the_command_line_and_still_goes_on;
    wire long_seen = a_name_that_is_longer_than_what_the_compiler_takes_for_one_and_is_therefore_hashed_unless_it_is_told_not_to_do_so_by_an_option_on_the_command_line_and_still_goes_on;
    logic [7:4] high;
    logic [0:0] single;
    wire high_4 = high[4];
    int number;
    real ratio;
    string text;
    wire up_0 = up[0];

    for (genvar i = -1; i < 1; i++) begin : below
        logic kept;
        wire seen = kept;
    end
    for (genvar i = 0; i < 2; i++) begin : lane
        logic [7:0] kept;
        kinds_leaf u (.clk, .d(a), .q(kept));
    end

    initial begin
        number = -3;
        ratio = 0.5;
        text = "text";
        ratios[1] = 0.25;
        texts[1] = "second";
        queue.push_back(7);
        associative["key"] = 7;
        handle = new;
        box = new;
        rows[1][2] = 8'h12;
        cube[2][1][0] = 3'd5;
    end
endmodule
