TOP := ahb_ram
SOURCES := hdl/ahb_ram.v
PLUGIN := ahb_tb
