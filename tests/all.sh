#!/usr/bin/env bash
# All tests of the workspace. The last line sums over all test programs: N passed, N failed, N skipped.
#
#   tests/all.sh                 everything: built once, then as many programs at a time as there are processors
#   tests/all.sh --test trust    what these arguments of `cargo test` choose, in the same way
#
# The line, and below it the names of what failed, are also left in $TARGET/tests.txt, how long each program took
# in $TARGET/tests.times, and what cargo has built in $TARGET/tests.json, for tests that start it.
# A test that finds no simulator says `skipped: why` and counts as skipped.
#
# TARGET   where cargo builds
# CARGO    the cargo to use
set -uo pipefail

# Called by cargo in the place of a test program: notes how it is started, in which folder and with
# which environment.
if [ -n "${TESTS_NOTED_IN:-}" ]; then
    folder=$TESTS_NOTED_IN
    unset TESTS_NOTED_IN "$TESTS_NOTED_BY" TESTS_NOTED_BY
    number=$(printf '%03d' "$(find "$folder" -name '*.job' | wc -l)")
    {
        export -p
        # Promises are asked of designs that are optimized, as users' are.
        case $1 in */works_where-*) echo 'unset MAKEFLAGS' ;; esac
        printf 'cd %q\n' "$PWD"
        printf 'exec'
        printf ' %q' "$@"
        echo ' --show-output'
    } > "$folder/$number.job"
    printf '%s %s\n' "$CARGO_PKG_NAME" "$(basename "${1%-*}")" > "$folder/$number.name"
    exit 0
fi

cd "$(dirname "$0")/.."
cargo=${CARGO:-cargo}

source tests/selection.sh
selection=$TESTS_OF_WORKSPACE

target=${TARGET:-${CARGO_TARGET_DIR:-target}}
mkdir -p "$target"
target=$(cd "$target" && pwd)
log=$target/tests.log
rm -f "$target/tests.txt" "$target/tests.times" "$target/tests.json"
: > "$log"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Seconds, seconds of processors and what they went into.
note_times() {
    local begun=$1 used
    used=$(tail -n 1 "$2" | tr 'ms' '  ' | awk '{ print $1 * 60 + $2 + $3 * 60 + $4 }')
    awk -v name="$3" -v used="$used" -v wall="$(($(date +%s%N) / 1000000 - begun))" \
        'BEGIN { printf "%7.1f %7.1f  %s\n", wall / 1000, used, name }' >> "$target/tests.times"
}

