TOP := apb_registers
SOURCES := hdl/apb_registers.v
PLUGIN := registers_tb
