TOP := apb_bridge
SOURCES := hdl/apb_bridge.v
PLUGIN := apb_bridge_tb
