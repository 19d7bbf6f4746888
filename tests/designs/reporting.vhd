-- The twin of reporting.sv.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use std.env.all;
use std.textio.all;

entity reporting is
    port (
        clk     : in std_logic;
        command : in std_logic_vector(7 downto 0)
    );
end entity;

architecture behaviour of reporting is
    type words is array (0 to 3) of integer;
    signal word : integer := 0;
begin

    process (clk)
        variable rom : words := (others => 0);
    begin
        if rising_edge(clk) then
            case to_integer(unsigned(command)) is
                when 1 =>
                    report "the design complains" & lf & "in two lines" severity error;
                when 2 =>
                    report "a warning" severity warning;
                    report "an information" severity note;
                when 3 => report "the design gave up" severity failure;
                when 4 => finish;
                when 5 => stop;
                when 6 =>
                    write(output, "ERROR: reporting.sv:3: it only looks so" & lf);
                    write(output, "error: it only looks so" & lf);
                    report "** Error: 1ns+0: it only looks so (report error): no" severity note;
                when 7 =>
                    for i in 1 to 30 loop
                        report "again" severity error;
                    end loop;
                when 8 =>
                    write(output, "design: before" & lf);
                    report "rom is missing" severity warning;
                    write(output, "design: after" & lf);
                when 9 => assert unsigned(command) = 0;
                when 12 => word <= rom(word + to_integer(unsigned(command)));
                when others => null;
            end case;
        end if;
    end process;

end architecture;
