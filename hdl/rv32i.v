// SPDX-License-Identifier: MIT OR Apache-2.0
//
// A small processor: RV32I with the counters `cycle` and `instret`, one instruction at a time, on one port
// to a memory that answers whenever it likes.
//
//   RESET_ADDR  the address of the first instruction, a multiple of 4
//
//   clk         everything happens on its rising edge
//   rst         synchronous, active high: the next instruction is the one at RESET_ADDR, both counters are
//               0, `trap` is low; registers are left as they were
//   mem_valid   an access is asked for: kept high, with all that belongs to it unchanged, up to the edge
//               with `mem_ready` high, and low for at least one clock after it
//   mem_instr   the access fetches an instruction
//   mem_ready   the access is done on this edge; ignored while `mem_valid` is low
//   mem_addr    the word's address in bytes, a multiple of 4
//   mem_wdata   the data to write, each byte in the lane of its address
//   mem_wstrb   the bytes to write, bit i for address mem_addr + i; 0 reads
//   mem_rdata   the word read, on the edge with `mem_ready` high
//   trap        the instruction at `pc` cannot be executed: ECALL, EBREAK, one that RV32I does not have, or
//               a misaligned access or target. Nothing of it is done, and nothing more until the next reset
//
// An instruction is executed on the edge after the one that fetched it; a load or store then takes an access
// more. The next fetch is asked for on the edge that executes, or on the one after the access. FENCE does
// nothing.
// `cycle` counts the edges out of reset before the one that executes, `instret` the instructions before the
// one that is executed; both have 64 bits, and CSRRS with x0 reads them.
//
// Inside, `regs[1]` to `regs[31]` are the registers, unknown before they are first written, and `pc` the
// address of the instruction in hand.

`timescale 1ns / 1ps
`default_nettype none

