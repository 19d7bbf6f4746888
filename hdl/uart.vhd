-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- An asynchronous serial transmitter and receiver: the VHDL twin of uart.v, clock by clock. Its
-- ports and generics have the meaning explained there:
--
--   CLKS_PER_BIT      clocks a bit, at least 4
--   DATA_BITS         data bits a character, 5 to 9, sent least significant first
--   PARITY            0 none, 1 even, 2 odd
--   STOP_BITS         1 or 2
--
--   clk, rst          rising edge; synchronous, active high
--   tx_data, tx_valid, tx_ready
--                     a character is taken on an edge with valid and ready high; its start bit
--                     begins on that edge
--   txd, rxd          the lines; rxd is asynchronous and passes two registers
--   rx_data, rx_parity_error, rx_framing_error
--                     a character received and its errors, while rx_valid is high
--   rx_valid, rx_ready
--                     the character stays until an edge with both high
--   rx_overrun        high for one clock: a character was dropped, the one before it still being
--                     there

library ieee;
use ieee.std_logic_1164.all;

-- The transmitter: a frame is loaded whole and shifted out, ones coming in behind it.
entity uart_tx is
    generic (
        CLKS_PER_BIT : positive             := 16;
        DATA_BITS    : positive             := 8;
        PARITY       : natural range 0 to 2 := 0;
        STOP_BITS    : positive             := 1
    );
    port (
        clk   : in  std_logic;
        rst   : in  std_logic;
        data  : in  std_logic_vector(DATA_BITS - 1 downto 0);
        valid : in  std_logic;
        ready : out std_logic;
        txd   : out std_logic
    );
end entity;

architecture rtl of uart_tx is

    function frame_bits return positive is
    begin
        if PARITY = 0 then
            return 1 + DATA_BITS + STOP_BITS;
        else
            return 1 + DATA_BITS + 1 + STOP_BITS;
        end if;
    end function;

    signal frame      : std_logic_vector(frame_bits - 1 downto 0);
    signal bits_left  : natural range 0 to frame_bits; -- 0 while idle
    signal ticks_left : natural range 0 to CLKS_PER_BIT - 1;

begin

    ready <= '1' when bits_left = 0 or (bits_left = 1 and ticks_left = 0) else '0';
    txd   <= frame(0);

    process (clk) is
        variable next_frame : std_logic_vector(frame_bits - 1 downto 0);
    begin
        if rising_edge(clk) then
            if rst = '1' then
                frame      <= (others => '1');
                bits_left  <= 0;
                ticks_left <= 0;
            elsif valid = '1' and ready = '1' then
                next_frame                       := (others => '1');
                next_frame(DATA_BITS downto 0)   := data & '0';
                if PARITY = 1 then
                    next_frame(DATA_BITS + 1) := xor data;
                elsif PARITY = 2 then
                    next_frame(DATA_BITS + 1) := xnor data;
                end if;
                frame      <= next_frame;
                bits_left  <= frame_bits;
                ticks_left <= CLKS_PER_BIT - 1;
            elsif bits_left /= 0 then
                if ticks_left = 0 then
                    frame      <= '1' & frame(frame_bits - 1 downto 1);
                    bits_left  <= bits_left - 1;
                    ticks_left <= CLKS_PER_BIT - 1;
                else
                    ticks_left <= ticks_left - 1;
                end if;
            end if;
        end if;
    end process;

end architecture;

library ieee;
use ieee.std_logic_1164.all;

-- The receiver: it counts from the falling edge of the start bit and samples each bit's middle.
entity uart_rx is
    generic (
        CLKS_PER_BIT : positive             := 16;
        DATA_BITS    : positive             := 8;
        PARITY       : natural range 0 to 2 := 0;
        STOP_BITS    : positive             := 1
    );
    port (
        clk           : in  std_logic;
        rst           : in  std_logic;
        rxd           : in  std_logic;
        data          : out std_logic_vector(DATA_BITS - 1 downto 0);
        valid         : out std_logic;
        ready         : in  std_logic;
        parity_error  : out std_logic;
        framing_error : out std_logic;
        overrun       : out std_logic
    );
end entity;

architecture rtl of uart_rx is

    -- check_bit is the parity bit; recover lasts from a low stop bit until the line is high.
    type state_type is (idle, start_bit, data_bit, check_bit, stop_bit, recover);

    signal synchronizer : std_logic_vector(1 downto 0);
    signal state        : state_type;
    signal ticks_left   : natural range 0 to CLKS_PER_BIT - 1;
    signal bits_done    : natural range 0 to 15;
    signal shift        : std_logic_vector(DATA_BITS - 1 downto 0);
    signal wrong_parity : std_logic;
    signal low_stop     : std_logic;
    signal level        : std_logic; -- the line, synchronized

