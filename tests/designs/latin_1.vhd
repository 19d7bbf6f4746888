-- Written in ISO 8859-1, which is VHDL's character set (IEEE 1076-2008, 15.2): names that differ in a
-- letter beyond ASCII.

entity latin_1_inner is
    port (
        held : in bit
    );
end entity;

architecture a of latin_1_inner is
    signal kept : bit := '0';
begin
    kept <= held;
end architecture;

entity latin_1 is
    generic (
        \größe\ : integer := 7;
        \grüße\ : integer := 8
    );
    port (
        value : in bit_vector(3 downto 0) := "0000";
        seen  : out bit
    );
end entity;

architecture a of latin_1 is
    signal cafè     : bit := '0';
    signal café     : bit := '1';
    signal \utfé\   : bit := '1';
    signal \utfè\   : bit := '0';
begin
    müller : entity work.latin_1_inner port map (value(0));
    möller : entity work.latin_1_inner port map (value(1));
    seen <= cafè xor café xor \utfé\ xor \utfè\;
end architecture;
