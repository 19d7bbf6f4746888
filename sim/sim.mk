# One testbench on one simulator: `make sim SIM=icarus TB=fifo`.
#
# A testbench is described by `sim/<TB>.mk`:
#   TOP      the top module
#   SOURCES  the files of the design
#   PLUGIN   the crate of the testbench
# A simulator is `sim/simulator/<SIM>.mk`, which compiles the design and runs it (`simulate`), and
# says `LANGUAGE := vhd` where it takes the VHDL twins of the sources.

TESTBENCHES := $(sort $(patsubst sim/%.mk,%,$(filter-out sim/sim.mk,$(wildcard sim/*.mk))))
SIMULATORS := $(sort $(patsubst sim/simulator/%.mk,%,$(wildcard sim/simulator/*.mk)))
MUTANTS := $(sort $(patsubst %.v.patch,%,$(notdir $(wildcard hdl/mutants/*.v.patch))))

ifneq ($(TB),)
ifeq ($(filter $(TB),$(TESTBENCHES)),)
$(error there is no testbench `$(TB)`: TB is one of $(TESTBENCHES))
endif
ifeq ($(filter $(SIM),$(SIMULATORS)),)
$(error `$(SIM)` is not a simulator that works here: SIM is one of $(SIMULATORS))
endif
include sim/$(TB).mk
endif

# What a run leaves behind.
BUILD := $(TARGET)/sim/$(SIM)/$(TB)

# A mutant takes the place of the design that its name begins with.
ifneq ($(MUTANT),)
ifeq ($(filter $(MUTANT),$(MUTANTS)),)
$(error there is no mutant `$(MUTANT)`: MUTANT is one of $(MUTANTS))
endif
ifneq ($(TB),)
ORIGINALS := $(foreach source,$(SOURCES),\
    $(if $(filter $(basename $(notdir $(source)))_%,$(MUTANT)),$(source)))
ifeq ($(strip $(ORIGINALS)),)
$(error `$(MUTANT)` is a mutant of none of $(SOURCES))
endif
# In the same place: VHDL is compiled in the order of the sources.
MUTANT_FILE := $(BUILD)/mutant/$(notdir $(ORIGINALS))
SOURCES := $(strip $(foreach source,$(SOURCES),\
    $(if $(filter $(source),$(ORIGINALS)),$(MUTANT_FILE),$(source))))
endif
endif

# Settings of the library, told to it where they are given to make: FILTER=x is VERIFORK_FILTER=x.
SETTINGS := FILTER LIST ORDER FAIL_FAST REPEAT SEED TIMEOUT WALL_TIMEOUT LOG COLOR
GIVEN := $(foreach setting,$(SETTINGS),\
    $(if $(filter command line,$(origin $(setting))),VERIFORK_$(setting)='$($(setting))'))

RESULTS := $(or $(JUNIT),$(VERIFORK_JUNIT),$(BUILD)/results.xml)
WAVE_FORMAT := $(patsubst 1,vcd,$(filter-out 0,$(WAVES)))
ifneq ($(filter-out vcd fst,$(WAVE_FORMAT)),)
$(error WAVES=$(WAVES) is not a format of waves: 1, vcd or fst)
endif
WAVE_FILE := $(abspath $(BUILD)/$(TB).$(WAVE_FORMAT))

PROFILE_FOLDER := $(patsubst dev,debug,$(PROFILE))
PLUGIN_FILE := $(abspath $(TARGET)/$(PROFILE_FOLDER)/lib$(PLUGIN).so)

# The module that has the simulator write waves. The library takes no top for the design whose name
# begins with `verifork_`.
define WAVES_MODULE
module verifork_waves;
  initial begin
    $$dumpfile("$(WAVE_FILE)");
    $$dumpvars(0, $(TOP));
  end
endmodule
endef
WAVES_SOURCE := $(if $(WAVE_FORMAT),$(BUILD)/verifork_waves.v)

# How to compile the design and run it: `simulate`.
ifneq ($(TB),)
include sim/simulator/$(SIM).mk
endif

.PHONY: sim

## sim        runs one testbench: make sim SIM=icarus TB=counter
##              PARAMS="WIDTH=4"  parameters of the top module
##              MUTANT=name       a design with a bug, from hdl/mutants
##              WAVES=1           waves of everything, as vcd; or WAVES=fst
##              JUNIT=file        where the results go as JUnit XML
##              PLUSARGS="+x=1"   arguments for the simulation
##              PROFILE=release   optimized code of the testbench
##              FILTER= LIST= ORDER= FAIL_FAST= REPEAT= SEED= TIMEOUT= WALL_TIMEOUT= LOG= COLOR=
##                                as the variables VERIFORK_FILTER and so on
sim: export WAVES_TEXT := $(WAVES_MODULE)
sim:
	$(if $(TB),,$(error say which testbench: TB is one of $(TESTBENCHES)))
	@$(CARGO) build -p $(PLUGIN) --profile $(PROFILE)
	@mkdir -p $(BUILD) && rm -f '$(RESULTS)'
	$(if $(MUTANT),@mkdir -p $(dir $(MUTANT_FILE)) && sim/mutant.sh $(MUTANT).$(or $(LANGUAGE),v) \
	    $(basename $(MUTANT_FILE)).$(or $(LANGUAGE),v))
	$(if $(WAVE_FORMAT),@printf '%s\n' "$$WAVES_TEXT" > $(WAVES_SOURCE))
	$(if $(WAVE_FORMAT),@echo 'waves: $(WAVE_FILE)')
	$(simulate)
# A simulator that could not load the plugin may end with status 0: results are the proof.
	$(if $(filter-out 0,$(LIST) $(VERIFORK_LIST) $(VERIFORK_HELP)),,@test -e '$(RESULTS)' || \
	    { echo 'the simulator ended without running the plugin $(PLUGIN_FILE)' >&2; exit 1; })
