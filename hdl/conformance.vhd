-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- One of everything that a testbench looks up, reads, writes, waits for or walks over: the VHDL twin
-- of conformance.v, with the same names as far as VHDL has the things. It does nothing useful; each
-- group below is there to be found and to behave as its comment says.
--
-- VHDL-2008. Names that VHDL reserves or that differ by case only are extended identifiers: \bus\,
-- \in\, \CaseMatters\ and \casematters\. What Verilog has and VHDL has not is left out (packed
-- structures, events, integers of other widths); what VHDL has beyond it stands at the end. What has
-- no initial value here is 'U' until it is written.
--
--   clk         everything clocked happens on its rising edge
--   d_N         inputs of N = 1, 8, 32, 33, 64, 65, 128, 1024 bits: around every word boundary
--   q_N         outputs, registered: q_N <= d_N, one clock later
--   w_N         outputs: not q_N, in the same time step
--   bus, drive  a bidirectional bus: with `drive` high the design puts `q_8` on it, with `drive`
--               low Z; while nobody drives `drive` itself, X
--   bus_seen    what is on the bus, whoever drives it

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

package conformance_types is

    type words is array (natural range <>) of std_logic_vector(7 downto 0);
    type one_bit_words is array (natural range <>) of std_logic_vector(0 downto 0);

    type state_t is (IDLE, BUSY, DONE);

    type instruction_t is record
        opcode  : std_logic_vector(3 downto 0);
        operand : std_logic_vector(7 downto 0);
    end record;

    type flags_t is record
        zero  : boolean;
        carry : std_logic;
    end record;

    -- A record in a record, and fields of other types.
    type status_t is record
        flags : flags_t;
        count : integer range 0 to 99;
        level : real;
        state : state_t;
    end record;

    type instructions_t is array (natural range <>) of instruction_t;
    type board_t is array (1 to 2, 3 downto 1) of std_logic_vector(7 downto 0);
    type grid_t is array (0 to 1, 0 to 2) of std_logic;
    type integers_t is array (natural range <>) of integer;
    type states_t is array (state_t) of state_t;

    -- Of less than 32 bits, which is not to be taken for more.
    type small_t is range 0 to 9;

    type distance_t is range 0 to 1_000_000
        units
            um;
            mm = 1000 um;
        end units;

    subtype short_time is time range 0 fs to 1 us;

    constant GREETING_OF_THE_PACKAGE : string := "from a package";
    constant POWERS : words(0 to 3) := (x"01", x"02", x"04", x"08");

end package;

