//! Kotlin: the jar for the JVM with this machine's library, and the Android archive where there is an NDK.

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

pub fn make(workspace: &Workspace, folder: &Path) -> Result<Vec<PathBuf>> {
    let library = native(workspace)?;
    if cfg!(target_os = "linux") {
        elf::check_alignment(&fs::read(library)?)?;
    }
    // Into the machine's own Maven repository too: other projects find it there.
    run(maven(workspace, PROJECT)?.arg("install"))?;
    let name = format!("mojo-audio-{VERSION}.jar");
    let mut files = vec![folder.join(&name), folder.join(format!("mojo-audio-{VERSION}.pom"))];
    kotlin::check_jar(workspace)?;
    fs::copy(kotlin::jar(workspace)?, &files[0])?;
    fs::copy(workspace.path("uniffi/kotlin/pom.xml"), &files[1])?;
    match env::var_os("ANDROID_NDK_HOME").or_else(|| env::var_os("ANDROID_NDK_ROOT")) {
        Some(ndk) => {
            let mut libraries = Vec::new();
            for (abi, target, compiler) in ABIS {
                libraries.push((*abi, cross(workspace, Path::new(&ndk), target, compiler)?));
            }
            let archive = folder.join(format!("mojo-audio-android-{VERSION}.aar"));
            let classes = build(workspace)?.join("classes");
            pack(workspace, &classes, &libraries, &archive)?;
            let pom = folder.join(format!("mojo-audio-android-{VERSION}.pom"));
            fs::write(&pom, android_pom(&workspace.read("uniffi/kotlin/pom.xml")?)?)?;
            files.extend([archive, pom]);
        }
        None => eprintln!("no Android archive: set ANDROID_NDK_HOME to where Android's NDK is"),
    }
    Ok(files)
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
        return Err(format!("{files:?} came; {wanted:?} is wanted").into());
    }
    android_pom(&workspace.read("uniffi/kotlin/pom.xml")?).map(drop)
}
