// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One of everything that a testbench looks up, reads, writes, waits for or walks over. It does
// nothing useful: each group below is there to be found and to behave as its comment says.
//
// SystemVerilog as Icarus 11 (`-g2012`) and Verilator understand it. What a simulator does not show
// to a plugin is here too, to be asked for and refused (Icarus 11: the string `text`). There is no
// reset: what has no initial value is X until it is written.
//
//   clk         everything clocked happens on its rising edge
//   d_N         inputs of N = 1, 8, 32, 33, 64, 65, 128, 1024 bits: around every word boundary
//   q_N         outputs, registered: q_N <= d_N, one clock later
//   w_N         outputs, nets: ~q_N, in the same time step
//   bus, drive  a bidirectional bus: with `drive` high the design puts `q_8` on it, with `drive`
//               low Z; while nobody drives `drive` itself, X
//   bus_seen    what is on the bus, whoever drives it

`timescale 1ns / 1ps

/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSED */
/* verilator lint_off UNDRIVEN */
/* verilator lint_off LITENDIAN */
/* verilator lint_off BLKSEQ */

module conformance #(
    // Parameters of each kind, to be read and to be overridden.
    parameter               COUNT    = 5,                  // no type: an integer here
    parameter signed [15:0] OFFSET   = -16'sd3,            // sized and signed
    parameter [63:0]        PATTERN  = 64'hdead_beef_0123_4567,
    parameter [31:0]        GREETING = "hail",             // a string literal packed into bits
    parameter real          RATIO    = 0.625,
    parameter               NAME     = "conformance"       // no type: as long as its text
) (
    input  wire          clk,

    input  wire          d_1,
    input  wire [7:0]    d_8,
    input  wire [31:0]   d_32,
    input  wire [32:0]   d_33,
    input  wire [63:0]   d_64,
    input  wire [64:0]   d_65,
    input  wire [127:0]  d_128,
    input  wire [1023:0] d_1024,

    output reg           q_1,
    output reg  [7:0]    q_8,
    output reg  [31:0]   q_32,
    output reg  [32:0]   q_33,
    output reg  [63:0]   q_64,
    output reg  [64:0]   q_65,
    output reg  [127:0]  q_128,
    output reg  [1023:0] q_1024,

    output wire          w_1,
    output wire [7:0]    w_8,
    output wire [31:0]   w_32,
    output wire [32:0]   w_33,
    output wire [63:0]   w_64,
    output wire [64:0]   w_65,
    output wire [127:0]  w_128,
    output wire [1023:0] w_1024,

    input  wire          drive,
    inout  wire [7:0]    bus,
    output wire [7:0]    bus_seen
);

    // Constants known only inside; the second depends on a parameter.
    localparam [3:0] NIBBLE = 4'b1010;
    localparam       TWICE  = 2 * COUNT;
    localparam real  HALF   = RATIO / 2.0;

    // ---- Widths ---------------------------------------------------------------------------------

    always @(posedge clk) begin
        q_1    <= d_1;
        q_8    <= d_8;
        q_32   <= d_32;
        q_33   <= d_33;
        q_64   <= d_64;
        q_65   <= d_65;
        q_128  <= d_128;
        q_1024 <= d_1024;
    end

    assign w_1    = ~q_1;
    assign w_8    = ~q_8;
    assign w_32   = ~q_32;
    assign w_33   = ~q_33;
    assign w_64   = ~q_64;
    assign w_65   = ~q_65;
    assign w_128  = ~q_128;
    assign w_1024 = ~q_1024;

    // ---- Ranges and signs: each takes q_8 or part of it one clock later -------------------------

    reg signed [7:0] signed_byte;     // 8'hff reads -1
    reg [0:7]        ascending;       // ascending[0] is the most significant bit
    reg [15:8]       offset_range;    // its least significant bit is offset_range[8]
    reg [-1:-8]      negative_range;  // its least significant bit is negative_range[-8]
    reg [0:0]        one_bit_vector;  // a vector of one bit, no scalar

    always @(posedge clk) begin
        signed_byte    <= q_8;
        ascending      <= q_8;
        offset_range   <= q_8;
        negative_range <= q_8;
        one_bit_vector <= q_8[0];
    end

    // Bits and parts of them, so that a testbench can compare what it makes of the indices.
    wire       ascending_msb  = ascending[0];
    wire [3:0] ascending_low  = ascending[4:7];
    wire [3:0] offset_high    = offset_range[15:12];
    wire       negative_lsb   = negative_range[-8];

    // ---- Memories -------------------------------------------------------------------------------

    reg [7:0] mem [0:15];             // written by the clock: mem[q_8[3:0]] <= q_8
    reg [7:0] mem_descending [15:8];  // descending, not from 0; never written by the design
    reg       mem_bits [0:7];         // of single bits; never written by the design

    integer i;

    initial begin
        // The other words of mem stay X; word i of mem_descending holds 17*i, which is 8'hii.
        mem[0]  = 8'h00;
        mem[15] = 8'hff;
        for (i = 8; i < 16; i = i + 1) mem_descending[i] = 8'd17 * i[7:0];
        for (i = 0; i < 8; i = i + 1) mem_bits[i] = i[0];
    end

    always @(posedge clk) mem[q_8[3:0]] <= q_8;

    wire [7:0] mem_word            = mem[q_8[3:0]];
    wire [7:0] mem_descending_word = mem_descending[{1'b1, q_8[2:0]}];
    wire       mem_bits_bit        = mem_bits[q_8[2:0]];

    // ---- SystemVerilog's types ------------------------------------------------------------------

    // Two states: 0 at the start, and an X written to them becomes 0.
    bit              two_state_bit;
    bit [11:0]       two_state_vector;
    byte             two_state_byte;      // signed
    shortint         two_state_short;     // signed
    int              two_state_int;       // signed
    longint          two_state_long;      // signed
    byte unsigned    unsigned_byte;

    // Four states.
    logic            four_state_bit;
    logic [11:0]     four_state_vector;

    typedef enum logic [1:0] {
        IDLE  = 2'd0,
        BUSY  = 2'd1,
        DONE  = 2'd3                      // 2 has no name
    } state_t;

    state_t          state;               // IDLE at the start, then IDLE, BUSY, DONE and round

    typedef struct packed {
        logic [3:0]  opcode;              // bits 11 to 8
        logic [7:0]  operand;             // bits 7 to 0
    } instruction_t;

    instruction_t    instruction;         // {q_8[3:0], q_8} one clock later

    initial state = IDLE;

    always @(posedge clk) begin
        two_state_bit     <= q_1;
        two_state_vector  <= q_32[11:0];
        two_state_byte    <= q_8;
        two_state_short   <= q_32[15:0];
        two_state_int     <= q_32;
        two_state_long    <= q_64;
        unsigned_byte     <= q_8;
        four_state_bit    <= q_1;
        four_state_vector <= q_32[11:0];
        instruction       <= {q_8[3:0], q_8};
        case (state)
            IDLE:    state <= BUSY;
            BUSY:    state <= DONE;
            default: state <= IDLE;
        endcase
    end

    wire [3:0] opcode = instruction.opcode;

    // ---- Types that are no vectors of bits ------------------------------------------------------

    integer          rising_edges;        // of clk since the start
    real             scaled;              // rising_edges * RATIO
    time             last_edge;           // $time of the last rising edge of clk, in ns
    realtime         last_edge_real;      // the same with its fraction
    string           text;                // "edge N" after the Nth rising edge

    initial begin
        rising_edges   = 0;
        scaled         = 0.0;
        last_edge      = 0;
        last_edge_real = 0.0;
        text           = "start";
    end

    event            edge_seen;           // triggered on each rising edge of clk

    always @(posedge clk) begin
        rising_edges   = rising_edges + 1;
        scaled         = rising_edges * RATIO;
        last_edge      = $time;
        last_edge_real = $realtime;
        $sformat(text, "edge %0d", rising_edges);
        -> edge_seen;
    end

    integer          events_seen;         // how often edge_seen was triggered

    initial events_seen = 0;
    always @(edge_seen) events_seen = events_seen + 1;

    // ---- Scopes ---------------------------------------------------------------------------------

    // gen[0] to gen[3], each with a bit of q_8 one clock later and its own constant.
    genvar g;
    generate
        for (g = 0; g < 4; g = g + 1) begin : gen
            localparam INDEX = g;
            reg bit_copy;
            always @(posedge clk) bit_copy <= q_8[g];
            wire inverted = ~bit_copy;

            // Generated blocks one in the other, with an instance: gen[1].inner[0].nested.adder.sum.
            genvar h;
            for (h = 0; h < 2; h = h + 1) begin : inner
                wire cell_copy = bit_copy ^ (h == 1);
                conformance_child nested (.clk(clk), .in(q_8), .out());
            end
        end

        // One of the two scopes exists, by a parameter.
        if (COUNT > 3) begin : many
            wire [7:0] chosen = q_8;
        end else begin : few
            wire [7:0] chosen = ~q_8;
        end
    endgenerate

    // A named block with a variable of its own.
    always @(posedge clk) begin : named_block
        reg [7:0] previous;               // q_8 before this edge
        previous = q_8;
    end

    // A function and a task, with their arguments and locals; both are used below.
    function [7:0] swap_nibbles(input [7:0] value);
        swap_nibbles = {value[3:0], value[7:4]};
    endfunction

    task count_ones(input [7:0] value, output [3:0] ones);
        integer index;
        begin
            ones = 4'd0;
            for (index = 0; index < 8; index = index + 1)
                if (value[index] === 1'b1) ones = ones + 4'd1;
        end
    endtask

    wire [7:0] swapped = swap_nibbles(q_8);
    reg  [3:0] ones;                      // the number of ones in q_8, one clock later

    always @(posedge clk) count_ones(q_8, ones);

    // Two instances of one module, with different parameters, and one level more inside each.
    wire [7:0] first_out;
    wire [7:0] second_out;

    conformance_child #(.STEP(1)) first (
        .clk(clk),
        .in (q_8),
        .out(first_out)
    );

    conformance_child #(.STEP(16)) second (
        .clk(clk),
        .in (q_8),
        .out(second_out)
    );

    // ---- Names ----------------------------------------------------------------------------------

    reg  \odd+name ;                      // escaped: not a plain identifier
    reg  \dotted.name ;                   // a dot that separates nothing
    reg  \index[3] ;                      // brackets that select nothing
    reg  CaseMatters;                     // two signals, told apart by case
    reg  casematters;

    always @(posedge clk) begin
        \odd+name    <= q_1;
        \dotted.name <= q_1;
        \index[3]    <= q_1;
        CaseMatters  <= q_1;
        casematters  <= ~q_1;
    end

    wire names_used = \odd+name ^ \dotted.name ^ \index[3] ^ CaseMatters ^ casematters;

    // ---- Unknown and high-impedance values ------------------------------------------------------

    wire [3:0] undriven;                  // Z
    wire [3:0] mixed = 4'b01xz;           // one of each
    reg  [7:0] never_written;             // X
    wire [3:0] fought;                    // two drivers: X where q_8[3:0] and q_8[7:4] differ
    assign fought = q_8[3:0];
    assign fought = q_8[7:4];
    supply0    ground;
    supply1    power;

    // Readers, without which a simulator may leave a signal out.
    wire [3:0] undriven_seen      = undriven;
    wire [3:0] mixed_seen         = mixed;
    wire [7:0] never_written_seen = never_written;

    // ---- The bidirectional bus ------------------------------------------------------------------

    assign bus      = drive ? q_8 : 8'bz;
    assign bus_seen = bus;

endmodule

// Adds STEP to what comes in, one clock later, in an instance of its own: first.adder.sum.
module conformance_child #(
    parameter STEP = 1
) (
    input  wire       clk,
    input  wire [7:0] in,
    output wire [7:0] out
);

    conformance_grandchild #(.STEP(STEP)) adder (
        .clk(clk),
        .in (in),
        .sum(out)
    );

endmodule

module conformance_grandchild #(
    parameter STEP = 1
) (
    input  wire       clk,
    input  wire [7:0] in,
    output reg  [7:0] sum
);

    localparam [7:0] STEP_BITS = STEP;

    always @(posedge clk) sum <= in + STEP_BITS;

endmodule
