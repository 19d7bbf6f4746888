-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- An inverter of WIDTH bits that takes its default from a package in another library.

library ieee;
use ieee.std_logic_1164.all;

library sizes;
use sizes.widths.all;

entity vhdl is
    generic (
        WIDTH : positive := DEFAULT_WIDTH
    );
    port (
        a : in  std_logic_vector(WIDTH - 1 downto 0);
        y : out std_logic_vector(WIDTH - 1 downto 0)
    );
end entity;

architecture rtl of vhdl is
begin

    y <= not a;

    process (a)
    begin
        if a'length > 4096 then
            report "nobody is as wide" severity failure;
        end if;
    end process;

end architecture;
