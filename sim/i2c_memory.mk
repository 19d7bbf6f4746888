TOP := i2c_memory
SOURCES := hdl/i2c_memory.v
PLUGIN := i2c_memory_tb
