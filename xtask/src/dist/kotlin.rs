//! Kotlin: the jar for the JVM with this machine's library, and the Android archive where there is an NDK.

mod central;

use super::address::{self, Address};
use super::natives::Natives;
use crate::Result;
use crate::elf;
use crate::languages::kotlin::{self, maven, native};
use crate::workspace::{Workspace, ask, run};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const VERSION: &str = env!("CARGO_PKG_VERSION");
const PROJECT: &str = "uniffi/kotlin";
pub const RULES: &str = "uniffi/kotlin/src/main/resources/META-INF/proguard/mojo-audio.pro";
const LIBRARY: &str = "libmojo_audio_uniffi.so";

/// The oldest Android that the archive is for: 8.0.
const OLDEST_API: u32 = 26;

/// Android's name of a machine, Rust's, and that of the NDK's compiler.
const ABIS: &[(&str, &str, &str)] = &[
    ("arm64-v8a", "aarch64-linux-android", "aarch64-linux-android"),
    ("armeabi-v7a", "armv7-linux-androideabi", "armv7a-linux-androideabi"),
    ("x86", "i686-linux-android", "i686-linux-android"),
    ("x86_64", "x86_64-linux-android", "x86_64-linux-android"),
];

/// JNA's name of a machine, Rust's, and the file of its library.
const DESKTOPS: &[(&str, &str, &str)] = &[
    ("linux-x86-64", "x86_64-unknown-linux-gnu", LIBRARY),
    ("linux-aarch64", "aarch64-unknown-linux-gnu", LIBRARY),
    ("darwin-x86-64", "x86_64-apple-darwin", "libmojo_audio_uniffi.dylib"),
    ("darwin-aarch64", "aarch64-apple-darwin", "libmojo_audio_uniffi.dylib"),
    ("win32-x86-64", "x86_64-pc-windows-gnu", "mojo_audio_uniffi.dll"),
];

/// The files of `--natives` that it takes.
pub fn natives() -> Vec<String> {
    let desktops = DESKTOPS.iter().map(|(_, target, file)| format!("{target}/{file}"));
    desktops.chain(ABIS.iter().map(|(_, target, _)| format!("{target}/{LIBRARY}"))).collect()
}

pub fn make(workspace: &Workspace, folder: &Path, natives: &Natives) -> Result<Vec<PathBuf>> {
    // Without what an earlier run has gathered.
    fs::remove_dir_all(workspace.folder("kotlin/native")?)?;
    let library = native(workspace)?;
    if cfg!(target_os = "linux") {
        elf::check_alignment(&fs::read(library)?)?;
    }
    let gathered = gather(&workspace.folder("kotlin/native")?, natives)?;
    for (platform, target, file) in DESKTOPS {
        if !workspace.folder("kotlin/native")?.join(platform).join(file).is_file() {
            eprintln!("the jar is without {platform}: --natives has no {target}/{file}");
        }
    }
    // Into the machine's own Maven repository too: other projects find it there.
    run(maven(workspace, PROJECT)?.arg("install"))?;
    let name = format!("mojo-audio-{VERSION}.jar");
    let mut files = vec![folder.join(&name), folder.join(format!("mojo-audio-{VERSION}.pom"))];
    kotlin::check_jar(workspace, &gathered)?;
    fs::copy(kotlin::jar(workspace)?, &files[0])?;
    let pom = workspace.read("uniffi/kotlin/pom.xml")?;
    let pom = match Address::of_project()? {
        Some(address) => central::pom(&pom, &address)?,
        None => {
            eprintln!("not for Maven Central: {} must be the project's address", address::VARIABLE);
            pom
        }
    };
    fs::write(&files[1], &pom)?;
    files.extend(central::extras(workspace, folder, &format!("mojo-audio-{VERSION}"))?);
    let libraries = android(workspace, natives)?;
    if libraries.is_empty() {
        eprintln!(
            "no Android archive: set ANDROID_NDK_HOME to where Android's NDK is, or use --natives"
        );
    } else {
        let archive = folder.join(format!("mojo-audio-android-{VERSION}.aar"));
        let classes = build(workspace)?.join("classes");
        pack(workspace, &classes, &libraries, &archive)?;
        let description = folder.join(format!("mojo-audio-android-{VERSION}.pom"));
        fs::write(&description, android_pom(&pom)?)?;
        files.extend([archive, description]);
        files.extend(central::extras(workspace, folder, &format!("mojo-audio-android-{VERSION}"))?);
    }
    if let Ok(key) = env::var(central::KEY) {
        files.extend(central::sign(workspace, &key, &files)?);
    }
    Ok(files)
}

