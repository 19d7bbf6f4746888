//! What fields are of, and values of weights that there are not.
// told again: rustc says for each trait of the derive that a type of a field has it not

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

#[derive(Randomize)] //~ E0277: `String` cannot be drawn at random
struct Undrawable { //~ E0277: `String` cannot be drawn at random
    a: String, //~ E0277: `String` cannot be drawn at random
    //~^ `#[derive(Randomize)]` makes it so
}
