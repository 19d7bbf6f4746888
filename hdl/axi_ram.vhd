-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A memory behind an AXI4 subordinate: bursts of every kind, narrow and unaligned.
--
--   BYTES       bytes of the data, a power of two from 1 to 128
--   ADDR_WIDTH  bits of the byte address, at least 9 and more than BYTES needs: the memory
--               fills it
--   ID_WIDTH    bits of the IDs, at least 1
--
--   aclk     everything happens on its rising edge
--   aresetn  synchronous, active low; it leaves the memory as it is
--   s_axi_*  the five channels of AXI4, each transferring on an edge with its valid and ready high;
--            every burst that the protocol allows
--
-- Answers are OKAY. A byte is written if its strobe is 1, whichever the burst. Bytes that were never
-- written are unknown. All lanes of `rdata` are those of the word that a beat is in.
--
-- A write is taken when the one before it was answered: `awready` is high then, `wready` after it until
-- the last beat, a beat each clock; `bvalid` follows the last beat and stays until `bready`, with the ID of
-- the write. Which beat is the last says AWLEN, and not `wlast`.
--
-- A read is taken when the last beat of the one before it was fetched: `arready` is high then. Beats are
-- fetched a clock after the address and each other, as long as there is room for them in `rdata`; they
-- stay until `rready`. A beat that is fetched on the edge of a write to it has the value before the write.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity axi_ram is
    generic (
        BYTES      : positive := 4;
        ADDR_WIDTH : positive := 14;
        ID_WIDTH   : positive := 4
    );
    port (
        aclk          : in  std_logic;
        aresetn       : in  std_logic;

        s_axi_awid    : in  std_logic_vector(ID_WIDTH - 1 downto 0);
        s_axi_awaddr  : in  std_logic_vector(ADDR_WIDTH - 1 downto 0);
        s_axi_awlen   : in  std_logic_vector(7 downto 0);
        s_axi_awsize  : in  std_logic_vector(2 downto 0);
        s_axi_awburst : in  std_logic_vector(1 downto 0);
        s_axi_awvalid : in  std_logic;
        s_axi_awready : out std_logic;

        s_axi_wdata   : in  std_logic_vector(8 * BYTES - 1 downto 0);
        s_axi_wstrb   : in  std_logic_vector(BYTES - 1 downto 0);
        s_axi_wlast   : in  std_logic;
        s_axi_wvalid  : in  std_logic;
        s_axi_wready  : out std_logic;

        s_axi_bid     : out std_logic_vector(ID_WIDTH - 1 downto 0);
        s_axi_bresp   : out std_logic_vector(1 downto 0);
        s_axi_bvalid  : out std_logic;
        s_axi_bready  : in  std_logic;

        s_axi_arid    : in  std_logic_vector(ID_WIDTH - 1 downto 0);
        s_axi_araddr  : in  std_logic_vector(ADDR_WIDTH - 1 downto 0);
        s_axi_arlen   : in  std_logic_vector(7 downto 0);
        s_axi_arsize  : in  std_logic_vector(2 downto 0);
        s_axi_arburst : in  std_logic_vector(1 downto 0);
        s_axi_arvalid : in  std_logic;
        s_axi_arready : out std_logic;

        s_axi_rid     : out std_logic_vector(ID_WIDTH - 1 downto 0);
        s_axi_rdata   : out std_logic_vector(8 * BYTES - 1 downto 0);
        s_axi_rresp   : out std_logic_vector(1 downto 0);
        s_axi_rlast   : out std_logic;
        s_axi_rvalid  : out std_logic;
        s_axi_rready  : in  std_logic
    );
end entity;

