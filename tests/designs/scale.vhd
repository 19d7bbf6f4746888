-- A memory, and cells in a loop, as many of each as the generics say.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity scale_cell is
  port (clk : in std_logic);
end entity;

architecture rtl of scale_cell is
  signal count  : unsigned(7 downto 0) := x"00";
  signal limit  : unsigned(7 downto 0) := x"5a";
  signal full   : std_logic;
  signal rounds : integer := 0;
begin
  full <= '1' when count = limit else '0';

  process (clk)
  begin
    if rising_edge(clk) then
      count <= count + 1;
    end if;
  end process;
end architecture;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity scale is
  generic (words : positive := 16; cells : positive := 4);
end entity;

architecture rtl of scale is
  type memory_t is array (0 to words - 1) of std_logic_vector(31 downto 0);
  signal clk     : std_logic := '0';
  signal memory  : memory_t := (others => (others => '0'));
  signal address : natural := 0;
  signal read    : std_logic_vector(31 downto 0) := (others => '0');
begin
  process (clk)
  begin
    if rising_edge(clk) then
      read <= memory(address);
    end if;
  end process;

  row : for number in 0 to cells - 1 generate
    cell_i : entity work.scale_cell port map (clk => clk);
  end generate;
end architecture;
