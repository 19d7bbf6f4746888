-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- The memory on a bus with a second driver, which is the testbench's: the VHDL twin of
-- memory_bus.v.

library ieee;
use ieee.std_logic_1164.all;

entity memory_bus is
    generic (
        ADDR_WIDTH : positive := 8;
        BYTES      : positive := 4
    );
    port (
        clk        : in std_logic;
        ce         : in std_logic;
        we         : in std_logic;
        oe         : in std_logic;
        be         : in std_logic_vector(BYTES - 1 downto 0);
        addr       : in std_logic_vector(ADDR_WIDTH - 1 downto 0);

        drive      : in std_logic;
        drive_data : in std_logic_vector(8 * BYTES - 1 downto 0)
    );
end entity;

architecture testbench of memory_bus is

    signal data : std_logic_vector(8 * BYTES - 1 downto 0);

begin

    data <= drive_data when drive = '1' else (others => 'Z');

    chip : entity work.memory
        generic map (ADDR_WIDTH => ADDR_WIDTH, BYTES => BYTES)
        port map (
            clk  => clk,
            ce   => ce,
            we   => we,
            oe   => oe,
            be   => be,
            addr => addr,
            data => data
        );

end architecture;
