//! Where the project's address is written down: one table.

use super::places::{Files, text_of};
use crate::Result;
use crate::dist::address::Address;

/// A text that has the address in it, and what it stands after.
struct Place {
    file: &'static str,
    after: &'static str,
    /// With `{url}`, the address, in it.
    text: &'static str,
}

/// The address that all others follow.
pub const FIRST: &str = "Cargo.toml";

const fn place(file: &'static str, after: &'static str, text: &'static str) -> Place {
    Place { file, after, text }
}

const CRATE: &str = "license.workspace = true\n";
const OF_WORKSPACE: &str = "repository.workspace = true\n";

const PLACES: &[Place] = &[
    place(FIRST, "license = \"MIT OR Apache-2.0\"\n", "repository = \"{url}\"\n"),
    place("audio/Cargo.toml", CRATE, OF_WORKSPACE),
    place("cli/Cargo.toml", CRATE, OF_WORKSPACE),
    place("core/Cargo.toml", CRATE, OF_WORKSPACE),
    place("identify/Cargo.toml", CRATE, OF_WORKSPACE),
    place(
        "node/package.json",
        "  \"license\": \"MIT OR Apache-2.0\",\n",
        "  \"repository\": {\n    \"type\": \"git\",\n    \"url\": \"git+{url}.git\",\n    \"directory\": \"node\"\n  },\n  \
         \"homepage\": \"{url}#readme\",\n  \"bugs\": \"{url}/issues\",\n",
    ),
    place(
        "python/pyproject.toml",
        "dynamic = [\"version\"]\n",
        "\n[project.urls]\nRepository = \"{url}\"\nDocumentation = \"{url}/blob/main/python/README.md\"\n\
         Changelog = \"{url}/blob/main/CHANGELOG.md\"\nIssues = \"{url}/issues\"\n",
    ),
    place(
        "packaging/vcpkg/vcpkg.json",
        "  \"license\": \"MIT OR Apache-2.0\",\n",
        "  \"homepage\": \"{url}\",\n",
    ),
];

/// Every place's text with an address in it.
fn texts(address: &Address) -> impl Iterator<Item = (&'static Place, String)> {
    let url = address.url();
    PLACES.iter().map(move |place| (place, place.text.replace("{url}", &url)))
}

/// What is wrong with the addresses of the files: each must be that of Cargo.toml, or there must be none.
pub fn check(files: &Files) -> Result<Vec<String>> {
    let Some(address) = Address::of_manifest(text_of(files, FIRST)?)? else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    for (place, text) in texts(&address) {
        let wanted = format!("{}{text}", place.after);
        if text_of(files, place.file)?.matches(&wanted).count() != 1 {
            faults
                .push(format!("{}: expected {wanted:?} once, for the address in {FIRST}", place.file));
        }
    }
    Ok(faults)
}

/// Writes the address to every place, where it replaces another.
pub fn write(files: &mut Files, address: &Address) -> Result {
    let old = Address::of_manifest(text_of(files, FIRST)?)?;
    let old: Vec<_> = old.iter().flat_map(texts).map(|(place, text)| (place.file, text)).collect();
    for (file, text) in old {
        let without = text_of(files, file)?.replacen(&text, "", 1);
        files.insert(file.into(), without);
    }
    for (place, text) in texts(address) {
        let contents = text_of(files, place.file)?;
        let found = contents.matches(place.after).count();
        if found != 1 {
            return Err(format!(
                "{}: expected {:?} once, found it {found} times",
                place.file, place.after
            )
            .into());
        }
        let with = contents.replace(place.after, &format!("{}{text}", place.after));
        files.insert(place.file.into(), with);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::tests::files;

    /// The files without an address, which the project may have by now.
    fn bare() -> Files {
        let mut files = files();
        if let Some(address) = Address::of_manifest(&files[FIRST]).unwrap() {
            for (place, text) in texts(&address) {
                let without = files[place.file].replacen(&text, "", 1);
                files.insert(place.file.into(), without);
            }
        }
        files
    }

    #[test]
    fn an_address_goes_everywhere_and_can_be_another() {
        let mut files = bare();
        let before = files.clone();
        for url in ["https://github.com/someone/mojo-audio", "https://github.com/Some-One/else"] {
            write(&mut files, &Address::read(url).unwrap()).unwrap();
            assert_eq!(check(&files).unwrap(), Vec::<String>::new());
            assert!(files["Cargo.toml"].contains(&format!("\nrepository = \"{url}\"\n")));
            let package: serde_json::Value = serde_json::from_str(&files["node/package.json"]).unwrap();
            assert_eq!(package["repository"]["url"], format!("git+{url}.git"));
            assert!(files["python/pyproject.toml"].contains(&format!("Repository = \"{url}\"\n")));
        }
        assert!(!files.values().any(|text| text.contains("someone/mojo-audio")));
        let changed = files.iter().filter(|(name, text)| before[*name] != **text).count();
        assert_eq!(changed, PLACES.len());
    }

    #[test]
    fn an_address_that_one_file_lacks_is_found() {
        for place in PLACES.iter().filter(|place| place.file != FIRST) {
            let mut files = bare();
            let without = files[place.file].clone();
            write(&mut files, &Address::read("https://github.com/a/b").unwrap()).unwrap();
            files.insert(place.file.into(), without);
            let faults = check(&files).unwrap();
            assert!(faults.len() == 1 && faults[0].starts_with(place.file), "{faults:?}");
        }
    }
}
