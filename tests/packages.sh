#!/usr/bin/env bash
# Packs every crate that is to be published, as `cargo publish` would, and uses what is in the packages:
# with the command from its package a testbench is made of a design, whose tests the runner from its
# package runs on Icarus Verilog. Needs the registry's index.
#
# OLDEST_RUST   a toolchain, such as 1.91.0, for all of this; without it the folder's
set -euo pipefail
cd "$(dirname "$0")/.."

# In the order of their dependencies.
crates=(verifork-protocol verifork-macros verifork verifork-components verifork-coverage-macros
    verifork-coverage verifork-stimulus-macros verifork-stimulus verifork-runner cargo-verifork)
target=${CARGO_TARGET_DIR:-target}
case $target in /*) ;; *) target=$PWD/$target ;; esac
folder=$target/packages
# A build of its own: crates of the registry have other features than in the workspace, whose tests ask for more.
# What is unpacked is younger than what was made of it before.
export CARGO_TARGET_DIR=$target/of-packages
[ -z "${OLDEST_RUST:-}" ] || export RUSTUP_TOOLCHAIN=$OLDEST_RUST
trap 'rm -rf "$folder"' EXIT
rm -rf "$folder"
mkdir -p "$folder/packed" "$folder/.cargo"

fail() {
    echo "packages: $1" >&2
    exit 1
}

published=$(git ls-files -z '*Cargo.toml' | xargs -0 grep -L '^publish = false' |
    xargs sed -n '/^\[package\]/,/^name/s/^name = "\(.*\)"/\1/p' | sort)
wanted=$(printf '%s\n' "${crates[@]}" | sort)
[ "$published" = "$wanted" ] ||
    fail "these are not marked \`publish = false\`: ${published//$'\n'/ }; packed are ${crates[*]}"

# What is not packed is told of, crate by crate.
quietly() { "$@" 2>&1 | grep -v '^warning: ignoring \(test\|benchmark\)'; }
quietly cargo publish --dry-run --no-verify --allow-dirty "${crates[@]/#/-p}"
quietly cargo package --no-verify --allow-dirty "${crates[@]/#/-p}" > /dev/null

# The packages know each other by the registry's names, and come from here. They are built in a workspace
# and not as `cargo package` verifies them, which builds everything below a crate anew for each.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
cp Cargo.lock hdl/counter.v "$folder"
printf '[workspace]\nresolver = "3"\nmembers = ["*-%s"]\n' "$version" > "$folder/Cargo.toml"
echo '[patch.crates-io]' > "$folder/.cargo/config.toml"
for crate in "${crates[@]}"; do
    packed=$CARGO_TARGET_DIR/package/$crate-$version.crate
    [ -f "$packed" ] || fail "there is no package of $crate"
    tar -xzf "$packed" -C "$folder/packed"
    tar --touch -xzf "$packed" -C "$folder"
    unpacked=$folder/$crate-$version
    for file in Cargo.toml README.md LICENSE-MIT LICENSE-APACHE; do
        [ -s "$unpacked/$file" ] || fail "no $file in the package of $crate"
    done
    for field in description license repository readme keywords categories rust-version; do
        grep -q "^$field = " "$unpacked/Cargo.toml" || fail "no $field in the package of $crate"
    done
    [ "$crate" = cargo-verifork ] ||
        echo "$crate = { path = \"$unpacked\" }" >> "$folder/.cargo/config.toml"
done
cd "$folder"

# Each by itself, with the features that it asks for.
for crate in "${crates[@]}"; do
    cargo check --quiet -p "$crate" || fail "the package of $crate does not compile by itself"
done
# With what the testbench depends on: alone, it would have these with fewer features, and all would be built twice.
cargo build --quiet -p cargo-verifork -p verifork -p verifork-runner
for crate in "${crates[@]}"; do
    diff -r --exclude Cargo.lock "packed/$crate-$version" "$crate-$version" ||
        fail "building $crate has changed its sources"
done

VERIFORK_SIM=icarus "$CARGO_TARGET_DIR/debug/cargo-verifork" verifork new counter-tb \
    --top counter --sources counter.v --published "$version"
VERIFORK_SIM=icarus VERIFORK_REQUIRE=icarus cargo test -p counter-tb 2>&1 | tee output
grep -q 'test counter::icarus::.* ok' output || fail 'the packages ran no test'
echo "packages: ${#crates[@]} are whole, compile with $(rustc --version), and a testbench of them runs"
