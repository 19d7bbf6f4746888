// States no time scale: the harness gives it one, the same on every simulator.
module unscaled;
    reg late = 0;
    initial #10 late = 1;
endmodule
