TOP := burst_addresses
SOURCES := hdl/burst_addresses.v
PLUGIN := burst_addresses_tb
