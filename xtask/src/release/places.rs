//! Where the version is written down: one table.

use crate::Result;
use std::collections::BTreeMap;

/// A text of a file that has the version in it.
struct Place {
    file: &'static str,
    /// The text, with `{version}` or `{minor}`, its first two numbers, in it.
    text: &'static str,
    /// How often the file has it.
    times: usize,
}

/// The version that all others follow.
pub const FIRST: &str = "Cargo.toml";
const FIRST_START: &str = "[workspace.package]\nversion = \"";

const fn place(file: &'static str, text: &'static str, times: usize) -> Place {
    Place { file, text, times }
}

/// What one crate of the workspace says of another.
const CORE: &str = "{ path = \"../core\", version = \"{version}\"";
/// What a Maven project says of the library.
const LIBRARY: &str = "<artifactId>mojo-audio</artifactId>\n      <version>{version}</version>";

const PLACES: &[Place] = &[
    place(FIRST, "[workspace.package]\nversion = \"{version}\"", 1),
    place(FIRST, "{ path = \"core\", version = \"{version}\" }", 1),
    place(FIRST, "{ path = \"audio\", version = \"{version}\" }", 1),
    place(FIRST, "{ path = \"identify\", version = \"{version}\" }", 1),
    place("audio/Cargo.toml", CORE, 1),
    place("capi/Cargo.toml", CORE, 1),
    place("cxx-bindings/Cargo.toml", CORE, 1),
    place("cxx-bindings/library/Cargo.toml", "{ path = \"../../capi\", version = \"{version}\" }", 1),
    place("cxx-bindings/library/Cargo.toml", "{ path = \"..\", version = \"{version}\" }", 1),
    place("identify/Cargo.toml", CORE, 1),
    place("node/Cargo.toml", CORE, 2),
    place("python/Cargo.toml", CORE, 1),
    place("uniffi/Cargo.toml", CORE, 1),
    place("node/package.json", "\"name\": \"mojo-audio\",\n  \"version\": \"{version}\"", 1),
    place("node/package-lock.json", "\"name\": \"mojo-audio\",\n  \"version\": \"{version}\"", 1),
    place("node/package-lock.json", "\"name\": \"mojo-audio\",\n      \"version\": \"{version}\"", 1),
    place("uniffi/pom.xml", "<artifactId>all</artifactId>\n  <version>{version}</version>", 1),
    place(
        "uniffi/kotlin/pom.xml",
        "<artifactId>mojo-audio</artifactId>\n  <version>{version}</version>",
        1,
    ),
    place(
        "uniffi/kotlin/oldest/pom.xml",
        "<artifactId>oldest</artifactId>\n  <version>{version}</version>",
        1,
    ),
    place("uniffi/kotlin/oldest/pom.xml", LIBRARY, 1),
    place(
        "uniffi/kotlin/minified/pom.xml",
        "<artifactId>minified</artifactId>\n  <version>{version}</version>",
        1,
    ),
    place("uniffi/apps/pom.xml", "<artifactId>apps</artifactId>\n  <version>{version}</version>", 1),
    place("uniffi/apps/pom.xml", LIBRARY, 1),
    place("benches/kotlin/pom.xml", "<artifactId>call</artifactId>\n  <version>{version}</version>", 1),
    place("benches/kotlin/pom.xml", LIBRARY, 1),
    place("examples/kotlin/pom.xml", "<artifactId>mel</artifactId>\n  <version>{version}</version>", 1),
    place("examples/kotlin/pom.xml", LIBRARY, 1),
    place("packaging/vcpkg/vcpkg.json", "\"name\": \"mojo-audio\",\n  \"version\": \"{version}\"", 1),
    place("capi/julia/Project.toml", "\nversion = \"{version}\"", 1),
    place("capi/zig/build.zig.zon", ".version = \"{version}\"", 1),
    place("capi/README.md", "`.so.{version}`", 1),
    place("cxx-bindings/README.md", "→ `.so.{minor}` → `.so.{version}`", 1),
    place("uniffi/README.md", "mojoaudio:mojo-audio:{version}", 1),
];