module rv32i #(
    parameter [31:0] RESET_ADDR = 32'h0000_0000
) (
    input  wire        clk,
    input  wire        rst,

    output reg         mem_valid,
    output reg         mem_instr,
    input  wire        mem_ready,
    output reg  [31:0] mem_addr,
    output reg  [31:0] mem_wdata,
    output reg  [3:0]  mem_wstrb,
    input  wire [31:0] mem_rdata,

    output reg         trap
);

    localparam [1:0] FETCH = 2'd0, EXECUTE = 2'd1, MEMORY = 2'd2;

    reg [1:0]  state;
    reg [31:0] pc;
    reg [31:0] instr;
    reg [31:0] regs [0:31];
    reg [63:0] cycle;
    reg [63:0] instret;

    // The parts of an instruction.

    wire [6:0] opcode = instr[6:0];
    wire [4:0] rd     = instr[11:7];
    wire [2:0] funct3 = instr[14:12];
    wire [4:0] rs1    = instr[19:15];
    wire [4:0] rs2    = instr[24:20];
    wire [6:0] funct7 = instr[31:25];

    wire [31:0] imm_i = {{20{instr[31]}}, instr[31:20]};
    wire [31:0] imm_s = {{20{instr[31]}}, instr[31:25], instr[11:7]};
    wire [31:0] imm_b = {{20{instr[31]}}, instr[7], instr[30:25], instr[11:8], 1'b0};
    wire [31:0] imm_u = {instr[31:12], 12'b0};
    wire [31:0] imm_j = {{12{instr[31]}}, instr[19:12], instr[20], instr[30:21], 1'b0};

    wire is_lui    = opcode == 7'b0110111;
    wire is_auipc  = opcode == 7'b0010111;
    wire is_jal    = opcode == 7'b1101111;
    wire is_jalr   = opcode == 7'b1100111;
    wire is_branch = opcode == 7'b1100011;
    wire is_load   = opcode == 7'b0000011;
    wire is_store  = opcode == 7'b0100011;
    wire is_op_imm = opcode == 7'b0010011;
    wire is_op     = opcode == 7'b0110011;
    wire is_fence  = opcode == 7'b0001111;
    wire is_system = opcode == 7'b1110011;

    // What is computed.

    wire [31:0] a       = rs1 == 5'd0 ? 32'd0 : regs[rs1];
    wire [31:0] b       = rs2 == 5'd0 ? 32'd0 : regs[rs2];
    wire [31:0] operand = is_op ? b : imm_i;

    wire               negative = is_op && funct7[5];
    wire signed [31:0] shifted  = $signed(a) >>> operand[4:0];

    reg [31:0] alu;
    always @* begin
        case (funct3)
            3'b000:  alu = negative ? a - operand : a + operand;
            3'b001:  alu = a << operand[4:0];
            3'b010:  alu = {31'b0, $signed(a) < $signed(operand)};
            3'b011:  alu = {31'b0, a < operand};
            3'b100:  alu = a ^ operand;
            3'b101:  alu = funct7[5] ? shifted : a >> operand[4:0];
            3'b110:  alu = a | operand;
            default: alu = a & operand;
        endcase
    end

    reg is_taken;
    always @* begin
        case (funct3[2:1])
            2'b00:   is_taken = a == b;
            2'b10:   is_taken = $signed(a) < $signed(b);
            default: is_taken = a < b;
        endcase
        if (funct3[0]) is_taken = !is_taken;
    end

    reg [31:0] counter;
    always @* begin
        case (instr[31:20])
            12'hc80: counter = cycle[63:32];
            12'hc02: counter = instret[31:0];
            12'hc82: counter = instret[63:32];
            default: counter = cycle[31:0];
        endcase
    end

    wire [31:0] after   = pc + 32'd4;
    wire [31:0] address = a + (is_store ? imm_s : imm_i);

    reg [31:0] next;
    always @* begin
        next = after;
        if (is_jal) next = pc + imm_j;
        if (is_jalr) next = {address[31:1], 1'b0};
        if (is_branch && is_taken) next = pc + imm_b;
    end

    reg [31:0] result;
    always @* begin
        result = alu;
        if (is_lui) result = imm_u;
        if (is_auipc) result = pc + imm_u;
        if (is_jal || is_jalr) result = after;
        if (is_system) result = counter;
    end

    wire has_result = is_lui || is_auipc || is_jal || is_jalr || is_op_imm || is_op || is_system;

    // What is refused.

    wire is_plain = funct7 == 7'b0000000;
    wire is_other = funct7 == 7'b0100000;

    reg is_legal;
    always @* begin
        is_legal = is_lui || is_auipc || is_jal;
        if (is_jalr || is_fence) is_legal = funct3 == 3'b000;
        if (is_branch) is_legal = funct3[2:1] != 2'b01;
        if (is_load) is_legal = funct3 != 3'b011 && funct3[2:1] != 2'b11;
        if (is_store) is_legal = !funct3[2] && funct3 != 3'b011;
        if (is_op_imm) begin
            case (funct3)
                3'b001:  is_legal = is_plain;
                3'b101:  is_legal = is_plain || is_other;
                default: is_legal = 1'b1;
            endcase
        end
        if (is_op) is_legal = is_plain || (is_other && (funct3 == 3'b000 || funct3 == 3'b101));
        if (is_system) begin
            is_legal = funct3 == 3'b010 && rs1 == 5'd0
                && {instr[31:28], instr[26:22], instr[20]} == {4'hc, 5'b0, 1'b0};
        end
    end

    // The size of an access: funct3[1:0] is 0 for a byte, 1 for two, 2 for four.
    wire is_misaligned = (is_load || is_store)
        ? (funct3[0] && address[0]) || (funct3[1] && address[1:0] != 2'b00)
        : next[1:0] != 2'b00;

    // What goes to the memory and comes from it.

    reg [31:0] to_store;
    reg [3:0]  strobes;
    always @* begin
        case (funct3[1:0])
            2'b00: begin
                to_store = {4{b[7:0]}};
                strobes  = 4'b0001 << address[1:0];
            end
            2'b01: begin
                to_store = {2{b[15:0]}};
                strobes  = address[1] ? 4'b1100 : 4'b0011;
            end
            default: begin
                to_store = b;
                strobes  = 4'b1111;
            end
        endcase
    end

    // The address of a load's first byte within the word.
    reg [1:0] offset;

    wire [31:0] lanes = mem_rdata >> {offset, 3'b000};
    reg  [31:0] loaded;
    always @* begin
        case (funct3)
            3'b000:  loaded = {{24{lanes[7]}}, lanes[7:0]};
            3'b001:  loaded = {{16{lanes[15]}}, lanes[15:0]};
            3'b100:  loaded = {24'b0, lanes[7:0]};
            3'b101:  loaded = {16'b0, lanes[15:0]};
            default: loaded = lanes;
        endcase
    end

    task fetch(input [31:0] from);
        begin
            state     <= FETCH;
            pc        <= from;
            mem_valid <= 1'b1;
            mem_instr <= 1'b1;
            mem_addr  <= from;
            mem_wstrb <= 4'b0000;
        end
    endtask

    always @(posedge clk) begin
        cycle <= cycle + 64'd1;
        if (rst) begin
            state     <= FETCH;
            pc        <= RESET_ADDR;
            cycle     <= 64'd0;
            instret   <= 64'd0;
            mem_valid <= 1'b0;
            trap      <= 1'b0;
        end else if (!trap) begin
            case (state)
                FETCH: begin
                    if (!mem_valid) begin
                        fetch(pc);
                    end else if (mem_ready) begin
                        mem_valid <= 1'b0;
                        instr     <= mem_rdata;
                        state     <= EXECUTE;
                    end
                end
                EXECUTE: begin
                    if (!is_legal || is_misaligned) begin
                        trap <= 1'b1;
                    end else if (is_load || is_store) begin
                        state     <= MEMORY;
                        mem_valid <= 1'b1;
                        mem_instr <= 1'b0;
                        mem_addr  <= {address[31:2], 2'b00};
                        mem_wdata <= to_store;
                        mem_wstrb <= is_store ? strobes : 4'b0000;
                        offset    <= address[1:0];
                    end else begin
                        if (has_result && rd != 5'd0) regs[rd] <= result;
                        instret <= instret + 64'd1;
                        fetch(next);
                    end
                end
                default: begin
                    if (mem_ready) begin
                        mem_valid <= 1'b0;
                        if (is_load && rd != 5'd0) regs[rd] <= loaded;
                        instret <= instret + 64'd1;
                        state   <= FETCH;
                        pc      <= after;
                    end
                end
            endcase
        end
    end

endmodule

`default_nettype wire
