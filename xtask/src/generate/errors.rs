//! The page of every kind of error.

use super::options::one_line;
use super::template::fill;
use crate::Result;
use mojo_audio_core::ERROR_KINDS;
use std::fmt::Write as _;

/// `docs/errors.md`.
pub fn page() -> Result<String> {
    let mut kinds = String::new();
    for info in ERROR_KINDS {
        let fields: Vec<_> = info
            .fields
            .iter()
            .map(|field| format!("`{}`: {}", field.name, one_line(field.doc)))
            .collect();
        let (code, number) = (info.kind.code(), info.kind.number());
        writeln!(kinds, "| `{code}` | {number} | {} | {} |", one_line(info.doc), fields.join("<br>"))?;
    }
    fill("docs/errors.md", &[("kinds", kinds)])
}
