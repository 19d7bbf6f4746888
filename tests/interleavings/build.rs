//! What `src/threads/` chooses loom's primitives by. As a flag for all of a build it would have every crate built anew.

fn main() {
    println!("cargo:rustc-check-cfg=cfg(loom)");
    println!("cargo:rustc-cfg=loom");
    println!("cargo:rerun-if-changed=build.rs");
}
