-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A clocked adder between two valid/ready handshakes, out_data = in_data + ADDEND modulo 2**WIDTH:
-- the VHDL twin of adder.v, clock by clock. Its ports and generics have the meaning explained
-- there:
--
--   clk                            everything happens on its rising edge
--   rst                            synchronous, active high: the output register is emptied
--   en                             low: no word is taken in; one already inside can still leave
--   in_valid, in_ready, in_data    a word comes in on an edge with valid and ready high
--   out_valid, out_ready, out_data its sum is offered after that edge, until an edge with both high
--
-- in_ready = en and (not out_valid or out_ready), within the same time step. The output register
-- powers up empty.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity adder is
    generic (
        WIDTH  : positive := 8;
        ADDEND : natural  := 1
    );
    port (
        clk       : in  std_logic;
        rst       : in  std_logic;
        en        : in  std_logic;

        in_valid  : in  std_logic;
        in_ready  : out std_logic;
        in_data   : in  std_logic_vector(WIDTH - 1 downto 0);

        out_valid : out std_logic;
        out_ready : in  std_logic;
        out_data  : out std_logic_vector(WIDTH - 1 downto 0)
    );
end entity;

architecture rtl of adder is
    signal held : std_logic                            := '0';
    signal sum  : std_logic_vector(WIDTH - 1 downto 0) := (others => '0');
begin

    in_ready  <= en and (not held or out_ready);
    out_valid <= held;
    out_data  <= sum;

    process (clk) is
    begin
        if rising_edge(clk) then
            if rst = '1' then
                held <= '0';
                sum  <= (others => '0');
            elsif in_valid = '1' and in_ready = '1' then
                held <= '1';
                -- The first case is for simulation: numeric_std would warn of the unknown bits.
                if is_x(in_data) then
                    sum <= (others => 'X');
                else
                    sum <= std_logic_vector(unsigned(in_data) + ADDEND);
                end if;
            elsif out_ready = '1' then
                held <= '0';
            end if;
        end if;
    end process;

end architecture;
