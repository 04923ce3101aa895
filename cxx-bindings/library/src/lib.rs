//! Lists what `libmojo_audio_cxx` is linked from: the C++ classes and the C functions, so that a program that
//! calls both has one engine. There is no code here.

pub use mojo_audio as c;
pub use mojo_audio_cxx as cxx;
