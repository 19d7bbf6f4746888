#!/usr/bin/env bash
# What trust in the library rests on, each asked and counted; the last lines are a table of it.
#
#   LONG=1           a million random programs, a hundred million events, every example, sanitizers
#   PROPTEST_CASES   another number of random programs
#   CARGO            the cargo to use
set -uo pipefail
cd "$(dirname "$0")/.."

cargo=${CARGO:-cargo}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
long=${LONG:-0}
rows=()
failed=0

# row WHAT HOW-MANY RESULT
row() {
    rows+=("$(printf '%-34s %-28s %s' "$1" "$2" "$3")")
}

# ask NAME COMMAND…: runs it, shows what it prints, and leaves that in `$output`.
ask() {
    local name=$1 begun=$SECONDS
    shift
    echo "=== $name"
    output=$target/trust.$name.txt
    if "$@" > "$output" 2>&1; then
        status=0
    else
        status=1
        failed=$((failed + 1))
    fi
    if ((status)); then cat "$output"; else grep -E '^\.?(random programs|determinism|soak|skipped|sanitize): ' "$output"; fi
    took="$((SECONDS - begun)) s"
}

verdict() {
    if ((status)); then echo "FAILED ($took)"; else echo "${1:-ok} ($took)"; fi
}

# Of all test programs in `$output`: how many passed.
passed() {
    sed -nE 's/^test result: .* ([0-9]+) passed;.*/\1/p' "$output" | awk '{ n += $1 } END { print n + 0 }'
}

random_programs() {
    if [ "$long" = 1 ]; then
        PROPTEST_CASES=${PROPTEST_CASES:-1000000} \
            CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
            CARGO_TARGET_DIR=$target/trust \
            "$cargo" test --quiet --release -p verifork --lib model:: -- --nocapture
    else
        "$cargo" test --quiet -p verifork --lib model:: -- --nocapture
    fi
}

ask random random_programs
count=$(sed -nE 's/^\.?random programs: ([0-9]+), no divergence$/\1/p' "$output")
[ -n "$count" ] || { ((status)) || failed=$((failed + 1)); status=1; }
row 'random programs' "${count:-none}" "$(verdict 'no divergence')"

if [ "$long" = 1 ]; then export DETERMINISM=all SOAK=long; fi
ask determinism "$cargo" test --quiet -p verifork-runner --test determinism -- --nocapture
count=$(sed -nE 's/^\.?determinism: .*: ([0-9]+) tests together.*/\1/p' "$output" | awk '{ n += $1 } END { print n + 0 }')
[ "$count" != 0 ] || { ((status)) || failed=$((failed + 1)); status=1; }
row 'one seed, one course' "$count tests, 4 ways" "$(verdict 'logs and waves are the same')"

ask soak "$cargo" test --quiet -p verifork --test soak -- --nocapture
while IFS= read -r line; do
    what=${line%%:*}
    row "  $(sed -E 's/^[0-9]+ //' <<< "$what")" "${what%% *}" "${line#*: }"
done < <(sed -nE 's/^\.?soak: //p' "$output")
row 'very many in one simulation' "$(passed) kinds" "$(verdict 'memory is flat')"

ask trust "$cargo" test -p verifork --test trust -- --show-output
while read -r kind; do
    count=$(grep -cE "^test $kind::.* \.\.\. ok$" "$output")
    bad=$(grep -cE "^test $kind::.* \.\.\. FAILED$" "$output")
    row "  $kind" "$count" "$([ "$bad" = 0 ] && echo ok || echo "$bad FAILED")"
done < <(sed -nE 's/^test ([a-z_0-9]+)::.* \.\.\. (ok|FAILED)$/\1/p' "$output" | sort -u)
row 'what must not pass, by kind' "$(passed) tests" "$(verdict)"

if [ "$long" = 1 ]; then
    ask sanitizers env SANITIZE_OPTIONAL=1 tests/sanitize.sh
    row 'sanitizers' "$(sed -n 's/^sanitize: clean under: //p' "$output")" "$(verdict)"
fi

echo
printf '%s\n' "${rows[@]}"
skipped=$(cat "$target"/trust.*.txt | grep -c '^skipped: ')
if ((skipped)); then echo "$skipped tests skipped, as said above"; fi
if ((failed)); then
    echo "$failed of these FAILED"
    exit 1
fi
