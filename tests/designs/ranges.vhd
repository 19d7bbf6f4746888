-- Objects whose types do not take every value: scalars, elements, fields, texts; and arrays of none.

package ranges_types is
    type state_t is (idle, busy, done, failed);
    subtype working_t is state_t range busy to done;
    subtype small_t is integer range -2 to 3;
    subtype unit_t is real range 0.0 to 1.0;
    type smalls_t is array (1 to 3) of small_t;
    type states_t is array (0 to 1) of working_t;
    type entry_t is record
        count : natural range 0 to 9;
        state : state_t;
        text  : string(1 to 4);
    end record;
    type entries_t is array (1 to 2) of entry_t;
end package;

library ieee;
use ieee.std_logic_1164.all;
use work.ranges_types.all;

entity ranges is
    port (
        n      : in natural := 0;
        p      : in positive := 1;
        i      : in integer range 0 to 3 := 0;
        small  : in small_t := 0;
        state  : in state_t := idle;
        working : in working_t := busy;
        flag   : in boolean := false;
        letter : in character := 'a';
        unit   : in unit_t := 0.5;
        text   : in string(1 to 8) := (others => ' ');
        delay  : in delay_length := 1 ns;
        bits   : in bit_vector(3 downto 0) := "0000";
        seen   : out integer
    );
end entity;

architecture a of ranges is
    type rom_t is array (0 to 3) of integer;
    constant ROM  : rom_t := (10, 11, 12, 13);
    signal smalls : smalls_t := (others => 0);
    signal states : states_t := (others => busy);
    signal item   : entry_t := (count => 0, state => idle, text => "    ");
    signal items  : entries_t := (others => (count => 0, state => idle, text => "    "));
begin
    seen <= ROM(i);
end architecture;
