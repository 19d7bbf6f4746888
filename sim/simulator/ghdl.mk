# GHDL: the VHDL twins of the sources. `-o` names the program of the back ends that make one.

LANGUAGE := vhd
LIBRARY := $(BUILD)/work

define simulate
@mkdir -p $(LIBRARY)
@ghdl -a --std=08 --workdir=$(LIBRARY) $(SOURCES:.v=.vhd)
@ghdl -e --std=08 --workdir=$(LIBRARY) -o $(BUILD)/design $(TOP)
@cd $(BUILD) && $(GIVEN) VERIFORK_JUNIT='$(abspath $(RESULTS))' \
    ghdl -r --std=08 --workdir=$(abspath $(LIBRARY)) $(TOP) --vpi=$(PLUGIN_FILE) $(PARAMS:%=-g%) \
    $(if $(WAVE_FORMAT),--$(WAVE_FORMAT)=$(WAVE_FILE)) $(PLUSARGS)
endef
