//! What UniFFI writes for Swift and Kotlin, from the library as it is built: without its comments, which
//! explain its own templates.

use crate::Result;
use crate::workspace::{Workspace, run};
use std::fs;
use std::path::Path;

/// `uniffi/MojoAudio/Sources/MojoAudioNative/MojoAudioNative.swift`.
pub fn swift() -> Result<String> {
    bindings("swift", "MojoAudioNative.swift")
}

/// `uniffi/MojoAudio/Sources/CMojoAudio/CMojoAudio.h`.
pub fn header() -> Result<String> {
    bindings("swift", "CMojoAudio.h")
}

/// `uniffi/kotlin/src/main/kotlin/mojoaudio/internal/Native.kt`.
pub fn kotlin() -> Result<String> {
    bindings("kotlin", "mojoaudio/internal/mojo_audio.kt")
}

fn bindings(language: &str, file: &str) -> Result<String> {
    let workspace = Workspace::new();
    let package = ["--quiet", "--locked", "--package", "mojo-audio-uniffi"];
    run(workspace.cargo().arg("build").args(package).arg("--lib"))?;
    let library = workspace.target().join("debug").join(library_name());
    let folder = workspace.folder("uniffi")?.join(language);
    let mut generator = workspace.cargo();
    generator.arg("run").args(package).args(["--features=bindgen", "--bin=uniffi-bindgen", "--"]);
    generator.args(["generate", "--no-format", "--config=uniffi/uniffi.toml", "--language", language]);
    run(generator.arg("--out-dir").arg(&folder).arg(library))?;
    read(&folder.join(file))
}

fn library_name() -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{prefix}mojo_audio_uniffi{suffix}")
}

fn read(file: &Path) -> Result<String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut kept = String::new();
    let mut is_blank = false;
    for line in text.lines().map(str::trim_end).filter(|line| !line.trim_start().starts_with("//")) {
        if !(line.is_empty() && is_blank) {
            kept.push_str(line);
            kept.push('\n');
        }
        is_blank = line.is_empty();
    }
    Ok(kept)
}
