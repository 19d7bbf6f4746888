# Read by `make` after Verilator's own makefile.

# Each source of the user's has a rule with its path. Newer versions also look for everything else in the crate's folder,
# and so in the folder around it, whatever comes and goes there.
VPATH := $(filter-out $(VM_USER_DIR),$(VPATH))

IS_GCC := $(findstring Free Software Foundation,$(shell $(CXX) --version))

# C++20 implies it. Said for all designs, and not only for those with delays, it makes no difference between their options.
ifneq ($(IS_GCC),)
ifneq ($(VM_TIMING),1)
CPPFLAGS += $(CFG_CXXFLAGS_COROUTINES)
endif
endif

# What the host asks of the design is compiled together with the class that Verilator has made of it, whose headers it
# reads. Not where a large design is compiled in parts.
ifneq ($(VM_PARALLEL_BUILDS),1)
$(VM_PREFIX)__ALL.cpp: ../verifork_design.cpp
verifork_design.o: private CPPFLAGS += -DVERIFORK_DESIGN_ELSEWHERE
INCLUDES_ALL := $(VM_PREFIX)__ALL.o verifork_host.o
else
INCLUDES_ALL := verifork_design.o verifork_host.o
endif

# What all designs with the same options have in common. Where the headers of a design's own C++ are is none of them, nor
# is whether it has delays: newer versions define a macro for that, which is for the user's own C++.
COMMON := $(VK_GLOBAL_OBJS) verifork_host.o
COMMON_CPPFLAGS = $(filter-out $(VERIFORK_INCLUDES) -DVM_TIMING=%,$(CPPFLAGS))
$(COMMON): private CPPFLAGS := $(COMMON_CPPFLAGS)

.PHONY: verifork_library
verifork_library: $(COMMON)

# The headers that everything includes, which GCC takes longer to read than a small design, are read once too. Not where
# objects come from a cache, which does not take precompiled headers; nor without the header, where nothing would be kept
# of it.
ifneq ($(IS_GCC),)
ifeq ($(OBJCACHE),)
ifneq ($(wildcard ../verifork_common.h),)

# Not inherited by what makes the precompiled header itself.
$(INCLUDES_ALL): private CPPFLAGS += -include ../verifork_common.h
# Whether it fits, the compiler knows; ages tell nothing of files that were kept.
$(INCLUDES_ALL): | ../verifork_common.h.gch
verifork_library: ../verifork_common.h.gch
../verifork_common.h.gch: private CPPFLAGS := $(COMMON_CPPFLAGS)
../verifork_common.h.gch:
	$(CXX) $(CXXFLAGS) $(CPPFLAGS) $(OPT_FAST) -x c++-header -o $@ ../verifork_common.h

endif
endif
endif
