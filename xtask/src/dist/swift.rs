//! Swift: the released form of the package MojoAudio, with the XCFramework inside. It is folders and a list, so
//! any system can put it together; only Apple's can try it.

use super::cross::{add_flags, add_target, remap, strip};
use super::natives::Natives;
use super::{notices, oldest, pack, sbom, standard_library, universal};
use crate::languages::uniffi;
use crate::workspace::{Workspace, ask, run};
use crate::{Result, contents};
use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "uniffi/MojoAudio";
const FRAMEWORK: &str = "CMojoAudio.xcframework";
const LIBRARY: &str = "libmojo_audio_uniffi.a";

const PRIVACY: &str = "Sources/MojoAudio/PrivacyInfo.xcprivacy";

/// Functions of Apple's category "file timestamp", for which Rust's standard library has a reason.
const OF_FILES: &[&str] = &[
    "fgetattrlist",
    "fstat",
    "fstatat",
    "getattrlist",
    "getattrlistat",
    "getattrlistbulk",
    "lstat",
    "stat",
];

/// Functions of its other categories, time since the system's start and free space.
const WITHOUT_REASON: &[&str] = &["fstatfs", "fstatvfs", "mach_absolute_time", "statfs", "statvfs"];

/// The variable with the address that the framework's archive is going to have.
const URL: &str = "MOJO_AUDIO_XCFRAMEWORK_URL";

/// A library for one of Apple's platforms.
struct Slice {
    /// As the framework's list and folders call it.
    platform: &'static str,
    variant: Option<&'static str>,
    /// The oldest system of `Package.swift`, and the variable by which rustc is told.
    oldest: (&'static str, [u32; 2]),
    /// Rust's names, one for each processor.
    targets: &'static [&'static str],
}

const IOS: (&str, [u32; 2]) = ("IPHONEOS_DEPLOYMENT_TARGET", [13, 0]);

const SLICES: &[Slice] = &[
    Slice { platform: "ios", variant: None, oldest: IOS, targets: &["aarch64-apple-ios"] },
    Slice {
        platform: "ios",
        variant: Some("simulator"),
        oldest: IOS,
        targets: &["aarch64-apple-ios-sim", "x86_64-apple-ios"],
    },
    Slice {
        platform: "ios",
        variant: Some("maccatalyst"),
        oldest: IOS,
        targets: &["aarch64-apple-ios-macabi", "x86_64-apple-ios-macabi"],
    },
    Slice {
        platform: "macos",
        variant: None,
        oldest: ("MACOSX_DEPLOYMENT_TARGET", [11, 0]),
        targets: &["aarch64-apple-darwin", "x86_64-apple-darwin"],
    },
];

/// A slice with the library of each target.
type Built = (&'static Slice, Vec<(&'static str, PathBuf)>);

/// A target's processor, as Apple calls it.
fn processor(target: &str) -> &str {
    match universal::processor(target) {
        "aarch64" => "arm64",
        other => other,
    }
}

/// The files of `--natives` that it takes.
pub fn natives() -> Vec<String> {
    let targets = SLICES.iter().flat_map(|slice| slice.targets);
    targets.map(|target| format!("{target}/{LIBRARY}")).collect()
}

pub fn make(workspace: &Workspace, folder: &Path, natives: &Natives) -> Result<Vec<PathBuf>> {
    let (mut slices, mut left_out) = (Vec::new(), Vec::new());
    for slice in SLICES {
        let mut libraries = Vec::new();
        for target in slice.targets {
            match library(workspace, natives, slice, target)? {
                Some(library) => libraries.push((*target, library)),
                None => left_out.push(*target),
            }
        }
        if !libraries.is_empty() {
            slices.push((slice, libraries));
        }
    }
    if !left_out.is_empty() {
        let list = left_out.join(", ");
        eprintln!("left out: {list}, which rustup does not have and --natives has no library for");
        if env::var_os(URL).is_some() {
            return Err(format!("a release needs all of Apple's targets, not without {list}").into());
        }
    }
    if slices.is_empty() {
        return Err("dist swift needs a static library for one of Apple's platforms: \
                    what `rustup target add aarch64-apple-ios` installs, or --natives DIR"
            .into());
    }
    let functions = functions(&slices)?;
    let package = folder.join("MojoAudio");
    lay_out(workspace, &package, &slices)?;
    let manifest = package.join(PRIVACY);
    fs::write(&manifest, privacy(&fs::read_to_string(&manifest)?, &functions)?)?;
    let archive = folder.join(format!("{FRAMEWORK}.zip"));
    pack::archive(workspace, Path::new("python3"), &package.join(FRAMEWORK), &archive)?;
    if cfg!(target_os = "macos") {
        run(workspace.command("swift").arg("build").current_dir(&package))?;
        fs::remove_dir_all(package.join(".build"))?;
    } else {
        eprintln!("Xcode has not seen {FRAMEWORK}: try it on macOS before it is released");
    }
    match env::var(URL) {
        Ok(url) => {
            let sum = checksum(workspace, &archive)?;
            let manifest = package.join("Package.swift");
            fs::write(&manifest, by_url(&fs::read_to_string(&manifest)?, &url, &sum)?)?;
            fs::remove_dir_all(package.join(FRAMEWORK))?;
        }
        Err(_) => eprintln!("the package has the framework inside; {URL} is unset"),
    }
    let list = sbom::write(workspace, &triples(&slices), uniffi::PACKAGE, &archive)?;
    Ok(vec![package, archive, list])
}

