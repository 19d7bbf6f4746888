-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- The twin of i2c_memory.v, whose header says what it does.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity i2c_memory is
    generic (
        ADDRESS    : natural  := 80;
        ADDR_WIDTH : positive := 8;
        STRETCH    : natural  := 0
    );
    port (
        clk    : in  std_logic;
        rst    : in  std_logic;
        scl_i  : in  std_logic;
        scl_oe : out std_logic;
        sda_i  : in  std_logic;
        sda_oe : out std_logic
    );
end entity;

architecture rtl of i2c_memory is

    type state_t is (IDLE, CALL, POINT, WRITE, READ);
    type mem_t is array (0 to 2 ** ADDR_WIDTH - 1) of std_logic_vector(7 downto 0);

    signal scl_seen : std_logic_vector(2 downto 0);
    signal sda_seen : std_logic_vector(2 downto 0);

    signal state   : state_t;
    signal count   : natural range 0 to 15; -- of the rises of SCL in this byte
    signal shift   : std_logic_vector(7 downto 0) := (others => '0');
    signal refused : std_logic;
    signal held    : natural range 0 to 255 := 0;
    signal pointer : unsigned(ADDR_WIDTH - 1 downto 0);
    signal mem     : mem_t;

begin

    scl_oe <= '1' when held /= 0 else '0';

    process (clk)
        variable scl, sda, rises, falls, started, stopped, called : boolean;
        variable stored                                           : std_logic_vector(7 downto 0);
    begin
        if rising_edge(clk) then
            scl     := scl_seen(1) = '1';
            sda     := sda_seen(1) = '1';
            rises   := scl and scl_seen(2) = '0';
            falls   := not scl and scl_seen(2) = '1';
            started := scl and scl_seen(2) = '1' and not sda and sda_seen(2) = '1';
            stopped := scl and scl_seen(2) = '1' and sda and sda_seen(2) = '0';
            called  := unsigned(shift(7 downto 1)) = ADDRESS;

            scl_seen <= scl_seen(1 downto 0) & scl_i;
            sda_seen <= sda_seen(1 downto 0) & sda_i;
            if held /= 0 then
                held <= held - 1;
            end if;

            if rises then
                count <= count + 1;
                if count < 8 and state /= READ then
                    shift <= shift(6 downto 0) & sda_seen(1);
                end if;
                if count = 8 then
                    refused <= sda_seen(1);
                end if;
            end if;

            if falls and count = 8 then
                -- The acknowledge.
                sda_oe <= '0';
                case state is
                    when CALL =>
                        if called then
                            sda_oe <= '1';
                            held   <= STRETCH;
                        else
                            state <= IDLE;
                        end if;
                    when POINT =>
                        pointer <= unsigned(shift(ADDR_WIDTH - 1 downto 0));
                        sda_oe  <= '1';
                        held    <= STRETCH;
                    when WRITE =>
                        mem(to_integer(pointer)) <= shift;
                        pointer <= pointer + 1;
                        sda_oe  <= '1';
                        held    <= STRETCH;
                    when READ => held <= STRETCH;
                    when IDLE => null;
                end case;
            elsif falls and count = 9 then
                -- The next byte.
                count  <= 0;
                sda_oe <= '0';
                if state = READ and refused = '1' then
                    state <= IDLE;
                elsif state = READ or (state = CALL and shift(0) = '1') then
                    stored  := mem(to_integer(pointer));
                    state   <= READ;
                    shift   <= stored(6 downto 0) & '0';
                    sda_oe  <= not stored(7);
                    pointer <= pointer + 1;
                elsif state = CALL then
                    state <= POINT;
                elsif state = POINT then
                    state <= WRITE;
                end if;
            elsif falls and state = READ then
                shift  <= shift(6 downto 0) & '0';
                sda_oe <= not shift(7);
            end if;

            if started then
                state  <= CALL;
                count  <= 0;
                sda_oe <= '0';
            end if;
            if stopped then
                state  <= IDLE;
                sda_oe <= '0';
            end if;
            if rst = '1' then
                scl_seen <= "111";
                sda_seen <= "111";
                state    <= IDLE;
                count    <= 0;
                held     <= 0;
                pointer  <= (others => '0');
                sda_oe   <= '0';
            end if;
        end if;
    end process;

end architecture;
