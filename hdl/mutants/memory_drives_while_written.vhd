-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- MUTANT of memory.vhd: it keeps driving data with we high.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity memory is
    generic (
        ADDR_WIDTH : positive := 8;
        BYTES      : positive := 4
    );
    port (
        clk  : in    std_logic;
        ce   : in    std_logic;
        we   : in    std_logic;
        oe   : in    std_logic;
        be   : in    std_logic_vector(BYTES - 1 downto 0);
        addr : in    std_logic_vector(ADDR_WIDTH - 1 downto 0);
        data : inout std_logic_vector(8 * BYTES - 1 downto 0)
    );
end entity;

architecture rtl of memory is

    type memory_type is array (0 to 2 ** ADDR_WIDTH - 1) of std_logic_vector(data'range);

    signal mem       : memory_type;
    signal read_data : std_logic_vector(data'range);

begin

    data <= read_data when oe = '1' else (others => 'Z');

    process (clk) is
        variable place : natural range mem'range;
    begin
        if rising_edge(clk) then
            if ce = '1' and is_x(addr) then
                if we = '0' then
                    read_data <= (others => 'X');
                end if;
            elsif ce = '1' then
                place := to_integer(unsigned(addr));
                if we = '1' then
                    for lane in be'range loop
                        if be(lane) = '1' then
                            mem(place)(8 * lane + 7 downto 8 * lane) <=
                                data(8 * lane + 7 downto 8 * lane);
                        end if;
                    end loop;
                elsif we = '0' then
                    read_data <= mem(place);
                end if;
            end if;
        end if;
    end process;

end architecture;
