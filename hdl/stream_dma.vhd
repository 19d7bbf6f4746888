-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- Writes the frames of a stream to a memory: the same as stream_dma.v, which says what it does.

library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity stream_dma is
    port (
        clk           : in  std_logic;
        rst_n         : in  std_logic;

        s_axis_tdata  : in  std_logic_vector(31 downto 0);
        s_axis_tkeep  : in  std_logic_vector(3 downto 0);
        s_axis_tlast  : in  std_logic;
        s_axis_tvalid : in  std_logic;
        s_axis_tready : out std_logic;

        m_axi_awaddr  : out std_logic_vector(31 downto 0);
        m_axi_awlen   : out std_logic_vector(7 downto 0);
        m_axi_awsize  : out std_logic_vector(2 downto 0);
        m_axi_awburst : out std_logic_vector(1 downto 0);
        m_axi_awvalid : out std_logic;
        m_axi_awready : in  std_logic;

        m_axi_wdata   : out std_logic_vector(31 downto 0);
        m_axi_wstrb   : out std_logic_vector(3 downto 0);
        m_axi_wlast   : out std_logic;
        m_axi_wvalid  : out std_logic;
        m_axi_wready  : in  std_logic;

        m_axi_bresp   : in  std_logic_vector(1 downto 0);
        m_axi_bvalid  : in  std_logic;
        m_axi_bready  : out std_logic;

        s_apb_psel    : in  std_logic;
        s_apb_penable : in  std_logic;
        s_apb_pwrite  : in  std_logic;
        s_apb_paddr   : in  std_logic_vector(7 downto 0);
        s_apb_pwdata  : in  std_logic_vector(31 downto 0);
        s_apb_prdata  : out std_logic_vector(31 downto 0);
        s_apb_pready  : out std_logic;
        s_apb_pslverr : out std_logic
    );
end entity;

architecture rtl of stream_dma is
    -- Registers.
    signal enable : std_logic := '0';
    signal base   : unsigned(25 downto 0) := (others => '0'); -- in blocks of 64 bytes
    signal frames : unsigned(15 downto 0) := (others => '0');
    signal errors : unsigned(15 downto 0) := (others => '0');

    signal access_phase, mapped, writable, set : boolean;

    -- The stream fills a lane.
    type beats is array (0 to 31) of std_logic_vector(35 downto 0); -- TKEEP and TDATA, of both lanes
    type lasts is array (0 to 1) of unsigned(3 downto 0);

    signal store        : beats;
    signal filling      : natural range 0 to 1 := 0;
    signal beat         : unsigned(3 downto 0) := (others => '0');
    signal lane_busy    : std_logic_vector(0 to 1);
    signal lane_last    : lasts;
    signal tready       : std_logic;
    signal push, filled : boolean;
    signal bytes        : unsigned(11 downto 0);

    -- A lane is written.
    signal draining : natural range 0 to 1 := 0;
    signal writing  : std_logic := '0';
    signal sent     : unsigned(3 downto 0) := (others => '0');
    signal awvalid  : std_logic := '0';
    signal wvalid   : std_logic := '0';
    signal wlast    : std_logic;
    signal word     : std_logic_vector(35 downto 0);
    signal answered : boolean;

    function bit_of(value : boolean) return std_logic is
    begin
        if value then
            return '1';
        end if;
        return '0';
    end function;
