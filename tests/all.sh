#!/usr/bin/env bash
# All tests of the workspace. The last line sums over all test binaries: N passed, N failed, N skipped.
#
# The line is also left in $TARGET/tests.txt. A test that finds no simulator says `skipped: why`
# and counts as skipped.
set -uo pipefail
cd "$(dirname "$0")/.."

# What is built for the tests, by features and packages. Tests that start cargo ask for the same, so that
# nothing is built twice.
selection='--workspace --features verifork/num-bigint'
export TESTS_OF_WORKSPACE=$selection

target=${TARGET:-${CARGO_TARGET_DIR:-target}}
mkdir -p "$target"
log=$target/tests.log
rm -f "$target/tests.txt"

# Output of tests that pass is asked for, since a test says there that it was skipped; it goes into
# the log, and the terminal shows the rest and the skips.
# shellcheck disable=SC2086 # it is a list
"${CARGO:-cargo}" test $selection --no-fail-fast "$@" \
    -- --show-output 2>&1 | tee "$log" | {
    hidden=
    while IFS= read -r line; do
        case $line in
            successes:) hidden=1 ;;
            failures: | 'test result:'*) hidden= ;;
        esac
        if [ -z "$hidden" ]; then
            printf '%s\n' "$line"
        else
            case $line in 'skipped: '*) printf '%s\n' "$line" ;; esac
        fi
    done
}
status=${PIPESTATUS[0]}

read -r passed failed ignored < <(sed -nE \
    's/^test result: .* ([0-9]+) passed; ([0-9]+) failed; ([0-9]+) ignored;.*/\1 \2 \3/p' "$log" |
    awk '{ passed += $1; failed += $2; ignored += $3 } END { print passed + 0, failed + 0, ignored + 0 }')
left=$(grep -c '^skipped: ' "$log")
passed=$((passed - left))
# A test program that crashed or did not build has no line of results.
if ((status != 0 && failed == 0)); then
    failed=1
fi
echo
echo "$passed passed, $failed failed, $((ignored + left)) skipped" | tee "$target/tests.txt"
if ((passed == 0)); then
    exit 1
fi
exit "$status"
