#!/usr/bin/env bash
# Runs the unit tests of what holds unsafe code of our own or threads, `task`, `sync` and their random
# programs, the gate between the simulator's thread and the watchdog, the watchdog and the exit status,
# under the address sanitizer, which looks for leaks too, and the thread sanitizer (nightly toolchain; they are a
# crate of their own, in `sanitizers/`), and under valgrind (stable, in the library); and a simulation by Verilator,
# whose model the library reads and writes in its own memory, under valgrind and the address sanitizer.
#
#   tests/sanitize.sh                   everything
#   tests/sanitize.sh thread valgrind   some of: address thread valgrind model model_address
#
# SANITIZE_OPTIONAL=1   what is missing here is skipped, with a line that names it; otherwise an error
# SANITIZE_BUILD_STD=0  the thread sanitizer takes the standard library as it comes. Otherwise, where
#                       its source is installed (rustup component add rust-src --toolchain nightly),
#                       it is built with instrumentation: half a minute, and no false alarms
# SANITIZE_LIMIT        seconds that one check may take, 1500 by default
# SANITIZE_FILTER       the test filter, all of these tests by default
# CARGO_TARGET_DIR      its folder `sanitize` is used, apart from the ordinary builds; valgrind runs these
set -euo pipefail
cd "$(dirname "$0")/.."

