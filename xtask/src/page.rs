//! The page in `web/`, which shows the npm package at work: built into one folder, and served.

use crate::Result;
use crate::languages::{Language, node};
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Builds the page in web/ and serves it to this machine
#[derive(clap::Args)]
pub struct Arguments {
    /// Only builds it, and prints the folder, which works on any server and without one
    #[arg(long)]
    build: bool,

    #[arg(long, default_value_t = 8000)]
    port: u16,
}

/// The files that are as they are; everything else is in `page.js`.
const FILES: [&str; 2] = ["index.html", "style.css"];

pub fn run_task(workspace: &Workspace, arguments: &Arguments) -> Result {
    if let Some(missing) = node::Node.missing() {
        return Err(missing.into());
    }
    let package = node::package(workspace)?;
    let folder = build(workspace, &package)?;
    if arguments.build {
        println!("{}", folder.display());
        return Ok(());
    }
    // It says the address.
    let mut esbuild = node::esbuild(workspace, &package);
    esbuild.arg(format!("--servedir={}", folder.display()));
    esbuild.arg(format!("--serve=127.0.0.1:{}", arguments.port)).arg("--log-level=info");
    // It ends with its input.
    esbuild.stdin(Stdio::inherit());
    run(&mut esbuild).map(drop)
}

/// Builds the page over a copy of the package.
pub fn build(workspace: &Workspace, package: &Path) -> Result<PathBuf> {
    let (source, folder) = (workspace.path("web"), workspace.folder("web/page")?);
    for file in FILES {
        fs::copy(source.join(file), folder.join(file))?;
    }
    let mut esbuild = node::esbuild(workspace, package);
    esbuild.arg(source.join("main.mjs"));
    // A script, as browsers load no modules from a folder; the worklet's, the only .js, is text in it.
    esbuild.args(["--bundle", "--format=iife", "--target=es2022", "--minify", "--loader:.js=text"]);
    for file in ["inline.mjs", "worklet.mjs", "mel-processor.js"] {
        let name = file.trim_end_matches(".mjs");
        esbuild.arg(format!("--alias:mojo-audio/{name}={}", package.join(file).display()));
    }
    // The worklet's address, which a script has to be given, is so.
    esbuild.arg("--log-override:empty-import-meta=silent");
    run(esbuild.arg(format!("--outfile={}", folder.join("page.js").display())))?;
    Ok(folder)
}
