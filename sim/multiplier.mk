TOP := multiplier
SOURCES := hdl/multiplier.v
PLUGIN := multiplier_tb
