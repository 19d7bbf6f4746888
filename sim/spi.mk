TOP := spi_master
SOURCES := hdl/spi_master.v
PLUGIN := spi_tb
