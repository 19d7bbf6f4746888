TOP := fifo
SOURCES := hdl/fifo.v
PLUGIN := fifo_tb
