#!/usr/bin/env bash
# Makes a design with one mistake: applies the patch `hdl/mutants/<name>.patch` to a copy of its design.
#
#   sim/mutant.sh fifo_almost_full_late.v target/fifo.v
set -euo pipefail
repository=$(dirname "$0")/..

if [ $# != 2 ]; then
    echo "usage: sim/mutant.sh <mutant>.<v or vhd> <file to write>" >&2
    exit 2
fi
name=$1 output=$2
patch=$repository/hdl/mutants/$name.patch
if [ ! -f "$patch" ]; then
    echo "there is no mutant \`$name\`: no file \`hdl/mutants/$name.patch\`" >&2
    exit 1
fi
if ! command -v patch > /dev/null; then
    echo "\`patch\` is not installed: apt-get install patch" >&2
    exit 2
fi
# The design that the patch names.
design=$(sed -n 's|^--- a/||p' "$patch")
# No fuzz: a patch whose surroundings have changed may no longer make the mistake that it describes.
if ! patch --quiet --fuzz=0 --reject-file=- --output="$output" "$repository/$design" "$patch"; then
    rm -f "$output"
    echo "the patch \`hdl/mutants/$name.patch\` no longer applies to \`$design\`" >&2
    exit 1
fi
