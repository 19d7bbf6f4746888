//! Regenerates the bindings of the simulator interfaces when the feature `bindgen` asks for it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
