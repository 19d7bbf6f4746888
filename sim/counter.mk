TOP := counter
SOURCES := hdl/counter.v
PLUGIN := counter_tb
