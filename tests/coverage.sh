#!/usr/bin/env bash
# Line coverage by unit tests, as a table by layer: no simulator is started. A layer below the floor
# fails the run.
#
#   tests/coverage.sh           the table
#   tests/coverage.sh FILE…     the lines of these files that no test reaches, as FILE:LINE
#
# COVERAGE_FLOOR   the least coverage of a layer, in percent
# CARGO            the cargo to use
#
# Tests themselves do not count: neither modules under `#[cfg(test)]` nor files of tests. The ports (`vpi`,
# `vhpi`, `verilator`, `sys`) and the entry points in `plugin.rs` are left to the tests that start simulators.
set -euo pipefail

# Called by cargo in rustc's place, for the crates of the workspace: dependencies are not instrumented, and
# are those of every other build. Counters lie in the file itself while a program runs, since a process that
# is killed or leaves with `_exit`, as tests have it do, would not write them.
if [ -n "${COVERAGE_WRAPS_RUSTC:-}" ]; then
    exec "$@" -Cinstrument-coverage -Cllvm-args=-runtime-counter-relocation
fi

cd "$(dirname "$0")/.."
# Very many random cases are there for rare faults, and reach no more lines.
export PROPTEST_CASES=${PROPTEST_CASES:-256}
cargo=${CARGO:-cargo}
floor=${COVERAGE_FLOOR:-85}
bin=$(echo "$(rustc --print=sysroot)"/lib/rustlib/*/bin)
if ! [ -x "$bin/llvm-cov" ]; then
    echo "coverage: no llvm-cov (rustup component add llvm-tools)" >&2
    exit 1
fi
folder=${CARGO_TARGET_DIR:-$PWD/target}/coverage
rm -rf "$folder"
mkdir -p "$folder/of_tests"
# The compiler loads our macros, which are instrumented too.
export LLVM_PROFILE_FILE=$folder/of_compiler.profraw

mapfile -t programs < <(
    COVERAGE_WRAPS_RUSTC=1 RUSTC_WORKSPACE_WRAPPER=$PWD/tests/coverage.sh \
        "$cargo" test --lib --no-run -p verifork -p verifork-macros -p verifork-protocol \
        -p verifork-runner 2>&1 | tee "$folder/build.txt" | sed -n 's/^ *Executable .*(\(.*\))$/\1/p'
)
if [ "${#programs[@]}" != 4 ]; then
    cat "$folder/build.txt" >&2
    exit 1
fi

# A program of tests expects the folder of its crate, and one of macros the compiler's libraries.
of_crate() {
    case ${1##*/} in
        verifork_macros-*) echo macros ;;
        verifork_protocol-*) echo protocol ;;
        verifork_runner-*) echo runner ;;
        *) echo . ;;
    esac
}
for program in "${programs[@]}"; do
    program=$(realpath "$program")
    (
        cd "$(of_crate "$program")"
        export LLVM_PROFILE_FILE="$folder/of_tests/%p%c.profraw" CARGO_MANIFEST_DIR=$PWD
        LD_LIBRARY_PATH=${bin%/bin}/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
        export LD_LIBRARY_PATH
        "$program" -q
    ) > "$folder/${program##*/}.txt" 2>&1 || {
        tail -n 40 "$folder/${program##*/}.txt" >&2
        exit 1
    }
done

find "$folder/of_tests" -name '*.profraw' > "$folder/profiles.txt"
"$bin/llvm-profdata" merge -sparse --failure-mode=all -f "$folder/profiles.txt" -o "$folder/all.profdata"
objects=()
for program in "${programs[@]:1}"; do objects+=(-object "$program"); done
"$bin/llvm-cov" export -format=lcov -instr-profile="$folder/all.profdata" \
    -ignore-filename-regex='/\.cargo/|/rustc/|/rustlib/|/target/' \
    "${programs[0]}" "${objects[@]}" > "$folder/lines.lcov"
rm -r "$folder/of_tests"

awk -v root="$PWD/" -v floor="$floor" -v asked="$*" -f tests/coverage.awk "$folder/lines.lcov"
