-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A counter of WIDTH bits with synchronous reset and enable: the VHDL twin of counter.v, clock by
-- clock. Its ports and generics have the meaning explained there:
--
--   clk    everything happens on its rising edge
--   rst    synchronous, active high, stronger than en: count is 0 after the edge
--   en     high: count up by one an edge, wrapping to 0; low: hold
--   count  straight from a register; 'U' until the first edge with rst high
--
-- Inside, core.next_count is what the next edge loads if rst is low; 'X' until the first reset.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

-- The register and its next value, one level down so that a testbench has a path to look up.
entity counter_core is
    generic (
        WIDTH : positive := 8
    );
    port (
        clk   : in  std_logic;
        rst   : in  std_logic;
        en    : in  std_logic;
        count : out std_logic_vector(WIDTH - 1 downto 0)
    );
end entity;

architecture rtl of counter_core is
    signal value      : std_logic_vector(WIDTH - 1 downto 0);
    signal next_count : std_logic_vector(WIDTH - 1 downto 0);
begin

    count <= value;

    -- The first case is for simulation: numeric_std would warn of every sum with an unknown bit.
    next_count <= (others => 'X') when is_x(value) or is_x(en) else
                  std_logic_vector(unsigned(value) + 1) when en = '1' else
                  value;

    process (clk) is
    begin
        if rising_edge(clk) then
            if rst = '1' then
                value <= (others => '0');
            else
                value <= next_count;
            end if;
        end if;
    end process;

end architecture;

library ieee;
use ieee.std_logic_1164.all;

entity counter is
    generic (
        WIDTH : positive := 8
    );
    port (
        clk   : in  std_logic;
        rst   : in  std_logic;
        en    : in  std_logic;
        count : out std_logic_vector(WIDTH - 1 downto 0)
    );
end entity;

architecture rtl of counter is
begin

    core : entity work.counter_core
        generic map (
            WIDTH => WIDTH
        )
        port map (
            clk   => clk,
            rst   => rst,
            en    => en,
            count => count
        );

end architecture;
