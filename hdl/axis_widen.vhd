-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- An AXI4-Stream made wider: the twin of axis_widen.v, which has the contract.

library ieee;
use ieee.std_logic_1164.all;

entity axis_widen is
    generic (
        BYTES : positive := 2;
        RATIO : positive := 4
    );
    port (
        aclk          : in  std_logic;
        aresetn       : in  std_logic;

        s_axis_tdata  : in  std_logic_vector(8 * BYTES - 1 downto 0);
        s_axis_tkeep  : in  std_logic_vector(BYTES - 1 downto 0);
        s_axis_tlast  : in  std_logic;
        s_axis_tvalid : in  std_logic;
        s_axis_tready : out std_logic;

        m_axis_tdata  : out std_logic_vector(8 * BYTES * RATIO - 1 downto 0);
        m_axis_tkeep  : out std_logic_vector(BYTES * RATIO - 1 downto 0);
        m_axis_tlast  : out std_logic;
        m_axis_tvalid : out std_logic;
        m_axis_tready : in  std_logic
    );
end entity;

architecture rtl of axis_widen is
    signal part  : natural range 0 to RATIO - 1 := 0;
    signal valid : std_logic;
    signal ready : std_logic;
begin
    ready         <= '1' when aresetn = '1' and (valid /= '1' or m_axis_tready = '1') else '0';
    s_axis_tready <= ready;
    m_axis_tvalid <= valid;

    process (aclk)
    begin
        if rising_edge(aclk) then
            if aresetn /= '1' then
                valid <= '0';
                part  <= 0;
            else
                if m_axis_tready = '1' then
                    valid <= '0';
                end if;
                if s_axis_tvalid = '1' and ready = '1' then
                    if part = 0 then
                        m_axis_tkeep <= (others => '0');
                    end if;
                    m_axis_tdata(8 * BYTES * (part + 1) - 1 downto 8 * BYTES * part) <= s_axis_tdata;
                    m_axis_tkeep(BYTES * (part + 1) - 1 downto BYTES * part)         <= s_axis_tkeep;
                    m_axis_tlast                                                     <= s_axis_tlast;
                    if s_axis_tlast = '1' or part = RATIO - 1 then
                        valid <= '1';
                        part  <= 0;
                    else
                        part <= part + 1;
                    end if;
                end if;
            end if;
        end if;
    end process;
end architecture;
