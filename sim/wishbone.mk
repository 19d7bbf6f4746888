TOP := wishbone_memory
SOURCES := hdl/wishbone_memory.v
PLUGIN := wishbone_tb
