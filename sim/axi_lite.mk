TOP := axi_lite
SOURCES := hdl/axi_lite.v
PLUGIN := axi_lite_tb
