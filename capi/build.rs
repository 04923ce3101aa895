//! Sets the name by which programs look for the shared library at run time. It includes the number of the
//! binary interface, so that an incompatible library is never loaded. Also tells the installer, by way of cargo's
//! messages, which system the library was built for.

/// Number of the binary interface. It goes up when something existing changes or is removed, not for
/// additions. `xtask` takes it from here, too.
pub const ABI: u32 = 0;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=MOJO_AUDIO_TARGET={}", std::env::var("TARGET").unwrap_or_default());
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let name = match os.as_str() {
        "macos" | "ios" => format!("-Wl,-install_name,@rpath/libmojo_audio.{ABI}.dylib"),
        "windows" => return,
        _ => format!("-Wl,-soname,libmojo_audio.so.{ABI}"),
    };
    println!("cargo:rustc-cdylib-link-arg={name}");
}
