//! C++: the header with both compilers and every standard, the installed library in every way of linking,
//! the conformance cases, and all that can go wrong, also under valgrind and the sanitizers.

mod linking;
mod whisper;

use super::c::{BINUTILS, CARGO, CMAKE, GCC, GXX, PKG_CONFIG, VALGRIND, find_library, same};
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples};
use crate::workspace::{Printed, Workspace, ask, host, run, show};
use crate::{Result, cases, install};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Cxx;

const WARNINGS: &[&str] = &[
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wshadow",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wold-style-cast",
    "-Wnon-virtual-dtor",
    "-Werror",
];

const COMPILERS: [&str; 2] = ["g++", "clang++"];
/// C++23 has the name that compilers used before it was published.
const STANDARDS: [(&str, &str); 3] = [("17", "c++17"), ("20", "c++20"), ("23", "c++2b")];

/// Where ThreadSanitizer has forgotten what an access was part of, it says nothing of a race; some tests ask
/// for more than there can be.
const TSAN_OPTIONS: &str = "history_size=7:allocator_may_return_null=1";

impl Language for Cxx {
    fn name(&self) -> &'static str {
        "cxx"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                GCC,
                GXX,
                Tool {
                    name: "clang++",
                    probe: &["clang++", "--version"],
                    source: Source::Debian("clang"),
                },
                PKG_CONFIG,
                Tool {
                    name: "GoogleTest",
                    probe: &["pkg-config", "--modversion", "gtest_main"],
                    source: Source::Debian("libgtest-dev"),
                },
                CMAKE,
                Tool { name: "make", probe: &["make", "--version"], source: Source::Debian("make") },
                VALGRIND,
                Tool {
                    name: "Doxygen",
                    probe: &["doxygen", "--version"],
                    source: Source::Debian("doxygen"),
                },
                BINUTILS,
            ]
        }
    }

    fn prepare(&self, workspace: &Workspace) -> Result {
        prefix(workspace).map(drop)
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let session = Session {
            workspace,
            folder: workspace.folder("cxx")?,
            prefix: workspace.folder("cxx/prefix")?,
        };
        let list = session.folder.join("cases.txt");
        fs::write(&list, cases::flat(workspace)?)?;
        let mut checks = Checks::new();
        session.headers(&mut checks)?;
        session.api(&mut checks)?;
        session.conformance(&mut checks)?;
        session.address_sanitizer(&mut checks)?;
        session.thread_sanitizer(&mut checks)?;
        linking::check(&session, &mut checks)?;
        session.examples(&mut checks)?;
        session.documentation(&mut checks)?;
        Ok(checks.counts())
    }
}

/// The folder that both libraries are installed to, anew.
pub fn prefix(workspace: &Workspace) -> Result<PathBuf> {
    let prefix = workspace.folder("cxx/prefix")?;
    fs::remove_dir_all(&prefix)?;
    let c = install::install(workspace, &prefix)?;
    install::cxx::install_below(workspace, &prefix, &c)?;
    Ok(prefix)
}

struct Session<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    prefix: PathBuf,
}

