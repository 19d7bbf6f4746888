-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- Instances and generate scopes in each other, names that are quoted, an array, a record.

library ieee; use ieee.std_logic_1164.all;
entity leaf is generic (W : positive := 1); port (clk : in std_logic; d : in std_logic_vector(W-1 downto 0); q : out std_logic_vector(W-1 downto 0)); end;
architecture a of leaf is
  type mem_t is array (0 to 3) of std_logic_vector(7 downto 0);
  signal mem : mem_t := (others => (others => '0'));
  signal \odd.sig\ : std_logic;
begin
  \odd.sig\ <= d(0);
  store : process (clk) variable last : std_logic; begin if rising_edge(clk) then q <= d; mem(0)(0) <= d(0); end if; end process;
  bits : for k in 0 to 1 generate signal each : std_logic; begin each <= d(0); end generate;
end;
library ieee; use ieee.std_logic_1164.all;
entity middle is port (clk : in std_logic; d : in std_logic_vector(3 downto 0); q : out std_logic_vector(3 downto 0)); end;
architecture a of middle is begin
  rows : for i in 0 to 1 generate
    cols : for j in 0 to 1 generate
      cell_i : entity work.leaf generic map (W => 1) port map (clk => clk, d => d(2*i+j downto 2*i+j), q => q(2*i+j downto 2*i+j));
    end generate;
    extra : if i = 1 generate
      signal marker : std_logic;
    begin
      marker <= d(0);
      \odd.leaf\ : entity work.leaf generic map (W => 2) port map (clk => clk, d => d(1 downto 0), q => open);
    end generate;
  end generate;
end;
library ieee; use ieee.std_logic_1164.all;
entity hierarchy is port (clk : in std_logic; d : in std_logic_vector(3 downto 0); q, r : out std_logic_vector(3 downto 0)); end;
architecture a of hierarchy is
  type state_t is (IDLE, BUSY); signal state : state_t;
  type rec_t is record a : std_logic; b : std_logic_vector(1 downto 0); end record;
  signal rec : rec_t;
begin
  rec.a <= d(0);
  m : entity work.middle port map (clk => clk, d => d, q => q);
  outer : block signal inside : std_logic; begin inside <= d(0); end block;
  \esc.gen\ : for n in 2 to 3 generate
    inner : entity work.middle port map (clk => clk, d => d, q => open);
  end generate;
  r <= d;
end;
