-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- The addresses of the beats of a burst, as AXI has them (ARM IHI 0022, A3.4.1). The Verilog twin has the
-- same ports and tells what they mean.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity burst_addresses is
    port (
        clk     : in  std_logic;
        rst     : in  std_logic;

        start   : in  std_logic;
        ready   : out std_logic;
        address : in  std_logic_vector(15 downto 0);
        length  : in  std_logic_vector(7 downto 0);
        size    : in  std_logic_vector(1 downto 0);
        burst   : in  std_logic_vector(1 downto 0);

        valid   : out std_logic;
        beat    : out std_logic_vector(15 downto 0);
        last    : out std_logic
    );
end entity;

architecture rtl of burst_addresses is
    constant FIXED : std_logic_vector(1 downto 0) := "00";
    constant WRAP  : std_logic_vector(1 downto 0) := "10";

    signal running : std_logic := '0';
    signal is_last : std_logic;
    signal present : unsigned(15 downto 0);
    signal left    : unsigned(7 downto 0);
    signal step    : unsigned(15 downto 0);
    signal kind    : std_logic_vector(1 downto 0);
    -- The bits of an address that a wrapping burst changes.
    signal mask    : unsigned(15 downto 0);
begin
    is_last <= '1' when running = '1' and left = 0 else '0';
    last    <= is_last;
    ready   <= is_last or not running;
    valid   <= running;
    beat    <= std_logic_vector(present);

    process (clk)
        variable beats, following : unsigned(15 downto 0);
    begin
        if rising_edge(clk) then
            if rst = '1' then
                running <= '0';
            elsif running = '0' or is_last = '1' then
                running <= start;
                present <= unsigned(address);
                left    <= unsigned(length);
                kind    <= burst;
                step    <= shift_left(to_unsigned(1, 16), to_integer(unsigned(size)));
                beats   := resize(unsigned(length(3 downto 0)), 16) + 1;
                mask    <= shift_left(beats, to_integer(unsigned(size))) - 1;
            else
                left      <= left - 1;
                following := (present and not (step - 1)) + step;
                if kind = WRAP then
                    present <= (present and not mask) or (following and mask);
                elsif kind /= FIXED then
                    present <= following;
                end if;
            end if;
        end if;
    end process;
end architecture;
