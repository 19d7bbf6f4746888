-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A RAM of words of 32 bits behind an AHB-Lite subordinate.
--
--   WORDS  words of the memory, 2 at least, `mem(0)` and on; a transfer above them ends with ERROR and changes
--          nothing
--   WAITS  clocks with `hreadyout` low in each data phase
--
--   hclk     everything happens on its rising edge
--   hresetn  synchronous, active low: no transfer is under way, the words stay
--
-- A transfer is taken on an edge with `hsel` and `hready` high and `htrans` NONSEQ or SEQ: `hburst` need not be
-- known, as each transfer has its address. Its data phase begins with the next clock, has WAITS clocks with
-- `hreadyout` low, and ends in the clock after those; an error has two, `hreadyout` low in the first, `hresp` high
-- in both. Bytes, half-words and words are written by `hsize` and the low bits of `haddr`; reads give the whole word.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity ahb_ram is
    generic (
        WORDS : positive := 512;
        WAITS : natural  := 0
    );
    port (
        hclk      : in  std_logic;
        hresetn   : in  std_logic;

        hsel      : in  std_logic;
        haddr     : in  std_logic_vector(15 downto 0);
        htrans    : in  std_logic_vector(1 downto 0);
        hwrite    : in  std_logic;
        hsize     : in  std_logic_vector(2 downto 0);
        hburst    : in  std_logic_vector(2 downto 0);
        hprot     : in  std_logic_vector(3 downto 0);
        hwdata    : in  std_logic_vector(31 downto 0);
        hrdata    : out std_logic_vector(31 downto 0);
        hready    : in  std_logic;
        hreadyout : out std_logic;
        hresp     : out std_logic
    );
end entity;

architecture rtl of ahb_ram is
    type words_t is array (0 to WORDS - 1) of std_logic_vector(31 downto 0);

    signal mem : words_t;

    -- The data phase.
    signal busy, writes, fails, second : std_logic := '0';
    signal word  : natural range 0 to WORDS - 1    := 0;
    signal first : natural range 0 to 3            := 0;
    signal bytes : natural range 1 to 4            := 1;
    signal left  : natural range 0 to WAITS        := 0;
begin
    hreadyout <= '1' when busy = '0' or (left = 0 and (fails = '0' or second = '1')) else '0';
    hresp     <= '1' when busy = '1' and fails = '1' and left = 0 else '0';
    hrdata    <= mem(word);

    process (hclk)
        variable asked : natural;
    begin
        if rising_edge(hclk) then
            if hresetn = '0' then
                busy   <= '0';
                writes <= '0';
                fails  <= '0';
                second <= '0';
                left   <= 0;
            else
                if left /= 0 then
                    left <= left - 1;
                else
                    second <= hresp and not second;
                end if;

                if busy = '1' and hreadyout = '1' then
                    for lane in 0 to 3 loop
                        if writes = '1' and fails = '0' and lane >= first and lane < first + bytes then
                            mem(word)(8 * lane + 7 downto 8 * lane) <= hwdata(8 * lane + 7 downto 8 * lane);
                        end if;
                    end loop;
                    busy <= '0';
                end if;

                if hsel = '1' and hready = '1' and htrans(1) = '1' then
                    asked  := to_integer(unsigned(haddr(15 downto 2)));
                    busy   <= '1';
                    writes <= hwrite;
                    left   <= WAITS;
                    fails  <= '0';
                    first  <= to_integer(unsigned(haddr(1 downto 0)));
                    bytes  <= 2 ** to_integer(unsigned(hsize(1 downto 0)));
                    if asked < WORDS then
                        word <= asked;
                    else
                        fails <= '1';
                    end if;
                end if;
            end if;
        end if;
    end process;
end architecture;
