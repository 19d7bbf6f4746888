-- Nothing but wires: both sides of each bus are the testbench's.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity wires is
    generic (BYTES : positive := 4);
    port (
        clk         : in std_logic;
        rst_n       : in std_logic;

        axis_tvalid : in std_logic;
        axis_tready : in std_logic;
        axis_tdata  : in std_logic_vector(8 * BYTES - 1 downto 0);
        axis_tkeep  : in std_logic_vector(BYTES - 1 downto 0);
        axis_tstrb  : in std_logic_vector(BYTES - 1 downto 0);
        axis_tlast  : in std_logic;
        axis_tid    : in std_logic_vector(3 downto 0);
        axis_tdest  : in std_logic_vector(2 downto 0);
        axis_tuser  : in std_logic_vector(4 downto 0);

        -- What a stream need not have is not there.
        bare_tvalid : in std_logic;
        bare_tready : in std_logic;
        bare_tdata  : in std_logic_vector(8 * BYTES - 1 downto 0);

        -- Not as the protocol has it.
        odd_tvalid  : in std_logic;
        odd_tdata   : in std_logic_vector(8 * BYTES - 1 downto 0);
        odd_tkeep   : in std_logic_vector(BYTES downto 0);
        wide_tid    : in std_logic_vector(15 downto 0);
        wide_tdest  : in std_logic_vector(15 downto 0);
        wide_tvalid : in std_logic;
        apb64_psel    : in std_logic;
        apb64_penable : in std_logic;
        apb64_paddr   : in std_logic_vector(15 downto 0);
        apb64_pwrite  : in std_logic;
        apb64_pwdata  : in std_logic_vector(63 downto 0);
        apb64_prdata  : in std_logic_vector(63 downto 0);
        lite128_wdata : in std_logic_vector(127 downto 0);
        lite128_wstrb : in std_logic_vector(15 downto 0);

        req_valid   : in std_logic;
        req_ready   : in std_logic;
        req_address : in std_logic_vector(15 downto 0);
        req_write   : in std_logic;
        req_data    : in std_logic_vector(8 * BYTES - 1 downto 0);

        out_valid   : in std_logic;
        out_data    : in std_logic_vector(7 downto 0);

        axil_awvalid : in std_logic;
        axil_awready : in std_logic;
        axil_awaddr  : in std_logic_vector(15 downto 0);
        axil_awprot  : in std_logic_vector(2 downto 0);
        axil_wvalid  : in std_logic;
        axil_wready  : in std_logic;
        axil_wdata   : in std_logic_vector(31 downto 0);
        axil_wstrb   : in std_logic_vector(3 downto 0);
        axil_bvalid  : in std_logic;
        axil_bready  : in std_logic;
        axil_bresp   : in std_logic_vector(1 downto 0);
        axil_arvalid : in std_logic;
        axil_arready : in std_logic;
        axil_araddr  : in std_logic_vector(15 downto 0);
        axil_arprot  : in std_logic_vector(2 downto 0);
        axil_rvalid  : in std_logic;
        axil_rready  : in std_logic;
        axil_rdata   : in std_logic_vector(31 downto 0);
        axil_rresp   : in std_logic_vector(1 downto 0);

        apb_psel     : in std_logic;
        apb_penable  : in std_logic;
        apb_paddr    : in std_logic_vector(15 downto 0);
        apb_pwrite   : in std_logic;
        apb_pwdata   : in std_logic_vector(31 downto 0);
        apb_prdata   : in std_logic_vector(31 downto 0);
        apb_pready   : in std_logic;
        apb_pslverr  : in std_logic;
        apb_pstrb    : in std_logic_vector(3 downto 0);
        apb_pprot    : in std_logic_vector(2 downto 0);

        -- Names that tell a direction, in upper case too.
        S_LITE_AWVALID_I : in std_logic;
        S_LITE_AWREADY_O : in std_logic;
        S_LITE_AWADDR_I  : in std_logic_vector(15 downto 0);
        S_LITE_WVALID_I  : in std_logic;
        S_LITE_WREADY_O  : in std_logic;
        S_LITE_WDATA_I   : in std_logic_vector(31 downto 0);
        S_LITE_WSTRB_I   : in std_logic_vector(3 downto 0);
        S_LITE_BVALID_O  : in std_logic;
        S_LITE_BREADY_I  : in std_logic;
        S_LITE_BRESP_O   : in std_logic_vector(1 downto 0);
        S_LITE_ARVALID_I : in std_logic;
        S_LITE_ARREADY_O : in std_logic;
        S_LITE_ARADDR_I  : in std_logic_vector(15 downto 0);
        S_LITE_RVALID_O  : in std_logic;
        S_LITE_RREADY_I  : in std_logic;
        S_LITE_RDATA_O   : in std_logic_vector(31 downto 0);
        S_LITE_RRESP_O   : in std_logic_vector(1 downto 0);

        valid_i : in std_logic;
        ready_o : in std_logic;
        data_i  : in std_logic_vector(11 downto 0);

        cycles      : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of wires is
    signal count : unsigned(7 downto 0) := (others => '0');
    type stream is record
        tvalid : std_logic;
        tready : std_logic;
        tdata  : std_logic_vector(31 downto 0);
        tkeep  : std_logic_vector(3 downto 0);
        tlast  : std_logic;
    end record;
    signal bundled : stream;
begin
    cycles <= std_logic_vector(count);
    process (clk)
    begin
        if rising_edge(clk) then
            count <= count + 1;
        end if;
    end process;
end architecture;
