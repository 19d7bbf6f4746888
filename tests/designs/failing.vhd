-- What tests of failures need: a design that ends the simulation, or hangs it, when it is told to.
-- The VHDL twin of failing.sv.

library ieee;
use ieee.std_logic_1164.all;

entity failing_inner is
    port (
        \in\ : in std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of failing_inner is
    signal value : std_logic_vector(7 downto 0);
begin
    value <= not \in\;
end architecture;

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity failing is
    generic (
        LIMIT : integer := 3
    );
    port (
        clk     : in std_logic;
        command : in std_logic_vector(7 downto 0)
    );
end entity;

architecture rtl of failing is
    type words_t is array (0 to 3) of std_logic_vector(7 downto 0);
    signal count  : std_logic_vector(7 downto 0);
    signal nibble : std_logic_vector(3 downto 0);
    signal words  : words_t;
    signal word   : std_logic_vector(7 downto 0);
    -- Oscillates without simulated time once `ping` is 1.
    signal ping   : std_logic := '0';
    signal pong   : std_logic := '0';
begin

    word <= words(0);

    inner : entity work.failing_inner
        port map (
            \in\ => count
        );

    process (clk) is
    begin
        if rising_edge(clk) then
            if is_x(count) then
                count <= (others => '0');
            else
                count <= std_logic_vector(unsigned(count) + 1);
            end if;
            report "design: clocked";
            case command is
                when x"01"  => std.env.finish;
                when x"02"  => report "the design gave up" severity failure;
                when x"03"  => std.env.stop;
                when x"05"  => report "the design complains" severity error;
                when others => null;
            end case;
        end if;
    end process;

    ping <= '1' when command = x"04" and pong = '0' else '0';
    pong <= ping;

end architecture;
