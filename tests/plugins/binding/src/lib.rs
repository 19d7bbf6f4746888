//! What a struct is bound to, and what a struct is the value of.

mod handles;
mod members;
mod structures;
