TOP := axi_ram
SOURCES := hdl/axi_ram.v
PLUGIN := axi_ram_tb
