TOP := axis_fifo
SOURCES := hdl/axis_fifo.v
PLUGIN := axis_fifo_tb
