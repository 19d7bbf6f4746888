# Icarus Verilog. `-n`: a `$stop` ends the simulation instead of asking at the terminal.

IMAGE := $(BUILD)/design.vvp

define simulate
@iverilog -g2012 -s $(TOP) $(PARAMS:%=-P$(TOP).%) $(if $(WAVES_SOURCE),-s verifork_waves) \
    -o $(IMAGE) $(SOURCES) $(WAVES_SOURCE)
@$(GIVEN) VERIFORK_JUNIT='$(RESULTS)' \
    vvp -n -m $(PLUGIN_FILE) $(IMAGE) $(if $(filter fst,$(WAVE_FORMAT)),-fst) $(PLUSARGS)
endef