impl Session<'_> {
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.workspace.command(program);
        find_library(&mut command, &self.prefix);
        command
    }

    fn tests(&self, name: &str) -> PathBuf {
        self.workspace.path("cxx-bindings/tests").join(name)
    }

    /// A compiler that is strict, for one standard.
    fn compiler(&self, compiler: &str, standard: &str) -> Command {
        let mut command = self.command(compiler);
        command.arg(format!("-std={standard}")).args(WARNINGS);
        command
    }

    /// Includes each header alone, twice.
    fn headers(&self, checks: &mut Checks) -> Result {
        let source = self.folder.join("headers.cc");
        for header in install::cxx::headers(self.workspace)? {
            let text = format!("#include <{header}>\n#include <{header}>\n");
            for compiler in COMPILERS {
                fs::write(&source, &text)?;
                let mut command = self.compiler(compiler, "c++17");
                let result = run(command.arg("-fsyntax-only").arg(&source));
                checks.check(&format!("{header} alone and twice by {compiler}"), result);
            }
        }
        // What GCC finds only while it optimizes, in a program that calls everything.
        let mut command = self.compiler("g++", "c++17");
        command.args(["-O2", "-Wnull-dereference", "-Wuseless-cast", "-c"]).arg(self.tests("api.cc"));
        let result = run(command.arg("-o").arg(self.folder.join("optimized.o")));
        checks.check("no null pointer and no useless cast by g++ -O2", result);
        let shown = "rust::|cxxbridge|rust/cxx.h";
        let mut grep = self.workspace.command("grep");
        grep.args(["-rlE", shown]).arg(self.prefix.join("include"));
        checks.check(
            "nothing of the bridge shows in the headers",
            match ask(&mut grep) {
                None => Ok(()),
                Some(files) => Err(files.into()),
            },
        );
        Ok(())
    }

    /// The translation units that stand for every standard, compiled with some flags.
    fn units(&self, compiler: &str, kind: &str, flags: &[&str]) -> Result<Vec<PathBuf>> {
        let mut objects = Vec::new();
        for (name, standard) in STANDARDS {
            let object = self.folder.join(format!("unit-{name}{kind}.o"));
            let mut command = self.compiler(compiler, standard);
            command.arg(format!("-DUNIT=unit_{name}")).args(flags);
            run(command.arg("-c").arg(self.tests("unit.cc")).arg("-o").arg(&object))?;
            objects.push(object);
        }
        Ok(objects)
    }

    /// What the classes promise, by both compilers in every standard; the first under valgrind too.
    fn api(&self, checks: &mut Checks) -> Result {
        for compiler in COMPILERS {
            let units = self.units(compiler, "", &[])?;
            for (name, standard) in STANDARDS {
                let what = format!("api, {compiler}, C++{name}");
                let program = self.folder.join(format!("api-{compiler}-{name}"));
                let mut command = self.compiler(compiler, standard);
                command.arg(self.tests("api.cc")).args(&units);
                command.args(["-lmojo_audio_cxx", "-lgtest_main", "-lgtest", "-lpthread", "-o"]);
                match run(command.arg(&program)) {
                    Ok(_) => self.test(checks, &what, &mut self.command(&program))?,
                    Err(error) => checks.check::<()>(&what, Err(error)),
                }
            }
        }
        let program = self.folder.join("threads");
        let mut command = self.compiler("g++", "c++17");
        command.arg("-g").arg(self.tests("threads.cc"));
        command.args(["-lmojo_audio_cxx", "-lgtest_main", "-lgtest", "-lpthread", "-o"]);
        run(command.arg(&program))?;
        self.test(checks, "threads", &mut self.command(&program))?;
        for program in ["api-g++-17", "threads"] {
            self.valgrind(checks, program, &[]);
        }
        Ok(())
    }

    /// The conformance cases with the shared library, and some of each kind under valgrind: all of them
    /// would take a minute, and AddressSanitizer watches all.
    fn conformance(&self, checks: &mut Checks) -> Result {
        let program = self.folder.join("conformance");
        let mut command = self.compiler("g++", "c++17");
        command.arg("-O1").arg(self.tests("conformance.cc"));
        run(command.args(["-lmojo_audio_cxx", "-lgtest", "-lpthread", "-o"]).arg(&program))?;
        let arguments = self.case_arguments();
        self.test(checks, "conformance", self.command(&program).args(&arguments))?;
        let some = "--gtest_filter=*.whisper*:*.batch*:*.int16*:*.refuse*".into();
        self.valgrind(checks, "conformance", &[&arguments[..], &[some]].concat());
        Ok(())
    }

    fn case_arguments(&self) -> [PathBuf; 2] {
        [self.folder.join("cases.txt"), self.workspace.path("conformance")]
    }

    fn valgrind(&self, checks: &mut Checks, program: &str, arguments: &[PathBuf]) {
        let mut valgrind = self.command("valgrind");
        valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full", "--fair-sched=yes"]);
        // What is kept for later calls is still reachable at the end, and no leak.
        let kinds = "definite,indirect,possible";
        valgrind.arg(format!("--show-leak-kinds={kinds}"));
        valgrind.arg(format!("--errors-for-leak-kinds={kinds}"));
        valgrind.arg(format!("--suppressions={}", self.tests("valgrind.supp").display()));
        let test = self.folder.join(program);
        let clean = run(valgrind.arg(test).args(arguments).arg("--gtest_brief=1"));
        checks.check(&format!("{program} under valgrind: no error, no leak"), clean);
    }

    /// Every test with AddressSanitizer in the library and UndefinedBehaviorSanitizer in all that is C++.
    fn address_sanitizer(&self, checks: &mut Checks) -> Result {
        let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1"];
        let library = self.watched("address", &["-Zsanitizer=address"], &flags)?;
        let units = self.units("g++", "-asan", &flags)?;
        for (name, units) in [("api", &units[..]), ("threads", &[]), ("conformance", &[])] {
            let program = self.folder.join(format!("{name}-asan"));
            let mut command = self.compiler("g++", "c++17");
            command.args(flags).arg(self.tests(&format!("{name}.cc"))).args(units).arg(&library);
            let main = (name != "conformance").then_some("-lgtest_main");
            command.args(main).args(["-lgtest", "-lpthread", "-lm", "-o"]);
            run(command.arg(&program))?;
            let mut test = self.command(&program);
            // One of the tests asks for more than there can be.
            test.env("ASAN_OPTIONS", "allocator_may_return_null=1");
            if name == "conformance" {
                test.args(self.case_arguments());
            }
            self.test(checks, &format!("{name} with AddressSanitizer"), &mut test)?;
        }
        Ok(())
    }

    /// Every test, and those of C, with ThreadSanitizer in the library too; and a race, which it has to see.
    fn thread_sanitizer(&self, checks: &mut Checks) -> Result {
        let flags = ["-fsanitize=thread", "-g", "-O1"];
        // The standard library is not watched: what it does to memory is no concern here.
        let library = self.watched(
            "thread",
            &["-Zsanitizer=thread", "-Cunsafe-allow-abi-mismatch=sanitizer"],
            &flags,
        )?;
        let runtime = self.rust_folder()?.join("lib/librustc-stable_rt.tsan.a");
        let link = |name: &str, objects: &[PathBuf]| -> Result<PathBuf> {
            let program = self.folder.join(format!("{name}-tsan"));
            // Rust's runtime is newer than the compiler's, which lacks what the library calls.
            let mut link = self.command("clang++");
            link.args(objects).arg(&library).args(["-lgtest", "-Wl,--whole-archive"]);
            link.arg(&runtime).args(["-Wl,--no-whole-archive", "-lpthread", "-ldl", "-lm", "-lrt"]);
            run(link.args(["-lresolv", "-o"]).arg(&program))?;
            Ok(program)
        };
        let compile = |mut compiler: Command, source: PathBuf, name: &str| -> Result<PathBuf> {
            let object = self.folder.join(format!("{name}-tsan.o"));
            run(compiler.args(flags).arg("-c").arg(source).arg("-o").arg(&object))?;
            Ok(object)
        };
        let build = |name: &str, others: &[PathBuf]| {
            let object =
                compile(self.compiler("clang++", "c++17"), self.tests(&format!("{name}.cc")), name)?;
            link(name, &[&[object], others].concat())
        };
        let units = self.units("clang++", "-tsan", &flags)?;
        let main = [PathBuf::from("-lgtest_main")];
        for (name, others) in
            [("api", &[&units[..], &main].concat()[..]), ("threads", &main), ("conformance", &[])]
        {
            let mut test = self.command(build(name, others)?);
            test.env("TSAN_OPTIONS", TSAN_OPTIONS);
            if name == "conformance" {
                test.args(self.case_arguments());
            }
            self.test(checks, &format!("{name} with ThreadSanitizer"), &mut test)?;
        }
        for name in ["conformance", "api", "threads"] {
            let mut compiler = self.command("clang");
            compiler.args(["-std=c11", "-D_POSIX_C_SOURCE=200809L"]);
            let source = self.workspace.path("capi/tests/c").join(format!("{name}.c"));
            let name = format!("c-{name}");
            let program = link(&name, &[compile(compiler, source, &name)?])?;
            let mut test = self.command(program);
            test.env("TSAN_OPTIONS", TSAN_OPTIONS);
            checks.runner(
                &format!("{name} with ThreadSanitizer"),
                &mut test,
                &self.case_arguments(),
            )?;
        }
        let Printed { text, .. } = show(&mut self.command(build("race", &main)?))?;
        checks.check(
            "ThreadSanitizer sees a race in the library",
            if text.contains("data race") && text.contains("mojo_audio") {
                Ok(())
            } else {
                Err("it has seen none".into())
            },
        );
        Ok(())
    }

    /// The static library with a sanitizer's checks in every access.
    fn watched(&self, name: &str, rust: &[&str], cxx: &[&str]) -> Result<PathBuf> {
        let host = host(self.workspace)?;
        let mut cargo = self.workspace.cargo();
        cargo.args(["build", "--locked", "--package", "mojo-audio-cxx-library", "--target", &host]);
        // Sanitizers are not yet an option of stable compilers.
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", rust.join(" "));
        run(cargo.env("CXXFLAGS", cxx.join(" ")))?;
        let built = self.workspace.target().join(host).join("debug/libmojo_audio_cxx_library.a");
        let library = self.folder.join(format!("libmojo_audio_cxx-{name}.a"));
        fs::copy(built, &library)?;
        Ok(library)
    }

    fn rust_folder(&self) -> Result<PathBuf> {
        let mut rustc = self.workspace.command("rustc");
        let root = ask(rustc.args(["--print", "sysroot"])).ok_or("no rustc")?;
        Ok(Path::new(root.trim()).join("lib/rustlib").join(host(self.workspace)?))
    }

    /// The examples, each by the command that its head shows, from copies in an empty folder; and README's sample.
    fn examples(&self, checks: &mut Checks) -> Result {
        let workspace = self.workspace;
        let sources = ["mel.cc", "stream.cc", "whisper.cc"];
        let files = [&sources[..], &["wav.hpp"]].concat();
        let folder = examples::copy(workspace, &self.folder.join("examples"), "cxx", &files)?;
        let stand_in = self.stand_in()?;
        let prefixes = [&*self.prefix, &stand_in];
        let follow =
            |file: &str| examples::follow(workspace, &folder, &format!("cxx/{file}"), &prefixes);
        let mel = follow("mel.cc").and_then(|printed| examples::prints(workspace, &printed));
        checks.check("examples/cxx/mel.cc by the command that it shows", mel);
        let stream =
            follow("stream.cc").and_then(|printed| examples::prints_stream(workspace, &printed));
        checks.check("examples/cxx/stream.cc by the command that it shows", stream);
        let whisper =
            follow("whisper.cc").and_then(|printed| same(printed.text.trim_end(), WHISPER_LINE));
        checks.check(
            "examples/cxx/whisper.cc by the command that it shows, with what stands in for whisper.cpp",
            whisper,
        );
        for file in sources {
            let mut command = self.compiler("g++", "c++17");
            command.arg("-fsyntax-only").arg("-I").arg(stand_in.join("include")).arg(folder.join(file));
            checks.check(&format!("examples/cxx/{file} without a warning"), run(&mut command));
        }
        let mel = folder.join("mel");
        examples::check(workspace, checks, "examples/cxx/mel.cc", || Ok(self.command(&mel)))?;
        whisper::check(self, &folder.join("whisper"), checks)?;

        for (page, printed) in [("cxx-bindings/README.md", "80 3000\n"), ("README.md", "80 3000\n")] {
            let text = self.workspace.read(page)?;
            let sample = text.split("```cpp\n").nth(1).and_then(|rest| rest.split("```").next());
            let source = self.folder.join("readme.cc");
            fs::write(&source, sample.ok_or(format!("{page} has no C++ program"))?)?;
            checks.check(page, self.example(&[source], &[]).and_then(|text| same(&text, printed)));
        }
        Ok(())
    }

    /// A prefix with what stands in for whisper.cpp, as pkg-config finds whisper.cpp.
    fn stand_in(&self) -> Result<PathBuf> {
        let prefix = self.folder.join("stand-in");
        let _ = fs::remove_dir_all(&prefix);
        for folder in ["include", "lib/pkgconfig"] {
            fs::create_dir_all(prefix.join(folder))?;
        }
        let source = self.workspace.path("examples/cxx/stand-in");
        fs::copy(source.join("whisper.h"), prefix.join("include/whisper.h"))?;
        let object = self.folder.join("stand-in.o");
        let mut command = self.compiler("g++", "c++17");
        run(command.arg("-c").arg(source.join("whisper.cc")).arg("-o").arg(&object))?;
        run(self.workspace.command("ar").arg("rcs").arg(prefix.join("lib/libwhisper.a")).arg(&object))?;
        let text = format!(
            "Name: whisper\nDescription: a stand-in\nVersion: 0\nCflags: -I{0}/include\nLibs: -L{0}/lib -lwhisper\n",
            prefix.display()
        );
        fs::write(prefix.join("lib/pkgconfig/whisper.pc"), text)?;
        Ok(prefix)
    }

    fn example(&self, sources: &[PathBuf], arguments: &[&str]) -> Result<String> {
        run(self.command(&self.built(sources)?).args(arguments))
    }

    fn built(&self, sources: &[PathBuf]) -> Result<PathBuf> {
        let program = self.folder.join("example");
        let mut command = self.compiler("g++", "c++17");
        run(command.args(sources).arg("-lmojo_audio_cxx").arg("-o").arg(&program))?;
        Ok(program)
    }

    /// Everything public is documented; and a function that is not, is found.
    fn documentation(&self, checks: &mut Checks) -> Result {
        let settings = self.workspace.read("cxx-bindings/Doxyfile")?;
        let include = self.workspace.path("cxx-bindings/include");
        let bare = self.folder.join("undocumented");
        fs::create_dir_all(&bare)?;
        fs::write(bare.join("bare.hpp"), "/// @file\n/// A file.\nnamespace a { void bare(); }\n")?;
        for (what, input, is_clean) in [
            ("everything public is documented", &include, true),
            ("Doxygen finds what is not documented", &bare, false),
        ] {
            let file = self.folder.join("Doxyfile");
            let output = self.folder.join("doxygen");
            fs::write(
                &file,
                format!(
                    "{settings}INPUT = {0}\nSTRIP_FROM_PATH = {0}\nSTRIP_FROM_INC_PATH = {0}\nOUTPUT_DIRECTORY = {1}\n",
                    input.display(),
                    output.display()
                ),
            )?;
            let _ = fs::remove_dir_all(&output);
            let Printed { status, text } = show(self.workspace.command("doxygen").arg(&file))?;
            let passed = (status.success() && text.trim().is_empty()) == is_clean;
            checks.check(what, if passed { Ok(()) } else { Err(status.to_string().into()) });
        }
        Ok(())
    }

    /// Runs a program of GoogleTest and adds what it counts.
    fn test(&self, checks: &mut Checks, what: &str, command: &mut Command) -> Result {
        command.arg("--gtest_brief=1");
        let Printed { status, text } = show(command)?;
        let counts = counted(&text);
        match counts {
            Some(counts) => checks.add(counts),
            None => checks.check::<()>(what, Err(format!("no test was counted, {status}").into())),
        }
        if !status.success() && counts.is_none_or(|counts| counts.failed == 0) {
            checks.check::<()>(what, Err(status.to_string().into()));
        }
        Ok(())
    }
}

