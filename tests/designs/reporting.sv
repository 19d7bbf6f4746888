// What tests of a design's own messages need: a design that reports and ends when it is told to.

`timescale 1ns / 1ps

module reporting (
    input wire       clk,
    input wire [7:0] command
);

    reg [7:0] rom [0:3];

    always @(posedge clk) begin
        case (command)
            1: $error("the design complains\nin two lines");
            2: begin
                $warning("a warning");
                $info("an information");
            end
            3: $fatal(1, "the design gave up");
            4: $finish;
            5: $stop;
            6: begin
                $display("ERROR: reporting.sv:3: it only looks so");
                $display("[1000] %%Error: reporting.sv:3: it only looks so");
                $display("       Scope: reporting Time: 1");
            end
            7: repeat (30) $error("again");
            8: begin
                $display("design: before");
                $readmemh("missing.hex", rom);
                $display("design: after");
            end
            9: assert (command == 0);
            default: ;
        endcase
    end

    final begin
        if (command == 10) $error("the design ended badly");
        if (command == 11) $fatal(1, "the design ended badly");
    end

endmodule
