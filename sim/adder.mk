TOP := adder
SOURCES := hdl/adder.v
PLUGIN := adder_tb
