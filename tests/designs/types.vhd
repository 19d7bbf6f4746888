-- What a simulator may be asked about and seldom is: generic packages, records without constraints,
-- protected and access types, null strings, arrays of three dimensions, ranges made of generics.

library ieee;
use ieee.std_logic_1164.all;

package generic_types is
    generic (
        WIDTH : integer := 4
    );
    type vector is array (0 to WIDTH - 1) of std_logic;
    constant LAST  : integer := WIDTH - 1;
end package;

library ieee;
use ieee.std_logic_1164.all;

package types_of_all_kinds is

    type counter_t is protected
        procedure increment;
        impure function value return integer;
    end protected;

    type open_record is record
        data  : std_logic_vector;
        count : integer;
    end record;

    type pointer is access integer;
    type choice is (none, some, all_of_them);
    subtype byte is natural range 0 to 255;
    type half_word is range 0 to 65535;
    type long_word is range -2 ** 40 to 2 ** 40;
    type resistance is range 0 to 1_000_000_000
        units
            ohm;
            kohm = 1000 ohm;
        end units;
    type cube is array (0 to 1, 1 to 2, 2 downto 0) of std_logic_vector(1 downto 0);
    type times is array (natural range <>) of time;
    type strings is array (natural range <>) of string(1 to 4);

    signal of_the_package : std_logic_vector(3 downto 0) := "1010";
    constant DEFERRED     : integer;

end package;

package body types_of_all_kinds is

    constant DEFERRED : integer := 99;

    type counter_t is protected body
        variable count : integer := 0;
        procedure increment is
        begin
            count := count + 1;
        end procedure;
        impure function value return integer is
        begin
            return count;
        end function;
    end protected body;

end package body;

library ieee;
use ieee.std_logic_1164.all;
use ieee.fixed_pkg.all;
use work.types_of_all_kinds.all;

entity types_inner is
    generic (
        COUNT  : integer          := 3;
        PERIOD : time             := 5 ns;
        OPEN_V : std_logic_vector := "1100";
        FLAG   : boolean          := true;
        WEAK   : std_logic        := 'H';
        PICK   : choice           := all_of_them;
        LETTER : character        := 'q';
        BITS   : bit_vector(2 downto 0) := "101";
        EMPTY  : string           := ""
    );
    port (
        clk     : in      std_logic;
        item    : inout   open_record(data(7 downto 0));
        buffered : buffer std_logic;
        linked  : linkage std_logic;
        open_in : in      std_logic_vector
    );
end entity;

architecture rtl of types_inner is

    package instance is new work.generic_types
        generic map (
            WIDTH => 8
        );

    shared variable shared_counter : counter_t;
    file log : std.textio.text;

    signal fixed      : sfixed(3 downto -4);
    signal unsigned_fixed : ufixed(3 downto -4);
    signal small      : byte;
    signal half       : half_word;
    signal long       : long_word;
    signal load       : resistance;
    signal block_of_words : cube;
    signal pause      : delay_length := 3 ns;
    signal picked     : choice;
    signal nothing    : string(1 to 0);
    signal level      : severity_level;
    signal waits      : times(0 to 1) := (1 ns, 2 ns);
    signal names      : strings(0 to 1) := ("abcd", "efgh");
    signal by_generic : std_logic_vector(2 * COUNT - 1 downto 0);
    signal negative   : integer range -10 to -1 := -3;
    alias clock       : std_logic is clk;

begin

    guarded_block : block (clk = '1') is
        port (
            inside : in std_logic
        );
        port map (
            inside => clk
        );
        signal kept : std_logic register;
    begin
        kept <= guarded '1';
    end block;

    process is
        type local is (here, there);
        variable number : integer := instance.LAST;
        variable place  : local;
    begin
        wait for 1 ns;
        number := number + 1;
        shared_counter.increment;
        wait;
    end process;

    rows : for row in 3 downto 1 generate
        columns : for column in choice generate
            signal cell : std_logic_vector(row downto 0);
        begin
            cell <= (others => '1');
        end generate;
    end generate;

end architecture;

library ieee;
use ieee.std_logic_1164.all;
use work.types_of_all_kinds.all;

entity types is
end entity;

architecture rtl of types is
    signal clk      : std_logic;
    signal item     : open_record(data(7 downto 0));
    signal buffered : std_logic;
    signal linked   : std_logic;
    signal open_in  : std_logic_vector(5 to 9) := "01010";
begin

    inner : entity work.types_inner
        port map (
            clk      => clk,
            item     => item,
            buffered => buffered,
            linked   => linked,
            open_in  => open_in
        );

end architecture;
