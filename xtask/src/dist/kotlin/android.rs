//! The Android archive: the classes, and a library for each machine that was built elsewhere or that an NDK builds.

use super::{LIBRARY, RULES, VERSION, central, classes};
use crate::Result;
use crate::dist::cross::{add_flags, add_target, remap};
use crate::dist::natives::Natives;
use crate::dist::{pack, standard_library};
use crate::elf;
use crate::languages::uniffi;
use crate::workspace::{Workspace, run};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The oldest Android that the archive is for: 5.0. The classes are checked against it by Maven.
const OLDEST_API: u32 = 21;

/// Android's name of a machine, Rust's, and that of the NDK's compiler.
pub const ABIS: &[(&str, &str, &str)] = &[
    ("arm64-v8a", "aarch64-linux-android", "aarch64-linux-android"),
    ("armeabi-v7a", "armv7-linux-androideabi", "armv7a-linux-androideabi"),
    ("x86", "i686-linux-android", "i686-linux-android"),
    ("x86_64", "x86_64-linux-android", "x86_64-linux-android"),
];

/// Makes the archive with all that Maven Central demands of it; none where there is no library for it.
pub fn make(
    workspace: &Workspace,
    folder: &Path,
    natives: &Natives,
    pom: &str,
) -> Result<Vec<PathBuf>> {
    let libraries = libraries(workspace, natives)?;
    if libraries.is_empty() {
        eprintln!(
            "no Android archive: set ANDROID_NDK_HOME to where Android's NDK is, or use --natives"
        );
        return Ok(Vec::new());
    }
    let name = format!("mojo-audio-android-{VERSION}");
    let archive = folder.join(format!("{name}.aar"));
    pack(workspace, &classes(workspace)?, &libraries, &archive)?;
    let description = folder.join(format!("{name}.pom"));
    fs::write(&description, self::pom(pom)?)?;
    let mut files = vec![archive, description];
    files.extend(central::extras(workspace, folder, &name)?);
    Ok(files)
}

/// The libraries: from the folder, or built by the NDK.
fn libraries(workspace: &Workspace, natives: &Natives) -> Result<Vec<(&'static str, PathBuf)>> {
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

/// Builds the library for one of the machines.
fn cross(workspace: &Workspace, ndk: &Path, target: &str, compiler: &str) -> Result<PathBuf> {
    let hosts = ndk.join("toolchains/llvm/prebuilt");
    let host = fs::read_dir(&hosts).ok().and_then(|mut hosts| hosts.next()?.ok());
    let host = host.ok_or_else(|| format!("{}: no compilers", hosts.display()))?.path();
    let linker = host.join("bin").join(format!("{compiler}{OLDEST_API}-clang"));
    let variable = format!("CARGO_TARGET_{}_LINKER", target.replace('-', "_").to_uppercase());
    add_target(workspace, target)?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--locked", "--release", "--package", uniffi::PACKAGE, "--lib"]);
    cargo.args(["--target", target]).env(variable, linker);
    add_flags(&mut cargo, &[remap()?]);
    if let Some(source) = standard_library::source(workspace) {
        source.build_with(&mut cargo);
    }
    run(&mut cargo)?;
    let library = workspace.folder(&format!("dist-kotlin/{target}"))?.join(LIBRARY);
    fs::copy(workspace.target().join(target).join("release").join(LIBRARY), &library)?;
    run(workspace.command(host.join("bin/llvm-strip")).arg("--strip-unneeded").arg(&library))?;
    Ok(library)
}

/// Packs an Android archive: the classes, a library for each machine, and rules for those who shrink.
pub fn pack(
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
    pack::jar(workspace, classes, &["META-INF", "mojoaudio"], &folder.join("classes.jar"))?;
    pack::jar(workspace, &folder, &["."], archive)
}

/// The description of the Android archive: as the jar's, with JNA's own archive for Android.
pub fn pom(pom: &str) -> Result<String> {
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