/// The functions of the system that the libraries call. Fails if one needs a later system than the package says.
fn functions(slices: &[Built]) -> Result<BTreeSet<String>> {
    let mut functions = BTreeSet::new();
    for (slice, libraries) in slices {
        for (target, library) in libraries {
            let found = oldest::of_apple(&fs::read(library)?)
                .map_err(|error| format!("{}: {error}", library.display()))?;
            let oldest = found.oldest.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
            // The first simulators and Catalyst for Arm are newer than iOS 13.
            let wanted = match slice.variant {
                Some(_) => [14, 0],
                None => slice.oldest.1,
            };
            if found.oldest[..] > wanted[..] {
                return Err(
                    format!("{target}: the library needs version {oldest} of its system").into()
                );
            }
            eprintln!("ok: the library for {target} needs version {oldest} of its system");
            functions.extend(found.functions);
        }
    }
    Ok(functions)
}

/// The privacy manifest with a reason for what is called of the functions for which Apple wants one.
fn privacy(manifest: &str, functions: &BTreeSet<String>) -> Result<String> {
    // Without the underscore of C, and what x86-64 says of the size of an inode.
    let is_called = |name: &&&str| {
        functions.iter().any(|function| {
            function.strip_prefix('_').and_then(|name| name.split('$').next()) == Some(**name)
        })
    };
    if let Some(other) = WITHOUT_REASON.iter().find(is_called) {
        return Err(format!("{PRIVACY} has no reason for a call of {other}").into());
    }
    let Some(called) = OF_FILES.iter().find(is_called) else { return Ok(manifest.to_string()) };
    eprintln!("{PRIVACY} has a reason for {called}");
    const NONE: &str = "\t<key>NSPrivacyAccessedAPITypes</key>\n\t<array/>\n";
    if !manifest.contains(NONE) {
        return Err(format!("{PRIVACY}: expected an empty list of NSPrivacyAccessedAPITypes").into());
    }
    // Rust's standard library reads the program's own file when it prints a backtrace with names.
    let reason = "\t<key>NSPrivacyAccessedAPITypes</key>\n\t<array>\n\t\t<dict>\n\
        \t\t\t<key>NSPrivacyAccessedAPIType</key>\n\
        \t\t\t<string>NSPrivacyAccessedAPICategoryFileTimestamp</string>\n\
        \t\t\t<key>NSPrivacyAccessedAPITypeReasons</key>\n\
        \t\t\t<array>\n\t\t\t\t<string>C617.1</string>\n\t\t\t</array>\n\t\t</dict>\n\t</array>\n";
    Ok(manifest.replace(NONE, reason))
}

/// The manifest of a package that takes the framework's archive from an address, and is small enough to be fetched
/// by version.
fn by_url(manifest: &str, url: &str, checksum: &str) -> Result<String> {
    if !url.starts_with("https://") || !url.ends_with(".zip") || url.contains(['"', '\\']) {
        return Err(format!("{URL} must be the https address of a .zip, got {url}").into());
    }
    let mut text = manifest.to_string();
    for (from, to) in [
        (
            "let isRelease = FileManager.default.fileExists(atPath: \
             \"\\(Context.packageDirectory)/\\(framework)\")",
            "let isRelease = true".to_string(),
        ),
        (
            ".binaryTarget(name: \"CMojoAudio\", path: framework)",
            format!(
                ".binaryTarget(\n                name: \"CMojoAudio\", url: \"{url}\",\n                \
                 checksum: \"{checksum}\")\n            "
            ),
        ),
        ("let framework = \"CMojoAudio.xcframework\"\n", String::new()),
    ] {
        if !text.contains(from) {
            return Err(format!("{PACKAGE}/Package.swift: {from} is missing").into());
        }
        text = text.replacen(from, &to, 1);
    }
    Ok(text)
}

/// The SHA-256 that SwiftPM compares an archive with.
fn checksum(workspace: &Workspace, archive: &Path) -> Result<String> {
    let program =
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let sum = ask(workspace.command("python3").args(["-I", "-c", program]).arg(archive));
    Ok(sum.ok_or("python3 is needed for the checksum")?.trim().to_string())
}