filter=${SANITIZE_FILTER:-task:: sync:: model:: scheduler::gate:: regression::watchdog:: regression::exit::}
# These layers by themselves, with the versions of dependencies that everything is tested with.
layers=(--manifest-path sanitizers/Cargo.toml --lib)
cp Cargo.lock sanitizers/Cargo.lock
# Very many scopes, nested or in turn: the address sanitizer runs them, the others take minutes.
many=(--skip task::hazards::depth:: --skip task::tests::borrowing::a_hundred_thousand)
# A million turns of what other tests do once or twice: half of valgrind's time. Both sanitizers run them.
turns=(--skip ::a_million_dropped_waits_leave_nothing)
# A check that hangs ends as a failure of its own, not with the time of all of CI.
limit=(timeout --kill-after=10 "${SANITIZE_LIMIT:-1500}")
host=$(rustc -vV | sed -n 's/^host: //p')
root=${CARGO_TARGET_DIR:-target}/sanitize
case $root in /*) ;; *) root=$PWD/$root ;; esac
# One folder for what the sanitizers build: cargo keeps what is made with other flags apart, and makes what runs on
# the host, macros and their dependencies, once.
nightly=$root/nightly
# Random cases are there for other faults, and slow under valgrind.
export PROPTEST_CASES=${PROPTEST_CASES:-16}
export RUST_BACKTRACE=0
export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
export TSAN_OPTIONS=exitcode=66:suppressions=$PWD/sanitizers/tsan.supp
clean=()
skipped=()

# missing WHAT WHY
missing() {
    if [ "${SANITIZE_OPTIONAL:-0}" != 1 ]; then
        echo "sanitize: cannot run $1: $2 (SANITIZE_OPTIONAL=1 skips it)" >&2
        exit 1
    fi
    echo "sanitize: SKIPPED $1: $2"
}

# The standard library's source, from which it is built anew with instrumentation: then nothing has to
# be kept from the sanitizer.
has_rust_src() {
    [ -f "$(rustc +nightly --print=sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}

# Newer compilers refuse to link instrumented crates with others, such as the standard library that
# comes ready-made, unless told that this is meant.
allowance() {
    local flag=-Cunsafe-allow-abi-mismatch=sanitizer
    if rustc +nightly "$flag" --print=sysroot > /dev/null 2>&1; then
        echo "$flag"
    fi
}

# Puts the instrumented slow path of sanitizers/tsan_mutex.c in the place of the library's.
instrumented_mutex() {
    local library symbol
    library=$(ls "$(rustc +nightly --print=sysroot)/lib/rustlib/$host/lib/"libstd-*.so)
    symbol=$(nm -D "$library" | sed -n 's/^.* T \(.*5mutex5futex.*14lock_contended.*\)$/\1/p')
    if [ -z "$symbol" ]; then
        echo "sanitize: this nightly's mutex has no lock_contended: see sanitizers/tsan_mutex.c" >&2
        return 1
    fi
    mkdir -p "$root"
    cc -O1 -c sanitizers/tsan_mutex.c -o "$root/tsan_mutex.o"
    echo "-Clink-arg=$root/tsan_mutex.o -Clink-arg=-Wl,--wrap=$symbol" \
        "-Clink-arg=-Wl,--defsym=__wrap_$symbol=verifork_lock_contended"
}

# The flags of all that a sanitizer instruments: with others, its dependencies would be built again. With --target,
# they do not reach build scripts and macros, which run on the host. Places in the code are called as in the library.
instrumenting() {
    echo "-Zsanitizer=$1 -Cforce-frame-pointers=yes $(allowance) --remap-path-prefix=src/../../src=src"
}

sanitizer() {
    local kind=$1 extra= build_std=() skip=()
    if ! rustc +nightly --version > /dev/null 2>&1; then
        missing "$kind" "there is no nightly toolchain (rustup toolchain install nightly)"
        return
    fi
    if [ "$kind" = thread ]; then
        skip=("${many[@]}")
        if [ "${SANITIZE_BUILD_STD:-1}" = 1 ] && has_rust_src; then
            build_std=(-Zbuild-std)
            export TSAN_OPTIONS=exitcode=66
        else
            echo "sanitize: thread: the standard library is not instrumented (there is no rust-src):" \
                "sanitizers/ has what is kept from the sanitizer for that"
            if ! extra=$(instrumented_mutex); then
                missing thread "it takes every contended mutex for a race without that"
                return
            fi
            # The library's fast paths are inlined, and so instrumented, from this level on.
            export CARGO_PROFILE_DEV_OPT_LEVEL=1
            # A condition variable takes the mutex again inside of the library, where nobody sees it.
            echo "sanitize: thread: left out without that: the tests of regression::watchdog"
            # One test at a time runs on the harness's own thread: its joins are in the library too.
            skip+=(--skip regression::watchdog:: --test-threads=1)
        fi
    fi
    RUSTFLAGS="$(instrumenting "$kind")${extra:+ $extra}"
    export RUSTFLAGS
    # For the lines of what it finds.
    export CARGO_PROFILE_DEV_DEBUG=line-tables-only
    echo "sanitize: $kind: RUSTFLAGS='$RUSTFLAGS'" \
        "cargo +nightly test ${build_std[*]} ${layers[*]} --target $host -- $filter"
    # shellcheck disable=SC2086 # the filter is a list
    CARGO_TARGET_DIR=$nightly "${limit[@]}" cargo +nightly test --quiet ${build_std[@]+"${build_std[@]}"} \
        "${layers[@]}" --target "$host" -- $filter ${skip[@]+"${skip[@]}"}
    unset RUSTFLAGS CARGO_PROFILE_DEV_OPT_LEVEL CARGO_PROFILE_DEV_DEBUG
}

under_valgrind() {
    local binary
    if ! command -v valgrind > /dev/null; then
        missing valgrind "it is not installed (apt-get install valgrind)"
        return
    fi
    # That of all tests, which need not be built again then.
    source tests/selection.sh
    # shellcheck disable=SC2086 # it is a list
    binary=$(cargo test $TESTS_OF_WORKSPACE --no-run --message-format=json |
        sed -n 's/.*"executable":"\([^"]*\/verifork-[0-9a-f]*\)".*/\1/p' | tail -n 1)
    if [ -z "$binary" ]; then
        echo "sanitize: valgrind: cargo does not name the library's tests" >&2
        return 1
    fi
    # Its thread scheduler starves all but one thread unless told to be fair.
    # What only a pointer into its middle reaches is not an error: so live the stacks of threads.
    set -- valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite,indirect \
        --show-leak-kinds=definite,indirect --error-exitcode=1 --fair-sched=yes "$binary"
    echo "sanitize: valgrind: $* $filter"
    # shellcheck disable=SC2086 # the filter is a list
    "${limit[@]}" "$@" --quiet --test-threads=2 $filter "${many[@]}" "${turns[@]}"
}