architecture rtl of axi_ram is

    constant WORDS : positive := 2 ** ADDR_WIDTH / BYTES;

    constant FIXED : std_logic_vector(1 downto 0) := "00";
    constant WRAP  : std_logic_vector(1 downto 0) := "10";

    subtype address_t is unsigned(ADDR_WIDTH - 1 downto 0);
    subtype word_t is std_logic_vector(8 * BYTES - 1 downto 0);
    type mem_t is array (0 to WORDS - 1) of word_t;

    signal mem : mem_t;

    -- The address of the beat after this one.
    function following(
        address : address_t;
        len     : unsigned(7 downto 0);
        size    : std_logic_vector(2 downto 0);
        burst   : std_logic_vector(1 downto 0)
    ) return address_t is
        constant SHIFT : natural   := to_integer(unsigned(size));
        constant ONES  : address_t := (others => '1');
        variable beat  : address_t; -- the bits of an address inside of a beat
        variable blk   : address_t; -- and inside of a burst that wraps
        variable moved : address_t;
    begin
        beat  := not shift_left(ONES, SHIFT);
        blk   := shift_left(resize(len, ADDR_WIDTH), SHIFT) or beat;
        moved := (address or beat) + 1;
        case burst is
            when FIXED  => return address;
            when WRAP   => return (address and not blk) or (moved and blk);
            when others => return moved;
        end case;
    end function;

    signal w_active, b_valid : std_logic;
    signal w_id              : std_logic_vector(ID_WIDTH - 1 downto 0);
    signal w_address         : address_t;
    signal w_len, w_left     : unsigned(7 downto 0); -- beats after this one
    signal w_size            : std_logic_vector(2 downto 0);
    signal w_burst           : std_logic_vector(1 downto 0);

    signal r_active, r_valid : std_logic;
    signal r_id              : std_logic_vector(ID_WIDTH - 1 downto 0);
    signal r_address         : address_t;
    signal r_len, r_left     : unsigned(7 downto 0);
    signal r_size            : std_logic_vector(2 downto 0);
    signal r_burst           : std_logic_vector(1 downto 0);

begin

    s_axi_bresp   <= "00";
    s_axi_rresp   <= "00";
    s_axi_awready <= not w_active and not b_valid;
    s_axi_wready  <= w_active;
    s_axi_bvalid  <= b_valid;
    s_axi_arready <= not r_active;
    s_axi_rvalid  <= r_valid;

    writes : process (aclk)
        variable word : natural;
    begin
        if rising_edge(aclk) then
            if aresetn = '0' then
                w_active <= '0';
                b_valid  <= '0';
            else
                if s_axi_bready = '1' then
                    b_valid <= '0';
                end if;

                if s_axi_awvalid = '1' and w_active = '0' and b_valid = '0' then
                    w_active  <= '1';
                    w_id      <= s_axi_awid;
                    w_address <= unsigned(s_axi_awaddr);
                    w_len     <= unsigned(s_axi_awlen);
                    w_left    <= unsigned(s_axi_awlen);
                    w_size    <= s_axi_awsize;
                    w_burst   <= s_axi_awburst;
                end if;

                if s_axi_wvalid = '1' and w_active = '1' then
                    word := to_integer(w_address) / BYTES;
                    for lane in 0 to BYTES - 1 loop
                        if s_axi_wstrb(lane) = '1' then
                            mem(word)(8 * lane + 7 downto 8 * lane)
                                <= s_axi_wdata(8 * lane + 7 downto 8 * lane);
                        end if;
                    end loop;
                    w_address <= following(w_address, w_len, w_size, w_burst);
                    w_left    <= w_left - 1;
                    if w_left = 0 then
                        w_active  <= '0';
                        b_valid   <= '1';
                        s_axi_bid <= w_id;
                    end if;
                end if;
            end if;
        end if;
    end process;

    reads : process (aclk)
    begin
        if rising_edge(aclk) then
            if aresetn = '0' then
                r_active <= '0';
                r_valid  <= '0';
            else
                if s_axi_rready = '1' then
                    r_valid <= '0';
                end if;

                if s_axi_arvalid = '1' and r_active = '0' then
                    r_active  <= '1';
                    r_id      <= s_axi_arid;
                    r_address <= unsigned(s_axi_araddr);
                    r_len     <= unsigned(s_axi_arlen);
                    r_left    <= unsigned(s_axi_arlen);
                    r_size    <= s_axi_arsize;
                    r_burst   <= s_axi_arburst;
                end if;

                if r_active = '1' and (r_valid = '0' or s_axi_rready = '1') then
                    r_address   <= following(r_address, r_len, r_size, r_burst);
                    r_left      <= r_left - 1;
                    r_valid     <= '1';
                    s_axi_rid   <= r_id;
                    s_axi_rdata <= mem(to_integer(r_address) / BYTES);
                    s_axi_rlast <= '0';
                    if r_left = 0 then
                        r_active    <= '0';
                        s_axi_rlast <= '1';
                    end if;
                end if;
            end if;
        end if;
    end process;

end architecture;
