//! The recipe of a model, from the files in its folder.

use mojo_audio_core::{MODEL_FILES, MelConfig, RowStatistics};
use std::fs;
use std::path::Path;

/// Reads a configuration file, or those of a folder.
///
/// # Errors
/// A sentence that names the file.
pub fn config(path: &Path) -> Result<MelConfig, String> {
    let mut files = Vec::new();
    if path.is_dir() {
        for file in MODEL_FILES.map(|name| path.join(name)).iter().filter(|file| file.is_file()) {
            files.push((file.display().to_string(), read(file)?));
        }
        if files.is_empty() {
            return Err(format!("{}: the folder has no {}", path.display(), MODEL_FILES.join(" or ")));
        }
    } else {
        files.push((path.display().to_string(), read(path)?));
    }
    MelConfig::from_model_files(&files).map_err(|error| {
        let names_file = files.iter().any(|(name, _)| error.field() == Some(name));
        if names_file { error.to_string() } else { format!("{}: {error}", path.display()) }
    })
}

/// Reads a mean and a scale for each row.
///
/// # Errors
/// A sentence that names the file.
pub fn row_statistics(path: &Path) -> Result<RowStatistics, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        format!(
            "{}: it is no text; Kaldi's copy-matrix --binary=false writes statistics as text",
            path.display()
        )
    })?;
    RowStatistics::from_text(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))
}
