# Verilator: a C++ program of the design, with the host in sim/verilator. Everything is shown to the
# plugin; `cargo test` shows what its tests bind.

OBJECTS := $(BUILD)/objects$(WAVE_FORMAT:%=-%)

define simulate
@verilator --cc --exe --build -j 0 --vpi --timing --assert -Wno-fatal --public-flat-rw \
    --prefix Vdesign --top-module $(TOP) --Mdir $(OBJECTS) -o design \
    -CFLAGS '-std=c++20 -DVL_USER_FINISH -DVL_USER_STOP -DVL_USER_FATAL' \
    -LDFLAGS '-rdynamic -ldl' -MAKEFLAGS -s \
    $(if $(WAVE_FORMAT),--trace$(if $(filter fst,$(WAVE_FORMAT)),-fst) --trace-structs) \
    $(PARAMS:%=-G%) $(SOURCES) $(abspath sim/verilator/host.cpp)
@$(GIVEN) VERIFORK_JUNIT='$(RESULTS)' \
    $(OBJECTS)/design -m $(PLUGIN_FILE) $(if $(WAVE_FORMAT),-waves $(WAVE_FILE)) $(PLUSARGS)
endef