/// The static library of a target: from the given folder, or built if Rust's standard library for it can be had.
fn library(
    workspace: &Workspace,
    natives: &Natives,
    slice: &Slice,
    target: &str,
) -> Result<Option<PathBuf>> {
    if let Some(file) = natives.find(target, LIBRARY) {
        return Ok(Some(file));
    }
    let source = standard_library::source(workspace);
    // With the source, what rustup has is not needed.
    if source.is_none() && add_target(workspace, target).is_err() {
        return Ok(None);
    }
    let mut cargo = workspace.cargo();
    cargo.args(["rustc", "--locked", "--release", "--package", uniffi::PACKAGE, "--lib"]);
    // Not the dynamic library, which would need Apple's linker.
    cargo.args(["--target", target, "--crate-type", "staticlib"]);
    let (variable, [major, minor]) = slice.oldest;
    cargo.env(variable, format!("{major}.{minor}"));
    // Only so does an archive have nothing that nobody calls, such as what reads files.
    cargo.args(["--config", "profile.release.lto=\"fat\""]);
    add_flags(&mut cargo, &[remap()?]);
    if let Some(source) = source {
        source.build_with(&mut cargo);
    }
    run(&mut cargo)?;
    let library = workspace.folder("dist-swift")?.join(format!("{target}.a"));
    let built = workspace.target().join(target).join("release").join(LIBRARY);
    // Rust's standard library is shipped with what debuggers read.
    strip(workspace, "--strip-debug", &built, &library)?;
    Ok(Some(library))
}

/// Lays the released package out in a folder that isn't there yet.
fn lay_out(workspace: &Workspace, package: &Path, slices: &[Built]) -> Result {
    let from = workspace.path(PACKAGE);
    copy(&from.join("Package.swift"), &package.join("Package.swift"))?;
    // The tests stay in the checkout, with their cases.
    let manifest = package.join("Package.swift");
    let kept = |line: &&str| !line.contains("testTarget");
    let text = fs::read_to_string(&manifest)?;
    fs::write(
        &manifest,
        text.lines().filter(kept).map(|line| format!("{line}\n")).collect::<String>(),
    )?;
    for part in ["CMojoAudio", "MojoAudioNative", "MojoAudio"] {
        for entry in fs::read_dir(from.join("Sources").join(part))? {
            let file = entry?.path();
            copy(&file, &package.join("Sources").join(part).join(name(&file)))?;
        }
    }
    notices::write(workspace, &triples(slices), uniffi::PACKAGE, package)?;
    let framework = package.join(FRAMEWORK);
    for (slice, libraries) in slices {
        let folder = framework.join(identifier(slice, libraries));
        let library = folder.join(LIBRARY);
        match libraries.as_slice() {
            [(_, only)] => copy(only, &library)?,
            several => {
                fs::create_dir_all(&folder)?;
                fs::write(&library, universal::join(several)?)?;
            }
        }
        // Xcode copies the headers of all frameworks into one folder, where only one module map can be.
        for file in ["CMojoAudio.h", "module.modulemap"] {
            let header = from.join("Sources/CMojoAudio").join(file);
            copy(&header, &folder.join("Headers/CMojoAudio").join(file))?;
        }
    }
    fs::write(framework.join("Info.plist"), list(slices))?;
    Ok(())
}

/// Rust's names of what the slices have a library for.
fn triples(slices: &[Built]) -> Vec<&'static str> {
    slices.iter().flat_map(|(_, libraries)| libraries.iter().map(|(target, _)| *target)).collect()
}

fn copy(from: &Path, to: &Path) -> Result {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map_err(|error| format!("{}: {error}", from.display()))?;
    Ok(())
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The folder of a slice, as Xcode would name it.
fn identifier(slice: &Slice, libraries: &[(&str, PathBuf)]) -> String {
    let processors: Vec<_> = libraries.iter().map(|(target, _)| processor(target)).collect();
    let variant = slice.variant.map(|variant| format!("-{variant}")).unwrap_or_default();
    format!("{}-{}{variant}", slice.platform, processors.join("_"))
}

/// The framework's `Info.plist`.
fn list(slices: &[Built]) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n\
         \t<key>AvailableLibraries</key>\n\t<array>\n",
    );
    for (slice, libraries) in slices {
        let identifier = identifier(slice, libraries);
        let processors: String = libraries
            .iter()
            .map(|(target, _)| format!("<string>{}</string>", processor(target)))
            .collect();
        let variant = slice.variant.map(|variant| {
            format!("\t\t\t<key>SupportedPlatformVariant</key>\n\t\t\t<string>{variant}</string>\n")
        });
        let _ = write!(
            text,
            "\t\t<dict>\n\t\t\t<key>BinaryPath</key>\n\t\t\t<string>{LIBRARY}</string>\n\
             \t\t\t<key>HeadersPath</key>\n\t\t\t<string>Headers</string>\n\
             \t\t\t<key>LibraryIdentifier</key>\n\t\t\t<string>{identifier}</string>\n\
             \t\t\t<key>LibraryPath</key>\n\t\t\t<string>{LIBRARY}</string>\n\
             \t\t\t<key>SupportedArchitectures</key>\n\t\t\t<array>{processors}</array>\n\
             \t\t\t<key>SupportedPlatform</key>\n\t\t\t<string>{}</string>\n{}\t\t</dict>\n",
            slice.platform,
            variant.unwrap_or_default(),
        );
    }
    text + "\t</array>\n\t<key>CFBundlePackageType</key>\n\t<string>XFWK</string>\n\
            \t<key>XCFrameworkFormatVersion</key>\n\t<string>1.0</string>\n</dict>\n</plist>\n"
}

