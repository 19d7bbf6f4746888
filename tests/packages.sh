#!/usr/bin/env bash
# Packs every crate that is to be published, as `cargo publish` would, and uses what is in the packages:
# with the command from its package a testbench is made of a design, whose tests the runner from its
# package runs on Icarus Verilog. Needs the registry's index.
set -euo pipefail
cd "$(dirname "$0")/.."

# In the order of their dependencies.
crates=(verifork-protocol verifork-macros verifork verifork-components verifork-coverage-macros
    verifork-coverage verifork-stimulus-macros verifork-stimulus verifork-runner cargo-verifork)
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
# Apart, and anew each time: to cargo, a package of the same number is the same package.
target=$target/packages
rm -rf "$target"
export CARGO_TARGET_DIR=$target

fail() {
    echo "packages: $1" >&2
    exit 1
}

published=$(git ls-files -z '*Cargo.toml' | xargs -0 grep -L '^publish = false' |
    xargs sed -n '/^\[package\]/,/^name/s/^name = "\(.*\)"/\1/p' | sort)
wanted=$(printf '%s\n' "${crates[@]}" | sort)
[ "$published" = "$wanted" ] ||
    fail "these are not marked \`publish = false\`: ${published//$'\n'/ }; packed are ${crates[*]}"

# Cargo keeps what it unpacks while it verifies, by the number of the version: of registries without a
# host, which are those that it makes for this.
for crate in "${crates[@]}"; do
    rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/"$crate"-[0-9]*
done
# What is not packed is told of, crate by crate.
quietly() { "$@" 2>&1 | grep -v '^warning: ignoring \(test\|benchmark\)'; }
quietly cargo publish --dry-run --allow-dirty "${crates[@]/#/-p}"
quietly cargo package --no-verify --allow-dirty "${crates[@]/#/-p}" > /dev/null

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$target"' EXIT
mkdir "$folder/.cargo"
echo '[patch.crates-io]' > "$folder/.cargo/config.toml"
for crate in "${crates[@]}"; do
    packed=("$target/package/$crate"-[0-9]*.crate)
    [ -f "${packed[0]}" ] || fail "there is no package of $crate"
    tar -xzf "${packed[0]}" -C "$folder"
    unpacked=("$folder/$crate"-[0-9]*)
    for file in Cargo.toml README.md LICENSE-MIT LICENSE-APACHE; do
        [ -s "${unpacked[0]}/$file" ] || fail "no $file in the package of $crate"
    done
    for field in description license repository readme keywords categories rust-version; do
        grep -q "^$field = " "${unpacked[0]}/Cargo.toml" || fail "no $field in the package of $crate"
    done
    [ "$crate" = cargo-verifork ] ||
        echo "$crate = { path = \"${unpacked[0]}\" }" >> "$folder/.cargo/config.toml"
done

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
cp hdl/counter.v "$folder"
cd "$folder"
(cd cargo-verifork-"$version" && cargo build --quiet)
VERIFORK_SIM=icarus "$CARGO_TARGET_DIR/debug/cargo-verifork" verifork new counter-tb \
    --top counter --sources counter.v --published "$version"
cd counter-tb
VERIFORK_SIM=icarus VERIFORK_REQUIRE=icarus cargo test 2>&1 | tee "$folder/output"
grep -q 'test counter::icarus::.* ok' "$folder/output" || fail 'the packages ran no test'
echo "packages: ${#crates[@]} are whole, and a testbench of them runs"
