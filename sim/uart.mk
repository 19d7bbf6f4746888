TOP := uart
SOURCES := hdl/uart.v
PLUGIN := uart_tb
