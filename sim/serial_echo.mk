TOP := serial_echo
SOURCES := hdl/serial_echo.v
PLUGIN := serial_echo_tb
