fn main() {
    println!("cargo:rustc-link-lib=mojo_audio");
    println!("cargo:rustc-link-search=native=/usr/local/lib");
}
