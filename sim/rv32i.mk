TOP := rv32i
SOURCES := hdl/rv32i.v
PLUGIN := rv32i_tb
