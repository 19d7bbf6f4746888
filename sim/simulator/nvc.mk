# NVC: the VHDL twins of the sources. Plus-arguments reach a plugin only after the top.

LANGUAGE := vhd
LIBRARY := $(BUILD)/work

define simulate
@nvc --std=2008 --work=work:$(LIBRARY) -a $(SOURCES:.v=.vhd) -e $(PARAMS:%=-g%) $(TOP)
@$(GIVEN) VERIFORK_JUNIT='$(RESULTS)' \
    nvc --std=2008 --work=work:$(LIBRARY) --load=$(PLUGIN_FILE) -r \
    $(if $(WAVE_FORMAT),--wave=$(WAVE_FILE) --format=$(WAVE_FORMAT) --dump-arrays) \
    $(TOP) $(PLUSARGS)
endef
