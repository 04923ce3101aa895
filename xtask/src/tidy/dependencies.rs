//! Every dependency that a manifest names has its reason in ARCHITECTURE.md, and no other has.

use crate::Result;
use crate::workspace::{Workspace, ask};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = "ARCHITECTURE.md";

/// What is measured beside ours is named with what it does on another page.
const PEERS: &str = "benches/peers/";

/// Compares the manifests among the files with the table of the page.
pub fn check(workspace: &Workspace, files: &BTreeSet<String>, faults: &mut Vec<String>) -> Result {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for path in files.iter().filter(|path| !path.starts_with(PEERS)) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let found = match name {
            "Cargo.toml" => of_cargo(workspace, path)?,
            "package.json" => of_npm(&serde_json::from_str(&workspace.read(path)?)?),
            "pom.xml" => of_maven(&workspace.read(path)?),
            "pyproject.toml" => of_python(&workspace.read(path)?),
            "go.mod" => of_go(&workspace.read(path)?),
            _ => continue,
        };
        named.extend(found.into_iter().map(|name| (name, path.clone())));
    }
    let listed = listed(&workspace.read(PAGE)?);
    compare(&named, &listed, faults);
    Ok(())
}

fn compare(named: &BTreeMap<String, String>, listed: &BTreeSet<String>, faults: &mut Vec<String>) {
    for (name, path) in named.iter().filter(|(name, _)| !listed.contains(*name)) {
        faults.push(format!("{path}: {PAGE} gives no reason for {name}"));
    }
    for name in listed.iter().filter(|name| !named.contains_key(*name)) {
        faults.push(format!("{PAGE}: no manifest names {name} any more"));
    }
}

/// The names in the first column of the page's table, which has reasons in its last.
fn listed(page: &str) -> BTreeSet<String> {
    let section = page.split("\n## Dependencies\n").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.filter_map(|row| match row.split(" | ").collect::<Vec<_>>()[..] {
        [names, _, reason] if !reason.trim().is_empty() => Some(names.to_string()),
        _ => None,
    });
    rows.skip(1).flat_map(|names| names.split(", ").map(String::from).collect::<Vec<_>>()).collect()
}

/// Direct dependencies of every kind that come from elsewhere.
fn of_cargo(workspace: &Workspace, path: &str) -> Result<Vec<String>> {
    // Members of a workspace are told with it.
    if !workspace.read(path)?.lines().any(|line| line == "[workspace]") {
        return Ok(vec![]);
    }
    let mut cargo = workspace.cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--quiet", "--manifest-path", path]);
    let text = ask(&mut cargo).ok_or_else(|| format!("{path}: cargo can't read it"))?;
    Ok(of_metadata(&serde_json::from_str(&text)?))
}

fn of_metadata(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let dependencies =
        packages.flat_map(|package| package["dependencies"].as_array().into_iter().flatten());
    let elsewhere = dependencies.filter(|dependency| dependency["path"].is_null());
    elsewhere.filter_map(|dependency| dependency["name"].as_str().map(String::from)).collect()
}

fn of_npm(manifest: &Value) -> Vec<String> {
    let kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
    let names =
        kinds.iter().filter_map(|kind| manifest[kind].as_object()).flat_map(|names| names.keys());
    names.map(|name| format!("{name} (npm)")).collect()
}

fn of_maven(project: &str) -> Vec<String> {
    let artifact = |text: &str| {
        let name = text.split("<artifactId>").nth(1)?.split("</artifactId>").next()?;
        let is_own = text.contains("<groupId>mojoaudio</groupId>");
        (!is_own).then(|| format!("{name} (Maven)"))
    };
    let parts = project.split("<dependency>").skip(1);
    parts.filter_map(|text| artifact(text.split("</dependency>").next()?)).collect()
}

/// What the package needs to be built and to run, also with its extras.
fn of_python(manifest: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut table = "";
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']');
        }
        let Some((key, list)) = line.split_once(" = [") else { continue };
        let is_list = matches!(
            (table, key),
            ("build-system", "requires")
                | ("project", "dependencies")
                | ("project.optional-dependencies", _)
        );
        if is_list {
            let requirements = list.split('"').skip(1).step_by(2);
            let end = |letter: char| !(letter.is_alphanumeric() || "-_.".contains(letter));
            names.extend(
                requirements.filter_map(|text| Some(format!("{} (PyPI)", text.split(end).next()?))),
            );
        }
    }
    names
}

fn of_go(module: &str) -> Vec<String> {
    let lines = module.lines().map(|line| line.trim().trim_start_matches("require ").trim());
    let others = lines.filter(|line| line.contains(" v") && !line.contains("mojoaudio"));
    others.filter_map(|line| Some(format!("{} (Go)", line.split(' ').next()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let page = "# Page\n\n## Dependencies\n\n| name | used by | for |\n|---|---|---|\n| a, b (npm) | x | y |\n\
            | c | x |  |\n\n## Other\n\n| d | x | y |\n";
        assert_eq!(listed(page), BTreeSet::from(["a", "b (npm)"].map(String::from)));
    }

    #[test]
    fn manifests_are_read() {
        let metadata = serde_json::json!({"packages": [{"dependencies": [
            {"name": "a", "path": null}, {"name": "own", "path": "x"}, {"name": "b", "kind": "dev"}]}]});
        assert_eq!(of_metadata(&metadata), ["a", "b"]);
        let manifest = serde_json::json!({"name": "own", "dependencies": {"a": "1"}, "devDependencies": {"@b/c": "2"}});
        assert_eq!(of_npm(&manifest), ["a (npm)", "@b/c (npm)"]);
        let project = "<artifactId>own</artifactId><dependency>\n<groupId>g</groupId><artifactId>jna</artifactId>\n</dependency>\
            <dependency><groupId>mojoaudio</groupId><artifactId>mojo-audio</artifactId></dependency>";
        assert_eq!(of_maven(project), ["jna (Maven)"]);
        let project = "[build-system]\nrequires = [\"maturin>=1.14,<2\"]\n[project]\nkeywords = [\"mel\"]\n\
            dependencies = [\"numpy>=1.23\"]\n[project.optional-dependencies]\ndisplay = [\"matplotlib\", \"a_b[c]\"]\n";
        assert_eq!(
            of_python(project),
            ["maturin (PyPI)", "numpy (PyPI)", "matplotlib (PyPI)", "a_b (PyPI)"]
        );
        let module =
            "module x\n\ngo 1.22\n\nrequire mojoaudio v0.0.0\nrequire (\n\texample.org/a v1.2.3\n)\n";
        assert_eq!(of_go(module), ["example.org/a (Go)"]);
    }

    #[test]
    fn what_is_missing_and_what_is_gone_are_found() {
        let named = BTreeMap::from([("a", "core/Cargo.toml"), ("b", "cli/Cargo.toml")])
            .into_iter()
            .map(|(name, path)| (name.to_string(), path.to_string()))
            .collect();
        let mut faults = Vec::new();
        compare(&named, &BTreeSet::from(["a", "c"].map(String::from)), &mut faults);
        assert_eq!(
            faults,
            [
                "cli/Cargo.toml: ARCHITECTURE.md gives no reason for b",
                "ARCHITECTURE.md: no manifest names c any more"
            ]
        );
    }
}
