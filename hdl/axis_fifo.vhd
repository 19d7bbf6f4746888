-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A FIFO for an AXI4-Stream: the twin of axis_fifo.v, which has the contract.

library ieee;
use ieee.std_logic_1164.all;

entity axis_fifo is
    generic (
        BYTES      : positive := 4;
        DEPTH      : positive := 8;
        ID_WIDTH   : positive := 4;
        DEST_WIDTH : positive := 2;
        USER_WIDTH : positive := 3
    );
    port (
        aclk          : in  std_logic;
        aresetn       : in  std_logic;

        s_axis_tdata  : in  std_logic_vector(8 * BYTES - 1 downto 0);
        s_axis_tkeep  : in  std_logic_vector(BYTES - 1 downto 0);
        s_axis_tlast  : in  std_logic;
        s_axis_tid    : in  std_logic_vector(ID_WIDTH - 1 downto 0);
        s_axis_tdest  : in  std_logic_vector(DEST_WIDTH - 1 downto 0);
        s_axis_tuser  : in  std_logic_vector(USER_WIDTH - 1 downto 0);
        s_axis_tvalid : in  std_logic;
        s_axis_tready : out std_logic;

        m_axis_tdata  : out std_logic_vector(8 * BYTES - 1 downto 0);
        m_axis_tkeep  : out std_logic_vector(BYTES - 1 downto 0);
        m_axis_tlast  : out std_logic;
        m_axis_tid    : out std_logic_vector(ID_WIDTH - 1 downto 0);
        m_axis_tdest  : out std_logic_vector(DEST_WIDTH - 1 downto 0);
        m_axis_tuser  : out std_logic_vector(USER_WIDTH - 1 downto 0);
        m_axis_tvalid : out std_logic;
        m_axis_tready : in  std_logic
    );
end entity;

architecture rtl of axis_fifo is
    type beat is record
        data : std_logic_vector(8 * BYTES - 1 downto 0);
        keep : std_logic_vector(BYTES - 1 downto 0);
        last : std_logic;
        id   : std_logic_vector(ID_WIDTH - 1 downto 0);
        dest : std_logic_vector(DEST_WIDTH - 1 downto 0);
        user : std_logic_vector(USER_WIDTH - 1 downto 0);
    end record;
    type beats is array (0 to DEPTH - 1) of beat;

    signal mem        : beats;
    signal head, tail : natural range 0 to DEPTH - 1 := 0;
    signal count      : natural range 0 to DEPTH := 0;
    signal push, pop  : boolean;
begin
    s_axis_tready <= '1' when aresetn = '1' and count < DEPTH else '0';
    m_axis_tvalid <= '1' when aresetn = '1' and count /= 0 else '0';
    m_axis_tdata  <= mem(head).data;
    m_axis_tkeep  <= mem(head).keep;
    m_axis_tlast  <= mem(head).last;
    m_axis_tid    <= mem(head).id;
    m_axis_tdest  <= mem(head).dest;
    m_axis_tuser  <= mem(head).user;

    push <= s_axis_tvalid = '1' and count < DEPTH;
    pop  <= m_axis_tready = '1' and count /= 0;

    process (aclk)
    begin
        if rising_edge(aclk) then
            if aresetn /= '1' then
                head  <= 0;
                tail  <= 0;
                count <= 0;
            else
                if push then
                    mem(tail) <= (s_axis_tdata, s_axis_tkeep, s_axis_tlast, s_axis_tid, s_axis_tdest, s_axis_tuser);
                    tail      <= (tail + 1) mod DEPTH;
                end if;
                if pop then
                    head <= (head + 1) mod DEPTH;
                end if;
                if push and not pop then
                    count <= count + 1;
                elsif pop and not push then
                    count <= count - 1;
                end if;
            end if;
        end if;
    end process;
end architecture;
