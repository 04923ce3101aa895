//! The parts of pages that a task writes: they stand between two comments that name the command.

use crate::Result;
use crate::workspace::Workspace;

/// A page, cut where the command writes.
pub struct Section {
    path: &'static str,
    before: String,
    /// What was written last.
    pub text: String,
    after: String,
}

impl Section {
    pub fn read(workspace: &Workspace, path: &'static str, command: &str) -> Result<Self> {
        let begin = format!("<!-- Written by `{command}`. -->\n");
        let end = format!("<!-- End of what `{command}` writes. -->\n");
        let page = workspace.read(path)?;
        let (before, rest) = page.split_once(&begin).ok_or(format!("{path}: no line {begin}"))?;
        let (text, after) = rest.split_once(&end).ok_or(format!("{path}: no line {end}"))?;
        let (before, after) = (format!("{before}{begin}"), format!("{end}{after}"));
        Ok(Self { path, before, text: text.to_string(), after })
    }

    pub fn write(&self, workspace: &Workspace, text: &str) -> Result {
        workspace.write(self.path, &format!("{}{text}{}", self.before, self.after))
    }
}
