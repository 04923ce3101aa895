//! Tells the linker that an addon's symbols are Node's.

fn main() {
    napi_build::setup();
}
