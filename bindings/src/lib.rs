//! Empty: building this crate with the feature `generate` runs `build.rs` at the top level, which does the work.