# summed_up STATUS: what has failed, by name, and the sum, which is the last line.
tests_failed=()
# What has failed beside tests, each counted as one.
failures=()
summed_up() {
    local status=$1 passed failed ignored left
    read -r passed failed ignored < <(sed -nE \
        's/^test result: .* ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored;.*/\1 \2 \3/p' "$log" |
        awk '{ p += $1; f += $2; i += $3 } END { print p + 0, f + 0, i + 0 }')
    left=$(grep -c '^skipped: ' "$log")
    passed=$((passed - left))
    failed=$((failed + ${#failures[@]}))
    # A test program that crashed has no line of results.
    if ((status != 0 && failed == 0)); then failed=1; fi
    {
        echo "$passed passed, $failed failed, $((ignored + left)) skipped"
        ((${#tests_failed[@]} == 0)) || printf '%s\n' "${tests_failed[@]}"
        ((${#failures[@]} == 0)) || printf '%s\n' "${failures[@]}"
    } > "$target/tests.txt"
    echo
    sed -n '2,$ s/^/failed: /p' "$target/tests.txt"
    head -n 1 "$target/tests.txt"
    if ((passed == 0)); then exit 1; fi
    exit "$status"
}

does_not_build() {
    failures+=('the tests do not build')
    summed_up 1
}

# Everything, before the first test runs: they find what was built in a file, so that none of them asks
# cargo, which would wait for others that do.
begun=$(($(date +%s%N) / 1000000))
# shellcheck disable=SC2086 # it is a list
"$cargo" test $selection --no-run --message-format=json-render-diagnostics > "$target/tests.json" ||
    does_not_build
# One of the harnesses is not a test by itself.
# shellcheck disable=SC2086
"$cargo" test $selection --no-run --test sim --message-format=json-render-diagnostics >> "$target/tests.json" ||
    does_not_build
times > "$folder/times"
note_times "$begun" "$folder/times" 'building'
export TESTS_BUILT=$target/tests.json
# Where tests that clear the environment keep it.
export VERIFORK_VERILATOR_LIBRARY=$target/tmp/verilator
# Designs take longer to be compiled than most tests run them: Verilator's makefile would optimize them, as it does for
# `works_where` and `tests/newer.sh`.
export MAKEFLAGS="${MAKEFLAGS:+$MAKEFLAGS }OPT_FAST=-O0 OPT_GLOBAL=-O0"

# What of ours was built twice, for tests and for other tests: where two crates want other features of a
# dependency, all between them and that is. `coverage/macros` says how to have them agree.
unit='"package_id":"path[^"]*\/([^"\/]*)",.*"target":\{"kind":\["([^"]*)".*"name":"([^"]*)","src_path".*'
unit+='"profile":\{[^}]*"test":(true|false)\}.*"filenames":\["([^"]*)"'
twice=$(sed -nE "s/^.*$unit.*/\1 \2 \3 \4 \5/p" "$target/tests.json" | sort -u | cut -d ' ' -f 1-4 | uniq -d)

# Each program with the environment that cargo gives it: cargo starts this script in its place.
host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
programs=(--tests)
documentation=1
if (($# > 0)); then
    programs=("$@")
    documentation=
fi
# shellcheck disable=SC2086
env TESTS_NOTED_IN="$folder" TESTS_NOTED_BY="CARGO_TARGET_${host}_RUNNER" \
    "CARGO_TARGET_${host}_RUNNER=$PWD/tests/all.sh" \
    "$cargo" test $selection "${programs[@]}" > "$folder/noting" 2>&1 || {
    cat "$folder/noting"
    failures+=('cargo did not start the test programs')
    summed_up 1
}
if [ -n "$documentation" ]; then
    # Not `--show-output`: rustdoc then builds each example by itself, and none of them skips anything.
    printf 'exec %q test %s --doc\n' "$cargo" "$selection" > "$folder/documentation.job"
    echo 'all crates: their documentation' > "$folder/documentation.name"
fi

# run JOB: leaves what it prints, its status and its times in files.
run() {
    local job=$1 begun status=0
    begun=$(($(date +%s%N) / 1000000))
    bash "$job.job" > "$job.output" 2>&1 < /dev/null || status=$?
    times > "$job.times"
    note_times "$begun" "$job.times" "$(cat "$job.name")"
    echo "$status" > "$job.status"
}

# Output of tests that pass is asked for, since a test says there that it was skipped; it goes into
# the log, and the terminal shows the rest and the skips.
show() {
    local job=$1
    echo "     Running $(cat "$job.name")"
    tee -a "$log" < "$job.output" | awk '
        /^successes:$/ { hidden = 1 }
        /^failures:$/ || /^test result:/ { hidden = 0 }
        !hidden || /^skipped: / { print; fflush() }'
}

# Those first that take long, so that none is left to run alone at the end.
long='command documentation verilator trust failures works_where stale verifork_runner'
for name in $long; do
    grep -lwE "$name" "$folder"/*.name
done | sed 's/\.name$//' > "$folder/order"
find "$folder" -name '*.name' | sed 's/\.name$//' | sort >> "$folder/order"
mapfile -t jobs < <(awk '!seen[$0]++' "$folder/order")

status=0
declare -A running=()
# One program has ended.
ended() {
    local process
    wait -n -p process "${!running[@]}"
    local job=${running[$process]}
    unset "running[$process]"
    show "$job"
    local name code test
    name=$(cat "$job.name")
    code=$(cat "$job.status" 2> /dev/null || echo 1)
    [ "$code" != 0 ] || return 0
    status=101
    # Not what tests have printed: some start harnesses that fail.
    while read -r test; do tests_failed+=("$name: $test"); done < <(sed -nE \
        '/^(successes|failures):$/,/^test result: /d; s/^test (.*[^ ]) +\.\.\. FAILED.*/\1/p' "$job.output")
    if ! grep -qE '^test result: .* [1-9][0-9]* failed;' "$job.output"; then
        local how="with status $code"
        ((code <= 128)) || how="by SIG$(kill -l "$code")"
        failures+=("$name: the program ended $how, before its tests had")
    fi
}
for job in "${jobs[@]}"; do
    ((${#running[@]} < $(nproc))) || ended
    run "$job" &
    running[$!]=$job
done
while ((${#running[@]} > 0)); do ended; done
if [ -n "$twice" ]; then
    failures+=("built twice: ${twice//$'\n'/, }")
    status=101
fi

echo
echo 'seconds, of processors, of what took longest (all: tests.times in the target folder)'
sort -rn "$target/tests.times" | head -n 12
summed_up "$status"
