// A UART that sends back, the controller of an SPI in mode 3, and a target of an I2C: pins by several customs.
module serial(
  input clk, input arst_n,
  input uart_rx, output uart_tx,
  input start, input [7:0] d, output sck, output ss_n, output sdo, input sdi,
  input i_scl, output scl_oen, input i_sda, output sda_oen);
  wire scl_oe, sda_oe;
  wire rst = !arst_n;
  serial_echo #(.CLKS_PER_BIT(20), .PARITY(1)) echo(
    .clk(clk), .rst(rst), .rxd(uart_rx), .txd(uart_tx), .parity_error(), .framing_error(), .overrun());
  spi_master #(.CPOL(1), .CPHA(1)) spi(
    .clk(clk), .rst(rst), .tx_data(d), .tx_valid(start), .tx_ready(), .rx_data(), .rx_valid(),
    .sclk(sck), .mosi(sdo), .miso(sdi), .cs_n(ss_n));
  i2c_memory #(.ADDRESS(9)) memory(
    .clk(clk), .rst(rst), .scl_i(i_scl), .scl_oe(scl_oe), .sda_i(i_sda), .sda_oe(sda_oe));
  assign scl_oen = !scl_oe, sda_oen = !sda_oe;
endmodule
