//! The binary interface against that of the last release, which capi/abi/release.abi is.
//!
//! abidw reads what it compares from the debug information of C: of a library with the functions of the
//! header and nothing in them. Rust's would have the insides of every handle, which are no one's business
//! and change with each compiler. That the real library has these functions, and nothing else, is checked
//! beside this; that the header is what the Rust functions say, by `cargo xtask generate --check`.

use super::interface::functions;
use crate::Result;
use crate::workspace::{Workspace, ask, run, show};
use std::fs;
use std::path::{Path, PathBuf};

const HEADER: &str = "capi/include/mojo_audio.h";
const INTERFACE: &str = "capi/abi/interface.txt";
const RELEASE: &str = "capi/abi/release.abi";

/// The structure that grows at its end: programs say in its first field how much of it they know.
const GROWS: &str = "MojoMelOptions";

/// What leaves the file the same on every machine.
const PLAIN: &[&str] = &[
    "--no-corpus-path",
    "--no-comp-dir-path",
    "--no-show-locs",
    "--no-elf-needed",
    "--no-architecture",
];

/// Writes down the interface as it is, for a release.
pub fn record(workspace: &Workspace) -> Result {
    let (header, interface) = (workspace.read(HEADER)?, workspace.read(INTERFACE)?);
    let library = compile(workspace, &workspace.folder("c/abi")?, &header, &interface)?;
    let mut abidw = workspace.command("abidw");
    abidw.args(PLAIN).args(["--type-id-style", "hash", "--out-file"]);
    run(abidw.arg(workspace.path(RELEASE)).arg(library)).map(drop)
}

/// Fails if a program that was compiled for the last release could break.
pub fn check(workspace: &Workspace) -> Result {
    compare(workspace, "as it is", &workspace.read(HEADER)?, &workspace.read(INTERFACE)?)
}

/// Fails unless changes that would break a program are found, and additions are let through.
pub fn check_itself(workspace: &Workspace) -> Result {
    let (header, interface) = (workspace.read(HEADER)?, workspace.read(INTERFACE)?);
    let reset = "void mojo_mel_stream_reset(MojoMelStream *stream)";
    let count = "size_t mojo_mel_stream_available(const MojoMelStream *stream)";
    let last = "MOJO_MEL_WINDOW_RECTANGULAR = 4,";
    let other_count = count.replace("size_t", "int32_t");
    for (what, breaks, from, to) in [
        ("function gone", true, reset, "void mojo_mel_stream_restart(MojoMelStream *stream)"),
        ("other type given", true, count, &other_count),
        ("field of another type", true, "  uint32_t n_fft;", "  uint64_t n_fft;"),
        ("field in between", true, "  uint32_t n_fft;", "  uint32_t n_fft;\n  uint32_t between;"),
        ("field gone", true, "  double normalize_eps;\n", ""),
        ("structure grown", true, "  int32_t n_mels;\n}", "  int32_t n_mels;\n  int32_t later;\n}"),
        ("other number", true, last, "MOJO_MEL_WINDOW_RECTANGULAR = 7,"),
        ("number more", false, last, "MOJO_MEL_WINDOW_RECTANGULAR = 4,\n  MOJO_MEL_WINDOW_LATER = 5,"),
        ("option more", false, "  double normalize_eps;", "  double normalize_eps;\n  double later;"),
    ] {
        if !header.contains(from) {
            return Err(format!("{what}: {HEADER} has no `{from}`").into());
        }
        let (changed, functions) = (header.replace(from, to), interface.replace(from, to));
        match (breaks, compare(workspace, what, &changed, &functions)) {
            (true, Ok(())) => {
                return Err(format!("{what}: would break programs, and is not found").into());
            }
            (false, Err(error)) => return Err(format!("{what}: would break nothing: {error}").into()),
            _ => {}
        }
    }
    let more = "function void mojo_mel_stream_later(MojoMelStream *stream)\n";
    compare(workspace, "function more", &header, &(interface + more))
}

