// SPDX-License-Identifier: MIT OR Apache-2.0
//
// MUTANT of axi_lite.v: the strobe of byte lane 2 is ignored: bits 23 to 16 are always written.

`timescale 1ns / 1ps
`default_nettype none

module axi_lite #(
    parameter        ADDR_WIDTH    = 8,
    parameter        SCRATCH_WORDS = 4,
    parameter [31:0] ID            = 32'h5646_0001
) (
    input  wire                  aclk,
    input  wire                  aresetn,

    input  wire [ADDR_WIDTH-1:0] s_axi_awaddr,
    input  wire [2:0]            s_axi_awprot,
    input  wire                  s_axi_awvalid,
    output wire                  s_axi_awready,

    input  wire [31:0]           s_axi_wdata,
    input  wire [3:0]            s_axi_wstrb,
    input  wire                  s_axi_wvalid,
    output wire                  s_axi_wready,

    output reg  [1:0]            s_axi_bresp,
    output reg                   s_axi_bvalid,
    input  wire                  s_axi_bready,

    input  wire [ADDR_WIDTH-1:0] s_axi_araddr,
    input  wire [2:0]            s_axi_arprot,
    input  wire                  s_axi_arvalid,
    output wire                  s_axi_arready,

    output reg  [31:0]           s_axi_rdata,
    output reg  [1:0]            s_axi_rresp,
    output reg                   s_axi_rvalid,
    input  wire                  s_axi_rready,

    output reg  [31:0]           control,
    input  wire [31:0]           status,
    input  wire [31:0]           events,
    output wire                  irq
);

    localparam [1:0] OKAY   = 2'd0;
    localparam [1:0] SLVERR = 2'd2;
    localparam [1:0] DECERR = 2'd3;

    // Word addresses.
    localparam WORD_BITS = ADDR_WIDTH - 2;

    // Parameters are 32 bits wide; these are cut to the addresses they are compared with.
    /* verilator lint_off WIDTH */
    localparam [WORD_BITS-1:0] ID_WORD      = 0;
    localparam [WORD_BITS-1:0] CONTROL_WORD = 1;
    localparam [WORD_BITS-1:0] STATUS_WORD  = 2;
    localparam [WORD_BITS-1:0] EVENTS_WORD  = 3;
    localparam [WORD_BITS-1:0] MASK_WORD    = 4;
    localparam [WORD_BITS-1:0] SCRATCH_WORD = 8;
    localparam [WORD_BITS-1:0] LAST_WORD    = 8 + SCRATCH_WORDS - 1;
    /* verilator lint_on WIDTH */

    localparam INDEX_BITS = SCRATCH_WORDS > 1 ? $clog2(SCRATCH_WORDS) : 1;

    reg [31:0] pending; // EVENTS
    reg [31:0] mask;
    reg [31:0] scratch [0:SCRATCH_WORDS-1];

    assign irq = |(pending & mask);

    /* verilator lint_off UNUSED */
    function [31:0] merge(input [31:0] old, input [31:0] data, input [3:0] strobes);
        merge = {
            strobes[3] ? data[31:24] : old[31:24],
            data[23:16],
            strobes[1] ? data[15:8]  : old[15:8],
            strobes[0] ? data[7:0]   : old[7:0]
        };
    endfunction
    /* verilator lint_on UNUSED */

    // The place of a scratch register: only asked of addresses that have one.
    /* verilator lint_off UNUSED */
    function [INDEX_BITS-1:0] scratch_index(input [WORD_BITS-1:0] word);
        reg [WORD_BITS:0] offset; // one bit more, so that INDEX_BITS of it are always there
        begin
            offset        = {1'b0, word - SCRATCH_WORD};
            scratch_index = offset[INDEX_BITS-1:0];
        end
    endfunction
    /* verilator lint_on UNUSED */

    function mapped(input [WORD_BITS-1:0] word);
        mapped = word <= MASK_WORD || (word >= SCRATCH_WORD && word <= LAST_WORD);
    endfunction

    // Writes: one address and one word of data are kept until both are there.
    reg                  aw_held;
    reg [ADDR_WIDTH-1:0] aw_address;
    reg                  w_held;
    reg [31:0]           w_data;
    reg [3:0]            w_strobes;

    assign s_axi_awready = !aw_held;
    assign s_axi_wready  = !w_held;

    wire [WORD_BITS-1:0] write_word = aw_address[ADDR_WIDTH-1:2];
    wire write_mapped    = mapped(write_word);
    wire write_refused   = write_word == ID_WORD || write_word == STATUS_WORD
                        || aw_address[1:0] != 2'b00;
    wire write_now       = aw_held && w_held && (!s_axi_bvalid || s_axi_bready);
    wire write_registers = write_now && write_mapped && !write_refused;


    wire        write_events = write_registers && write_word == EVENTS_WORD;
    wire [31:0] cleared      = write_events ? merge(32'd0, w_data, w_strobes) : 32'd0;

    always @(posedge aclk) begin
        if (!aresetn) begin
            aw_held      <= 1'b0;
            aw_address   <= {ADDR_WIDTH{1'b0}};
            w_held       <= 1'b0;
            w_data       <= 32'd0;
            w_strobes    <= 4'd0;
            s_axi_bvalid <= 1'b0;
            s_axi_bresp  <= OKAY;
            control      <= 32'd0;
            pending      <= 32'd0;
            mask         <= 32'd0;
        end else begin
            if (s_axi_bvalid && s_axi_bready) s_axi_bvalid <= 1'b0;

            if (s_axi_awvalid && s_axi_awready) begin
                aw_held    <= 1'b1;
                aw_address <= s_axi_awaddr;
            end
            if (s_axi_wvalid && s_axi_wready) begin
                w_held    <= 1'b1;
                w_data    <= s_axi_wdata;
                w_strobes <= s_axi_wstrb;
            end

            if (write_now) begin
                aw_held      <= 1'b0;
                w_held       <= 1'b0;
                s_axi_bvalid <= 1'b1;
                s_axi_bresp  <= !write_mapped ? DECERR : write_refused ? SLVERR : OKAY;
            end

            if (write_registers) begin
                if (write_word == CONTROL_WORD) control <= merge(control, w_data, w_strobes);
                if (write_word == MASK_WORD)    mask    <= merge(mask, w_data, w_strobes);
            end

            pending <= (pending & ~cleared) | events;
        end
    end

    genvar place;
    generate
        for (place = 0; place < SCRATCH_WORDS; place = place + 1) begin : scratch_register
            /* verilator lint_off WIDTH */
            localparam [WORD_BITS-1:0] WORD = 8 + place;
            /* verilator lint_on WIDTH */
            always @(posedge aclk) begin
                if (!aresetn) scratch[place] <= 32'd0;
                else if (write_registers && write_word == WORD)
                    scratch[place] <= merge(scratch[place], w_data, w_strobes);
            end
        end
    endgenerate

    // Reads: the answer is registered with the address.
    wire [WORD_BITS-1:0] read_word = s_axi_araddr[ADDR_WIDTH-1:2];
    wire read_mapped     = mapped(read_word);
    wire read_misaligned = s_axi_araddr[1:0] != 2'b00;

    wire [31:0] scratch_value = scratch[scratch_index(read_word)];
    reg  [31:0] read_value;

    always @* begin
        case (read_word)
            ID_WORD:      read_value = ID;
            CONTROL_WORD: read_value = control;
            STATUS_WORD:  read_value = status;
            EVENTS_WORD:  read_value = pending;
            MASK_WORD:    read_value = mask;
            default:      read_value = read_mapped ? scratch_value : 32'd0;
        endcase
        if (read_misaligned) read_value = 32'd0;
    end

    assign s_axi_arready = !s_axi_rvalid || s_axi_rready;

    always @(posedge aclk) begin
        if (!aresetn) begin
            s_axi_rvalid <= 1'b0;
            s_axi_rdata  <= 32'd0;
            s_axi_rresp  <= OKAY;
        end else if (s_axi_arvalid && s_axi_arready) begin
            s_axi_rvalid <= 1'b1;
            s_axi_rdata  <= read_value;
            s_axi_rresp  <= !read_mapped ? DECERR : read_misaligned ? SLVERR : OKAY;
        end else if (s_axi_rready) begin
            s_axi_rvalid <= 1'b0;
        end
    end

    // Protection is not looked at; naming it here says so to lint tools.
    wire unused = &{1'b0, s_axi_awprot, s_axi_arprot};

endmodule

`default_nettype wire
