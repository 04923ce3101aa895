//! The folders that an installation has, and how its files find each other when they are moved.

use super::{Platform, System};
use std::path::{Component, Path, PathBuf};

/// Where files are on the system that they are installed for.
pub struct Places {
    pub prefix: PathBuf,
    pub lib: PathBuf,
    pub include: PathBuf,
}

impl Places {
    /// The usual folders below a prefix.
    pub fn below(prefix: &Path) -> Self {
        Self::new(prefix, None, None)
    }

    /// The folders that are given, which may be whole paths or below the prefix, and the usual ones.
    pub fn new(prefix: &Path, lib: Option<&Path>, include: Option<&Path>) -> Self {
        let folder = |given: Option<&Path>, usual: &str| {
            prefix.join(given.unwrap_or(Path::new(usual))).components().collect()
        };
        Self {
            prefix: prefix.components().collect(),
            lib: folder(lib, "lib"),
            include: folder(include, "include"),
        }
    }

    /// The folder of the shared library: Windows looks for it where programs are.
    pub fn shared(&self, platform: &Platform) -> PathBuf {
        match platform.system {
            System::Windows => self.prefix.join("bin"),
            System::Linux | System::MacOs => self.lib.clone(),
        }
    }

    pub fn cmake(&self) -> PathBuf {
        self.lib.join("cmake/mojo_audio")
    }

    /// A folder as seen from one of `lib`: from `start`, which is text that leads there. Folders outside the prefix
    /// don't move with it, so they are named in full.
    pub fn seen_from_lib(&self, start: &str, to: &Path) -> String {
        if to == self.lib {
            return start.into();
        }
        let (Ok(from), Ok(below)) =
            (self.lib.strip_prefix(&self.prefix), to.strip_prefix(&self.prefix))
        else {
            return to.display().to_string();
        };
        let ups = from.components().filter(|part| matches!(part, Component::Normal(_))).map(|_| "..");
        let downs = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let path: Vec<_> = ups.map(String::from).chain(downs).collect();
        if path.is_empty() { start.into() } else { format!("{start}/{}", path.join("/")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lib: Option<&str>, include: Option<&str>) -> [String; 2] {
        let places = Places::new(Path::new("/usr"), lib.map(Path::new), include.map(Path::new));
        [&places.prefix, &places.include].map(|to| places.seen_from_lib("L", to))
    }

    #[test]
    fn folders_are_seen_from_the_libraries() {
        assert_eq!(seen(None, None), ["L/..", "L/../include"]);
        let multiarch = seen(Some("lib/x86_64-linux-gnu"), Some("include/a"));
        assert_eq!(multiarch, ["L/../..", "L/../../include/a"]);
        assert_eq!(seen(Some("/usr/lib64/"), Some("/opt/include")), ["L/..", "/opt/include"]);
        assert_eq!(seen(Some("/opt/lib"), None), ["/usr", "/usr/include"]);
        assert_eq!(seen(Some("."), None), ["L", "L/include"]);
        let places = Places::below(Path::new("/usr"));
        assert_eq!(places.seen_from_lib("L", &places.lib), "L");
    }
}
