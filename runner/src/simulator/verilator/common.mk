# Read by `make` after Verilator's own makefile. The headers that everything includes, which GCC takes longer to
# read than a small design, are read once for all designs with the same options. Not where objects come from a
# cache, which does not take precompiled headers; nor without the header, where nothing would be kept of it.

ifeq ($(OBJCACHE),)
ifneq ($(wildcard ../verifork_common.h),)
ifneq ($(findstring Free Software Foundation,$(shell $(CXX) --version)),)

READ_ONCE := $(VM_PREFIX)__ALL.o verifork_design.o verifork_host.o
# Not inherited by what makes the precompiled header itself.
$(READ_ONCE): private CPPFLAGS += -include ../verifork_common.h
# Whether it fits, the compiler knows; ages tell nothing of files that were kept.
$(READ_ONCE): | ../verifork_common.h.gch
# All headers are listed, those of the compiler too: what is made with this does not read them.
../verifork_common.h.gch:
	$(CXX) $(CXXFLAGS) $(filter-out -MMD,$(CPPFLAGS)) $(OPT_FAST) -MD -x c++-header -o $@ ../verifork_common.h

endif
endif
endif
