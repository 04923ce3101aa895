//! The border to C: NULL everywhere, other builds of the library, several of them, and what happens around
//! it: loading, unloading, forking.

use super::Report;
use crate::Result;
use crate::cases;
use crate::install;
use crate::languages::c::{self, abi, borders::Borders, find_library};
use crate::table;
use crate::workspace::{Workspace, ask, run as run_program};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tries the border to C: NULL, loading and unloading, forks, two versions, a library that can't unwind
///
/// `cargo xtask test c` runs the same programs, but for the library that can't unwind.
#[derive(clap::Args)]
pub struct Arguments {
    /// How often the library is loaded and unloaded
    #[arg(long, default_value_t = LOADS, value_parser = clap::value_parser!(u32).range(100..))]
    loads: u32,

    /// How often a process that computes on four threads is forked
    #[arg(long, default_value_t = FORKS, value_parser = clap::value_parser!(u32).range(1..))]
    forks: u32,

    /// Before all else, writes down the binary interface as it is: for a release
    #[arg(long)]
    record_abi: bool,
}

const LOADS: u32 = 1000;
const FORKS: u32 = 200;

impl Default for Arguments {
    fn default() -> Self {
        Self { loads: LOADS, forks: FORKS, record_abi: false }
    }
}

/// Sections that tell how to unwind.
const UNWINDING: [&str; 2] = [".eh_frame", ".gcc_except_table"];

pub fn run(workspace: &Workspace, arguments: &Arguments) -> Result<Report> {
    if arguments.record_abi {
        abi::record(workspace)?;
    }
    let prefix = c::prefix(workspace)?;
    let folder = workspace.folder("borders")?;
    let borders = Borders { workspace, folder: &folder, prefix: &prefix };
    let mut table =
        Table { rows: vec![["what", "how often", "found"].map(String::from)], broken: vec![] };

    let lib = prefix.join("lib");
    let shared: [&OsStr; 1] = ["-lmojo_audio".as_ref()];
    table.program(borders.null("", &shared)?, "every pointer of every function NULL", |figure| {
        (format!("{} calls", figure[1]), "refused by name, or as documented".into())
    });
    let what = "loaded, used, unloaded";
    table.program(borders.loaded(&lib.join("libmojo_audio.so"), arguments.loads)?, what, |figure| {
        let [how, rounds, heap, resident] = figure else { return Default::default() };
        let found = format!("{heap} bytes of heap and {resident} kB of the process more at the end");
        (format!("{rounds} times: {how}"), found)
    });
    let what = "forked while four threads compute";
    table.program(borders.forked("", &shared, arguments.forks)?, what, |figure| {
        (format!("{} children", figure[1]), format!("{} gave the parent's bits", figure[2]))
    });
    for program in borders.versions(&lib.join("libmojo_audio.a"))? {
        table.program(program, "two versions in one program", |_| Default::default());
    }
    table.check("two versions in one program", "linked in both orders", "each caller has its own");
    table.result(
        abi::check(workspace),
        "programs compiled for the last release",
        "every function",
        "run on",
    );
    table.result(
        abi::check_itself(workspace),
        "interfaces that would break them",
        "7 changes",
        "found",
    );
    without_unwinding(&borders, &mut table)?;
    Ok(Report { figures: table::markdown(&table.rows), broken: table.broken })
}

struct Table {
    rows: Vec<[String; 3]>,
    broken: Vec<String>,
}

impl Table {
    /// Runs a test program; each line of figures that it prints becomes a row.
    fn program(
        &mut self,
        mut program: Command,
        what: &str,
        row: impl Fn(&[String]) -> (String, String),
    ) {
        match run_program(&mut program) {
            Ok(text) => {
                for line in text.lines().filter_map(|line| line.strip_prefix("figure: ")) {
                    let figure: Vec<_> = line.split(" | ").map(String::from).collect();
                    let (how_often, found) = row(&figure);
                    self.rows.push([what.into(), how_often, found]);
                }
            }
            Err(error) => self.broken.push(format!("{what}: {error}")),
        }
    }

    fn check(&mut self, what: &str, how_often: &str, found: &str) {
        if !self.broken.iter().any(|broken| broken.starts_with(what)) {
            self.rows.push([what, how_often, found].map(String::from));
        }
    }

    fn result(&mut self, result: Result, what: &str, how_often: &str, found: &str) {
        match result {
            Ok(()) => self.rows.push([what, how_often, found].map(String::from)),
            Err(error) => self.broken.push(format!("{what}: {error}")),
        }
    }
}