# simulate NAME PLUGIN CFLAGS [WRAPPER…]: a simulation in which the library works on a model's own memory. It
# asks for the promises of the library, on the design that has everything. Some are refused and fail; what
# counts is that many are kept, and nothing wrong is seen: that would end it with status 99.
simulate() {
    local name=$1 plugin=$2 flags=$3 status=0 passed folder=$root/$1
    shift 3
    mkdir -p "$folder"
    verilator --cc --exe --build -j 2 --vpi --timing --assert --public-flat-rw -Wno-fatal -Wno-lint -Wno-style \
        --prefix Vdesign --top-module conformance -o design --Mdir "$folder" -LDFLAGS "$flags -rdynamic -ldl" \
        -CFLAGS "$flags -g1 -std=c++20 -DVL_USER_FINISH -DVL_USER_STOP -DVL_USER_FATAL" \
        -MAKEFLAGS '-s OPT_FAST=-O0 OPT_GLOBAL=-O0' hdl/conformance.v "$PWD/sim/verilator/host.cpp" \
        > "$folder/compile.log" 2>&1 || { cat "$folder/compile.log" >&2; return 1; }
    set -- "$@" "$folder/design" -m "$plugin" +depth=4 +verbose +verb=1 +empty=
    echo "sanitize: $name: $*"
    VERIFORK_VERILATOR_PORT=memory "${limit[@]}" "$@" > "$folder/run.log" 2>&1 || status=$?
    passed=$(sed -n 's/^\([0-9]*\) passed, .*/\1/p' "$folder/run.log")
    if ((status > 1 || ${passed:-0} < 100)) || ! grep -q 'through its model' "$folder/run.log"; then
        tail -n 100 "$folder/run.log" >&2
        echo "sanitize: $name: ${passed:-no} tests passed, status $status" >&2
        return 1
    fi
    echo "sanitize: $name: $passed tests passed, and nothing else is wrong"
}

# needs WHAT TOOL…: whether they are installed.
needs() {
    local what=$1 tool
    shift
    for tool in "$@"; do
        if ! command -v "$tool" > /dev/null; then
            missing "$what" "\`$tool\` is not installed"
            return 1
        fi
    done
}

# Objects that a testbench has looked up live until the end of the run, so leaks are not looked for.
model() {
    needs model valgrind verilator g++ make || return 0
    cargo build --quiet --lib -p conformance_tb
    simulate model "${CARGO_TARGET_DIR:-target}/debug/libconformance_tb.so" '' \
        valgrind --quiet --leak-check=no --error-exitcode=99 --fair-sched=yes
}

# The sanitizer's functions are those of the C++ compiler, in the host; the library's code calls them.
model_address() {
    needs model_address verilator g++ make || return 0
    if ! rustc +nightly --version > /dev/null 2>&1; then
        missing model_address "there is no nightly toolchain (rustup toolchain install nightly)"
        return
    fi
    RUSTFLAGS="$(instrumenting address)" CARGO_TARGET_DIR=$nightly \
        CARGO_PROFILE_DEV_DEBUG=line-tables-only \
        cargo +nightly build --quiet --lib -p conformance_tb --target "$host"
    simulate model_address "$nightly/$host/debug/libconformance_tb.so" -fsanitize=address \
        env ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1:exitcode=99
}

if [ $# = 0 ]; then
    # Those beside each other that do not wait for one folder to build in.
    set -- address valgrind thread model model_address
fi
for check in "$@"; do
    case $check in
        address | thread | valgrind | model | model_address) ;;
        *)
            echo "sanitize: no check is called \`$check\`: address, thread, valgrind, model, model_address" >&2
            exit 2
            ;;
    esac
done

run() {
    case $1 in
        address | thread) sanitizer "$1" ;;
        valgrind) under_valgrind ;;
        model | model_address) "$1" ;;
    esac
}

# As many beside each other as there are processors, since each of them has parts that keep but one busy. What a
# check prints is shown as it ends.
printed=$(mktemp -d)
trap 'rm -rf "$printed"' EXIT
declare -A running=()
failed=()
ended() {
    local process status=0
    wait -n -p process "${!running[@]}" || status=$?
    local check=${running[$process]}
    unset "running[$process]"
    cat "$printed/$check"
    if ((status != 0)); then
        failed+=("$check")
    elif grep -q "^sanitize: SKIPPED $check: " "$printed/$check"; then
        skipped+=("$check")
    else
        clean+=("$check")
    fi
}
for check in "$@"; do
    ((${#running[@]} < $(nproc))) || ended
    run "$check" > "$printed/$check" 2>&1 < /dev/null &
    running[$!]=$check
done
while ((${#running[@]} > 0)); do ended; done
if ((${#failed[@]} > 0)); then
    echo "sanitize: FAILED: ${failed[*]}" >&2
    exit 1
fi
echo "sanitize: clean under: ${clean[*]:-nothing}${skipped:+; SKIPPED: ${skipped[*]}}"