/// Lock files, and the crates of the workspace in them.
const LOCKS: &[(&str, &[&str])] = &[
    (
        "Cargo.lock",
        &[
            "mojo-audio-bench",
            "mojo-audio-capi",
            "mojo-audio-cli",
            "mojo-audio-core",
            "mojo-audio-cxx",
            "mojo-audio-cxx-library",
            "mojo-audio-files",
            "mojo-audio-identify",
            "mojo-audio-node",
            "mojo-audio-python",
            "mojo-audio-uniffi",
            "xtask",
        ],
    ),
    ("benches/peers/rust/Cargo.lock", &["mojo-audio-bench", "mojo-audio-core"]),
    ("core/tests-no-std/Cargo.lock", &["mojo-audio-core"]),
    ("examples/candle/Cargo.lock", &["mojo-audio-core"]),
    ("fuzz/Cargo.lock", &["mojo-audio-capi", "mojo-audio-core", "mojo-audio-files"]),
];

/// Files in which the version is that of a measurement, or of a list of changes.
const HISTORY: &[&str] = &["CHANGELOG.md", "README.md", "docs/performance.md"];

/// The texts of files by their names.
pub type Files = BTreeMap<String, String>;

/// The files that have the version.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    PLACES.iter().map(|place| place.file).chain(LOCKS.iter().map(|(file, _)| *file))
}

/// The version that the workspace has.
pub fn current(files: &Files) -> Result<String> {
    let text = text_of(files, FIRST)?;
    let rest = text.split_once(FIRST_START).ok_or_else(|| format!("{FIRST}: no version"))?.1;
    Ok(rest.split('"').next().unwrap_or_default().into())
}

/// What differs from the version of the workspace; none if all have it. `files` may have more than those of the
/// table: what mentions the version there is found too.
pub fn check(files: &Files) -> Result<Vec<String>> {
    let version = current(files)?;
    let mut faults = Vec::new();
    let mut rest = files.clone();
    for (file, text, times) in texts(&version) {
        let Some(contents) = rest.get_mut(file) else {
            faults.push(format!("{file}: missing"));
            continue;
        };
        let found = contents.matches(&text).count();
        if found != times {
            faults.push(format!("{file}: expected {text:?} {times} times, found it {found} times"));
        }
        *contents = contents.replace(&text, "");
    }
    for (file, text) in &rest {
        let is_history = HISTORY.contains(&file.as_str()) || file.ends_with(".lock");
        let mut lines = text.lines().filter(|line| line.contains("mojo") && line.contains(&version));
        if let Some(line) = lines.next().filter(|_| !is_history) {
            faults.push(format!("{file}: {:?} has the version and is not in {}", line.trim(), file!()));
        }
    }
    Ok(faults)
}

/// Writes another version to every place.
pub fn write(files: &mut Files, version: &str) -> Result {
    let old = current(files)?;
    for ((file, from, _), (_, to, _)) in texts(&old).into_iter().zip(texts(version)) {
        let text = files.get_mut(file).ok_or_else(|| format!("{file}: missing"))?;
        *text = text.replace(&from, &to);
    }
    Ok(())
}

/// Every place's file and text, with a version in it, and how often it is there.
fn texts(version: &str) -> Vec<(&'static str, String, usize)> {
    let minor = version.rsplit_once('.').map_or(version, |(minor, _)| minor);
    let places = PLACES.iter().map(|place| {
        let text = place.text.replace("{version}", version).replace("{minor}", minor);
        (place.file, text, place.times)
    });
    let locks = LOCKS.iter().flat_map(|(file, crates)| {
        crates
            .iter()
            .map(move |name| (*file, format!("name = \"{name}\"\nversion = \"{version}\"\n"), 1))
    });
    places.chain(locks).collect()
}

pub fn text_of<'a>(files: &'a Files, name: &str) -> Result<&'a String> {
    Ok(files.get(name).ok_or_else(|| format!("{name}: missing"))?)
}
