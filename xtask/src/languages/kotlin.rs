//! Kotlin: the tests of the library on the JVM, the example, and the layout of the Android archive.

use super::c::CARGO;
use super::checks::Checks;
use super::{Counts, Language, Source, Tool, examples, uniffi};
use crate::workspace::{Printed, Workspace, ask, host, run, show};
use crate::{Result, contents, dist, elf};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Kotlin;

/// The library and the programs that use it, built together: nothing has to be installed.
const ALL: &str = "uniffi/pom.xml";

impl Language for Kotlin {
    fn name(&self) -> &'static str {
        "kotlin"
    }

    fn needs(&self) -> &'static [Tool] {
        const {
            &[
                CARGO,
                Tool {
                    name: "a JDK, 11 or later",
                    probe: &["javac", "--release", "11", "--version"],
                    source: Source::Debian("default-jdk-headless"),
                },
                Tool { name: "Maven", probe: &["mvn", "--version"], source: Source::Debian("maven") },
            ]
        }
    }

    fn run(&self, workspace: &Workspace) -> Result<Counts> {
        let library = native(workspace)?;
        let mut checks = Checks::new();
        let test = "uniffi/kotlin/src/test/kotlin/mojoaudio/ReadmeTest.kt";
        checks.check("uniffi/README.md", uniffi::shown_is_tested(workspace, "kotlin", test));
        if cfg!(target_os = "linux") {
            checks.check("pages of 16 KB", elf::check_alignment(&fs::read(library)?));
        }
        checks.check("layout of the AAR", dist::kotlin::check_layout(workspace));

        let audio = workspace.path("examples/data/speech.wav");
        // The class path makes `java` run the example without a Maven of its own for each file.
        let dependencies = folder(workspace)?.join("classpath.txt");
        let mut maven = maven(workspace, ALL)?;
        maven.args([
            "--projects",
            ":oldest,:apps,:mel",
            "--also-make",
            "package",
            "exec:java",
            CLASSPATH,
        ]);
        maven.arg(format!("-Dexec.args={}", audio.display()));
        maven.arg(format!("-Dmdep.outputFile={}", dependencies.display()));
        let (mut counts, printed) = tests(&mut maven)?;
        checks.check("files of the jar", check_jar(workspace, &[]));
        let classes = folder(workspace)?.join("mojo-audio/classes");
        checks.check("classes for Java 11", check_class_versions(&classes));
        checks.check("examples/kotlin, by Maven", examples::prints(workspace, &printed));
        let classpath = fs::read_to_string(&dependencies)?;
        let oldest = folder(workspace)?.join("oldest/classes");
        let printed = {
            let mut java = workspace.command("java");
            java.arg("-classpath").arg(format!("{}:{}", oldest.display(), classpath.trim()));
            show(java.arg("MelKt").arg(&audio))
        };
        let printed = printed.and_then(|printed| examples::prints(workspace, &printed));
        checks.check("examples/kotlin, by Kotlin 2.1", printed);
        let classpath = format!("{}:{classpath}", folder(workspace)?.join("mel/classes").display());
        examples::check(workspace, &mut checks, "examples/kotlin", || {
            let mut java = workspace.command("java");
            java.args(["-classpath", classpath.trim(), "MelKt"]);
            Ok(java)
        })?;
        let printed = minified(workspace, classpath.trim()).and_then(|program| {
            let mut java = workspace.command("java");
            show(java.arg("-classpath").arg(program).arg("MelKt").arg(audio))
        });
        let printed = printed.and_then(|printed| examples::prints(workspace, &printed));
        checks.check("examples/kotlin, shrunk by ProGuard", printed);
        counts += checks.counts();
        Ok(counts)
    }
}

/// Writes the jars that the example needs to a file.
const CLASSPATH: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

/// ProGuard, and what a program adds to the rules of the library.
const MINIFIED: &str = "uniffi/kotlin/minified";

/// Shrinks and renames the example and everything on its class path, as release builds of Android apps do;
/// returns the jar.
fn minified(workspace: &Workspace, classpath: &str) -> Result<PathBuf> {
    let proguard = folder(workspace)?.join("proguard.txt");
    run(maven(workspace, MINIFIED)?
        .arg(CLASSPATH)
        .arg(format!("-Dmdep.outputFile={}", proguard.display())))?;
    let text = ask(workspace.command("java").args(["-XshowSettings:properties", "-version"]));
    let home = text.as_deref().and_then(|text| text.split("java.home = ").nth(1)?.lines().next());
    let modules = Path::new(home.ok_or("java does not say its java.home")?).join("jmods");
    let jar = folder(workspace)?.join("minified.jar");
    let mut java = workspace.command("java");
    java.arg("-classpath").arg(fs::read_to_string(&proguard)?.trim()).arg("proguard.ProGuard");
    java.arg("-include").arg(workspace.path(MINIFIED).join("mel.pro"));
    java.arg("-include").arg(workspace.path(dist::kotlin::RULES));
    for part in classpath.split(':') {
        java.arg("-injars").arg(format!("{part}(!META-INF/versions/**,!module-info.class)"));
    }
    java.arg("-outjars").arg(&jar);
    for module in ["java.base", "java.logging"] {
        let file = modules.join(format!("{module}.jmod"));
        java.arg("-libraryjars").arg(format!("{}(!**.jar;!module-info.class)", file.display()));
    }
    run(&mut java)?;
    Ok(jar)
}

