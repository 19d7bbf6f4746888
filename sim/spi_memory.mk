TOP := spi_memory
SOURCES := hdl/spi_memory.v
PLUGIN := spi_memory_tb
