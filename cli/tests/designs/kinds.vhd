-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- Ports of the kinds that VHDL has and Verilog has not.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

package kinds_types is
    type command is (idle, run_fast, done);
    type pair is record
        valid : std_logic;
        data  : unsigned(3 downto 0);
    end record;
end package;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.kinds_types.all;

entity kinds is
    generic (WIDTH : natural := 4);
    port (
        clk     : in  std_logic;
        rst_n   : in  std_logic;
        cmd     : in  command;
        last    : out command;
        request : in  pair;
        amount  : in  integer;
        enable  : in  boolean;
        sum     : out signed(WIDTH - 1 downto 0)
    );
end entity;

architecture rtl of kinds is
    constant TWICE : natural := 2 * WIDTH;
begin
    process (clk) begin
        if rising_edge(clk) then
            last <= cmd;
            if rst_n = '0' then
                sum <= (others => '0');
            elsif enable and request.valid = '1' then
                sum <= to_signed(amount mod TWICE, WIDTH);
            end if;
        end if;
    end process;

    kept : block
        signal enabled : boolean := false;
    begin
        enabled <= enable when rising_edge(clk);
    end block;

    wide : if WIDTH > 3 generate
        signal top_bit : std_logic := '0';
    begin
        top_bit <= request.data(3) when rising_edge(clk);
    end generate;
end architecture;
