//! Kotlin: the jar for the JVM with the libraries of the systems that it serves, and the Android archive.

mod android;
mod central;

use super::address::{self, Address};
use super::cross::{Cross, Libc};
use super::natives::Natives;
use super::targets::{Runs, Target};
use super::trial::{Trial, speaks};
use super::{oldest, sbom};
use crate::Result;
use crate::elf;
use crate::languages::kotlin::{self, maven, native};
use crate::languages::uniffi;
use crate::workspace::{Workspace, ask, run};
use android::ABIS;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const PROJECT: &str = "uniffi/kotlin";
pub const RULES: &str = "uniffi/kotlin/src/main/resources/META-INF/proguard/mojo-audio.pro";
const LIBRARY: &str = "libmojo_audio_uniffi.so";

/// The folder next to the jar with the libraries that were built for it; on another machine, pass it to `--natives`.
const BUILT: &str = "natives";

/// JNA's name of a machine, Rust's, and the file of its library. JNA itself has no library for musl.
const DESKTOPS: [(&str, &str, &str); 6] = [
    ("linux-x86-64", "x86_64-unknown-linux-gnu", LIBRARY),
    ("linux-aarch64", "aarch64-unknown-linux-gnu", LIBRARY),
    ("darwin-x86-64", "x86_64-apple-darwin", "libmojo_audio_uniffi.dylib"),
    ("darwin-aarch64", "aarch64-apple-darwin", "libmojo_audio_uniffi.dylib"),
    ("win32-x86-64", "x86_64-pc-windows-gnu", "mojo_audio_uniffi.dll"),
    ("win32-aarch64", "aarch64-pc-windows-gnullvm", "mojo_audio_uniffi.dll"),
];

/// The files of `--natives` that it takes.
pub fn natives() -> Vec<String> {
    let desktops = DESKTOPS.iter().map(|(_, target, file)| format!("{target}/{file}"));
    desktops.chain(ABIS.iter().map(|(_, target, _)| format!("{target}/{LIBRARY}"))).collect()
}

/// Makes the jar with this machine's library and those of a folder, and tests it.
pub fn make(workspace: &Workspace, folder: &Path, natives: &Natives) -> Result<Vec<PathBuf>> {
    // Without what an earlier run has gathered.
    fs::remove_dir_all(workspace.folder("kotlin/native")?)?;
    let library = native(workspace)?;
    if cfg!(target_os = "linux") {
        elf::check_alignment(&fs::read(library)?)?;
    }
    let gathered = gather(&workspace.folder("kotlin/native")?, &[natives])?;
    write_notices(workspace, &DESKTOPS.map(|(_, triple, _)| triple))?;
    // Into the machine's own Maven repository too: other projects find it there.
    run(maven(workspace, PROJECT)?.arg("install"))?;
    pack(workspace, folder, natives, &gathered)
}

/// Whether the jar has a library for a target.
pub fn serves(target: &Target) -> bool {
    let is_served = |triple: &str| DESKTOPS.iter().any(|(_, served, _)| *served == triple);
    target.triples().into_iter().all(is_served)
}

/// Builds the library of each machine of a target.
pub fn make_for(cross: &Cross<'_>, target: &Target, folder: &Path) -> Result<Vec<PathBuf>> {
    cross.prepare(target)?;
    let mut files = Vec::new();
    for machine in target.machines {
        let desktop = DESKTOPS.iter().find(|(_, triple, _)| *triple == machine.triple);
        let (_, triple, name) = desktop.ok_or("the jar has no place for it")?;
        let arguments = ["--package", uniffi::PACKAGE, "--lib", "--crate-type", "cdylib"];
        let built = cross.build(target, machine, Libc::Outside, &arguments)?.join(name);
        let found = oldest::check(target, &fs::read(&built)?, &[])
            .map_err(|error| format!("{name}: {error}"))?;
        eprintln!("ok: the library for {triple} needs: {found}");
        let file = folder.join(BUILT).join(triple).join(name);
        fs::create_dir_all(file.with_file_name(""))?;
        fs::copy(built, &file)?;
        files.push(file);
    }
    Ok(files)
}

/// Makes the jar with the libraries that were built for it, and those of `--natives`.
pub fn make_jar(cross: &Cross<'_>, folder: &Path, natives: &Natives) -> Result<Vec<PathBuf>> {
    let workspace = cross.workspace;
    let to = workspace.folder("kotlin/native")?;
    fs::remove_dir_all(&to)?;
    let built = Natives(Some(folder.join(BUILT)));
    let gathered = gather(&to, &[&built, natives])?;
    let triples: Vec<_> = DESKTOPS
        .iter()
        .filter(|(platform, ..)| to.join(platform).is_dir())
        .map(|(_, triple, _)| *triple)
        .collect();
    write_notices(workspace, &triples)?;
    // Its tests need this machine's library, which may not be among them.
    run(maven(workspace, PROJECT)?.args(["clean", "package", "-DskipTests"]))?;
    let mut files = pack(workspace, folder, natives, &gathered)?;
    files.push(sbom::write(workspace, &triples, uniffi::PACKAGE, &files[0])?);
    Ok(files)
}

