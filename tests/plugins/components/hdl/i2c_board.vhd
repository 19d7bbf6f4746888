-- A memory on the lines of an I2C, which are inouts with pull-ups.
library ieee;
use ieee.std_logic_1164.all;

entity i2c_board is
    port (
        clk : in    std_logic;
        rst : in    std_logic;
        scl : inout std_logic;
        sda : inout std_logic
    );
end entity;

architecture rtl of i2c_board is
    signal scl_i, scl_oe, sda_i, sda_oe : std_logic;
begin
    scl   <= 'H';
    sda   <= 'H';
    scl   <= '0' when scl_oe = '1' else 'Z';
    sda   <= '0' when sda_oe = '1' else 'Z';
    scl_i <= to_X01(scl);
    sda_i <= to_X01(sda);

    memory : entity work.i2c_memory
        port map (
            clk    => clk,
            rst    => rst,
            scl_i  => scl_i,
            scl_oe => scl_oe,
            sda_i  => sda_i,
            sda_oe => sda_oe
        );
end architecture;
