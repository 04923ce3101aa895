//! The list of what an artifact is linked from, as CycloneDX has it: <https://cyclonedx.org/docs/1.5/json/>.

use super::notices;
use crate::Result;
use crate::workspace::{Workspace, ask};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes the list of a package's crates to the folder of the artifact that was built from it; gives the file. The
/// same crates make the same bytes: it has no number or time of its own.
pub fn write(
    workspace: &Workspace,
    triples: &[&str],
    package: &str,
    artifact: &Path,
) -> Result<PathBuf> {
    let name = artifact.file_name().ok_or("an artifact without a name")?.to_string_lossy();
    let rustc = ask(workspace.command("rustc").arg("--version")).ok_or("`rustc --version` fails")?;
    let rust = rustc.split(' ').nth(1).unwrap_or_default();
    let list = list(package, &name, rust, notices::crates(workspace, triples, package)?);
    let file = artifact.with_file_name(format!("{name}.cdx.json"));
    fs::write(&file, serde_json::to_string_pretty(&list)? + "\n")?;
    Ok(file)
}

fn list(
    package: &str,
    artifact: &str,
    rust: &str,
    crates: impl IntoIterator<Item = (String, String)>,
) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let mut components = vec![json!({
        "type": "library",
        "bom-ref": "rust-std",
        "name": "rust-std",
        "version": rust,
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    })];
    components.extend(crates.into_iter().map(|(crate_, license)| {
        let (name, version) = crate_.split_once(' ').unwrap_or((&crate_, ""));
        // In an address a plus sign has to be escaped.
        let url = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
        json!({
            "type": "library",
            "bom-ref": url,
            "name": name,
            "version": version,
            // Older manifests have a slash for OR.
            "licenses": [{ "expression": license.replace('/', " OR ") }],
            "purl": url,
        })
    }));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": artifact,
                "name": package,
                "version": version,
                "description": artifact,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            },
        },
        "components": components,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::targets::TARGETS;

    #[test]
    fn crates_of_the_c_library_are_listed_with_their_licences() {
        let workspace = Workspace::new();
        let crates = notices::crates(&workspace, &TARGETS[0].triples(), "mojo-audio-capi").unwrap();
        let list = list("mojo-audio-capi", "a.tar.gz", "1.95.0", crates);
        let components = list["components"].as_array().unwrap();
        let names: Vec<_> = components.iter().map(|one| one["name"].as_str().unwrap()).collect();
        // What core needs, neither what builds it nor what tests it.
        assert!(names.contains(&"libm") && names.contains(&"serde_json"), "{names:?}");
        assert!(
            !names.iter().any(|name| name.starts_with("mojo-audio") || *name == "proptest"),
            "{names:?}"
        );
        for one in components {
            let license = one["licenses"][0]["expression"].as_str().unwrap();
            assert!(!license.is_empty() && !license.contains('/'), "{one}");
            let version = one["version"].as_str().unwrap();
            assert!(version.starts_with(|digit: char| digit.is_ascii_digit()), "{one}");
        }
    }

    #[test]
    fn metadata_of_a_version_are_escaped_in_addresses() {
        let crates = [("zstd-sys 2.0.1+zstd.1.5".to_string(), "MIT/Apache-2.0".to_string())];
        let list = list("p", "a", "1.95.0", crates);
        let last = &list["components"][1];
        assert_eq!(last["purl"], "pkg:cargo/zstd-sys@2.0.1%2Bzstd.1.5");
        assert_eq!(last["licenses"][0]["expression"], "MIT OR Apache-2.0");
    }
}
