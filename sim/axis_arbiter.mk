TOP := axis_arbiter
SOURCES := hdl/axis_arbiter.v
PLUGIN := axis_arbiter_tb
