-- Nothing but the wires of serial protocols: both sides are the testbench's.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity serial is
    port (
        clk    : in std_logic;
        rst_n  : in std_logic;
        line   : in std_logic;
        cycles : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of serial is
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
