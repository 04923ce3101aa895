//! The Rust code of the pages that users read: `cargo test --doc` compiles and runs it.

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
