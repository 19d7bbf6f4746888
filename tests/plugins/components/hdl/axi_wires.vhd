-- Nothing but wires: both sides of each bus are the testbench's.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity axi_wires is
    generic (
        BYTES : positive := 4
    );
    port (
        clk, rst_n : in std_logic;
        axi_awvalid : in std_logic;
        axi_awready : in std_logic;
        axi_awaddr : in std_logic_vector(31 downto 0);
        axi_awid : in std_logic_vector(3 downto 0);
        axi_awlen : in std_logic_vector(7 downto 0);
        axi_awsize : in std_logic_vector(2 downto 0);
        axi_awburst : in std_logic_vector(1 downto 0);
        axi_awlock : in std_logic;
        axi_awcache : in std_logic_vector(3 downto 0);
        axi_awprot : in std_logic_vector(2 downto 0);
        axi_awqos : in std_logic_vector(3 downto 0);
        axi_awregion : in std_logic_vector(3 downto 0);
        axi_awuser : in std_logic_vector(2 downto 0);
        axi_arvalid : in std_logic;
        axi_arready : in std_logic;
        axi_araddr : in std_logic_vector(31 downto 0);
        axi_arid : in std_logic_vector(3 downto 0);
        axi_arlen : in std_logic_vector(7 downto 0);
        axi_arsize : in std_logic_vector(2 downto 0);
        axi_arburst : in std_logic_vector(1 downto 0);
        axi_arlock : in std_logic;
        axi_arcache : in std_logic_vector(3 downto 0);
        axi_arprot : in std_logic_vector(2 downto 0);
        axi_arqos : in std_logic_vector(3 downto 0);
        axi_arregion : in std_logic_vector(3 downto 0);
        axi_aruser : in std_logic_vector(2 downto 0);
        axi_wvalid : in std_logic;
        axi_wready : in std_logic;
        axi_wdata : in std_logic_vector(8 * BYTES - 1 downto 0);
        axi_wstrb : in std_logic_vector(BYTES - 1 downto 0);
        axi_wlast : in std_logic;
        axi_wuser : in std_logic_vector(1 downto 0);
        axi_bvalid : in std_logic;
        axi_bready : in std_logic;
        axi_bid : in std_logic_vector(3 downto 0);
        axi_bresp : in std_logic_vector(1 downto 0);
        axi_buser : in std_logic_vector(4 downto 0);
        axi_rvalid : in std_logic;
        axi_rready : in std_logic;
        axi_rdata : in std_logic_vector(8 * BYTES - 1 downto 0);
        axi_rid : in std_logic_vector(3 downto 0);
        axi_rresp : in std_logic_vector(1 downto 0);
        axi_rlast : in std_logic;
        axi_ruser : in std_logic_vector(3 downto 0);

        -- What a bus need not have is not there.
        bare_awvalid : in std_logic;
        bare_awready : in std_logic;
        bare_awaddr : in std_logic_vector(11 downto 0);
        bare_arvalid : in std_logic;
        bare_arready : in std_logic;
        bare_araddr : in std_logic_vector(11 downto 0);
        bare_wvalid : in std_logic;
        bare_wready : in std_logic;
        bare_wdata : in std_logic_vector(8 * BYTES - 1 downto 0);
        bare_bvalid : in std_logic;
        bare_bready : in std_logic;
        bare_rvalid : in std_logic;
        bare_rready : in std_logic;
        bare_rdata : in std_logic_vector(8 * BYTES - 1 downto 0);

        -- Not as the protocol has it.
        odd_awvalid : in std_logic;
        odd_awready : in std_logic;
        odd_awaddr : in std_logic_vector(11 downto 0);
        odd_arvalid : in std_logic;
        odd_arready : in std_logic;
        odd_araddr : in std_logic_vector(11 downto 0);
        odd_wvalid : in std_logic;
        odd_wready : in std_logic;
        odd_wdata : in std_logic_vector(23 downto 0);
        odd_bvalid : in std_logic;
        odd_bready : in std_logic;
        odd_rvalid : in std_logic;
        odd_rready : in std_logic;
        odd_rdata : in std_logic_vector(23 downto 0);

        cycles : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of axi_wires is
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