fn compare(workspace: &Workspace, what: &str, header: &str, interface: &str) -> Result {
    let release = workspace.read(RELEASE)?;
    let header = without_later_fields(header, &release)?;
    let folder = workspace.folder(&format!("c/abi/{}", what.replace(' ', "-")))?;
    let library = compile(workspace, &folder, &header, interface)?;
    let mut abidiff = workspace.command("abidiff");
    abidiff.args(["--no-show-locs", "--no-added-syms", "--no-architecture"]);
    let printed = show(abidiff.arg(workspace.path(RELEASE)).arg(library))?;
    if printed.status.success() {
        return Ok(());
    }
    Err("the binary interface is not the last release's: raise ABI in capi/build.rs, or undo the change".into())
}

/// The header without the fields that the growing structure got after the release: only programs that set
/// its size see them.
fn without_later_fields(header: &str, release: &str) -> Result<String> {
    let start = format!("<class-decl name='{GROWS}'");
    let fields = release.split(&start).nth(1).and_then(|rest| rest.split("</class-decl>").next());
    let last = fields.and_then(|fields| fields.rsplit("<var-decl name='").next()?.split('\'').next());
    let last = last.ok_or_else(|| format!("{RELEASE} has no {GROWS}"))?;
    let end = format!("}} {GROWS};");
    let (before, after) = header.split_once(&end).ok_or_else(|| format!("{HEADER} has no `{end}`"))?;
    let lines = before.split_inclusive('\n');
    let is_last = |line: &str| line.trim_end().ends_with(&format!(" {last};"));
    let start = before.rfind("typedef struct {").unwrap_or(0);
    let mut kept = String::new();
    let mut at = 0;
    for line in lines {
        at += line.len();
        kept.push_str(line);
        if at > start && is_last(line) {
            return Ok(kept + &end + after);
        }
    }
    // It is gone, which the comparison says.
    Ok(header.into())
}

/// Compiles a library that has the interface and does nothing.
fn compile(workspace: &Workspace, folder: &Path, header: &str, interface: &str) -> Result<PathBuf> {
    let (source, library) = (folder.join("interface.c"), folder.join("interface.so"));
    fs::write(folder.join("mojo_audio.h"), header)?;
    fs::write(&source, stand_in(header, interface)?)?;
    let mut gcc = workspace.command("gcc");
    // A path in the debug information would be written down.
    gcc.args(["-std=c11", "-g", "-w", "-shared", "-fPIC", "-I."]).current_dir(folder);
    let compiled = ask(gcc.args(["interface.c", "-o", "interface.so"]));
    compiled.ok_or_else(|| format!("{} does not compile", source.display()))?;
    Ok(library)
}

fn stand_in(header: &str, interface: &str) -> Result<String> {
    let mut text = String::from("#include \"mojo_audio.h\"\n");
    for function in functions(interface)? {
        text.push_str(&format!("{} {{ __builtin_trap(); }}\n", function.declaration));
    }
    // Numbers that functions take by way of structures only.
    for name in header.lines().filter_map(|line| line.strip_prefix("} ")?.strip_suffix(';')) {
        text.push_str(&format!("void uses_{name}({name} value) {{ __builtin_trap(); }}\n"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_fields_are_left_out() {
        let release = "<class-decl name='MojoMelOptions' size-in-bits='64'><var-decl name='a'/><var-decl name='b'/>\
            </class-decl><class-decl name='Other'><var-decl name='z'/></class-decl>";
        let header = "typedef struct {\n  int b;\n} First;\ntypedef struct {\n  int a;\n  int b;\n  int c;\n} MojoMelOptions;\nint f;\n";
        let kept = without_later_fields(header, release).unwrap();
        assert_eq!(kept, header.replace("  int c;\n", ""));
        assert!(without_later_fields("int f;\n", release).is_err());
        assert!(without_later_fields(header, "").is_err());
    }
}
