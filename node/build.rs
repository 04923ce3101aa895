//! Tells the linker that an addon's symbols are Node's.

use std::env;

fn main() {
    let is =
        |name: &str, value: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).as_deref() == Ok(value);
    // For mingw-w64 napi-build links a library of Node, which nobody ships: the addon finds Node's functions at
    // run time.
    let is_mingw = is("OS", "windows") && is("ENV", "gnu");
    if !is("ARCH", "wasm32") && !is_mingw {
        napi_build::setup();
    }
}