begin

    level <= synchronizer(1);

    process (clk) is
        variable sample : boolean;
    begin
        if rising_edge(clk) then
            synchronizer <= synchronizer(0) & rxd;
            overrun      <= '0';

            if valid = '1' and ready = '1' then
                valid <= '0';
            end if;

            sample := ticks_left = 0;
            if sample then
                ticks_left <= CLKS_PER_BIT - 1;
            else
                ticks_left <= ticks_left - 1;
            end if;

            case state is
                when idle =>
                    ticks_left <= CLKS_PER_BIT / 2 - 1;
                    if level = '0' then
                        state <= start_bit;
                    end if;

                when start_bit =>
                    if sample then
                        bits_done    <= 0;
                        wrong_parity <= '0';
                        low_stop     <= '0';
                        state        <= data_bit when level = '0' else idle;
                    end if;

                when data_bit =>
                    if sample then
                        shift <= level & shift(DATA_BITS - 1 downto 1);
                        if bits_done = DATA_BITS - 1 then
                            bits_done <= 0;
                            state     <= stop_bit when PARITY = 0 else check_bit;
                        else
                            bits_done <= bits_done + 1;
                        end if;
                    end if;

                when check_bit =>
                    if sample then
                        if PARITY = 2 then
                            wrong_parity <= (xor shift) xnor level;
                        else
                            wrong_parity <= (xor shift) xor level;
                        end if;
                        state <= stop_bit;
                    end if;

                when stop_bit =>
                    if sample then
                        low_stop  <= low_stop or not level;
                        bits_done <= bits_done + 1;
                        if bits_done = STOP_BITS - 1 then
                            state <= idle when level = '1' else recover;
                            if valid = '1' and ready /= '1' then
                                overrun <= '1';
                            else
                                valid         <= '1';
                                data          <= shift;
                                parity_error  <= wrong_parity;
                                framing_error <= low_stop or not level;
                            end if;
                        end if;
                    end if;

                when recover =>
                    if level = '1' then
                        state <= idle;
                    end if;
            end case;

            if rst = '1' then
                synchronizer  <= "11";
                state         <= idle;
                ticks_left    <= CLKS_PER_BIT / 2 - 1;
                bits_done     <= 0;
                shift         <= (others => '0');
                wrong_parity  <= '0';
                low_stop      <= '0';
                data          <= (others => '0');
                valid         <= '0';
                parity_error  <= '0';
                framing_error <= '0';
                overrun       <= '0';
            end if;
        end if;
    end process;

end architecture;

library ieee;
use ieee.std_logic_1164.all;

entity uart is
    generic (
        CLKS_PER_BIT : positive             := 16;
        DATA_BITS    : positive             := 8;
        PARITY       : natural range 0 to 2 := 0;
        STOP_BITS    : positive             := 1
    );
    port (
        clk              : in  std_logic;
        rst              : in  std_logic;

        tx_data          : in  std_logic_vector(DATA_BITS - 1 downto 0);
        tx_valid         : in  std_logic;
        tx_ready         : out std_logic;
        txd              : out std_logic;

        rxd              : in  std_logic;
        rx_data          : out std_logic_vector(DATA_BITS - 1 downto 0);
        rx_valid         : out std_logic;
        rx_ready         : in  std_logic;
        rx_parity_error  : out std_logic;
        rx_framing_error : out std_logic;
        rx_overrun       : out std_logic
    );
end entity;

architecture rtl of uart is
begin

    transmitter : entity work.uart_tx
        generic map (
            CLKS_PER_BIT => CLKS_PER_BIT,
            DATA_BITS    => DATA_BITS,
            PARITY       => PARITY,
            STOP_BITS    => STOP_BITS
        )
        port map (
            clk   => clk,
            rst   => rst,
            data  => tx_data,
            valid => tx_valid,
            ready => tx_ready,
            txd   => txd
        );

    receiver : entity work.uart_rx
        generic map (
            CLKS_PER_BIT => CLKS_PER_BIT,
            DATA_BITS    => DATA_BITS,
            PARITY       => PARITY,
            STOP_BITS    => STOP_BITS
        )
        port map (
            clk           => clk,
            rst           => rst,
            rxd           => rxd,
            data          => rx_data,
            valid         => rx_valid,
            ready         => rx_ready,
            parity_error  => rx_parity_error,
            framing_error => rx_framing_error,
            overrun       => rx_overrun
        );

end architecture;
