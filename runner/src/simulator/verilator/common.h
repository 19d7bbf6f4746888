// What all C++ of a design includes, and the host.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "verifork_design.h"
#include "verilated.h"
#include "verilated_dpi.h"
#include "verilated_vpi.h"