/// Lays a package out in the folder, its framework with stand-ins for Apple's libraries, and looks what is in it.
pub fn check_layout(workspace: &Workspace, package: &Path) -> Result {
    let folder = workspace.folder("dist-swift/check")?;
    let mut slices = Vec::new();
    for slice in SLICES {
        let mut libraries = Vec::new();
        for target in slice.targets {
            let file = folder.join(format!("{target}.a"));
            fs::write(&file, format!("!<arch>\n{target}"))?;
            libraries.push((*target, file));
        }
        slices.push((slice, libraries));
    }
    lay_out(workspace, package, &slices)?;
    contents::compare(workspace, "swift", &files(package, package)?)?;
    // Another reader of property lists than ours: Python has one.
    let program = "import plistlib, sys, pathlib\n\
        for file in map(pathlib.Path, sys.argv[1:]):\n\
        \x20   read = plistlib.loads(file.read_bytes())\n\
        \x20   for library in read.get('AvailableLibraries', []):\n\
        \x20       folder = file.parent / library['LibraryIdentifier']\n\
        \x20       assert (folder / library['LibraryPath']).is_file(), library\n\
        \x20       assert (folder / library['HeadersPath'] / 'CMojoAudio/module.modulemap').is_file(), library\n\
        \x20       parts = [library['SupportedPlatform'], '_'.join(library['SupportedArchitectures'])]\n\
        \x20       parts += [library[key] for key in ['SupportedPlatformVariant'] if key in library]\n\
        \x20       assert '-'.join(parts) == library['LibraryIdentifier'], library\n\
        \x20       print(library['LibraryIdentifier'])\n";
    let mut python = workspace.command("python3");
    python.args(["-I", "-c", program]).arg(package.join(FRAMEWORK).join("Info.plist"));
    let read = run(python.arg(package.join("Sources/MojoAudio/PrivacyInfo.xcprivacy")))?;
    if read.lines().count() != SLICES.len() {
        return Err(format!("Info.plist lists {read:?}").into());
    }
    Ok(())
}

/// The files below a folder, by their paths from another one above it.
fn files(folder: &Path, root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            names.extend(files(&path, root)?);
        } else {
            names.push(path.strip_prefix(root)?.to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_privacy_manifest_says_what_is_called() {
        let manifest = Workspace::new().read(&format!("{PACKAGE}/{PRIVACY}")).unwrap();
        let said =
            |names: &[&str]| privacy(&manifest, &names.iter().map(|name| name.to_string()).collect());
        assert_eq!(said(&["_open", "_fstatus"]).unwrap(), manifest);
        for name in ["_fstat", "_fstat$INODE64"] {
            assert!(said(&[name]).unwrap().contains("<string>C617.1</string>"), "{name}");
        }
        assert!(said(&["_mach_absolute_time"]).is_err());
    }

    #[test]
    fn a_manifest_by_url_has_no_path() {
        let manifest = Workspace::new().read("uniffi/MojoAudio/Package.swift").unwrap();
        let text = by_url(&manifest, "https://a.example/CMojoAudio.xcframework.zip", "0f").unwrap();
        assert!(text.contains("url: \"https://a.example/CMojoAudio.xcframework.zip\""));
        assert!(text.contains("checksum: \"0f\"") && text.contains("let isRelease = true\n"));
        assert!(!text.contains("path: framework") && !text.contains("framework)"));
        assert!(by_url(&text, "https://a.example/b.zip", "0f").is_err());
        for wrong in ["http://a.example/b.zip", "https://a.example/b", "https://a\".example/b.zip"] {
            assert!(by_url(&manifest, wrong, "0f").is_err(), "{wrong}");
        }
    }
}
