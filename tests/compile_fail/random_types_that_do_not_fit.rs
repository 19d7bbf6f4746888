//! What fields are of, and values of weights that there are not.

use verifork_stimulus::Randomize;

#[derive(Randomize, Clone, Copy)]
enum Simple {
    Read,
    Write,
}

#[derive(Randomize)]
struct Types {
    #[randomize(weights(Erase = 1))] //~ E0599: no variant
    a: Simple,
}

#[derive(Randomize)]
struct Undrawable {
    a: String, //~ E0277: `String` cannot be drawn at random
    //~^ derive it with `#[derive(Randomize)]`
    b: u8,
}

#[derive(Randomize)]
enum Variants {
    Some {
        a: Option<u8>, //~ E0277: `Option<u8>` cannot be drawn at random
    },
    Many(#[randomize(length = 0..=3)] Vec<f32>), //~ E0277: `f32` cannot be drawn at random
}
