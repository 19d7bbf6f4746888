-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- MUTANT of axi_lite.vhd: `bvalid` lasts one clock, whether `bready` was high or not: under
-- backpressure answers are lost.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity axi_lite is
    generic (
        ADDR_WIDTH    : positive := 8;
        SCRATCH_WORDS : positive := 4;
        ID            : natural  := 16#5646_0001#
    );
    port (
        aclk          : in  std_logic;
        aresetn       : in  std_logic;

        s_axi_awaddr  : in  std_logic_vector(ADDR_WIDTH - 1 downto 0);
        s_axi_awprot  : in  std_logic_vector(2 downto 0);
        s_axi_awvalid : in  std_logic;
        s_axi_awready : out std_logic;

        s_axi_wdata   : in  std_logic_vector(31 downto 0);
        s_axi_wstrb   : in  std_logic_vector(3 downto 0);
        s_axi_wvalid  : in  std_logic;
        s_axi_wready  : out std_logic;

        s_axi_bresp   : out std_logic_vector(1 downto 0);
        s_axi_bvalid  : out std_logic;
        s_axi_bready  : in  std_logic;

        s_axi_araddr  : in  std_logic_vector(ADDR_WIDTH - 1 downto 0);
        s_axi_arprot  : in  std_logic_vector(2 downto 0);
        s_axi_arvalid : in  std_logic;
        s_axi_arready : out std_logic;

        s_axi_rdata   : out std_logic_vector(31 downto 0);
        s_axi_rresp   : out std_logic_vector(1 downto 0);
        s_axi_rvalid  : out std_logic;
        s_axi_rready  : in  std_logic;

        control       : out std_logic_vector(31 downto 0);
        status        : in  std_logic_vector(31 downto 0);
        events        : in  std_logic_vector(31 downto 0);
        irq           : out std_logic
    );
end entity;

architecture rtl of axi_lite is

    constant OKAY   : std_logic_vector(1 downto 0) := "00";
    constant SLVERR : std_logic_vector(1 downto 0) := "10";
    constant DECERR : std_logic_vector(1 downto 0) := "11";

    -- Word addresses.
    constant ID_WORD      : natural := 0;
    constant CONTROL_WORD : natural := 1;
    constant STATUS_WORD  : natural := 2;
    constant EVENTS_WORD  : natural := 3;
    constant MASK_WORD    : natural := 4;
    constant SCRATCH_WORD : natural := 8;

    type register_array is array (0 to SCRATCH_WORDS - 1) of std_logic_vector(31 downto 0);

    signal pending    : std_logic_vector(31 downto 0); -- EVENTS
    signal mask       : std_logic_vector(31 downto 0);
    signal scratch    : register_array;

    -- Writes: one address and one word of data are kept until both are there.
    signal aw_held    : std_logic;
    signal aw_address : std_logic_vector(ADDR_WIDTH - 1 downto 0);
    signal w_held     : std_logic;
    signal w_data     : std_logic_vector(31 downto 0);
    signal w_strobes  : std_logic_vector(3 downto 0);

    function merge(
        old     : std_logic_vector(31 downto 0);
        data    : std_logic_vector(31 downto 0);
        strobes : std_logic_vector(3 downto 0)
    ) return std_logic_vector is
        variable merged : std_logic_vector(31 downto 0) := old;
    begin
        for lane in strobes'range loop
            if strobes(lane) = '1' then
                merged(8 * lane + 7 downto 8 * lane) := data(8 * lane + 7 downto 8 * lane);
            end if;
        end loop;
        return merged;
    end function;

    function is_scratch(word : natural) return boolean is
    begin
        return word >= SCRATCH_WORD and word < SCRATCH_WORD + SCRATCH_WORDS;
    end function;

    -- The answer to an access. An address with unknown bits finds nothing.
    function answer(
        address  : std_logic_vector(ADDR_WIDTH - 1 downto 0);
        modifies : boolean
    ) return std_logic_vector is
        variable word : natural;
    begin
        if is_x(address) then
            return DECERR;
        end if;
        word := to_integer(unsigned(address(ADDR_WIDTH - 1 downto 2)));
        if word > MASK_WORD and not is_scratch(word) then
            return DECERR;
        elsif address(1 downto 0) /= "00" then
            return SLVERR;
        elsif modifies and (word = ID_WORD or word = STATUS_WORD) then
            return SLVERR;
        else
            return OKAY;
        end if;
    end function;

