-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A memory of words of 32 bits behind a Wishbone B4 subordinate with addresses of bytes.
--
--   WORDS      words of the memory, `mem(0)` and on; what is above ends with ERR and changes nothing
--   WAITS      clocks that an access waits: in standard mode before it is terminated, pipelined with STALL
--              high after each access that is taken
--   PIPELINED  0: standard mode, wb_stall_o is low; 1: pipelined
--
--   clk_i  everything happens on its rising edge
--   rst_i  synchronous, active high: nothing is terminated, the words stay
--   busy   an access that begins while it is high ends with RTY and changes nothing
--
-- Exactly one of wb_ack_o, wb_err_o, wb_rty_o is high for a clock for each access. wb_dat_o is the word that is
-- read, with wb_ack_o. wb_sel_i lets bytes of a write through.
--
-- Standard mode: an access is terminated in the clock after it has waited. In a burst (wb_cti_i 001 or 010, the
-- latter with wb_bte_i) the next access is terminated in the next clock, and waits no more; the termination
-- stays while wb_stb_i is low inside of the burst. Words are written on the edge with the termination.
--
-- Pipelined: an access is taken on an edge with wb_stall_o low, which writes the word, and terminated in the
-- clock after that.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity wishbone_memory is
    generic (
        WORDS     : positive := 64;
        WAITS     : natural  := 0;
        PIPELINED : natural  := 0
    );
    port (
        clk_i      : in  std_logic;
        rst_i      : in  std_logic;
        busy       : in  std_logic;

        wb_cyc_i   : in  std_logic;
        wb_stb_i   : in  std_logic;
        wb_we_i    : in  std_logic;
        wb_adr_i   : in  std_logic_vector(15 downto 0);
        wb_dat_i   : in  std_logic_vector(31 downto 0);
        wb_sel_i   : in  std_logic_vector(3 downto 0);
        wb_cti_i   : in  std_logic_vector(2 downto 0);
        wb_bte_i   : in  std_logic_vector(1 downto 0);
        wb_stall_o : out std_logic;
        wb_ack_o   : out std_logic;
        wb_err_o   : out std_logic;
        wb_rty_o   : out std_logic;
        wb_dat_o   : out std_logic_vector(31 downto 0)
    );
end entity;

architecture rtl of wishbone_memory is
    type words_t is array (0 to WORDS - 1) of std_logic_vector(31 downto 0);

    signal mem    : words_t;
    signal waited : natural range 0 to WAITS;
begin
    wb_stall_o <= '1' when PIPELINED /= 0 and waited /= 0 else '0';

    process (clk_i)
        variable at, first, span : natural;
        variable asked, given, burst : boolean;

        procedure terminate(word : natural; retry : std_logic) is
        begin
            wb_ack_o <= '0';
            wb_err_o <= '0';
            wb_rty_o <= retry;
            if word < WORDS then
                wb_ack_o <= not retry;
                wb_dat_o <= mem(word);
            else
                wb_err_o <= not retry;
            end if;
        end procedure;

        procedure leave is
        begin
            wb_ack_o <= '0';
            wb_err_o <= '0';
            wb_rty_o <= '0';
        end procedure;

        procedure store is
        begin
            for lane in 0 to 3 loop
                if wb_we_i = '1' and wb_sel_i(lane) = '1' and at < WORDS then
                    mem(at)(8 * lane + 7 downto 8 * lane) <= wb_dat_i(8 * lane + 7 downto 8 * lane);
                end if;
            end loop;
        end procedure;
    begin
        if rising_edge(clk_i) then
            asked := wb_cyc_i = '1' and wb_stb_i = '1';
            given := wb_ack_o = '1' or wb_err_o = '1' or wb_rty_o = '1';
            at := 0;
            if asked then
                at := to_integer(unsigned(wb_adr_i(15 downto 2)));
            end if;
            if rst_i = '1' then
                leave;
                waited <= 0;
            elsif PIPELINED /= 0 then
                leave;
                if waited /= 0 then
                    waited <= waited - 1;
                elsif asked then
                    terminate(at, busy);
                    if busy = '0' then
                        store;
                    end if;
                    waited <= WAITS;
                end if;
            elsif wb_cyc_i = '0' then
                leave;
                waited <= 0;
            elsif given then
                if asked then
                    if wb_ack_o = '1' then
                        store;
                    end if;
                    waited <= 0;
                    -- The word after this one in a burst.
                    burst := wb_cti_i = "001" or wb_cti_i = "010";
                    span := 16384;
                    if wb_cti_i = "001" then
                        span := 1;
                    elsif wb_bte_i /= "00" then
                        span := 2 ** (to_integer(unsigned(wb_bte_i)) + 1);
                    end if;
                    first := at - at mod span;
                    if burst and wb_ack_o = '1' then
                        terminate(first + (at + 1) mod span, '0');
                    else
                        leave;
                    end if;
                end if;
            elsif asked then
                if waited = WAITS then
                    terminate(at, busy);
                else
                    waited <= waited + 1;
                end if;
            end if;
        end if;
    end process;
end architecture;
