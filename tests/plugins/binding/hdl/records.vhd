-- Records of every kind of field, and an enumeration: what goes in comes out.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

package records_types is
  type kind_t is (st_data, st_control, st_debug);
  type flags_t is record
    last   : std_logic;
    strobe : std_logic_vector(0 to 3);
  end record;
  type bytes_t is array (natural range <>) of std_logic_vector(7 downto 0);
  type header_t is record
    kind    : kind_t;
    length  : unsigned(11 downto 0);
    flags   : flags_t;
    payload : bytes_t(1 to 2);
  end record;
  type headers_t is array (natural range <>) of header_t;
  type numbers_t is record
    count  : integer range 0 to 100;
    offset : integer;
    ok     : boolean;
    sum    : signed(7 downto 0);
    bits   : bit_vector(2 downto 0);
  end record;
  type with_real_t is record
    ratio : real;
    valid : std_logic;
  end record;
end package;

library ieee;
use ieee.std_logic_1164.all;
use work.records_types.all;

entity records is
  port (
    header_i  : in  header_t;
    header_o  : out header_t;
    headers_i : in  headers_t(4 to 5);
    headers_o : out headers_t(4 to 5);
    numbers_i : in  numbers_t := (0, 0, false, x"00", "000");
    numbers_o : out numbers_t;
    real_i    : in  with_real_t := (0.0, '0');
    kind_i    : in  kind_t := st_data;
    kind_o    : out kind_t);
end entity;

architecture rtl of records is
begin
  header_o  <= header_i;
  headers_o <= headers_i;
  numbers_o <= numbers_i;
  kind_o    <= kind_i;
end architecture;
