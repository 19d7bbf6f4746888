TOP := memory_bus
SOURCES := hdl/memory.v examples/memory/hdl/memory_bus.v
PLUGIN := memory_tb
