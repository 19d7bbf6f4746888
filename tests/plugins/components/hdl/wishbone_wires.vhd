-- Nothing but the wires of three Wishbones: both sides are the testbench's.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity wishbone_wires is
    generic (BYTES : positive := 4);
    port (
        clk        : in std_logic;
        rst_n      : in std_logic;

        wb_cyc     : in std_logic;
        wb_stb     : in std_logic;
        wb_we      : in std_logic;
        wb_adr     : in std_logic_vector(15 downto 0);
        wb_dat_w   : in std_logic_vector(8 * BYTES - 1 downto 0);
        wb_dat_r   : in std_logic_vector(8 * BYTES - 1 downto 0);
        wb_sel     : in std_logic_vector(BYTES - 1 downto 0);
        wb_ack     : in std_logic;
        wb_err     : in std_logic;
        wb_rty     : in std_logic;
        wb_cti     : in std_logic_vector(2 downto 0);
        wb_bte     : in std_logic_vector(1 downto 0);
        wb_lock    : in std_logic;

        -- Pipelined.
        wbp_cyc    : in std_logic;
        wbp_stb    : in std_logic;
        wbp_we     : in std_logic;
        wbp_adr    : in std_logic_vector(15 downto 0);
        wbp_dat_w  : in std_logic_vector(8 * BYTES - 1 downto 0);
        wbp_dat_r  : in std_logic_vector(8 * BYTES - 1 downto 0);
        wbp_sel    : in std_logic_vector(BYTES - 1 downto 0);
        wbp_ack    : in std_logic;
        wbp_err    : in std_logic;
        wbp_rty    : in std_logic;
        wbp_stall  : in std_logic;
        wbp_cti    : in std_logic_vector(2 downto 0);
        wbp_bte    : in std_logic_vector(1 downto 0);

        -- What need not be there is not, and the names are those of a manager.
        bare_cyc_o : in std_logic;
        bare_stb_o : in std_logic;
        bare_we_o  : in std_logic;
        bare_adr_o : in std_logic_vector(9 downto 0);
        bare_dat_o : in std_logic_vector(8 * BYTES - 1 downto 0);
        bare_dat_i : in std_logic_vector(8 * BYTES - 1 downto 0);
        bare_ack_i : in std_logic;

        -- Not as the protocol has it.
        odd_cyc_i  : in std_logic;
        odd_stb_i  : in std_logic;
        odd_we_i   : in std_logic;
        odd_adr_i  : in std_logic_vector(15 downto 0);
        odd_dat_i  : in std_logic_vector(8 * BYTES - 1 downto 0);
        odd_dat_o  : in std_logic_vector(8 * BYTES - 1 downto 0);
        odd_cti_i  : in std_logic_vector(1 downto 0);
        odd_ack_o  : in std_logic;
        far_cyc_o  : in std_logic;
        far_stb_o  : in std_logic;
        far_we_o   : in std_logic;
        far_adr_o  : in std_logic_vector(15 downto 0);
        far_dat_o  : in std_logic_vector(127 downto 0);
        far_dat_i  : in std_logic_vector(127 downto 0);
        far_sel_o  : in std_logic_vector(15 downto 0);
        far_ack_i  : in std_logic;

        -- Names that begin with their direction.
        i_wb_cyc   : in std_logic;
        i_wb_stb   : in std_logic;
        i_wb_we    : in std_logic;
        i_wb_addr  : in std_logic_vector(15 downto 0);
        i_wb_data  : in std_logic_vector(8 * BYTES - 1 downto 0);
        o_wb_data  : in std_logic_vector(8 * BYTES - 1 downto 0);
        i_wb_sel   : in std_logic_vector(BYTES - 1 downto 0);
        o_wb_ack   : in std_logic;
        o_wb_stall : in std_logic;

        cycles     : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of wishbone_wires is
    signal count : unsigned(7 downto 0) := (others => '0');
begin
    cycles <= std_logic_vector(count);
    process (clk)
    begin
        if rising_edge(clk) then
            count <= count + 1;
        end if;
    end process;
end architecture;
