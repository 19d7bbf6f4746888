-- Nothing but the wires of serial protocols: both sides are the testbench's.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity serial is
    port (
        clk    : in std_logic;
        rst_n  : in std_logic;
        line   : in std_logic;
        rts_n  : in std_logic;

        spi_sclk  : in std_logic;
        spi_cs_n  : in std_logic_vector(1 downto 0);
        spi_mosi  : in std_logic;
        spi_miso  : in std_logic;

        quad_sclk : in std_logic;
        quad_cs_n : in std_logic;
        quad_mosi : in std_logic_vector(3 downto 0);
        quad_miso : in std_logic_vector(3 downto 0);

        -- What an SPI need not have is not there.
        dac_sclk  : in std_logic;
        dac_cs_n  : in std_logic;
        dac_mosi  : in std_logic;

        i2c_scl_i   : in std_logic;
        i2c_scl_o   : in std_logic;
        i2c_sda_i   : in std_logic;
        i2c_sda_o   : in std_logic;

        -- The other forms of an open drain.
        tri_scl_i   : in std_logic;
        tri_scl_o   : in std_logic;
        tri_scl_t   : in std_logic;
        tri_sda_i   : in std_logic;
        tri_sda_o   : in std_logic;
        tri_sda_t   : in std_logic;
        oe_scl_i    : in std_logic;
        oe_scl_o    : in std_logic;
        oe_scl_oe   : in std_logic;
        oe_sda_i    : in std_logic;
        oe_sda_o    : in std_logic;
        oe_sda_oe   : in std_logic;
        bare_scl_i  : in std_logic;
        bare_sda_i  : in std_logic;
        bare_sda_oe : in std_logic;

        cycles : out std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of serial is
    signal count : unsigned(7 downto 0) := (others => '0');
begin
    cycles <= std_logic_vector(count);
    process (clk)
    begin
        if rising_edge(clk) then
            count <= count + 1;
        end if;
    end process;
end architecture;
