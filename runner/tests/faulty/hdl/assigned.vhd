-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- Signals by who assigns them: processes that run again and again, in every way, and all others.

library ieee;
use ieee.std_logic_1164.all;

entity assigned_stage is
  port (clk : in std_logic; q : out std_logic);
end;

architecture rtl of assigned_stage is
  signal inner : std_logic := '0';
begin
  process (clk) begin
    if rising_edge(clk) then
      inner <= not inner;
      q <= inner;
    end if;
  end process;
end;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity assigned is
  port (clk : in std_logic; d : in std_logic_vector(3 downto 0); seen : out std_logic_vector(3 downto 0));
end;

architecture rtl of assigned is
  subtype nibble is std_logic_vector(3 downto 0);
  type memory is array (0 to 3) of nibble;
  -- By processes.
  signal clocked, blocking, sensitive, by_task, by_function, by_block, both_parts, combinational : nibble;
  -- By processes, but for the high bits.
  signal low_bits : nibble;
  -- By nobody, or by nobody again.
  signal free, at_start, by_uncalled : nibble;
  signal words : memory;
  signal q : std_logic;
begin
  process (clk)
    procedure store (value : nibble) is
    begin
      by_task <= value;
    end;
    procedure uncalled (signal by_uncalled : out nibble) is
    begin
      by_uncalled <= d;
    end;
  begin
    if rising_edge(clk) then
      clocked <= d;
      store(d);
      words(to_integer(unsigned(d(1 downto 0)))) <= d;
      low_bits(1 downto 0) <= d(1 downto 0);
    elsif falling_edge(clk) then
      both_parts(3 downto 2) <= d(3 downto 2);
      both_parts(1 downto 0) <= d(1 downto 0);
    end if;
  end process;

  sensitive <= d;
  with d(0) select by_function <= d when '1', not d when others;
  combinational <= not d;

  inside : block
  begin
    by_block <= d when rising_edge(clk);
  end block;

  process begin
    wait until rising_edge(clk);
    blocking <= d;
  end process;

  process begin
    at_start <= "0000";
    wait;
  end process;

  stage : entity work.assigned_stage port map (clk, q);
  seen <= clocked xor blocking xor sensitive xor by_task xor by_function xor by_block xor both_parts
    xor combinational xor low_bits xor free xor at_start xor by_uncalled xor words(0) xor (3 downto 0 => q);
end;