-- Adds STEP to what comes in, one clock later.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity conformance_grandchild is
    generic (
        STEP : integer := 1
    );
    port (
        clk  : in  std_logic;
        \in\ : in  std_logic_vector(7 downto 0);
        sum  : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of conformance_grandchild is
    constant STEP_BITS : std_logic_vector(7 downto 0) := std_logic_vector(to_unsigned(STEP, 8));
begin

    process (clk) is
    begin
        if rising_edge(clk) then
            if is_x(\in\) then
                sum <= (others => 'X');
            else
                sum <= std_logic_vector(unsigned(\in\) + unsigned(STEP_BITS));
            end if;
        end if;
    end process;

end architecture;

-- The same, in an instance of its own: first.adder.sum.
library ieee;
use ieee.std_logic_1164.all;

entity conformance_child is
    generic (
        STEP : integer := 1
    );
    port (
        clk   : in  std_logic;
        \in\  : in  std_logic_vector(7 downto 0);
        \out\ : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of conformance_child is
begin

    adder : entity work.conformance_grandchild
        generic map (
            STEP => STEP
        )
        port map (
            clk  => clk,
            \in\ => \in\,
            sum  => \out\
        );

end architecture;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.conformance_types.all;

entity conformance is
    generic (
        -- Generics of each kind, to be read and to be overridden.
        COUNT    : integer                       := 5;
        OFFSET   : signed(15 downto 0)           := x"fffd";
        PATTERN  : std_logic_vector(63 downto 0) := x"deadbeef01234567";
        GREETING : string                        := "hail";
        RATIO    : real                          := 0.625;
        NAME     : string                        := "conformance"
    );
    port (
        clk      : in    std_logic;

        d_1      : in    std_logic;
        d_8      : in    std_logic_vector(7 downto 0);
        d_32     : in    std_logic_vector(31 downto 0);
        d_33     : in    std_logic_vector(32 downto 0);
        d_64     : in    std_logic_vector(63 downto 0);
        d_65     : in    std_logic_vector(64 downto 0);
        d_128    : in    std_logic_vector(127 downto 0);
        d_1024   : in    std_logic_vector(1023 downto 0);

        q_1      : out   std_logic;
        q_8      : out   std_logic_vector(7 downto 0);
        q_32     : out   std_logic_vector(31 downto 0);
        q_33     : out   std_logic_vector(32 downto 0);
        q_64     : out   std_logic_vector(63 downto 0);
        q_65     : out   std_logic_vector(64 downto 0);
        q_128    : out   std_logic_vector(127 downto 0);
        q_1024   : out   std_logic_vector(1023 downto 0);

        w_1      : out   std_logic;
        w_8      : out   std_logic_vector(7 downto 0);
        w_32     : out   std_logic_vector(31 downto 0);
        w_33     : out   std_logic_vector(32 downto 0);
        w_64     : out   std_logic_vector(63 downto 0);
        w_65     : out   std_logic_vector(64 downto 0);
        w_128    : out   std_logic_vector(127 downto 0);
        w_1024   : out   std_logic_vector(1023 downto 0);

        drive    : in    std_logic;
        \bus\    : inout std_logic_vector(7 downto 0);
        bus_seen : out   std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of conformance is

    -- Constants known only inside; the second depends on a generic.
    constant NIBBLE : std_logic_vector(3 downto 0) := "1010";
    constant TWICE  : integer := 2 * COUNT;
    constant HALF   : real := RATIO / 2.0;

    -- Ranges and signs: each takes q_8 or part of it one clock later.
    signal signed_byte    : signed(7 downto 0);               -- x"ff" reads -1
    signal ascending      : std_logic_vector(0 to 7);         -- ascending(0) is the leftmost
    signal offset_range   : std_logic_vector(15 downto 8);
    signal one_bit_vector : std_logic_vector(0 downto 0);     -- a vector of one bit, no scalar

    type negative_vector is array (integer range <>) of std_logic;
    signal negative_range : negative_vector(-1 downto -8);

    -- Bits and parts of them, so that a testbench can compare what it makes of the indices.
    signal ascending_msb  : std_logic;
    signal ascending_low  : std_logic_vector(3 downto 0);
    signal offset_high    : std_logic_vector(3 downto 0);
    signal negative_lsb   : std_logic;

    -- Memories. The other words of mem stay 'U'; word i of mem_descending holds 17*i.
    signal mem            : words(0 to 15) := (0 => x"00", 15 => x"ff", others => (others => 'U'));
    signal mem_descending : words(15 downto 8) :=
        (x"ff", x"ee", x"dd", x"cc", x"bb", x"aa", x"99", x"88");
    signal mem_bits       : one_bit_words(0 to 7) :=
        ("0", "1", "0", "1", "0", "1", "0", "1");

    signal mem_word            : std_logic_vector(7 downto 0);
    signal mem_descending_word : std_logic_vector(7 downto 0);

    -- Two states, and four.
    signal two_state_bit     : bit;
    signal two_state_vector  : bit_vector(11 downto 0);
    signal two_state_int     : integer := 0;
    signal unsigned_byte     : unsigned(7 downto 0);
    signal four_state_bit    : std_logic;
    signal four_state_vector : std_logic_vector(11 downto 0);

    signal state             : state_t := IDLE;   -- then BUSY, DONE and round
    signal instruction       : instruction_t;     -- q_8(3 downto 0) & q_8 one clock later
    signal opcode            : std_logic_vector(3 downto 0);

    -- Types that are no vectors of bits.
    signal rising_edges      : integer := 0;      -- of clk since the start
    signal scaled            : real := 0.0;       -- rising_edges * RATIO
    signal last_edge         : time := 0 fs;      -- of clk
    signal last_edge_real    : real := 0.0;       -- the same in ns
    signal text              : string(1 to 8) := "start   ";  -- "edge   N" after the Nth edge

    -- Names.
    signal \odd+name\        : std_logic;         -- extended: not a plain identifier
    signal \dotted.name\     : std_logic;         -- a dot that separates nothing
    signal \index[3]\        : std_logic;         -- brackets that select nothing
    signal \CaseMatters\     : std_logic;         -- two signals, told apart by case
    signal \casematters\     : std_logic;

    -- Unknown and high-impedance values.
    signal undriven          : std_logic_vector(3 downto 0) := "ZZZZ";
    signal mixed             : std_logic_vector(3 downto 0) := "01XZ";
    signal never_written     : std_logic_vector(7 downto 0) := (others => 'X');
    signal fought            : std_logic_vector(3 downto 0);  -- two drivers
    signal ground            : std_logic := '0';
    signal power             : std_logic := '1';

    signal swapped           : std_logic_vector(7 downto 0);
    signal ones              : std_logic_vector(3 downto 0);  -- in q_8, one clock later
    signal first_out         : std_logic_vector(7 downto 0);
    signal second_out        : std_logic_vector(7 downto 0);

    -- Beyond Verilog. The design reads each, and writes none that is not said to be written.
    signal uninitialized     : std_logic_vector(7 downto 0);            -- 'U'
    signal nine_states       : std_logic_vector(8 downto 0) := "UX01ZWLH-";
    signal nine_states_seen  : std_logic_vector(8 downto 0);            -- nine_states
    signal weak              : std_logic := 'L';
    signal unresolved        : std_ulogic := '0';
    signal flag              : boolean := false;
    signal flag_seen         : boolean;                                 -- flag
    signal letter            : character := 'a';
    signal bounded           : integer range -5 to 20 := 7;
    signal small             : small_t := 3;
    signal fraction          : real range 0.0 to 1.0 := 0.25;
    signal delay             : time := 1500 ps;
    signal short_delay       : short_time := 20 ns;
    signal distance          : distance_t := 3 mm;
    signal status            : status_t :=
        (flags => (zero => true, carry => '0'), count => 42, level => 0.5, state => BUSY);
    signal status_count      : integer;                                 -- status.count
    signal program           : instructions_t(0 to 1) :=
        (0 => (x"1", x"23"), 1 => (x"4", x"56"));
    signal board             : board_t := ((x"13", x"12", x"11"), (x"23", x"22", x"21"));
    signal board_corner      : std_logic_vector(7 downto 0);            -- board(2, 1)
    signal grid              : grid_t := (('0', '1', 'Z'), ('X', 'H', '-'));
    signal integers          : integers_t(1 to 3) := (10, -20, 30);
    signal next_states       : states_t := (BUSY, DONE, IDLE);
    signal null_vector       : std_logic_vector(-1 downto 0);

    function swap_nibbles (value : std_logic_vector(7 downto 0)) return std_logic_vector is
    begin
        return value(3 downto 0) & value(7 downto 4);
    end function;

    function count_ones (value : std_logic_vector(7 downto 0)) return std_logic_vector is
        variable total : natural range 0 to 8 := 0;
    begin
        for index in value'range loop
            if value(index) = '1' then
                total := total + 1;
            end if;
        end loop;
        return std_logic_vector(to_unsigned(total, 4));
    end function;

begin

    -- ---- Widths -------------------------------------------------------------------------------

    process (clk) is
    begin
        if rising_edge(clk) then
            q_1    <= d_1;
            q_8    <= d_8;
            q_32   <= d_32;
            q_33   <= d_33;
            q_64   <= d_64;
            q_65   <= d_65;
            q_128  <= d_128;
            q_1024 <= d_1024;
        end if;
    end process;

    w_1    <= not q_1;
    w_8    <= not q_8;
    w_32   <= not q_32;
    w_33   <= not q_33;
    w_64   <= not q_64;
    w_65   <= not q_65;
    w_128  <= not q_128;
    w_1024 <= not q_1024;

    -- ---- Ranges and signs ---------------------------------------------------------------------

    process (clk) is
    begin
        if rising_edge(clk) then
            signed_byte       <= signed(q_8);
            ascending         <= q_8;
            offset_range      <= q_8;
            negative_range    <= negative_vector(q_8);
            one_bit_vector(0) <= q_8(0);
        end if;
    end process;

    ascending_msb <= ascending(0);
    ascending_low <= ascending(4 to 7);
    offset_high   <= offset_range(15 downto 12);
    negative_lsb  <= negative_range(-8);

    -- ---- Memories -----------------------------------------------------------------------------

    process (clk) is
    begin
        if rising_edge(clk) then
            if not is_x(q_8) then
                mem(to_integer(unsigned(q_8(3 downto 0)))) <= q_8;
            end if;
        end if;
    end process;

    mem_word <= (others => 'X') when is_x(q_8) else mem(to_integer(unsigned(q_8(3 downto 0))));
    mem_descending_word <= (others => 'X') when is_x(q_8) else
                           mem_descending(8 + to_integer(unsigned(q_8(2 downto 0))));

    -- ---- Types --------------------------------------------------------------------------------

    process (clk) is
    begin
        if rising_edge(clk) then
            two_state_bit     <= to_bit(q_1);
            two_state_vector  <= to_bitvector(q_32(11 downto 0));
            unsigned_byte     <= unsigned(q_8);
            four_state_bit    <= q_1;
            four_state_vector <= q_32(11 downto 0);
            instruction       <= (opcode => q_8(3 downto 0), operand => q_8);
            if state = state_t'high then
                state <= state_t'low;
            else
                state <= state_t'succ(state);
            end if;
        end if;
    end process;

    opcode <= instruction.opcode;

    process (clk) is
        variable next_count : integer;
        variable shown      : string(1 to 8);
    begin
        if rising_edge(clk) then
            next_count     := rising_edges + 1;
            rising_edges   <= next_count;
            scaled         <= real(next_count) * RATIO;
            last_edge      <= now;
            last_edge_real <= real(now / 1 ps) / 1000.0;
            shown := "edge    ";
            shown(8) := character'val(character'pos('0') + next_count mod 10);
            text           <= shown;
        end if;
    end process;

    -- ---- Scopes -------------------------------------------------------------------------------

    -- gen(0) to gen(3), each with a bit of q_8 one clock later and its own constant.
    gen : for g in 0 to 3 generate
        constant INDEX  : integer := g;
        signal bit_copy : std_logic;
        signal inverted : std_logic;
    begin
        process (clk) is
        begin
            if rising_edge(clk) then
                bit_copy <= q_8(g);
            end if;
        end process;
        inverted <= not bit_copy;

        -- Generated blocks one in the other, with an instance: gen(1).inner(0).nested.adder.sum.
        inner : for h in 0 to 1 generate
            signal cell_copy : std_logic;
        begin
            cell_copy <= not bit_copy when h = 1 else bit_copy;
            nested : entity work.conformance_child
                port map (
                    clk   => clk,
                    \in\  => q_8,
                    \out\ => open
                );
        end generate;
    end generate;

    -- One of the two scopes exists, by a generic.
    many : if COUNT > 3 generate
        signal chosen : std_logic_vector(7 downto 0);
    begin
        chosen <= q_8;
        inside : entity work.conformance_grandchild
            port map (
                clk  => clk,
                \in\ => chosen,
                sum  => open
            );
    end generate;

    few : if COUNT <= 3 generate
        signal chosen : std_logic_vector(7 downto 0);
    begin
        chosen <= not q_8;
    end generate;

    -- A block with a signal of its own.
    named_block : block is
        signal previous : std_logic_vector(7 downto 0);  -- q_8 before the last edge
    begin
        process (clk) is
        begin
            if rising_edge(clk) then
                previous <= q_8;
            end if;
        end process;
    end block;

    swapped <= swap_nibbles(q_8);

    process (clk) is
    begin
        if rising_edge(clk) then
            ones <= count_ones(q_8);
        end if;
    end process;

    first : entity work.conformance_child
        generic map (
            STEP => 1
        )
        port map (
            clk   => clk,
            \in\  => q_8,
            \out\ => first_out
        );

    second : entity work.conformance_child
        generic map (
            STEP => 16
        )
        port map (
            clk   => clk,
            \in\  => q_8,
            \out\ => second_out
        );

    -- ---- Names --------------------------------------------------------------------------------

    process (clk) is
    begin
        if rising_edge(clk) then
            \odd+name\    <= q_1;
            \dotted.name\ <= q_1;
            \index[3]\    <= q_1;
            \CaseMatters\ <= q_1;
            \casematters\ <= not q_1;
        end if;
    end process;

    -- ---- Unknown and high-impedance values ----------------------------------------------------

    fought <= q_8(3 downto 0);
    fought <= q_8(7 downto 4);

    -- ---- The bidirectional bus ----------------------------------------------------------------

    \bus\    <= q_8 when drive = '1' else
                (others => 'Z') when drive = '0' else
                (others => 'X');
    bus_seen <= \bus\;

    -- ---- Beyond Verilog -----------------------------------------------------------------------

    nine_states_seen <= nine_states;
    flag_seen        <= flag;
    status_count     <= status.count;
    board_corner     <= board(2, 1);

end architecture;