/// Writes the licences of what libraries for the triples, and those for Android, are linked from.
fn write_notices(workspace: &Workspace, triples: &[&str]) -> Result {
    let androids = ABIS.iter().map(|(_, triple, _)| *triple);
    kotlin::write_notices(workspace, &triples.iter().copied().chain(androids).collect::<Vec<_>>())
}

/// Builds the example in an empty project that has the jar from a repository, and runs it.
pub fn test_for<'a>(cross: &Cross<'_>, target: &'a Target, file: &Path) -> Result<Trial<'a>> {
    let mut trial = Trial::new(target);
    if target.runs != Runs::Natively || !target.is_own_libc() {
        trial.leave("the library", "there is no Java for it");
        return Ok(trial);
    }
    let workspace = cross.workspace;
    let folder = file.ancestors().nth(3).ok_or("a library outside of its folder")?;
    let jar = folder.join(format!("mojo-audio-{VERSION}.jar"));
    let pom = jar.with_extension("pom");
    let project = cross.stage("kotlin-test")?;
    let mut install = workspace.command("mvn");
    install.args(["--batch-mode", INSTALL]).current_dir(&project);
    install.arg(format!("-Dfile={}", jar.display())).arg(format!("-DpomFile={}", pom.display()));
    run(&mut install)?;
    fs::copy(workspace.path("examples/kotlin/Mel.kt"), project.join("Mel.kt"))?;
    fs::copy(workspace.path("examples/data/speech.wav"), project.join("speech.wav"))?;
    let description = fs::read_to_string(&pom)?;
    let group = format!("<groupId>{}</groupId>", central::group(&description)?);
    let example = workspace.read("examples/kotlin/pom.xml")?;
    fs::write(project.join("pom.xml"), example.replace(central::GROUP, &group))?;
    let mut program = workspace.command("mvn");
    program.args(["--batch-mode", "package", "exec:java", "-Dexec.args=speech.wav"]);
    program.arg(format!("-Dbuild.folder={}", project.join("target").display()));
    speaks(workspace, program.current_dir(&project))?;
    trial.ran("the jar");
    Ok(trial)
}

/// Puts a jar into the machine's own Maven repository.
const INSTALL: &str = "org.apache.maven.plugins:maven-install-plugin:3.1.4:install-file";

/// Copies the jar that Maven has built to where it is published from, with all that goes with it, and makes the Android
/// archive.
fn pack(
    workspace: &Workspace,
    folder: &Path,
    natives: &Natives,
    gathered: &[String],
) -> Result<Vec<PathBuf>> {
    let libraries = workspace.folder("kotlin/native")?;
    for (platform, target, file) in DESKTOPS {
        if !libraries.join(platform).join(file).is_file() {
            eprintln!("the jar is without {platform}: --natives has no {target}/{file}");
        }
    }
    let name = format!("mojo-audio-{VERSION}");
    let mut files = vec![folder.join(format!("{name}.jar")), folder.join(format!("{name}.pom"))];
    kotlin::check_jar(workspace, gathered)?;
    fs::copy(kotlin::jar(workspace)?, &files[0])?;
    let pom = workspace.read("uniffi/kotlin/pom.xml")?;
    let pom = match Address::of_project(workspace)? {
        Some(address) => central::pom(&pom, &address)?,
        None => {
            eprintln!("not for Maven Central: {} must be the project's address", address::VARIABLE);
            pom
        }
    };
    fs::write(&files[1], &pom)?;
    files.extend(central::extras(workspace, folder, &name)?);
    files.extend(android::make(workspace, folder, natives, &pom)?);
    Ok(files)
}

/// Signs what was made in a folder and packs it for Maven Central; gives the archive.
pub fn for_central(workspace: &Workspace, folder: &Path) -> Result<PathBuf> {
    let key = env::var(central::KEY).map_err(|_| format!("{} must name the key", central::KEY))?;
    let made = [".jar", ".aar", ".pom"];
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let is_of_version = name.contains(&format!("-{VERSION}"));
        if is_of_version && made.iter().any(|end| name.ends_with(end)) {
            files.push(file);
        }
    }
    files.sort();
    let pom = folder.join(format!("mojo-audio-{VERSION}.pom"));
    let pom = fs::read_to_string(&pom).map_err(|error| format!("{}: {error}", pom.display()))?;
    let group = central::group(&pom)?;
    if !group.starts_with("io.github.") {
        return Err(
            format!("dist kotlin needs {}, to be named for its owner", address::VARIABLE).into()
        );
    }
    files.extend(central::sign(workspace, &key, &files)?);
    central::bundle(workspace, group, &files, folder)
}

