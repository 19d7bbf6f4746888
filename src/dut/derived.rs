//! What the code of `#[derive(Dut)]` calls.

use std::marker::PhantomData;

use super::{DeclaredPaths, Dut};

/// Declares the paths of a field in the derive's output. For a type that is not a [`Dut`], the method of
/// [`DeclareNothing`] is called, so that the compiler does not report a second error.
#[doc(hidden)]
#[derive(Debug)]
pub struct Declare<D>(PhantomData<D>);

impl<D> Declare<D> {
    #[allow(clippy::new_without_default, reason = "it is made by the derive only")]
    pub fn new() -> Self {
        Declare(PhantomData)
    }
}

impl<D: Dut> Declare<D> {
    pub fn paths(self, paths: &mut DeclaredPaths<'_>, path: &str) {
        D::declared_paths(paths, path);
    }
}

/// See [`Declare`].
#[doc(hidden)]
pub trait DeclareNothing: Sized {
    fn paths(self, _: &mut DeclaredPaths<'_>, _: &str) {}
}

impl<D> DeclareNothing for Declare<D> {}