/// What the stand-in says of the features it was handed. The numbers are those of the float64 pipeline in
/// `conformance/make/oracle.py` for the same samples with `pad_end` 480,000: 82,839 of them are sound.
const WHISPER_LINE: &str = "3517 frames, 5177 ms, sound in the first 480, max 1.2554, silence -0.7446";

/// Reads GoogleTest's sum: `12 tests from 3 test suites ran`, and how many of them passed or were skipped.
fn counted(text: &str) -> Option<Counts> {
    let number = |mark: &str| {
        let mut lines = text.lines().filter_map(|line| line.strip_prefix(mark));
        lines.find_map(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
    };
    let total = number("[==========] ")?;
    let (passed, skipped) = (number("[  PASSED  ] ")?, number("[  SKIPPED ] ").unwrap_or(0));
    // GoogleTest counts those that were skipped as run.
    Some(Counts { passed, failed: total.checked_sub(passed + skipped)?, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_googletest_are_read() {
        let text = "[==========] 6 tests from 3 test suites ran. (5 ms total)\n[  PASSED  ] 3 tests.\n\
            [  SKIPPED ] 1 test, listed below:\n[  FAILED  ] 2 tests, listed below:\n[  FAILED  ] A.B\n";
        assert_eq!(counted(text), Some(Counts { passed: 3, failed: 2, skipped: 1 }));
        assert_eq!(counted("[==========] Running 6 tests from 3 test suites.\n"), None);
    }
}
