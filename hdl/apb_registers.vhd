-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- Registers of 32 bits behind an APB4 completer, with fields of several kinds of access.
--
--   WAITS  clocks with `pready` low in each access
--   ID     what `id` reads
--
-- The registers, by byte address; bits that no field has read 0:
--
--   0x00  id       RO   the generic ID
--   0x04  control  RW   enable (bit 0, 0 after reset), mode (3:1, 2), divider (15:8, 0x10)
--   0x08  status   RO   7:0: the port `status`
--   0x0c  events   W1C  3:0: a bit is set by an edge with its `events` high, and cleared by writing 1; if both
--                       happen on one edge, it is set; 0 after reset
--   0x10  count    RC   15:0: edges with `tick` high since the reset or the read before; the edge that ends a
--                       read is not counted
--   0x14  mask     RW   3:0: irq = |(events & mask); 0 after reset
--   0x18  key      WO   7:0: drives the port `key`, reads 0; 0 after reset
--   0x1c  lock     W1   0: the first write of its byte after a reset is taken; 0 after reset
--   0x20  scratch  RW   scratch(0) and, at 0x24, scratch(1): all bits; 0 after reset
--
-- `pslverr` comes with a write of `id`, `status` or `count`, and with every access elsewhere, which changes nothing
-- and reads 0. Bytes are written by `pstrb`; an access is at its address rounded down to a multiple of 4.
--
--   pclk     everything happens on its rising edge
--   presetn  synchronous, active low

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity apb_registers is
    generic (
        WAITS : natural                       := 0;
        ID    : std_logic_vector(31 downto 0) := x"56460002"
    );
    port (
        pclk    : in  std_logic;
        presetn : in  std_logic;

        psel    : in  std_logic;
        penable : in  std_logic;
        paddr   : in  std_logic_vector(7 downto 0);
        pwrite  : in  std_logic;
        pwdata  : in  std_logic_vector(31 downto 0);
        pstrb   : in  std_logic_vector(3 downto 0);
        prdata  : out std_logic_vector(31 downto 0);
        pready  : out std_logic;
        pslverr : out std_logic;

        events  : in  std_logic_vector(3 downto 0);
        tick    : in  std_logic;
        status  : in  std_logic_vector(7 downto 0);
        key     : out std_logic_vector(7 downto 0);
        irq     : out std_logic
    );
end entity;

architecture rtl of apb_registers is
    type scratch_t is array (0 to 1) of std_logic_vector(31 downto 0);

    signal enable  : std_logic;
    signal mode    : std_logic_vector(2 downto 0);
    signal divider : std_logic_vector(7 downto 0);
    signal seen    : std_logic_vector(3 downto 0);
    signal count   : unsigned(15 downto 0);
    signal mask    : std_logic_vector(3 downto 0);
    signal lock    : std_logic;
    signal locked  : std_logic;
    signal scratch : scratch_t;
    signal waited  : natural range 0 to WAITS;
begin
    pready <= '1' when waited = WAITS else '0';
    irq    <= or (seen and mask);

    process (all)
        variable refused : std_logic;
    begin
        prdata  <= (others => '0');
        refused := paddr(7) or paddr(6);
        case paddr(5 downto 2) is
            when x"0" =>
                prdata  <= ID;
                refused := refused or pwrite;
            when x"1" =>
                prdata(15 downto 0) <= divider & "0000" & mode & enable;
            when x"2" =>
                prdata(7 downto 0) <= status;
                refused := refused or pwrite;
            when x"3" =>
                prdata(3 downto 0) <= seen;
            when x"4" =>
                prdata(15 downto 0) <= std_logic_vector(count);
                refused := refused or pwrite;
            when x"5" =>
                prdata(3 downto 0) <= mask;
            when x"6" =>
                null;
            when x"7" =>
                prdata(0) <= lock;
            when x"8" =>
                prdata <= scratch(0);
            when x"9" =>
                prdata <= scratch(1);
            when others =>
                refused := '1';
        end case;
        if refused = '1' then
            prdata <= (others => '0');
        end if;
        pslverr <= refused;
    end process;

    process (pclk)
        variable word   : natural range 0 to 15;
        variable done   : boolean;
    begin
        if rising_edge(pclk) then
            if presetn = '0' then
                enable  <= '0';
                mode    <= "010";
                divider <= x"10";
                seen    <= (others => '0');
                count   <= (others => '0');
                mask    <= (others => '0');
                key     <= (others => '0');
                lock    <= '0';
                locked  <= '0';
                scratch <= (others => (others => '0'));
                waited  <= 0;
            else
                if psel = '1' and penable = '1' and pready = '0' then
                    waited <= waited + 1;
                else
                    waited <= 0;
                end if;

                seen <= seen or events;
                if tick = '1' then
                    count <= count + 1;
                end if;

                done := psel = '1' and penable = '1' and pready = '1' and pslverr = '0';
                word := 0;
                if done then
                    word := to_integer(unsigned(paddr(5 downto 2)));
                end if;
                if done and pwrite = '0' and word = 4 then
                    count <= (others => '0');
                end if;
                if done and pwrite = '1' then
                    case word is
                        when 1 =>
                            if pstrb(0) = '1' then
                                mode   <= pwdata(3 downto 1);
                                enable <= pwdata(0);
                            end if;
                            if pstrb(1) = '1' then
                                divider <= pwdata(15 downto 8);
                            end if;
                        when 3 =>
                            if pstrb(0) = '1' then
                                seen <= (seen and not pwdata(3 downto 0)) or events;
                            end if;
                        when 5 =>
                            if pstrb(0) = '1' then
                                mask <= pwdata(3 downto 0);
                            end if;
                        when 6 =>
                            if pstrb(0) = '1' then
                                key <= pwdata(7 downto 0);
                            end if;
                        when 7 =>
                            if pstrb(0) = '1' then
                                locked <= '1';
                                if locked = '0' then
                                    lock <= pwdata(0);
                                end if;
                            end if;
                        when 8 | 9 =>
                            for lane in 0 to 3 loop
                                if pstrb(lane) = '1' then
                                    scratch(word - 8)(8 * lane + 7 downto 8 * lane) <=
                                        pwdata(8 * lane + 7 downto 8 * lane);
                                end if;
                            end loop;
                        when others =>
                            null;
                    end case;
                end if;
            end if;
        end if;
    end process;
end architecture;