/// Where Maven builds, each project in a folder of its own.
pub fn folder(workspace: &Workspace) -> Result<PathBuf> {
    workspace.folder("kotlin")
}

/// The jar that Maven has built, which is the one that is published.
pub fn jar(workspace: &Workspace) -> Result<PathBuf> {
    Ok(folder(workspace)?.join(format!("mojo-audio/mojo-audio-{}.jar", env!("CARGO_PKG_VERSION"))))
}

/// Fails if the jar holds anything but the files of its list, or lacks one of them or of the libraries that were
/// gathered.
pub fn check_jar(workspace: &Workspace, gathered: &[String]) -> Result {
    let files = contents::of_jar(workspace, &jar(workspace)?)?;
    if let Some(missing) = gathered.iter().find(|name| !files.contains(name)) {
        return Err(format!("the jar lacks {missing}").into());
    }
    contents::compare(workspace, "kotlin", &files)
}

/// Fails if a class below the folder is of a later version than Java 11's.
fn check_class_versions(classes: &Path) -> Result {
    const JAVA_11: u16 = 55;
    let mut folders = vec![classes.to_path_buf()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "class") {
                count += 1;
                // After the magic number and the minor version.
                match fs::read(&path)?.get(6..8) {
                    Some(&[high, low]) if u16::from_be_bytes([high, low]) <= JAVA_11 => {}
                    version => return Err(format!("{}: version {version:?}", path.display()).into()),
                }
            }
        }
    }
    if count == 0 {
        return Err(format!("{}: no classes", classes.display()).into());
    }
    Ok(())
}

/// Maven on a project.
pub fn maven(workspace: &Workspace, project: &str) -> Result<Command> {
    let mut maven = workspace.command("mvn");
    maven.args(["--batch-mode", "--file", project]);
    maven.arg(format!("-Dbuild.folder={}", folder(workspace)?.display()));
    maven.arg(format!("-Dnative.folder={}", folder(workspace)?.join("native").display()));
    Ok(maven)
}

/// Builds the library for this machine, and puts it where JNA looks for it in a jar; gives the file.
pub fn native(workspace: &Workspace) -> Result<PathBuf> {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let name = format!("{prefix}mojo_audio_uniffi{suffix}");
    let built = uniffi::build(workspace)?.join(&name);
    let folder = workspace.folder(&format!("kotlin/native/{}", platform()?))?;
    let file = folder.join(name);
    fs::copy(built, &file)?;
    // Names of functions inside are of no use without the source.
    let strip = if cfg!(target_os = "macos") { "-x" } else { "--strip-unneeded" };
    ask(workspace.command("strip").arg(strip).arg(&file));
    write_notices(workspace, &[&host(workspace)?])?;
    Ok(file)
}

/// Writes the licences of what the jar's libraries are linked from to where Maven packs them.
pub fn write_notices(workspace: &Workspace, triples: &[&str]) -> Result {
    let folder = workspace.folder("kotlin/native/META-INF")?;
    dist::notices::write(workspace, triples, uniffi::PACKAGE, &folder)
}

/// This machine, as JNA names it.
fn platform() -> Result<String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "win32",
        other => return Err(format!("{other}: how does JNA name it?").into()),
    };
    Ok(format!("{system}-{}", std::env::consts::ARCH.replace('_', "-")))
}

/// Runs the tests; returns what was printed, too.
fn tests(maven: &mut Command) -> Result<(Counts, Printed)> {
    let printed = show(maven)?;
    let mut counts = surefire_counts(&printed.text);
    if !printed.status.success() && counts.failed == 0 {
        // It did not compile, or crashed.
        counts.failed = 1;
    }
    Ok((counts, printed))
}

/// Reads the sum of all classes: `[INFO] Tests run: 813, Failures: 0, Errors: 0, Skipped: 0`.
fn surefire_counts(text: &str) -> Counts {
    let mut counts = Counts::default();
    for line in text.lines().filter(|line| !line.contains("Time elapsed")) {
        let line = strip_colours(line);
        let Some((_, numbers)) = line.split_once("Tests run: ") else { continue };
        let numbers: Vec<u64> = numbers
            .split(", ")
            .filter_map(|part| part.rsplit(' ').next()?.trim().parse().ok())
            .collect();
        if let [run, failures, errors, skipped] = numbers[..] {
            let failed = failures + errors;
            counts = Counts { passed: run.saturating_sub(failed + skipped), failed, skipped };
        }
    }
    counts
}

/// Maven colours its lines even where no terminal shows them.
pub fn strip_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_string();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_read() {
        let text = "[INFO] Tests run: 1, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 0.7 s -- in A\n\
            [\u{1b}[1;34mINFO\u{1b}[m] \u{1b}[1mTests run: 9, Failures: 1, Errors: 2, Skipped: 1\u{1b}[m\n";
        assert_eq!(surefire_counts(text), Counts { passed: 5, failed: 3, skipped: 1 });
        assert_eq!(surefire_counts("BUILD FAILURE\n"), Counts::default());
    }
}
