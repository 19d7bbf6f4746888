-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- The twin of spi_memory.v, whose header says what it does.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity spi_memory is
    generic (
        ADDR_WIDTH : positive := 8;
        CPOL       : natural  := 0;
        CPHA       : natural  := 0
    );
    port (
        clk  : in  std_logic;
        rst  : in  std_logic;
        sclk : in  std_logic;
        cs_n : in  std_logic;
        mosi : in  std_logic;
        miso : out std_logic
    );
end entity;

architecture rtl of spi_memory is

    type state_t is (COMMAND, ADDRESS, DATA, IGNORE);
    type mem_t is array (0 to 2 ** ADDR_WIDTH - 1) of std_logic_vector(7 downto 0);

    function idle_level return std_logic is
    begin
        if CPOL /= 0 then
            return '1';
        end if;
        return '0';
    end function;

    signal sclk_seen    : std_logic_vector(2 downto 0);
    signal cs_n_seen    : std_logic_vector(1 downto 0);
    signal mosi_seen    : std_logic_vector(1 downto 0);
    signal was_selected : boolean;

    signal state    : state_t;
    signal writes   : boolean;
    signal count    : unsigned(2 downto 0);
    signal received : std_logic_vector(6 downto 0);
    signal answer   : std_logic_vector(7 downto 0);
    signal at       : unsigned(ADDR_WIDTH - 1 downto 0);
    signal mem      : mem_t;

begin

    process (clk)
        variable leads, trails, samples, shifts, selected : boolean;
        variable whole                                    : std_logic_vector(7 downto 0);
    begin
        if rising_edge(clk) then
            leads    := sclk_seen(1) /= idle_level and sclk_seen(2) = idle_level;
            trails   := sclk_seen(1) = idle_level and sclk_seen(2) /= idle_level;
            samples  := (CPHA = 0 and leads) or (CPHA /= 0 and trails);
            shifts   := (CPHA = 0 and trails) or (CPHA /= 0 and leads);
            selected := cs_n_seen(1) = '0';
            whole    := received & mosi_seen(1);

            sclk_seen    <= sclk_seen(1 downto 0) & sclk;
            cs_n_seen    <= cs_n_seen(0) & cs_n;
            mosi_seen    <= mosi_seen(0) & mosi;
            was_selected <= selected;

            if not selected then
                state  <= COMMAND;
                count  <= "000";
                answer <= x"00";
            elsif samples then
                received <= whole(6 downto 0);
                count    <= count + 1;
                if count = 7 then
                    answer <= x"00";
                    case state is
                        when COMMAND =>
                            writes <= whole = x"02";
                            if whole = x"02" or whole = x"03" then
                                state <= ADDRESS;
                            else
                                state <= IGNORE;
                            end if;
                        when ADDRESS =>
                            at    <= unsigned(whole(ADDR_WIDTH - 1 downto 0));
                            state <= DATA;
                            if not writes then
                                answer <= mem(to_integer(unsigned(whole(ADDR_WIDTH - 1 downto 0))));
                            end if;
                        when DATA =>
                            at <= at + 1;
                            if writes then
                                mem(to_integer(at)) <= whole;
                            else
                                answer <= mem(to_integer(at + 1));
                            end if;
                        when IGNORE => null;
                    end case;
                end if;
            end if;
            -- With CPHA 0 the first bit is there before the first edge.
            if selected and (shifts or (CPHA = 0 and not was_selected)) then
                miso   <= answer(7);
                answer <= answer(6 downto 0) & '0';
            end if;

            if rst = '1' then
                sclk_seen    <= (others => idle_level);
                cs_n_seen    <= "11";
                mosi_seen    <= "00";
                was_selected <= false;
                state        <= IGNORE;
                count        <= "000";
                miso         <= '0';
                answer       <= x"00";
            end if;
        end if;
    end process;

end architecture;
