-- Nothing but the wires of AHB-Lites: both sides are the testbench's.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity ahb_wires is
    generic (BYTES : positive := 4);
    port (
        clk           : in std_logic;
        rst_n         : in std_logic;

        ahb_haddr     : in std_logic_vector(15 downto 0);
        ahb_htrans    : in std_logic_vector(1 downto 0);
        ahb_hwrite    : in std_logic;
        ahb_hsize     : in std_logic_vector(2 downto 0);
        ahb_hburst    : in std_logic_vector(2 downto 0);
        ahb_hprot     : in std_logic_vector(3 downto 0);
        ahb_hmastlock : in std_logic;
        ahb_hwdata    : in std_logic_vector(8 * BYTES - 1 downto 0);
        ahb_hrdata    : in std_logic_vector(8 * BYTES - 1 downto 0);
        ahb_hready    : in std_logic;
        ahb_hresp     : in std_logic;

        -- As a subordinate has them, with what need not be there left out.
        sub_hsel      : in std_logic;
        sub_haddr     : in std_logic_vector(15 downto 0);
        sub_htrans    : in std_logic_vector(1 downto 0);
        sub_hwrite    : in std_logic;
        sub_hwdata    : in std_logic_vector(8 * BYTES - 1 downto 0);
        sub_hrdata    : in std_logic_vector(8 * BYTES - 1 downto 0);
        sub_hready    : in std_logic;
        sub_hreadyout : in std_logic;

        -- Not as the protocol has it.
        odd_haddr     : in std_logic_vector(15 downto 0);
        odd_htrans    : in std_logic_vector(1 downto 0);
        odd_hwrite    : in std_logic;
        odd_hburst    : in std_logic_vector(1 downto 0);
        odd_hwdata    : in std_logic_vector(8 * BYTES - 1 downto 0);
        odd_hrdata    : in std_logic_vector(8 * BYTES - 1 downto 0);
        odd_hready    : in std_logic;

        cycles        : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of ahb_wires is
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
