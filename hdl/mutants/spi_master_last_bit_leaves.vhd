-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- MUTANT of spi_master.vhd: with CPHA 0 the last bit leaves mosi on the last edge of sclk.

library ieee;
use ieee.std_logic_1164.all;

entity spi_master is
    generic (
        WIDTH   : positive             := 8;
        CLK_DIV : positive             := 2;
        CPOL    : natural range 0 to 1 := 0;
        CPHA    : natural range 0 to 1 := 0
    );
    port (
        clk      : in  std_logic;
        rst      : in  std_logic;

        tx_data  : in  std_logic_vector(WIDTH - 1 downto 0);
        tx_valid : in  std_logic;
        tx_ready : out std_logic;

        rx_data  : out std_logic_vector(WIDTH - 1 downto 0);
        rx_valid : out std_logic;

        sclk     : out std_logic;
        mosi     : out std_logic;
        miso     : in  std_logic;
        cs_n     : out std_logic
    );
end entity;

architecture rtl of spi_master is

    -- pause is cs_n high after a transfer.
    type state_type is (idle, transfer, pause);

    signal state      : state_type;
    signal divider    : natural range 0 to CLK_DIV - 1;
    signal edges_left : natural range 0 to 2 * WIDTH;
    signal tx_shift   : std_logic_vector(WIDTH - 1 downto 0);
    signal rx_shift   : std_logic_vector(WIDTH - 1 downto 0);

begin

    tx_ready <= '1' when state = idle else '0';

    process (clk) is
        variable half_ends : boolean;
        variable leading   : boolean;
    begin
        if rising_edge(clk) then
            rx_valid  <= '0';
            half_ends := divider = 0;
            divider   <= CLK_DIV - 1 when half_ends else divider - 1;

            case state is
                when idle =>
                    divider <= CLK_DIV - 1;
                    if tx_valid = '1' then
                        state      <= transfer;
                        cs_n       <= '0';
                        edges_left <= 2 * WIDTH;
                        if CPHA = 1 then
                            tx_shift <= tx_data;
                        else
                            mosi     <= tx_data(WIDTH - 1);
                            tx_shift <= tx_data(WIDTH - 2 downto 0) & '0';
                        end if;
                    end if;

                when transfer =>
                    if half_ends and edges_left = 0 then
                        state    <= pause;
                        cs_n     <= '1';
                        rx_data  <= rx_shift;
                        rx_valid <= '1';
                    elsif half_ends then
                        sclk       <= not sclk;
                        edges_left <= edges_left - 1;
                        -- An even number of edges is left before a leading one.
                        leading    := edges_left mod 2 = 0;
                        if leading = (CPHA = 0) then
                            rx_shift <= rx_shift(WIDTH - 2 downto 0) & miso;
                        else
                            mosi     <= tx_shift(WIDTH - 1);
                            tx_shift <= tx_shift(WIDTH - 2 downto 0) & '0';
                        end if;
                    end if;

                when pause =>
                    if half_ends then
                        state <= idle;
                    end if;
            end case;

            if rst = '1' then
                state      <= idle;
                divider    <= CLK_DIV - 1;
                edges_left <= 0;
                tx_shift   <= (others => '0');
                rx_shift   <= (others => '0');
                rx_data    <= (others => '0');
                rx_valid   <= '0';
                sclk       <= '1' when CPOL = 1 else '0';
                mosi       <= '0';
                cs_n       <= '1';
            end if;
        end if;
    end process;

end architecture;
