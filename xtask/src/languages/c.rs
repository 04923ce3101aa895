//! C: the header, the installed library in every way of linking, the guide's samples, the conformance
//! cases and everything that can go wrong, also under valgrind and AddressSanitizer.

pub mod abi;
pub mod borders;
pub mod installing;
pub mod interface;
mod null;
pub mod programs;

use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples, python};
use crate::workspace::{Workspace, ask, host, run};
use crate::{Result, dist, install};
use borders::Borders;
use programs::PROGRAMS;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct C;

pub const CARGO: Tool =
    Tool { name: "cargo", probe: &["cargo", "--version"], source: Source::Other("https://rustup.rs") };

/// Compilers and what helps them, which the C++ library's tests need too.
pub const GCC: Tool = Tool { name: "gcc", probe: &["gcc", "--version"], source: Source::Debian("gcc") };
pub const GXX: Tool = Tool { name: "g++", probe: &["g++", "--version"], source: Source::Debian("g++") };
pub const PKG_CONFIG: Tool = Tool {
    name: "pkg-config",
    probe: &["pkg-config", "--version"],
    source: Source::Debian("pkg-config"),
};
pub const CMAKE: Tool =
    Tool { name: "CMake", probe: &["cmake", "--version"], source: Source::Debian("cmake") };
pub const BINUTILS: Tool =
    Tool { name: "nm and strip", probe: &["nm", "--version"], source: Source::Debian("binutils") };

pub const VALGRIND: Tool =
    Tool { name: "valgrind", probe: &["valgrind", "--version"], source: Source::Debian("valgrind") };

pub const ABIGAIL: Tool = Tool {
    name: "abidw and abidiff",
    probe: &["abidiff", "--version"],
    source: Source::Debian("abigail-tools"),
};

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// Stripped, the shared library is smaller than this. docs/packaging.md says what it consists of; the aim is 800 kB.
const LARGEST: u64 = 1350 * 1000;

impl Language for C {
    fn name(&self) -> &'static str {
        "c"
    }

    fn needs(&self) -> &'static [Tool] {
        const { &[CARGO, GCC, GXX, PKG_CONFIG, CMAKE, VALGRIND, BINUTILS, ABIGAIL, python::PYTHON] }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        prefix(workspace).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let session = Session {
            workspace,
            folder: workspace.folder("c")?,
            prefix: workspace.folder("c/prefix")?,
        };
        let mut checks = Checks::new();
        session.header(&mut checks);
        session.interface(&mut checks)?;
        session.linking(&mut checks)?;
        installing::check(&session, &mut checks)?;
        session.archive(&mut checks);
        session.guide(&mut checks)?;
        let watched = session.watched_library()?;
        session.programs(&watched, &mut checks)?;
        session.borders(&watched, &mut checks)?;
        session.example(&mut checks)?;
        Ok(checks.counts())
    }
}

/// Installs the library for tests; gives the folder.
pub fn prefix(workspace: &Workspace) -> Result<PathBuf> {
    let prefix = workspace.folder("c/prefix")?;
    fs::remove_dir_all(&prefix)?;
    install::install(workspace, &prefix)?;
    Ok(prefix)
}

/// Lets a program, or the linker, find the installed library and its header.
pub fn find_library<'a>(command: &'a mut Command, prefix: &Path) -> &'a mut Command {
    let lib = prefix.join("lib");
    command
        .env("C_INCLUDE_PATH", prefix.join("include"))
        .env("CPLUS_INCLUDE_PATH", prefix.join("include"))
        .env("LIBRARY_PATH", &lib)
        .env("LD_LIBRARY_PATH", &lib)
        .env("DYLD_LIBRARY_PATH", &lib)
        .env("PKG_CONFIG_PATH", lib.join("pkgconfig"))
}

struct Session<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    prefix: PathBuf,
}

