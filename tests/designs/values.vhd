-- Objects of every kind of declaration, as far as they are those of `values.sv`.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

package values_types is
    type state_t is (idle, busy, done);
    type words_t is array (0 to 3) of std_logic_vector(7 downto 0);
    type numbers_t is array (0 to 3) of signed(7 downto 0);
end package;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.values_types.all;

entity values is
    generic (
        offset : integer := -16
    );
    port (
        plain       : in  std_logic_vector(7 downto 0);
        number      : in  signed(7 downto 0);
        plain_12    : in  std_logic_vector(11 downto 0);
        number_12   : in  signed(11 downto 0);
        plain_100   : in  unsigned(99 downto 0);
        number_100  : in  signed(99 downto 0);
        one         : in  std_logic;
        flag        : in  boolean := false;
        state       : in  state_t := idle;
        letter      : in  character := 'a';
        whole       : in  integer := 0;
        plain_seen  : out integer;
        number_seen : out integer;
        state_seen  : out integer;
        letter_seen : out integer
    );
end entity;

architecture a of values is
    signal plain_words  : words_t := (others => x"f0");
    signal number_words : numbers_t := (others => to_signed(-16, 8));
begin
    plain_seen <= to_integer(unsigned(plain));
    number_seen <= to_integer(number);
    state_seen <= state_t'pos(state);
    letter_seen <= character'pos(letter);
end architecture;
