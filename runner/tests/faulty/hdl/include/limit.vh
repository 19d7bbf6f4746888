`define LIMIT 5
