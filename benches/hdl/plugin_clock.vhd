-- A register behind a clock that the plugin makes.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity bench is
end entity;

architecture rtl of bench is
    signal clk  : std_logic             := '0';
    signal data : unsigned(31 downto 0) := (others => '0');
    signal sum  : unsigned(31 downto 0) := (others => '0');
begin
    process (clk)
    begin
        if rising_edge(clk) then
            sum <= sum + data;
        end if;
    end process;
end architecture;
