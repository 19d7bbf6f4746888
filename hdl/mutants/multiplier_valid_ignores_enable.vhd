-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- MUTANT of multiplier.vhd: valid moves on while en is low and the products stay.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity multiplier is
    generic (
        WIDTH     : positive             := 16;
        STAGES    : positive             := 4;
        IS_SIGNED : natural range 0 to 1 := 0
    );
    port (
        clk       : in  std_logic;
        rst       : in  std_logic;
        en        : in  std_logic;

        in_valid  : in  std_logic;
        a         : in  std_logic_vector(WIDTH - 1 downto 0);
        b         : in  std_logic_vector(WIDTH - 1 downto 0);

        out_valid : out std_logic;
        product   : out std_logic_vector(2 * WIDTH - 1 downto 0)
    );
end entity;

architecture rtl of multiplier is

    constant CHUNK  : positive := (WIDTH + STAGES - 1) / STAGES; -- bits of b a stage
    constant B_BITS : positive := CHUNK * STAGES;

    type sum_array is array (natural range <>) of unsigned(2 * WIDTH - 1 downto 0);
    type rest_array is array (natural range <>) of unsigned(B_BITS - 1 downto 0);

    signal valids    : std_logic_vector(0 to STAGES - 1);
    signal sums      : sum_array(0 to STAGES - 1);
    signal a_shifted : sum_array(0 to STAGES - 1);
    signal b_rest    : rest_array(0 to STAGES - 1);

begin

    out_valid <= valids(STAGES - 1);
    product   <= std_logic_vector(sums(STAGES - 1));

    process (clk) is
        variable sum_in : unsigned(2 * WIDTH - 1 downto 0);
        variable a_in   : unsigned(2 * WIDTH - 1 downto 0);
        variable b_in   : unsigned(B_BITS - 1 downto 0);
    begin
        if rising_edge(clk) then
            if rst = '1' then
                valids <= (others => '0');
            else
                valids <= in_valid & valids(0 to STAGES - 2);
            end if;

            if en = '1' then
                for stage in 0 to STAGES - 1 loop
                    if stage = 0 then
                        a_in   := resize(unsigned(a), 2 * WIDTH);
                        b_in   := resize(unsigned(b), B_BITS);
                        sum_in := (others => '0');
                        if IS_SIGNED = 1 then
                            a_in := unsigned(resize(signed(a), 2 * WIDTH));
                            -- The stages take b as unsigned, which makes 2**WIDTH too many of it
                            -- if its top bit is set: that much of a is taken away at the start.
                            if b(WIDTH - 1) = '1' and not is_x(a) then
                                sum_in := 0 - shift_left(a_in, WIDTH);
                            end if;
                        end if;
                    else
                        a_in   := a_shifted(stage - 1);
                        b_in   := b_rest(stage - 1);
                        sum_in := sums(stage - 1);
                    end if;

                    if is_x(std_logic_vector(a_in)) or is_x(std_logic_vector(b_in)) then
                        -- For simulation: numeric_std would warn of the unknown bits.
                        sum_in := (others => 'X');
                    else
                        for i in 0 to CHUNK - 1 loop
                            if b_in(i) = '1' then
                                sum_in := sum_in + shift_left(a_in, i);
                            end if;
                        end loop;
                    end if;

                    sums(stage)      <= sum_in;
                    a_shifted(stage) <= shift_left(a_in, CHUNK);
                    b_rest(stage)    <= shift_right(b_in, CHUNK);
                end loop;
            end if;
        end if;
    end process;

end architecture;
