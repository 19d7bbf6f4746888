-- Generates whose first branch is taken, and such whose second or third is, at the top, in a loop and
-- in an instance, with something after each.

library ieee;
use ieee.std_logic_1164.all;

entity generates_leaf is
  port (level : out std_logic);
end entity;

architecture rtl of generates_leaf is
  signal stored : std_logic := '1';
begin
  level <= stored;
end architecture;

library ieee;
use ieee.std_logic_1164.all;

entity generates_middle is
  generic (lanes : natural);
end entity;

architecture rtl of generates_middle is
  signal middle : std_logic_vector(3 downto 0) := x"6";
begin
  before : entity work.generates_leaf port map (level => open);

  inner : if lanes > 7 generate
    signal wide : std_logic_vector(7 downto 0) := x"11";
  begin
    wide <= x"12";
  else generate
    signal narrow : std_logic_vector(3 downto 0) := x"3";
  begin
    narrow <= x"4";
  end generate;

  later : entity work.generates_leaf port map (level => open);
end architecture;

library ieee;
use ieee.std_logic_1164.all;

entity generates is
  generic (size : natural := 5);
  port (clk : in std_logic := '0');
end entity;

architecture rtl of generates is
  signal stored : std_logic_vector(7 downto 0) := x"5a";
begin
  first_branch : if size > 3 generate
    signal chosen : std_logic_vector(7 downto 0) := x"21";
  begin
    chosen <= x"22";
  else generate
    signal other : std_logic := '0';
  begin
    other <= '1';
  end generate;

  second_branch : if size > 7 generate
    signal many : std_logic := '0';
  begin
    many <= '1';
  elsif size > 4 generate
    signal some : std_logic_vector(7 downto 0) := x"31";
  begin
    held : entity work.generates_leaf port map (level => open);
    some <= x"32";
  else generate
    signal few : std_logic := '0';
  begin
    few <= '1';
  end generate;

  lane : for number in 0 to 1 generate
    parity : if number = 0 generate
      signal even : std_logic := '1';
    begin
      even <= '0';
    else generate
      signal odd : std_logic := '1';
    begin
      odd <= '0';
    end generate;
    tail : entity work.generates_leaf port map (level => open);
  end generate;

  nested : entity work.generates_middle generic map (lanes => 2);

  last : entity work.generates_leaf port map (level => open);
end architecture;