begin
    access_phase <= s_apb_psel = '1' and s_apb_penable = '1';
    mapped       <= s_apb_paddr(7 downto 4) = "0000" and s_apb_paddr(1 downto 0) = "00";
    writable     <= mapped and s_apb_paddr(3) = '0';
    set          <= access_phase and s_apb_pwrite = '1' and writable;

    s_apb_pready  <= '1';
    s_apb_pslverr <= bit_of(access_phase and ((s_apb_pwrite = '1' and not writable)
                                              or (s_apb_pwrite = '0' and not mapped)));

    with s_apb_paddr(3 downto 2) select s_apb_prdata <=
        (0 => enable, others => '0')                  when "00",
        std_logic_vector(base) & "000000"             when "01",
        std_logic_vector(resize(frames, 32))          when "10",
        std_logic_vector(resize(errors, 32))          when others;

    tready        <= enable and not lane_busy(filling);
    s_axis_tready <= tready;
    push          <= s_axis_tvalid = '1' and tready = '1';
    filled        <= push and (s_axis_tlast = '1' or beat = 15);

    process (s_axis_tkeep)
        variable count : natural range 0 to 4;
    begin
        count := 0;
        for byte in s_axis_tkeep'range loop
            if s_axis_tkeep(byte) = '1' then
                count := count + 1;
            end if;
        end loop;
        bytes <= to_unsigned(count, 12);
    end process;

    process (clk)
    begin
        if rising_edge(clk) then
            if rst_n = '0' then
                filling <= 0;
                beat    <= (others => '0');
            elsif push then
                store(16 * filling + to_integer(beat)) <= s_axis_tkeep & s_axis_tdata;
                if filled then
                    beat    <= (others => '0');
                    filling <= 1 - filling;
                else
                    beat <= beat + 1;
                end if;
            end if;
        end if;
    end process;

    answered <= m_axi_bvalid = '1' and writing = '1';
    word     <= store(16 * draining + to_integer(sent));
    wlast    <= bit_of(sent = lane_last(draining));

    m_axi_awlen   <= "0000" & std_logic_vector(lane_last(draining));
    m_axi_awsize  <= "010";
    m_axi_awburst <= "01";
    m_axi_awvalid <= awvalid;
    m_axi_wdata   <= word(31 downto 0);
    m_axi_wstrb   <= word(35 downto 32);
    m_axi_wlast   <= wlast;
    m_axi_wvalid  <= wvalid;
    m_axi_bready  <= writing;

    process (clk)
    begin
        if rising_edge(clk) then
            if rst_n = '0' then
                draining <= 0;
                writing  <= '0';
                sent     <= (others => '0');
                awvalid  <= '0';
                wvalid   <= '0';
                enable   <= '0';
                base     <= (others => '0');
                frames   <= (others => '0');
                errors   <= (others => '0');
            else
                if m_axi_awready = '1' then
                    awvalid <= '0';
                end if;

                if wvalid = '1' and m_axi_wready = '1' then
                    sent <= sent + 1;
                    if wlast = '1' then
                        wvalid <= '0';
                    end if;
                end if;

                if writing = '0' and lane_busy(draining) = '1' then
                    writing      <= '1';
                    sent         <= (others => '0');
                    m_axi_awaddr <= std_logic_vector(base) & "000000";
                    awvalid      <= '1';
                    wvalid       <= '1';
                end if;

                if answered then
                    writing  <= '0';
                    draining <= 1 - draining;
                    base     <= base + 1;
                    frames   <= frames + 1;
                    if m_axi_bresp(1) = '1' then
                        errors <= errors + 1;
                    end if;
                end if;

                if set and s_apb_paddr(2) = '1' then
                    base <= unsigned(s_apb_pwdata(31 downto 6));
                end if;
                if set and s_apb_paddr(2) = '0' then
                    enable <= s_apb_pwdata(0);
                end if;
            end if;
        end if;
    end process;

    lane : for number in 0 to 1 generate
        signal busy   : std_logic := '0';
        signal header : std_logic_vector(15 downto 0) := (others => '0'); -- for whoever looks into the design
        signal last   : unsigned(3 downto 0) := (others => '0');
    begin
        lane_busy(number) <= busy;
        lane_last(number) <= last;

        process (clk)
            variable kind   : std_logic_vector(2 downto 0);
            variable length : unsigned(11 downto 0);
        begin
            if rising_edge(clk) then
                if rst_n = '0' then
                    busy   <= '0';
                    header <= (others => '0');
                    last   <= (others => '0');
                else
                    if filled and filling = number then
                        kind := "001";
                        if beat = 15 then
                            kind := "010";
                        end if;
                        length := resize(beat & "00", 12) + bytes;
                        busy   <= '1';
                        last   <= beat;
                        header <= kind & std_logic_vector(length) & s_axis_tlast;
                    end if;
                    if answered and draining = number then
                        busy <= '0';
                    end if;
                end if;
            end if;
        end process;
    end generate;
end architecture;
