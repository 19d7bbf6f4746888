-- What a generic makes nothing of: vectors, arrays and texts of no elements.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

package optional_types is
    type words_t is array (natural range <>) of std_logic_vector(7 downto 0);
    type counts_t is array (integer range <>) of integer;
    type grid_t is array (natural range <>, natural range <>) of std_logic;
    type states_t is array (natural range <>) of boolean;
    type item_t is record
        tag  : std_logic_vector;
        data : std_logic_vector(7 downto 0);
    end record;
end package;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.optional_types.all;

entity optional is
    generic (
        WIDTH : natural := 0
    );
    port (
        one     : in  std_logic := '0';
        data    : in  std_logic_vector(WIDTH - 1 downto 0) := (others => '0');
        upwards : in  unsigned(1 to WIDTH) := (others => '0');
        number  : in  signed(WIDTH - 1 downto 0) := (others => '0');
        flags   : in  bit_vector(WIDTH - 1 downto 0) := (others => '0');
        text    : in  string(1 to WIDTH) := (others => ' ');
        words   : in  words_t(0 to WIDTH - 1) := (others => x"00");
        counts  : in  counts_t(WIDTH downto 1) := (others => 0);
        grid    : in  grid_t(0 to 1, 0 to WIDTH - 1) := (others => (others => '0'));
        narrow  : in  words_t(5 downto 6 - WIDTH) := (others => x"00");
        answer  : out std_logic
    );
end entity;

architecture a of optional is
    signal states : states_t(0 to WIDTH - 1) := (others => false);
    signal item   : item_t(tag(WIDTH - 1 downto 0));
    constant NOTE : string(1 to WIDTH) := (others => 'x');
    constant MASK : std_logic_vector(WIDTH - 1 downto 0) := (others => '1');
begin
    answer <= one;
end architecture;
