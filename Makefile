# Everything there is to do here, by name: `make help`.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

CARGO ?= cargo
# Where cargo builds, and below it everything that is made here.
TARGET := $(or $(CARGO_TARGET_DIR),target)
# The cargo profile of plugins: dev or release.
PROFILE ?= dev
SIM ?= icarus

include sim/sim.mk

.PHONY: demo test conformance newer trust coverage sanitize packages bench bindings fmt clippy doc tools help

## demo       installs what is missing, builds, and runs the testbench `fifo` on Icarus Verilog
##            MUTANT=fifo_almost_full_late gives it a design with a bug: it fails, and says why
demo: tools-icarus
	@echo 'demo: builds the testbench in examples/fifo and runs it on Icarus Verilog'
	@$(MAKE) --no-print-directory sim SIM=icarus TB=fifo

## test       all tests: of the parts, of simulators started, of the documentation, of the examples
test: tools-icarus tools-tests
	@CARGO='$(CARGO)' TARGET='$(TARGET)' tests/all.sh

## conformance  what works where: asks every installed simulator to keep each promise, and compares
##            with docs/conformance.md; WRITE=1 brings that and the README up to date
conformance: tools-icarus
	@source tests/selection.sh && $(if $(filter 1,$(WRITE)),CONFORMANCE=write) \
	    $(CARGO) test -q $$TESTS_OF_WORKSPACE --test works_where -- --nocapture

## newer      the same on Debian 13's simulators, in a root that debootstrap makes in a cache folder
newer:
	@tests/newer.sh

## trust      what trust in the library rests on, as a table: random programs, one course for one seed,
##            very many of everything, what must not pass; LONG=1 asks a hundred times more
trust: tools-icarus
	@CARGO='$(CARGO)' CARGO_TARGET_DIR='$(TARGET)' LONG='$(LONG)' tests/trust.sh

## coverage   line coverage by unit tests, a table by layer: no simulator is started; below 85 % it fails
coverage:
	@CARGO='$(CARGO)' CARGO_TARGET_DIR='$(abspath $(TARGET))' tests/coverage.sh

## sanitize   the tests of what holds unsafe code or threads, under the address and thread sanitizers
##            (needs a nightly toolchain) and valgrind
sanitize:
	@tests/sanitize.sh

## packages   packs every crate that is to be published, and runs a testbench of what was packed
packages: tools-icarus
	@tests/packages.sh

## bench      what an event costs on a simulator, SIM=icarus (the default), ghdl, nvc or verilator, beside
##            the same work done in C or C++ by hand; on Icarus also what a test of `cargo test`, a sample
##            of coverage and a random draw cost
##              PEERS=1   beside cocotb and rustdv too, which it downloads; draws and samples beside pyvsc
##                        and cocotb-coverage
##              WRITE=1   brings the table in docs/performance.md up to date
##              ONLY=x    some of the work, by its name
bench: tools-icarus
	@$(CARGO) bench -p verifork --bench rates -- --sim $(SIM) $(if $(filter 1,$(PEERS)),--peers) \
	    $(if $(filter 1,$(WRITE)),--write) $(ONLY)
	@$(if $(filter icarus,$(SIM)),$(CARGO) bench -p verifork-runner --bench start_up --profile dev)
	@$(if $(filter icarus,$(SIM)),$(CARGO) bench -p verifork-coverage --bench samples -- $(if $(filter 1,$(PEERS)),--peers))
	@$(if $(filter icarus,$(SIM)),$(CARGO) bench -p verifork-stimulus --bench draws -- $(if $(filter 1,$(PEERS)),--peers))

## bindings   compares the committed bindings of VPI and VHPI with what the IEEE headers give;
##            WRITE=1 writes them anew
bindings: tools-bindings
	$(if $(filter 1,$(WRITE)),VERIFORK_BINDGEN=write) $(CARGO) clippy -p verifork-bindings --all-features -- -D warnings

## fmt        formats all code; CHECK=1 only tells whether it is
fmt:
	$(CARGO) fmt --all $(if $(filter 1,$(CHECK)),--check)
	$(CARGO) fmt --manifest-path sanitizers/Cargo.toml $(if $(filter 1,$(CHECK)),--check)

# Not `--all-targets`: it would have libraries without unit tests, such as all testbenches, linted a second time.
## clippy     lints all code, warnings refused (compares the bindings too)
clippy: bindings
	source tests/selection.sh && $(CARGO) clippy $$TESTS_OF_WORKSPACE --lib --bins --tests --benches -- -D warnings

## doc        the documentation, warnings refused: target/doc/verifork/index.html
doc:
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --no-deps --features num-bigint \
		-p verifork -p verifork-macros -p verifork-protocol -p verifork-runner -p verifork-components \
		-p verifork-stimulus -p verifork-stimulus-macros -p verifork-coverage -p verifork-coverage-macros

## tools      installs with apt what any of these needs and is missing
tools: tools-icarus tools-tests tools-bindings

tools-icarus tools-tests tools-bindings: tools-%:
	@sim/tools.sh $*

.PHONY: tools-icarus tools-tests tools-bindings

## help       this
help:
	@sed -n 's/^## //p' Makefile sim/sim.mk
	@echo
	@echo "Testbenches: $(TESTBENCHES)"
	@echo "Mutants:     $(MUTANTS)"
