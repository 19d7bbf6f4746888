-- One of everything that a struct is bound to.

library ieee;
use ieee.std_logic_1164.all;

package binding_types is
  type stream is record
    data  : std_logic_vector(7 downto 0);
    valid : std_logic;
  end record;
  type stream_array is array (natural range <>) of stream;
end package;

library ieee;
use ieee.std_logic_1164.all;

entity stage is
  port (clk : in std_logic; d : in std_logic_vector(7 downto 0);
        q : out std_logic_vector(7 downto 0) := (others => '0'));
end entity;

architecture rtl of stage is
  signal tap_Data : std_logic_vector(7 downto 0);
  signal tap_Valid : std_logic;
begin
  tap_Data <= d;
  tap_Valid <= d(0);
  process (clk)
  begin
    if rising_edge(clk) then
      q <= d;
    end if;
  end process;
end architecture;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.binding_types.all;

entity binding is
  port (
    clk           : in  std_logic;
    S_AXIS_TDATA  : in  std_logic_vector(7 downto 0);
    S_AXIS_TVALID : in  std_logic;
    m_data_o      : out std_logic_vector(7 downto 0);
    m_valid_o     : out std_logic;
    header_i      : in  std_logic_vector(18 downto 0);
    header_o      : out std_logic_vector(18 downto 0);
    lanes_i       : in  std_logic_vector(31 downto 0);
    lanes_o       : out std_logic_vector(31 downto 0);
    request       : in  stream;
    answers       : out stream_array(3 to 4));
end entity;

architecture rtl of binding is
begin
  header_o(18 downto 17) <= header_i(18 downto 17);
  header_o(16 downto 5)  <= std_logic_vector(unsigned(header_i(16 downto 5)) + 1);
  header_o(4 downto 0)   <= not header_i(4 downto 0);
  lanes_o                <= lanes_i(7 downto 0) & lanes_i(31 downto 8);
  answers                <= (others => request);

  process (clk)
  begin
    if rising_edge(clk) then
      m_data_o  <= S_AXIS_TDATA;
      m_valid_o <= S_AXIS_TVALID;
    end if;
  end process;

  lane : for i in 2 to 4 generate
    signal sum : std_logic_vector(7 downto 0);
  begin
    sum <= std_logic_vector(unsigned(S_AXIS_TDATA) + i);
    u : entity work.stage port map (clk => clk, d => sum, q => open);
  end generate;
end architecture;
