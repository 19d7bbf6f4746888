-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- An APB4 requester: does the transfers that it is commanded, one after the other.
--
--   cmd_*  a command, taken on an edge with valid and ready high: ready while no transfer is under way
--   rsp_*  how it ended: valid for a clock, with the data of a read and PSLVERR
--   p*     the bus: the setup phase is in the clock after the command, then the access phase until `pready`; the
--          address, the direction, the data and the strobes stay meanwhile, and strobes are 0 in reads
--
--   pclk     everything happens on its rising edge
--   presetn  synchronous, active low: what is under way is forgotten

library ieee;
use ieee.std_logic_1164.all;

entity apb_bridge is
    port (
        pclk        : in  std_logic;
        presetn     : in  std_logic;

        cmd_valid   : in  std_logic;
        cmd_ready   : out std_logic;
        cmd_write   : in  std_logic;
        cmd_address : in  std_logic_vector(15 downto 0);
        cmd_data    : in  std_logic_vector(31 downto 0);
        cmd_strobe  : in  std_logic_vector(3 downto 0);

        rsp_valid   : out std_logic;
        rsp_data    : out std_logic_vector(31 downto 0);
        rsp_error   : out std_logic;

        psel        : out std_logic;
        penable     : out std_logic;
        paddr       : out std_logic_vector(15 downto 0);
        pwrite      : out std_logic;
        pwdata      : out std_logic_vector(31 downto 0);
        pstrb       : out std_logic_vector(3 downto 0);
        prdata      : in  std_logic_vector(31 downto 0);
        pready      : in  std_logic;
        pslverr     : in  std_logic
    );
end entity;

architecture rtl of apb_bridge is
begin
    cmd_ready <= presetn and not psel;

    process (pclk)
    begin
        if rising_edge(pclk) then
            rsp_valid <= '0';
            if presetn = '0' then
                psel    <= '0';
                penable <= '0';
            elsif psel = '0' then
                if cmd_valid = '1' then
                    psel    <= '1';
                    penable <= '0';
                    paddr   <= cmd_address;
                    pwrite  <= cmd_write;
                    pwdata  <= cmd_data;
                    pstrb   <= "0000";
                    if cmd_write = '1' then
                        pstrb <= cmd_strobe;
                    end if;
                end if;
            elsif penable = '0' then
                penable <= '1';
            elsif pready = '1' then
                psel      <= '0';
                penable   <= '0';
                rsp_valid <= '1';
                rsp_data  <= prdata;
                rsp_error <= pslverr;
            end if;
        end if;
    end process;
end architecture;
