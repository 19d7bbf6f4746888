// What tests of failures need: a design that ends the simulation, or hangs it, when it is told to.

`timescale 1ns / 1ps

module failing #(
    parameter integer LIMIT = 3
) (
    input wire       clk,
    input wire [7:0] command
);

    reg [7:0] count;
    reg [3:0] nibble;
    reg [7:0] words [0:3];
    wire [7:0] word = words[0];
    wire [3:0] nibble_seen = nibble;  // without a reader, Icarus leaves it out

    inner_design inner (.in(count));

    always @(posedge clk) begin
        count <= count === 8'bx ? 8'd0 : count + 8'd1;
        $display("design: count %0d", count);
        case (command)
            1: $finish;
            2: $fatal(1, "the design gave up");
            3: $stop;
            4: ping = 1;
            5: $error("the design complains");
            7: assert (command == 0) else begin
                $display("[1000] %%Error: failing.sv:24: not so");
                $error("an assertion fails");
            end
            8: $display("[1000] %%Error: failing.sv:32: not so");
            default: ;
        endcase
    end

    // Oscillates without simulated time once `ping` is 1; before, also where there is no X.
    reg ping, pong;
    always @(pong) if (command == 4) ping = ~pong;
    always @(ping) pong = ping;

    final if (command == 6) $fatal(1, "the design ended badly");

endmodule

module inner_design (input wire [7:0] in);
    wire [7:0] value = ~in;
endmodule

// A second top.
module another (input wire clk);
    wire [3:0] nibble = {4{clk}};
endmodule
