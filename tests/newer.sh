#!/usr/bin/env bash
# The conformance suite on Debian 13's simulators: Icarus Verilog 12, GHDL 5 and Verilator 5.032, in a
# root of their own below $NEWER_ROOT, made by debootstrap once and kept.
set -euo pipefail
cd "$(dirname "$0")/.."

place=${NEWER_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/verifork/debian-13}

skip() {
    echo "skipped: Debian 13's simulators: $1"
    exit 0
}

for tool in debootstrap unshare chroot; do
    command -v "$tool" > /dev/null || skip "\`$tool\` is not installed"
done
[ "$(id -u)" = 0 ] || skip "only root can make a root of another system"
unshare --mount true 2> /dev/null || skip 'this machine lets nobody mount anything'

if [ ! -e "$place/made" ]; then
    rm -rf "$place"
    mkdir -p "$place"
    echo "newer: makes $place (about a minute)"
    if ! debootstrap --variant=minbase \
        --include=iverilog,ghdl-mcode,ghdl-llvm,verilator,g++,make,libc6-dev,zlib1g-dev \
        trixie "$place" > "$place.log" 2>&1; then
        tail -20 "$place.log"
        skip 'debootstrap cannot make them a root, as it says above'
    fi
    touch "$place/made"
fi

CONFORMANCE_ROOT=$place make --no-print-directory conformance
