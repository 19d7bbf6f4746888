-- Generates that depend on the index of the loop around them.

entity hidden is
    port (
        clk : in bit := '0'
    );
end entity;

architecture a of hidden is
begin
    rows : for i in 0 to 2 generate
        signal own : bit := '0';
    begin
        first : if i = 0 generate
            signal lead : bit := '1';
        begin
            lead <= clk;
        end generate;
        which : case i generate
            when 1 =>
                signal mid : bit := '1';
            begin
                mid <= clk;
            when others =>
                signal rest : bit := '1';
            begin
                rest <= clk;
        end generate;
        always : if true generate
            signal there : bit := '1';
        begin
            there <= clk;
        end generate;
        inner : block
            signal held : bit := '0';
        begin
            deep : if i < 2 generate
                signal low : bit := '0';
            begin
                low <= clk;
            end generate;
        end block;
        own <= clk;
    end generate;
    single : if true generate
        signal alone : bit := '0';
    begin
        alone <= clk;
    end generate;
end architecture;