/// The C API's tests with a library in which panics abort, and that has no tables to unwind with: wrong
/// calls are answered by a status as ever.
fn without_unwinding(borders: &Borders<'_>, table: &mut Table) -> Result {
    let workspace = borders.workspace;
    let folder = workspace.folder("borders/abort")?;
    let prefix = folder.join("prefix");
    let library = build_without_unwinding(workspace, &folder, &prefix)?;
    let sections = ask(workspace.command("readelf").args(["-SW"]).arg(&library)).unwrap_or_default();
    if let Some(left) = UNWINDING.iter().find(|name| sections.contains(*name)) {
        // The few of C's own start and end.
        let bytes = section_size(&sections, left);
        if bytes.is_none_or(|bytes| bytes > 256) {
            table
                .broken
                .push(format!("the library without unwinding tables has {left}: {bytes:?} bytes"));
        }
    }
    let borders = Borders { workspace, folder: &folder, prefix: &prefix };
    let shared: [&OsStr; 1] = ["-lmojo_audio".as_ref()];
    let list = folder.join("cases.txt");
    fs::write(&list, cases::flat(workspace)?)?;
    let mut programs = vec![borders.null("", &shared)?, borders.forked("", &shared, 20)?];
    for name in ["api", "threads", "conformance"] {
        let mut gcc = workspace.command("gcc");
        find_library(&mut gcc, &prefix);
        gcc.args(["-std=gnu11", "-O1"]).arg(workspace.path(&format!("capi/tests/c/{name}.c")));
        let program = folder.join(name);
        run_program(gcc.args(["-lmojo_audio", "-lm", "-lpthread", "-o"]).arg(&program))?;
        let mut command = workspace.command(program);
        find_library(&mut command, &prefix);
        command.arg(&list).arg(workspace.path("conformance"));
        programs.push(command);
    }
    let what = "without unwinding tables, panics abort";
    let mut tests = 0;
    for mut program in programs {
        match run_program(&mut program) {
            Ok(text) => tests += text.lines().filter_map(passed).sum::<u64>(),
            Err(error) => table.broken.push(format!("{what}: {error}")),
        }
    }
    table.check(what, &format!("{tests} tests of the C API"), "passed");
    Ok(())
}

/// Builds the library, removes what is left of tables from its archive, and links it into a prefix.
fn build_without_unwinding(workspace: &Workspace, folder: &Path, prefix: &Path) -> Result<PathBuf> {
    let said = ask(workspace.command("rustc").arg("-vV")).ok_or("`rustc -vV` fails")?;
    let host =
        said.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let target = folder.join("target");
    let mut cargo = workspace.cargo();
    // The target is named so that build scripts are built as ever.
    cargo.args(["build", "--locked", "--release", "--package", "mojo-audio-capi", "--target", host]);
    cargo.env("RUSTFLAGS", "-Cpanic=abort -Cforce-unwind-tables=no").env("CARGO_TARGET_DIR", &target);
    run_program(&mut cargo)?;
    let archive = folder.join("libmojo_audio.a");
    // The standard library comes with its tables.
    let mut objcopy = workspace.command("objcopy");
    objcopy.args(UNWINDING.map(|name| format!("--remove-section={name}*")));
    objcopy.args(UNWINDING.map(|name| format!("--remove-section=.rela{name}*")));
    run_program(objcopy.arg(target.join(host).join("release/libmojo_audio.a")).arg(&archive))?;
    let _ = fs::remove_dir_all(prefix);
    fs::create_dir_all(prefix.join("include"))?;
    fs::create_dir_all(prefix.join("lib"))?;
    fs::copy(workspace.path("capi/include/mojo_audio.h"), prefix.join("include/mojo_audio.h"))?;
    // Under the name that programs are linked with: they look for the same one.
    let library = prefix.join("lib/libmojo_audio.so");
    install::link(workspace, &archive, "libmojo_audio.so", install::ABI, &library)?;
    Ok(library)
}

/// The size of a section, of what readelf prints.
fn section_size(sections: &str, name: &str) -> Option<u64> {
    let line = sections.lines().find(|line| line.split_whitespace().any(|word| word == name))?;
    let words: Vec<_> = line.split_whitespace().collect();
    let at = words.iter().position(|word| *word == name)?;
    u64::from_str_radix(words.get(at + 4)?, 16).ok()
}

/// Reads a line like `12 passed, 0 failed`.
fn passed(line: &str) -> Option<u64> {
    line.split_once(" passed, ")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_measured() {
        let text = "  [ 9] .text     PROGBITS  0000000000001000 001000 0be9bd 00  AX  0   0 64\n\
                    \x20 [14] .eh_frame PROGBITS  00000000000c9a20 0c9a20 000004 00   A  0   0  8\n";
        assert_eq!(section_size(text, ".eh_frame"), Some(4));
        assert_eq!(section_size(text, ".gcc_except_table"), None);
    }
}
