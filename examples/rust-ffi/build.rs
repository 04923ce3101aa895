//! Asks pkg-config where the C library is. Without an answer the linker uses its default folders.

use std::process::Command;

fn main() {
    let flags = Command::new("pkg-config").args(["--libs-only-L", "mojo_audio"]).output();
    let flags = flags.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    for folder in flags.unwrap_or_default().split_whitespace() {
        println!("cargo:rustc-link-search=native={}", folder.trim_start_matches("-L"));
    }
}