/// Copies libraries to where the jar is packed from, each from the last folder that has it; returns their names in the
/// jar.
fn gather(to: &Path, folders: &[&Natives]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (platform, target, file) in DESKTOPS {
        let found = folders.iter().rev().find_map(|natives| natives.find(target, file));
        let Some(library) = found else { continue };
        if file.ends_with(".so") {
            let checked = elf::check_alignment(&fs::read(&library)?);
            checked.map_err(|error| format!("{}: {error}", library.display()))?;
        }
        fs::create_dir_all(to.join(platform))?;
        // In place of this machine's own, too: it may run on older systems.
        fs::copy(library, to.join(platform).join(file))?;
        names.push(format!("{platform}/{file}"));
    }
    Ok(names)
}

/// The classes that Maven has compiled, and what goes with them in the jar.
fn classes(workspace: &Workspace) -> Result<PathBuf> {
    Ok(kotlin::folder(workspace)?.join("mojo-audio/classes"))
}

/// Packs an archive from stand-ins for Android's libraries, and looks what is in it.
pub fn check_layout(workspace: &Workspace) -> Result {
    let folder = workspace.folder("dist-kotlin/check")?;
    let classes = folder.join("classes");
    fs::create_dir_all(classes.join("mojoaudio"))?;
    fs::create_dir_all(classes.join("META-INF"))?;
    fs::write(classes.join("mojoaudio/A.class"), "")?;
    let (aligned, small) = (folder.join("aligned.so"), folder.join("small.so"));
    fs::write(&aligned, elf::stand_in(elf::PAGE))?;
    fs::write(&small, elf::stand_in(4096))?;
    let archive = folder.join("check.aar");
    let libraries =
        |file: &PathBuf| ABIS.iter().map(|(abi, ..)| (*abi, file.clone())).collect::<Vec<_>>();
    if android::pack(workspace, &classes, &libraries(&small), &archive).is_ok() {
        return Err("libraries for pages of 4 KB were packed".into());
    }
    android::pack(workspace, &classes, &libraries(&aligned), &archive)?;
    let list =
        ask(workspace.command("jar").args(["--list", "--file"]).arg(&archive)).unwrap_or_default();
    let mut wanted = vec!["AndroidManifest.xml", "R.txt", "classes.jar", "proguard.txt"];
    let libraries: Vec<_> = ABIS.iter().map(|(abi, ..)| format!("jni/{abi}/{LIBRARY}")).collect();
    wanted.extend(libraries.iter().map(String::as_str));
    let mut files: Vec<_> = list.lines().filter(|name| !name.ends_with('/')).collect();
    files.sort_unstable();
    wanted.sort_unstable();
    if files != wanted {
        return Err(format!("expected {wanted:?} in Android's archive, got {files:?}").into());
    }
    central::check(&android::pom(&workspace.read("uniffi/kotlin/pom.xml")?)?)?;

    let made = [format!("mojo-audio-{VERSION}.pom"), format!("mojo-audio-android-{VERSION}.aar")];
    let made = made.map(|name| folder.join(name));
    for file in &made {
        fs::write(file, "stand-in")?;
    }
    let bundle = central::bundle(workspace, "io.github.some-one", &made, &folder)?;
    let list = ask(workspace.command("jar").args(["--list", "--file"]).arg(bundle)).unwrap_or_default();
    for name in [
        "mojo-audio/0.1.0/mojo-audio-0.1.0.pom",
        "mojo-audio-android/0.1.0/mojo-audio-android-0.1.0.aar",
    ] {
        let name = name.replace("0.1.0", VERSION);
        for file in [name.clone(), format!("{name}.md5"), format!("{name}.sha1")] {
            if !list.lines().any(|line| line == format!("io/github/some-one/{file}")) {
                return Err(format!("the archive for Maven Central lacks {file}, has {list}").into());
            }
        }
    }

    let natives = folder.join("natives");
    for (target, file) in
        [("aarch64-unknown-linux-gnu", LIBRARY), ("x86_64-pc-windows-gnu", "mojo_audio_uniffi.dll")]
    {
        fs::create_dir_all(natives.join(target))?;
        fs::copy(&aligned, natives.join(target).join(file))?;
    }
    let gathered = gather(&folder.join("gathered"), &[&Natives(Some(natives.clone()))])?;
    let wanted = ["linux-aarch64/libmojo_audio_uniffi.so", "win32-x86-64/mojo_audio_uniffi.dll"];
    if gathered != wanted || wanted.iter().any(|name| !folder.join("gathered").join(name).is_file()) {
        return Err(format!("expected {wanted:?} for the jar, got {gathered:?}").into());
    }
    fs::copy(&small, natives.join("aarch64-unknown-linux-gnu").join(LIBRARY))?;
    if gather(&folder.join("gathered"), &[&Natives(Some(natives))]).is_ok() {
        return Err("a library for pages of 4 KB was gathered".into());
    }
    Ok(())
}