impl Session<'_> {
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.workspace.command(program);
        find_library(&mut command, &self.prefix);
        command
    }

    fn tests(&self, name: &str) -> PathBuf {
        self.workspace.path("capi/tests").join(name)
    }

    /// Compiles the header alone, in each language and with each compiler that is installed.
    fn header(&self, checks: &mut Checks) {
        for (compilers, standards, kind) in
            [(["gcc", "clang"], ["c99", "c11"], "c"), (["g++", "clang++"], ["c++17", "c++20"], "c++")]
        {
            for compiler in compilers {
                if ask(Command::new(compiler).arg("--version")).is_none() {
                    continue;
                }
                for standard in standards {
                    let mut command = self.command(compiler);
                    command.args(["-x", kind, &format!("-std={standard}"), "-fsyntax-only"]);
                    command.args(WARNINGS).arg(self.tests("c/header.c"));
                    checks.check(&format!("header as {standard} by {compiler}"), run(&mut command));
                }
            }
        }
    }

    /// What compiled programs rely on, against what was built.
    fn interface(&self, checks: &mut Checks) -> Result {
        let interface = self.workspace.read("capi/abi/interface.txt")?;
        let shared = self.prefix.join("lib/libmojo_audio.so");
        let symbols =
            ask(Command::new("nm").args(["-D", "--defined-only", "--format=posix"]).arg(&shared))
                .ok_or("nm can't read the library")?;
        let version = install::shared::version(install::ABI);
        let exported = symbols.lines().filter_map(|line| line.split(' ').next());
        // The version itself is a symbol, too.
        let mut exported: Vec<_> = exported.filter(|name| *name != version).map(String::from).collect();
        let functions = interface::functions(&interface)?;
        let mut functions: Vec<_> =
            functions.iter().map(|function| format!("{}@@{version}", function.name)).collect();
        exported.sort_unstable();
        functions.sort_unstable();
        checks.check(
            "the library exports the functions of the header, with their version, and nothing else",
            if exported == functions {
                Ok(())
            } else {
                Err(format!("exported: {exported:?}\nin the header: {functions:?}").into())
            },
        );

        let relocations = ask(Command::new("readelf").arg("-rW").arg(&shared)).unwrap_or_default();
        let own = relocations.lines().find(|line| line.contains(" mojo_"));
        checks.check(
            "inside the library no call goes by a name that another could take",
            match own {
                None if !relocations.is_empty() => Ok(()),
                _ => Err(own.unwrap_or("readelf can't read it").into()),
            },
        );

        let program = self.folder.join("interface.c");
        fs::write(&program, assertions(&interface)?)?;
        let mut command = self.command("gcc");
        command.args(["-std=c11", "-fsyntax-only"]).args(WARNINGS).arg(&program);
        checks.check("sizes, offsets and numbers are those written down", run(&mut command));
        checks
            .check("programs that were compiled for the last release run", abi::check(self.workspace));
        checks.check("an interface that breaks them is found", abi::check_itself(self.workspace));

        let size = fs::metadata(&shared)?.len();
        eprintln!("{}: {size} bytes", shared.display());
        checks.check(
            "the stripped library is small",
            if size < LARGEST { Ok(()) } else { Err(format!("{size} bytes").into()) },
        );
        Ok(())
    }

    /// The guide's program, linked in every way.
    fn linking(&self, checks: &mut Checks) -> Result {
        let source = self.tests("guide/demo.c");
        let lib = self.prefix.join("lib");
        let version = env!("CARGO_PKG_VERSION");
        let pkg_config = |arguments: &[&str]| -> Result<Vec<String>> {
            let flags = ask(self.command("pkg-config").args(arguments).arg("mojo_audio"))
                .ok_or("pkg-config does not find mojo_audio")?;
            Ok(flags.split_whitespace().map(str::to_string).collect())
        };
        let found = pkg_config(&["--modversion"])?;
        checks.check("pkg-config tells the version", same(&found.join(" "), version));

        let dynamic = pkg_config(&["--cflags", "--libs"])?;
        // As programs do that take a library's static form alone: its name for -l, the rest as told.
        let mut archive = pkg_config(&["--cflags", "--libs", "--static"])?;
        for flag in &mut archive {
            if flag == "-lmojo_audio" {
                *flag = "-l:libmojo_audio.a".into();
            }
        }
        let plain = ["-lmojo_audio", "-lm"].map(String::from).to_vec();
        let plain_static =
            ["-Wl,-Bstatic", "-lmojo_audio", "-Wl,-Bdynamic", "-lm"].map(String::from).to_vec();
        for (name, flags, is_static) in [
            ("pkg-config, shared", dynamic, false),
            ("pkg-config, static", archive, true),
            ("-lmojo_audio -lm, shared", plain, false),
            ("-lmojo_audio -lm, static", plain_static, true),
        ] {
            let program = self.folder.join(name.replace([' ', ','], "-"));
            let mut command = self.command("gcc");
            command.arg(&source).args(flags).arg("-o").arg(&program);
            let linked = run(&mut command).and_then(|_| self.demo(&program, is_static));
            checks.check(&format!("linked by {name}"), linked);
        }

        let build = self.folder.join("cmake");
        let _ = fs::remove_dir_all(&build);
        let mut configure = self.command("cmake");
        configure.arg("-S").arg(self.tests("cmake")).arg("-B").arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", self.prefix.display()));
        configure.arg(format!("-DMOJO_AUDIO_VERSION={version}"));
        let built =
            run(&mut configure).and_then(|_| run(self.command("cmake").arg("--build").arg(&build)));
        checks.check("find_package(mojo_audio CONFIG)", built);
        checks.check("linked by CMake, shared", self.demo(&build.join("demo_shared"), false));
        checks.check("linked by CMake, static", self.demo(&build.join("demo_static"), true));

        // The package goes on working when its folder is moved.
        let moved = self.folder.join("moved");
        let _ = fs::remove_dir_all(&moved);
        run(self.workspace.command("cp").arg("-a").arg(&self.prefix).arg(&moved))?;
        let flags = ask(self
            .workspace
            .command("pkg-config")
            .args(["--libs", "mojo_audio"])
            .env("PKG_CONFIG_PATH", moved.join("lib/pkgconfig")));
        let resolved = flags.unwrap_or_default();
        let folder = resolved.trim().strip_prefix("-L").and_then(|rest| rest.split(' ').next());
        let there = folder.map(fs::canonicalize).transpose()?;
        checks.check(
            "the installed folder can be moved",
            if there == Some(fs::canonicalize(moved.join("lib"))?) {
                Ok(())
            } else {
                Err(resolved.into())
            },
        );
        let links =
            ["libmojo_audio.so", "libmojo_audio.so.0"].map(|name| fs::read_link(lib.join(name)));
        let [linked, soname] = links.map(|link| link.unwrap_or_default().display().to_string());
        checks.check(
            "the symbolic links lead to the library",
            same(
                &format!("{linked} {soname}"),
                &format!("libmojo_audio.so.0 libmojo_audio.so.{version}"),
            ),
        );
        Ok(())
    }

    /// What is published for glibc 2.17 on x86-64, from the library that was built for this machine.
    fn archive(&self, checks: &mut Checks) {
        if cfg!(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")) {
            let built = self.prefix.join("lib");
            checks.check(
                "the archive for glibc 2.17 holds its files, is the same twice, and serves from an empty folder",
                dist::check_c(self.workspace, &built),
            );
        }
    }

    /// Runs the guide's program; one that is linked statically without the library's folder.
    fn demo(&self, program: &Path, is_static: bool) -> Result {
        let mut command = self.workspace.command(program);
        if !is_static {
            command.env("LD_LIBRARY_PATH", self.prefix.join("lib"));
        }
        same(run(&mut command)?.trim_end(), "Shape: (80, 3000)")
    }

    /// The guide's C samples and its compile command, letter for letter.
    fn guide(&self, checks: &mut Checks) -> Result {
        let folder = self.folder.join("guide");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        fs::copy(self.tests("guide/demo.c"), folder.join("demo.c"))?;
        let mut command = self.command("sh");
        command.arg("-e").arg(self.tests("guide/demo.sh")).current_dir(&folder);
        let printed = run(&mut command);
        checks.check(
            "the guide's C program and its compile command",
            printed.and_then(|text| same(text.trim_end(), "Shape: (80, 3000)")),
        );
        let page = self.workspace.read("capi/README.md")?;
        let sample = page.split("```c\n").nth(1).and_then(|rest| rest.split("```").next());
        fs::write(folder.join("readme.c"), sample.ok_or("capi/README.md has no C program")?)?;
        let mut command = self.command("gcc");
        command.args(WARNINGS).arg(folder.join("readme.c")).args(["-lmojo_audio", "-o"]);
        let ran = run(command.arg(folder.join("readme")))
            .and_then(|_| run(&mut self.command(folder.join("readme"))));
        checks.check("capi/README.md", ran.and_then(|text| same(text.trim_end(), "(80, 3000)")));
        for name in ["declarations", "patterns"] {
            let program = folder.join(name);
            let mut command = self.command("gcc");
            command.arg("-std=c11").args(WARNINGS).arg(self.tests(&format!("guide/{name}.c")));
            command.args(["-lmojo_audio", "-lm", "-o"]).arg(&program);
            let ran = run(&mut command).and_then(|_| run(&mut self.command(&program)));
            checks.check(&format!("the guide's {name}"), ran);
        }
        Ok(())
    }

    /// The test programs: with the shared library, the same under valgrind, and with a static one that
    /// AddressSanitizer watches as it does the programs.
    fn programs(&self, watched: &Path, checks: &mut Checks) -> Result {
        let arguments = programs::arguments(self.workspace, &self.folder)?;
        let (shared, watched) = (SHARED.map(OsStr::new), watched_flags(watched));
        for name in PROGRAMS {
            for (kind, library) in [("", &shared[..]), ("-asan", &watched[..])] {
                let program = self.folder.join(format!("{name}{kind}"));
                let mut command = self.command("gcc");
                programs::compile(&mut command, self.workspace, name).args(library);
                run(command.args(["-lm", "-lpthread", "-o"]).arg(&program))?;
                let what = format!("{name}{kind}");
                let mut test = self.command(&program);
                // One of the tests asks for more than there can be.
                test.env("ASAN_OPTIONS", "allocator_may_return_null=1");
                checks.runner(&what, &mut test, &arguments)?;
            }
            let mut valgrind = self.command("valgrind");
            valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--fair-sched=yes"]);
            // What is kept for later calls is still reachable at the end, and no leak.
            let kinds = "definite,indirect,possible";
            valgrind
                .arg(format!("--show-leak-kinds={kinds}"))
                .arg(format!("--errors-for-leak-kinds={kinds}"));
            valgrind.arg(format!("--suppressions={}", self.tests("valgrind.supp").display()));
            let clean = run(valgrind.arg(self.folder.join(name)).args(&arguments));
            checks.check(&format!("{name} under valgrind: no error, no leak"), clean);
        }
        Ok(())
    }

    /// Every pointer NULL; the library loaded and unloaded, forked, and beside another version of itself.
    fn borders(&self, watched: &Path, checks: &mut Checks) -> Result {
        let borders = Borders { workspace: self.workspace, folder: &self.folder, prefix: &self.prefix };
        let (shared, watched) = (SHARED.map(OsStr::new), watched_flags(watched));
        let lib = self.prefix.join("lib");
        // Beside threads the sanitizer's own locks are what a child would wait for.
        for (kind, library, forks) in [("", &shared[..], 20), ("-asan", &watched[..], 0)] {
            checks.runner(&format!("null{kind}"), &mut borders.null(kind, library)?, &[])?;
            checks.runner(&format!("forked{kind}"), &mut borders.forked(kind, library, forks)?, &[])?;
        }
        let library = lib.join("libmojo_audio.so");
        checks.runner("loaded", &mut borders.loaded(&library, 1000)?, &[])?;
        for mut program in borders.versions(&lib.join("libmojo_audio.a"))? {
            checks.runner("two versions", &mut program, &[])?;
        }
        Ok(())
    }

    /// The static library with AddressSanitizer's checks in every access.
    fn watched_library(&self) -> Result<PathBuf> {
        let host = host(self.workspace)?;
        let target = self.folder.join("asan");
        let mut cargo = self.workspace.cargo();
        cargo.args(["build", "--locked", "--package", "mojo-audio-capi", "--target", &host]);
        // Sanitizers are not yet an option of stable compilers.
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address");
        run(cargo.env("CARGO_TARGET_DIR", &target))?;
        Ok(target.join(host).join("debug/libmojo_audio.a"))
    }

    /// The examples, each by the command that its head shows, from copies in an empty folder.
    fn example(&self, checks: &mut Checks) -> Result {
        let folder = examples::copy(
            self.workspace,
            &self.folder.join("examples"),
            "c",
            &["mel.c", "stream.c", "wav.h"],
        )?;
        let follow = |file: &str| {
            examples::follow(self.workspace, &folder, &format!("c/{file}"), &[&self.prefix])
        };
        let mel = follow("mel.c").and_then(|printed| examples::prints(self.workspace, &printed));
        checks.check("examples/c/mel.c by the command that it shows", mel);
        let stream =
            follow("stream.c").and_then(|printed| examples::prints_stream(self.workspace, &printed));
        checks.check("examples/c/stream.c by the command that it shows", stream);
        for file in ["mel.c", "stream.c"] {
            let mut command = self.command("gcc");
            command.args(["-std=c99", "-fsyntax-only"]).args(WARNINGS).arg(folder.join(file));
            checks.check(&format!("examples/c/{file} without a warning"), run(&mut command));
        }
        let mel = folder.join("mel");
        examples::check(self.workspace, checks, "examples/c", || Ok(self.command(&mel)))
    }
}

