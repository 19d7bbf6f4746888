-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- The twin of serial_echo.v, whose header says what it does.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity serial_echo is
    generic (
        CLKS_PER_BIT : positive := 16;
        DATA_BITS    : positive := 8;
        PARITY       : natural  := 0;
        STOP_HALVES  : positive := 2;
        DEPTH_LOG2   : positive := 2
    );
    port (
        clk           : in  std_logic;
        rst           : in  std_logic;
        rxd           : in  std_logic;
        txd           : out std_logic;
        parity_error  : out std_logic;
        framing_error : out std_logic;
        overrun       : out std_logic
    );
end entity;

architecture rtl of serial_echo is

    subtype character_t is std_logic_vector(DATA_BITS - 1 downto 0);
    type fifo_t is array (0 to 2 ** DEPTH_LOG2 - 1) of character_t;
    type rx_state_t is (IDLE, BITS, STOP, RECOVER);

    function parity_bits return natural is
    begin
        if PARITY /= 0 then
            return 1;
        end if;
        return 0;
    end function;

    constant FRAME_BITS : positive := 1 + DATA_BITS + parity_bits;
    constant STOP_CLKS  : positive := CLKS_PER_BIT * STOP_HALVES / 2;

    function parity_of(data : character_t) return std_logic is
        variable ones : std_logic := '0';
    begin
        for i in data'range loop
            ones := ones xor data(i);
        end loop;
        case PARITY is
            when 1      => return ones;
            when 2      => return not ones;
            when 3      => return '1';
            when others => return '0';
        end case;
    end function;

    signal synchronizer : std_logic_vector(1 downto 0);
    signal rx_state     : rx_state_t;
    signal rx_ticks     : natural range 0 to 65535;
    signal rx_bits      : natural range 0 to 15;
    signal rx_shift     : std_logic_vector(FRAME_BITS - 1 downto 0);

    signal fifo    : fifo_t;
    signal written : unsigned(DEPTH_LOG2 downto 0);
    signal taken   : unsigned(DEPTH_LOG2 downto 0);

    signal sending  : std_logic;
    signal tx_ticks : natural range 0 to 65535;
    signal tx_bits  : natural range 0 to 15;
    signal tx_shift : std_logic_vector(DATA_BITS downto 0);

begin

    process (clk)
        variable line     : std_logic;
        variable data     : character_t;
        variable wrong    : boolean;
        variable level    : unsigned(DEPTH_LOG2 downto 0);
    begin
        if rising_edge(clk) then
            line  := synchronizer(1);
            data  := rx_shift(DATA_BITS downto 1);
            wrong := PARITY /= 0 and rx_shift(FRAME_BITS - 1) /= parity_of(data);
            level := written - taken;

            -- The receiver, and the FIFO's way in.
            synchronizer  <= synchronizer(0) & rxd;
            parity_error  <= '0';
            framing_error <= '0';
            overrun       <= '0';
            if rx_ticks = 0 then
                rx_ticks <= CLKS_PER_BIT - 1;
            else
                rx_ticks <= rx_ticks - 1;
            end if;
            case rx_state is
                when IDLE =>
                    rx_ticks <= CLKS_PER_BIT / 2 - 1;
                    rx_bits  <= 0;
                    if line = '0' then
                        rx_state <= BITS;
                    end if;
                when BITS =>
                    if rx_ticks = 0 then
                        rx_shift <= line & rx_shift(FRAME_BITS - 1 downto 1);
                        rx_bits  <= rx_bits + 1;
                        if rx_bits = 0 and line = '1' then
                            rx_state <= IDLE;
                        elsif rx_bits = FRAME_BITS - 1 then
                            rx_state <= STOP;
                        end if;
                    end if;
                when STOP =>
                    if rx_ticks = 0 then
                        if line = '0' then
                            framing_error <= '1';
                            rx_state      <= RECOVER;
                        else
                            rx_state <= IDLE;
                            if wrong then
                                parity_error <= '1';
                            elsif level(DEPTH_LOG2) = '1' then
                                overrun <= '1';
                            else
                                fifo(to_integer(written(DEPTH_LOG2 - 1 downto 0))) <= data;
                                written <= written + 1;
                            end if;
                        end if;
                    end if;
                when RECOVER =>
                    if line = '1' then
                        rx_state <= IDLE;
                    end if;
            end case;

            -- The transmitter, and the FIFO's way out.
            if sending = '0' then
                if level /= 0 then
                    data     := fifo(to_integer(taken(DEPTH_LOG2 - 1 downto 0)));
                    taken    <= taken + 1;
                    sending  <= '1';
                    txd      <= '0';
                    tx_shift <= parity_of(data) & data;
                    tx_bits  <= FRAME_BITS;
                    tx_ticks <= CLKS_PER_BIT - 1;
                end if;
            elsif tx_ticks /= 0 then
                tx_ticks <= tx_ticks - 1;
            elsif tx_bits = 0 then
                sending <= '0';
            else
                tx_shift <= '1' & tx_shift(DATA_BITS downto 1);
                tx_bits  <= tx_bits - 1;
                if tx_bits = 1 then
                    txd      <= '1';
                    tx_ticks <= STOP_CLKS - 1;
                else
                    txd      <= tx_shift(0);
                    tx_ticks <= CLKS_PER_BIT - 1;
                end if;
            end if;

            if rst = '1' then
                synchronizer <= "11";
                rx_state     <= IDLE;
                written      <= (others => '0');
                taken        <= (others => '0');
                sending      <= '0';
                txd          <= '1';
            end if;
        end if;
    end process;

end architecture;
