//! Tells the linker that an addon's symbols are Node's.

fn main() {
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch != "wasm32") {
        napi_build::setup();
    }
}
