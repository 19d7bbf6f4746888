-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A synchronous FIFO with a memory of DEPTH words of WIDTH bits: the VHDL twin of fifo.v, clock by
-- clock. Its ports and generics have the meaning explained there:
--
--   ALMOST_FULL_AT       the level from which almost_full is high; 0, the default, stands for
--                        DEPTH - 2, but at least 1
--
--   clk                  everything happens on its rising edge
--   rst                  synchronous, active high: empty, rd_data 0, no error
--   wr_en, wr_data       a write, if full is low; refused while it is high, even with a read on the
--                        same edge
--   full, almost_full    level = DEPTH, level >= ALMOST_FULL_AT
--   rd_en                a read, if empty is low; refused while it is high, even with a write
--   rd_data              the word read, after the edge that read it; kept until the next read
--   empty, level         level = 0; the number of words inside
--   overflow, underflow  high for one clock after an edge that refused a write or a read
--
-- Inside, mem(0) to mem(DEPTH - 1) hold the words; the first word after a reset goes to mem(0).

library ieee;
use ieee.std_logic_1164.all;

package fifo_widths is
    -- Bits that hold the numbers 0 to largest.
    function bits_for(largest : natural) return positive;
end package;

package body fifo_widths is
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

use work.fifo_widths.all;

entity fifo is
    generic (
        WIDTH          : positive := 8;
        DEPTH          : positive := 16;
        ALMOST_FULL_AT : natural  := 0
    );
    port (
        clk         : in  std_logic;
        rst         : in  std_logic;

        wr_en       : in  std_logic;
        wr_data     : in  std_logic_vector(WIDTH - 1 downto 0);
        full        : out std_logic;
        almost_full : out std_logic;

        rd_en       : in  std_logic;
        rd_data     : out std_logic_vector(WIDTH - 1 downto 0);
        empty       : out std_logic;

        level       : out std_logic_vector(bits_for(DEPTH) - 1 downto 0);
        overflow    : out std_logic;
        underflow   : out std_logic
    );
end entity;

architecture rtl of fifo is

    function almost_full_level return positive is
    begin
        if ALMOST_FULL_AT > 0 then
            return ALMOST_FULL_AT;
        elsif DEPTH > 2 then
            return DEPTH - 2;
        else
            return 1;
        end if;
    end function;

    type memory_type is array (0 to DEPTH - 1) of std_logic_vector(WIDTH - 1 downto 0);

    signal mem    : memory_type;
    signal wr_ptr : natural range 0 to DEPTH - 1;
    signal rd_ptr : natural range 0 to DEPTH - 1;

    signal words  : unsigned(level'range);
    signal known  : boolean;

    function to_flag(condition : boolean) return std_logic is
    begin
        if condition then
            return '1';
        else
            return '0';
        end if;
    end function;

begin

    assert ALMOST_FULL_AT <= DEPTH
        report "ALMOST_FULL_AT is above DEPTH: almost_full would never be high"
        severity failure;

    -- Before the first reset: numeric_std would warn of every comparison with an unknown bit.
    known <= not is_x(std_logic_vector(words));

    full        <= to_flag(words = DEPTH) when known else 'X';
    almost_full <= to_flag(words >= almost_full_level) when known else 'X';
    empty       <= to_flag(words = 0) when known else 'X';
    level       <= std_logic_vector(words);

    process (clk) is
        variable writes : boolean;
        variable reads  : boolean;
    begin
        if rising_edge(clk) then
            if rst = '1' then
                wr_ptr    <= 0;
                rd_ptr    <= 0;
                words     <= (others => '0');
                rd_data   <= (others => '0');
                overflow  <= '0';
                underflow <= '0';
            else
                writes := wr_en = '1' and full = '0';
                reads  := rd_en = '1' and empty = '0';

                overflow  <= wr_en and full;
                underflow <= rd_en and empty;
                if writes then
                    mem(wr_ptr) <= wr_data;
                    wr_ptr      <= 0 when wr_ptr = DEPTH - 1 else wr_ptr + 1;
                end if;
                if reads then
                    rd_data <= mem(rd_ptr);
                    rd_ptr  <= 0 when rd_ptr = DEPTH - 1 else rd_ptr + 1;
                end if;
                if writes and not reads then
                    words <= words + 1;
                elsif reads and not writes then
                    words <= words - 1;
                end if;
            end if;
        end if;
    end process;

end architecture;
