-- Objects that a simulator may have no way to show, each of another kind.

library ieee;
use ieee.std_logic_1164.all;

entity unshown is
  generic (
    size  : positive := 8;
    rate  : real := 1.5;
    delay : time := 3 ns;
    label_text : string := "abc";
    mask  : std_logic_vector(3 downto 0) := x"5"
  );
  port (clk : in std_logic := '0');
end entity;

architecture rtl of unshown is
  function words_of(count : positive) return positive is
  begin
    return 2 * count;
  end function;

  type bytes_t is array (natural range <>) of std_logic_vector(7 downto 0);
  type banks_t is array (0 to 1) of bytes_t(0 to 3);
  type board_t is array (0 to 1, 0 to 2) of std_logic;
  type numbers_t is array (1 to 3) of integer;
  type pair_t is record
    valid : std_logic;
    count : integer;
  end record;
  type pairs_t is array (0 to 1) of pair_t;
  type state_t is (idle, busy, done);
  type states_t is array (0 to 2) of state_t;
  type reals_t is array (0 to 1) of real;
  type words_t is array (0 to 1) of std_logic_vector(size - 1 downto 0);

  signal fixed       : bytes_t(0 to 3) := (x"00", x"11", x"22", x"33");
  signal sized       : bytes_t(0 to size - 1) := (others => x"44");
  signal computed    : bytes_t(1 to words_of(2)) := (others => x"45");
  signal sized_words : words_t := (others => (others => '1'));
  signal banks       : banks_t := (others => (others => x"55"));
  signal board       : board_t := (others => (others => '1'));
  signal numbers     : numbers_t := (10, 20, 30);
  signal pair        : pair_t := ('1', 5);
  signal pairs       : pairs_t := (others => ('1', 5));
  signal states      : states_t := (others => busy);
  signal level       : real := 2.5;
  signal levels      : reals_t := (1.0, 2.0);
  signal edge_time   : time := 5 ns;
  signal text        : string(1 to 5) := "hello";
  signal nothing     : std_logic_vector(-1 downto 0);

  constant known      : std_logic_vector(3 downto 0) := x"9";
  constant table      : bytes_t(0 to 1) := (x"12", x"34");
  constant factor     : real := 0.5;
begin
end architecture;
