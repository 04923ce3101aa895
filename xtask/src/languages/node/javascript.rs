//! What of the npm package is made from other files: the WebAssembly module, and the forms of the JavaScript
//! that Node's `require` and programs of one file need.

use super::super::{Source, Tool};
use super::PACKAGE;
use crate::Result;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What rustc calls browsers.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Rust's standard library for WebAssembly.
pub const WASM: Tool = Tool {
    name: "Rust's wasm32-unknown-unknown",
    probe: &["sh", "-c", "ls \"$(rustc --print target-libdir --target wasm32-unknown-unknown)\""],
    source: Source::Other("rustup target add wasm32-unknown-unknown"),
};

/// For rustc. Without unrolling, as in a build for size, the kernels' arrays of vectors are in memory and not in
/// registers: the bands take twice as long, resampling three times.
const UNROLLED: &str =
    "-Cllvm-args=-unroll-threshold=150 -Cpasses=function(loop(loop-unroll-full),sroa<modify-cfg>)";
const VECTORS: &str = "-Ctarget-feature=+simd128";

/// What the module may use; rustc's target has it on, but for the vectors.
const FEATURES: &[&str] = &[
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
    "--enable-reference-types",
];

/// What nobody reads.
const STRIPPED: &[&str] = &["--strip-debug", "--strip-producers", "--strip-target-features"];

/// Binaryen's passes. No address is below 1,024: the stack ends there, and a program is stopped long before.
const SMALLER: &[&str] = &["--low-memory-unused", "-Oz", "--converge"];

const MODULE: &str = "mojo_audio.wasm";

/// Adds the files to a copy of the package whose npm packages are installed.
pub fn make(workspace: &Workspace, package: &Path) -> Result {
    optimize(workspace, package)?;
    // Without its imports, which bundlers and Node resolve.
    bundle(workspace, package, &["lib/node.mjs", "--outfile=index.js", "--external:@mojo-audio/*"])?;
    bundle(workspace, package, &["lib/compat.mjs", "--outfile=compat-classes.js"])?;
    let mut script = esbuild(workspace, package);
    script.args(["lib/mel-processor.mjs", "--bundle", "--format=iife", "--target=es2022"]);
    run(script.arg("--outfile=mel-processor.js"))?;
    let mut inline = esbuild(workspace, package);
    inline.args([MODULE, "--bundle", "--format=esm", "--target=es2022", "--loader:.wasm=binary"]);
    run(inline.arg("--outfile=lib/inline-wasm.mjs")).map(drop)
}

/// A CommonJS form of an ES module and what it imports.
fn bundle(workspace: &Workspace, package: &Path, arguments: &[&str]) -> Result {
    let mut esbuild = esbuild(workspace, package);
    esbuild.args(["--bundle", "--format=cjs", "--platform=node", "--target=node20"]);
    run(esbuild.args(arguments)).map(drop)
}

/// The bundler, in a copy of the package.
pub fn esbuild(workspace: &Workspace, package: &Path) -> Command {
    let mut command = workspace.command(package.join("node_modules/.bin/esbuild"));
    command.arg("--log-level=warning").current_dir(package);
    command
}

/// Builds the module for WebAssembly without vectors, to be measured; gives the file.
pub fn without_vectors(workspace: &Workspace) -> Result<PathBuf> {
    // In a folder of its own: the package's module has the same name.
    build(workspace, &workspace.folder("node/without-vectors")?, UNROLLED)
}

/// Builds the module below a folder, as rustc leaves it; gives the file.
fn build(workspace: &Workspace, folder: &Path, flags: &str) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--package", PACKAGE, "--profile", "wasm"]);
    cargo.args(["--target", TARGET, "--target-dir"]).arg(folder);
    run(cargo.env("RUSTFLAGS", flags).env_remove("CARGO_ENCODED_RUSTFLAGS"))?;
    Ok(folder.join(TARGET).join("wasm/mojo_audio_node.wasm"))
}

/// Builds the module and has binaryen make it smaller. As that takes a while, only if it has changed.
fn optimize(workspace: &Workspace, package: &Path) -> Result {
    let built = fs::read(build(workspace, workspace.target(), &format!("{VECTORS} {UNROLLED}"))?)?;
    let folder = workspace.folder("node/wasm")?;
    let (before, after) = (folder.join("built.wasm"), folder.join(MODULE));
    if fs::read(&before).ok().as_deref() != Some(&built[..]) || !after.exists() {
        let _ = fs::remove_file(&after);
        fs::write(&before, &built)?;
        let mut binaryen = workspace.command(package.join("node_modules/.bin/wasm-opt"));
        binaryen.args(FEATURES).args(STRIPPED).args(SMALLER);
        run(binaryen.arg(&before).arg("-o").arg(&after))?;
    }
    fs::copy(after, package.join(MODULE))?;
    Ok(())
}
