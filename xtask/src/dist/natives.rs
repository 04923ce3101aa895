//! Native libraries that were built elsewhere, in a folder: `TARGET/FILE`, where the target has Rust's name.

use std::path::PathBuf;

/// The folder that `--natives` names, if it does.
#[derive(Default)]
pub struct Natives(pub Option<PathBuf>);

impl Natives {
    /// A target's file, if it is there.
    pub fn find(&self, target: &str, file: &str) -> Option<PathBuf> {
        self.0.as_ref().map(|folder| folder.join(target).join(file)).filter(|path| path.is_file())
    }
}