/// Links the installed library.
const SHARED: [&str; 1] = ["-lmojo_audio"];

/// Links the library that AddressSanitizer watches.
fn watched_flags(library: &Path) -> [&OsStr; 3] {
    [library.as_ref(), "-fsanitize=address,undefined".as_ref(), "-fno-sanitize-recover=all".as_ref()]
}

/// A C program that does not compile if the header is not as it is written down.
fn assertions(interface: &str) -> Result<String> {
    let mut text = String::from("#include \"mojo_audio.h\"\n");
    for line in interface.lines() {
        let check = match line.split(' ').collect::<Vec<_>>()[..] {
            ["struct", name, size] => format!("sizeof({name}) == {size}"),
            ["field", name, field, c_type, offset] => format!(
                "offsetof({name}, {field}) == {offset} && _Generic((({name}*)0)->{field}, {c_type}: 1, default: 0)"
            ),
            ["constant", name, number] => format!("{name} == {number}"),
            ["text", name, text] => format!("sizeof({name}) == sizeof(\"{text}\")"),
            _ => continue,
        };
        text.push_str(&format!("_Static_assert({check}, \"{line}\");\n"));
    }
    text.push_str("int main(void) { return 0; }\n");
    Ok(text)
}

/// Fails if two texts differ.
pub fn same(came: &str, wanted: &str) -> Result {
    if came == wanted {
        return Ok(());
    }
    Err(format!("expected `{wanted}`, got `{came}`").into())
}