/// Copies libraries that were built elsewhere to where the jar is packed from; returns their names in it.
fn gather(to: &Path, natives: &Natives) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for (platform, target, file) in DESKTOPS {
        let Some(library) = natives.find(target, file) else { continue };
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

/// The libraries for Android: from the folder, or built by the NDK.
fn android(workspace: &Workspace, natives: &Natives) -> Result<Vec<(&'static str, PathBuf)>> {
    let ndk = env::var_os("ANDROID_NDK_HOME").or_else(|| env::var_os("ANDROID_NDK_ROOT"));
    let (mut libraries, mut missing) = (Vec::new(), Vec::new());
    for (abi, target, compiler) in ABIS {
        if let Some(library) = natives.find(target, LIBRARY) {
            libraries.push((*abi, library));
        } else if let Some(ndk) = &ndk {
            libraries.push((*abi, cross(workspace, Path::new(ndk), target, compiler)?));
        } else {
            missing.push(*abi);
        }
    }
    if !libraries.is_empty() && !missing.is_empty() {
        eprintln!("the Android archive is without {}", missing.join(", "));
    }
    Ok(libraries)
}

/// Where Maven builds the library.
fn build(workspace: &Workspace) -> Result<PathBuf> {
    Ok(kotlin::folder(workspace)?.join("mojo-audio"))
}

/// Builds the library for one of Android's machines.
fn cross(workspace: &Workspace, ndk: &Path, target: &str, compiler: &str) -> Result<PathBuf> {
    let hosts = ndk.join("toolchains/llvm/prebuilt");
    let host = fs::read_dir(&hosts).ok().and_then(|mut hosts| hosts.next()?.ok());
    let host = host.ok_or_else(|| format!("{}: no compilers", hosts.display()))?.path();
    let linker = host.join("bin").join(format!("{compiler}{OLDEST_API}-clang"));
    let variable = format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase());
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--release", "--package", "mojo-audio-uniffi", "--lib"]);
    run(cargo.args(["--target", target]).env(variable, linker))
        .map_err(|error| format!("{error}\nthe target may be missing: rustup target add {target}"))?;
    let library = workspace.folder(&format!("dist-kotlin/{target}"))?.join(LIBRARY);
    fs::copy(workspace.target().join(target).join("release").join(LIBRARY), &library)?;
    run(workspace.command(host.join("bin/llvm-strip")).arg("--strip-unneeded").arg(&library))?;
    Ok(library)
}

/// Packs an Android archive: the classes, a library for each machine, and rules for those who shrink.
fn pack(
    workspace: &Workspace,
    classes: &Path,
    libraries: &[(&str, PathBuf)],
    archive: &Path,
) -> Result {
    let folder = workspace.folder("dist-kotlin/aar")?;
    fs::remove_dir_all(&folder)?;
    for (abi, library) in libraries {
        elf::check_alignment(&fs::read(library)?).map_err(|error| format!("{abi}: {error}"))?;
        let to = folder.join("jni").join(abi);
        fs::create_dir_all(&to)?;
        fs::copy(library, to.join(LIBRARY))?;
    }
    let manifest = format!(
        "<manifest xmlns:android=\"http://schemas.android.com/apk/res/android\" package=\"mojoaudio\">\n\
         \x20   <uses-sdk android:minSdkVersion=\"{OLDEST_API}\" />\n</manifest>\n"
    );
    fs::write(folder.join("AndroidManifest.xml"), manifest)?;
    fs::write(folder.join("R.txt"), "")?;
    fs::copy(workspace.path(RULES), folder.join("proguard.txt"))?;
    let jar = |file: &Path| {
        let mut jar = workspace.command("jar");
        jar.args(["--create", "--no-manifest", "--file"]).arg(file);
        jar
    };
    run(jar(&folder.join("classes.jar")).arg("-C").arg(classes).arg("mojoaudio"))?;
    run(jar(archive).arg("-C").arg(&folder).arg("."))?;
    Ok(())
}

/// The description of the Android archive: as the jar's, with JNA's own archive for Android.
fn android_pom(pom: &str) -> Result<String> {
    let mut text = pom.to_string();
    for (from, to) in [
        (
            "<artifactId>mojo-audio</artifactId>",
            "<artifactId>mojo-audio-android</artifactId>\n  <packaging>aar</packaging>",
        ),
        ("<artifactId>jna</artifactId>", "<artifactId>jna</artifactId>\n      <type>aar</type>"),
    ] {
        if !text.contains(from) {
            return Err(format!("uniffi/kotlin/pom.xml: {from} is missing").into());
        }
        text = text.replace(from, to);
    }
    Ok(text)
}

/// Packs an archive from stand-ins for Android's libraries, and looks what is in it.
pub fn check_layout(workspace: &Workspace) -> Result {
    let folder = workspace.folder("dist-kotlin/check")?;
    let classes = folder.join("classes");
    fs::create_dir_all(classes.join("mojoaudio"))?;
    fs::write(classes.join("mojoaudio/A.class"), "")?;
    let (aligned, small) = (folder.join("aligned.so"), folder.join("small.so"));
    fs::write(&aligned, elf::stand_in(elf::PAGE))?;
    fs::write(&small, elf::stand_in(4096))?;
    let archive = folder.join("check.aar");
    let libraries =
        |file: &PathBuf| ABIS.iter().map(|(abi, ..)| (*abi, file.clone())).collect::<Vec<_>>();
    if pack(workspace, &classes, &libraries(&small), &archive).is_ok() {
        return Err("libraries for pages of 4 KB were packed".into());
    }
    pack(workspace, &classes, &libraries(&aligned), &archive)?;
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
    central::check(&android_pom(&workspace.read("uniffi/kotlin/pom.xml")?)?)?;

    let natives = folder.join("natives");
    for (target, file) in
        [("aarch64-unknown-linux-gnu", LIBRARY), ("x86_64-pc-windows-gnu", "mojo_audio_uniffi.dll")]
    {
        fs::create_dir_all(natives.join(target))?;
        fs::copy(&aligned, natives.join(target).join(file))?;
    }
    let gathered = gather(&folder.join("gathered"), &Natives(Some(natives.clone())))?;
    let wanted = ["linux-aarch64/libmojo_audio_uniffi.so", "win32-x86-64/mojo_audio_uniffi.dll"];
    if gathered != wanted || wanted.iter().any(|name| !folder.join("gathered").join(name).is_file()) {
        return Err(format!("expected {wanted:?} for the jar, got {gathered:?}").into());
    }
    fs::copy(&small, natives.join("aarch64-unknown-linux-gnu").join(LIBRARY))?;
    if gather(&folder.join("gathered"), &Natives(Some(natives))).is_ok() {
        return Err("a library for pages of 4 KB was gathered".into());
    }
    Ok(())
}
