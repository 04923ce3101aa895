//! The address of the project, for packages whose names or descriptions have it.

use crate::Result;
use crate::workspace::Workspace;
use std::env;

/// The variable with the address, `https://github.com/OWNER/NAME`, while Cargo.toml has none.
pub const VARIABLE: &str = "MOJO_AUDIO_REPOSITORY";

/// The line of Cargo.toml that has the address, up to it.
const LINE: &str = "\nrepository = \"";

/// The address of a repository on GitHub.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    pub owner: String,
    pub name: String,
}

impl Address {
    /// The address that Cargo.toml has, or else the variable; none if neither has one.
    pub fn of_project(workspace: &Workspace) -> Result<Option<Self>> {
        let written = Self::of_manifest(&workspace.read("Cargo.toml")?)?;
        let set = env::var(VARIABLE).ok().map(|address| Self::read(&address)).transpose();
        let set = set.map_err(|error| format!("{VARIABLE}: {error}"))?;
        match (written, set) {
            (Some(written), Some(set)) if written != set => {
                let (written, set) = (written.url(), set.url());
                Err(format!("{VARIABLE} must be {written}, as in Cargo.toml, got {set}").into())
            }
            (written, set) => Ok(written.or(set)),
        }
    }

    /// The address that the text of Cargo.toml has.
    pub fn of_manifest(manifest: &str) -> Result<Option<Self>> {
        let address = manifest.split_once(LINE).and_then(|(_, rest)| rest.split('"').next());
        address.map(Self::read).transpose()
    }

    pub fn read(address: &str) -> Result<Self> {
        let path = address.strip_prefix("https://github.com/").unwrap_or_default();
        let is_name = |name: &str| {
            let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
            !name.is_empty() && name.chars().all(is_letter)
        };
        match path.split_once('/').filter(|(owner, name)| is_name(owner) && is_name(name)) {
            Some((owner, name)) => Ok(Self { owner: owner.into(), name: name.into() }),
            None => {
                Err(format!("the address must be https://github.com/OWNER/NAME, got {address}").into())
            }
        }
    }

    /// The address itself.
    pub fn url(&self) -> String {
        format!("https://github.com/{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_owner_and_a_name() {
        let address = Address::read("https://github.com/Some-One/mojo_audio.rs").unwrap();
        assert_eq!((&*address.owner, &*address.name), ("Some-One", "mojo_audio.rs"));
        assert_eq!(address.url(), "https://github.com/Some-One/mojo_audio.rs");
        for wrong in [
            "",
            "github.com/a/b",
            "https://github.com/a",
            "https://github.com/a/b/c",
            "https://github.com/a/<b>",
        ] {
            let error = Address::read(wrong).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("the address must be https://github.com/OWNER/NAME, got {wrong}")
            );
        }
    }
}
