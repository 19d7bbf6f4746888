-- A register behind a clock that the plugin makes. What the plugin writes are ports, which every simulator takes.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity bench is
    port (
        clk  : in std_logic             := '0';
        data : in unsigned(31 downto 0) := (others => '0')
    );
end entity;

architecture rtl of bench is
    signal sum : unsigned(31 downto 0) := (others => '0');
begin
    process (clk)
    begin
        if rising_edge(clk) then
            sum <= sum + data;
        end if;
    end process;
end architecture;