begin

    irq <= or (pending and mask);

    s_axi_awready <= not aw_held;
    s_axi_wready  <= not w_held;
    s_axi_arready <= not s_axi_rvalid or s_axi_rready;

    writes : process (aclk) is
        variable word    : natural;
        variable cleared : std_logic_vector(31 downto 0);
        variable reply   : std_logic_vector(1 downto 0);
    begin
        if rising_edge(aclk) then
            if aresetn = '0' then
                aw_held      <= '0';
                aw_address   <= (others => '0');
                w_held       <= '0';
                w_data       <= (others => '0');
                w_strobes    <= (others => '0');
                s_axi_bvalid <= '0';
                s_axi_bresp  <= OKAY;
                control      <= (others => '0');
                pending      <= (others => '0');
                mask         <= (others => '0');
                scratch      <= (others => (others => '0'));
            else
                if s_axi_bvalid = '1' then
                    s_axi_bvalid <= '0';
                end if;

                if s_axi_awvalid = '1' and aw_held = '0' then
                    aw_held    <= '1';
                    aw_address <= s_axi_awaddr;
                end if;
                if s_axi_wvalid = '1' and w_held = '0' then
                    w_held    <= '1';
                    w_data    <= s_axi_wdata;
                    w_strobes <= s_axi_wstrb;
                end if;

                cleared := (others => '0');
                if aw_held = '1' and w_held = '1'
                    and (s_axi_bvalid = '0' or s_axi_bready = '1')
                then
                    reply        := answer(aw_address, modifies => true);
                    aw_held      <= '0';
                    w_held       <= '0';
                    s_axi_bvalid <= '1';
                    s_axi_bresp  <= reply;

                    if reply = OKAY then
                        word := to_integer(unsigned(aw_address(ADDR_WIDTH - 1 downto 2)));
                        case word is
                            when CONTROL_WORD =>
                                control <= merge(control, w_data, w_strobes);
                            when EVENTS_WORD =>
                                cleared := merge(cleared, w_data, w_strobes);
                            when MASK_WORD =>
                                mask <= merge(mask, w_data, w_strobes);
                            when others =>
                                scratch(word - SCRATCH_WORD) <=
                                    merge(scratch(word - SCRATCH_WORD), w_data, w_strobes);
                        end case;
                    end if;
                end if;

                pending <= (pending and not cleared) or events;
            end if;
        end if;
    end process;

    reads : process (aclk) is
        variable word  : natural;
        variable reply : std_logic_vector(1 downto 0);
    begin
        if rising_edge(aclk) then
            if aresetn = '0' then
                s_axi_rvalid <= '0';
                s_axi_rdata  <= (others => '0');
                s_axi_rresp  <= OKAY;
            elsif s_axi_arvalid = '1' and s_axi_arready = '1' then
                reply        := answer(s_axi_araddr, modifies => false);
                s_axi_rvalid <= '1';
                s_axi_rresp  <= reply;
                s_axi_rdata  <= (others => '0');

                if reply = OKAY then
                    word := to_integer(unsigned(s_axi_araddr(ADDR_WIDTH - 1 downto 2)));
                    case word is
                        when ID_WORD =>
                            s_axi_rdata <= std_logic_vector(to_unsigned(ID, 32));
                        when CONTROL_WORD =>
                            s_axi_rdata <= control;
                        when STATUS_WORD =>
                            s_axi_rdata <= status;
                        when EVENTS_WORD =>
                            s_axi_rdata <= pending;
                        when MASK_WORD =>
                            s_axi_rdata <= mask;
                        when others =>
                            s_axi_rdata <= scratch(word - SCRATCH_WORD);
                    end case;
                end if;
            elsif s_axi_rready = '1' then
                s_axi_rvalid <= '0';
            end if;
        end if;
    end process;

end architecture;
