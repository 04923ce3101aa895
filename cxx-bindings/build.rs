//! Compiles the C++ side of the bridge. The functions for programs are visible, the bridge itself is hidden.

fn main() {
    let mut build = cxx_build::bridges(["src/bridge.rs", "src/options.rs"]);
    build.files(["src/border.cc", "src/options.cc"]).include("include").std("c++17");
    build.flag_if_supported("-fvisibility=hidden").compile("mojo_audio_cxx_border");
    for place in ["build.rs", "include", "src"] {
        println!("cargo:rerun-if-changed={place}");
    }
}
