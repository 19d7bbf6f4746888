# Verilator: a C++ program of the design, with the host in sim/verilator. Everything is shown to the
# plugin; `cargo test` shows what its tests bind.

# All objects depend on the makefile, which Verilator writes each time. With `-o`, a changed design does not compile
# Verilator's own library again; so each version has a folder of its own, and other options begin anew.
OBJECTS := $(BUILD)/objects$(WAVE_FORMAT:%=-%)-$(word 2,$(shell verilator --version))

define simulate
@[ ! $(OBJECTS) -ot sim/simulator/verilator.mk ] || rm -rf $(OBJECTS)
@verilator --cc --exe --build -j 0 --vpi --timing --assert -Wno-fatal --public-flat-rw \
    --prefix Vdesign --top-module $(TOP) --Mdir $(OBJECTS) -o design \
    -CFLAGS '-std=c++20 -DVL_USER_FINISH -DVL_USER_STOP -DVL_USER_FATAL' \
    -LDFLAGS '-rdynamic -ldl' -MAKEFLAGS '-s -o Vdesign.mk' \
    $(if $(WAVE_FORMAT),--trace$(if $(filter fst,$(WAVE_FORMAT)),-fst) --trace-structs) \
    $(PARAMS:%=-G%) $(SOURCES) $(abspath sim/verilator/host.cpp)
@$(GIVEN) VERIFORK_JUNIT='$(RESULTS)' \
    $(OBJECTS)/design -m $(PLUGIN_FILE) $(if $(WAVE_FORMAT),-waves $(WAVE_FILE)) $(PLUSARGS)
endef
