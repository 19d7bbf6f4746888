-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- MUTANT of axis_arbiter.vhd: an input that pauses inside a packet loses the output.

library ieee;
use ieee.std_logic_1164.all;

package axis_arbiter_widths is
    -- Bits that hold the numbers 0 to largest.
    function bits_for(largest : natural) return positive;
end package;

package body axis_arbiter_widths is
    function bits_for(largest : natural) return positive is
        variable bits : positive := 1;
        variable rest : natural  := largest / 2;
    begin
        while rest > 0 loop
            bits := bits + 1;
            rest := rest / 2;
        end loop;
        return bits;
    end function;
end package body;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

use work.axis_arbiter_widths.all;

entity axis_arbiter is
    generic (
        PORTS : positive := 4;
        WIDTH : positive := 8
    );
    port (
        aclk          : in  std_logic;
        aresetn       : in  std_logic;

        s_axis_tdata  : in  std_logic_vector(PORTS * WIDTH - 1 downto 0);
        s_axis_tvalid : in  std_logic_vector(PORTS - 1 downto 0);
        s_axis_tready : out std_logic_vector(PORTS - 1 downto 0);
        s_axis_tlast  : in  std_logic_vector(PORTS - 1 downto 0);

        m_axis_tdata  : out std_logic_vector(WIDTH - 1 downto 0);
        m_axis_tvalid : out std_logic;
        m_axis_tready : in  std_logic;
        m_axis_tlast  : out std_logic;
        m_axis_tid    : out std_logic_vector(bits_for(PORTS - 1) - 1 downto 0)
    );
end entity;

architecture rtl of axis_arbiter is

    signal locked : std_logic;
    signal owner  : natural range 0 to PORTS - 1; -- of the packet under way, else of the last one
    signal asked  : std_logic;
    signal chosen : natural range 0 to PORTS - 1;
    signal room   : std_logic;

begin

    room <= not m_axis_tvalid or m_axis_tready;

    -- Each input in turn, the one after the owner first: the first that asks is chosen.
    choose : process (all) is
        variable candidate : natural range 0 to PORTS - 1;
    begin
        asked     <= '0';
        chosen    <= owner;
        candidate := owner;
        if locked = '1' and s_axis_tvalid(owner) = '1' then
            asked <= '1';
        else
            for turn in 1 to PORTS loop
                candidate := (candidate + 1) mod PORTS;
                if s_axis_tvalid(candidate) = '1' then
                    asked  <= '1';
                    chosen <= candidate;
                    exit;
                end if;
            end loop;
        end if;
    end process;

    ready : process (all) is
    begin
        s_axis_tready         <= (others => '0');
        s_axis_tready(chosen) <= room and asked;
    end process;

    process (aclk) is
    begin
        if rising_edge(aclk) then
            if aresetn = '0' then
                locked        <= '0';
                owner         <= PORTS - 1;
                m_axis_tdata  <= (others => '0');
                m_axis_tvalid <= '0';
                m_axis_tlast  <= '0';
                m_axis_tid    <= (others => '0');
            elsif s_axis_tready(chosen) = '1' and s_axis_tvalid(chosen) = '1' then
                locked        <= not s_axis_tlast(chosen);
                owner         <= chosen;
                m_axis_tdata  <= s_axis_tdata((chosen + 1) * WIDTH - 1 downto chosen * WIDTH);
                m_axis_tvalid <= '1';
                m_axis_tlast  <= s_axis_tlast(chosen);
                m_axis_tid    <= std_logic_vector(to_unsigned(chosen, m_axis_tid'length));
            elsif m_axis_tready = '1' then
                m_axis_tvalid <= '0';
            end if;
        end if;
    end process;

end architecture;
