#!/usr/bin/env bash
# Installs what is missing on Debian and Ubuntu, and nothing where all is there.
#
#   sim/tools.sh icarus      to build testbenches and run them on Icarus Verilog
#   sim/tools.sh tests       for the tests, on top of that
#   sim/tools.sh bindings    to make the bindings of the simulator interfaces anew
set -euo pipefail

missing=()

# Wants a program, and else the packages that have it.
program() {
    local name=$1
    shift
    type -P "$name" > /dev/null || missing+=("$@") # the file: `kill` is built into the shell too
}

file() {
    local pattern=$1
    shift
    compgen -G "$pattern" > /dev/null || missing+=("$@")
}

for purpose in "$@"; do
    case $purpose in
        icarus)
            program cc gcc libc6-dev
            program iverilog iverilog
            program patch patch
            ;;
        tests)
            program kill procps
            ;;
        bindings)
            program cc gcc libc6-dev
            file '/usr/lib/llvm-*/lib/libclang*.so*' libclang-dev
            file "${VERIFORK_VPI_HEADER:-/usr/share/verilator/include/vltstd/vpi_user.h}" verilator
            file "${VERIFORK_VHPI_HEADER:-/usr/lib/ghdl/include/ghdl/vhpi_user.h}" ghdl
            ;;
        *)
            echo "tools: nothing is known of \`$purpose\`: icarus, tests or bindings" >&2
            exit 2
            ;;
    esac
done

if ((${#missing[@]} > 0)); then
    if ! command -v apt-get > /dev/null; then
        echo "tools: please install, as this system does it: ${missing[*]}" >&2
        exit 1
    fi
    as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo > /dev/null; then
            echo "tools: as root, please: apt-get install ${missing[*]}" >&2
            exit 1
        fi
        as_root=(sudo)
    fi
    echo "tools: installing with apt-get: ${missing[*]}"
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

if ! command -v "${CARGO:-cargo}" > /dev/null; then
    echo "tools: there is no Rust here: install it as https://rustup.rs says" >&2
    exit 1
fi
