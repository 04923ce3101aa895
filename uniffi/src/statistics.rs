//! A mean and a scale for each row, from the text of a model's file.

use crate::errors::{Language, NativeError};
use mojo_audio_core::RowStatistics;

/// What each row has taken from it, and is then multiplied by.
#[derive(uniffi::Record)]
pub struct Rows {
    mean: Vec<f32>,
    scale: Vec<f32>,
}

/// Reads the text of an `am.mvn`, of a `global_cmvn`, or of Kaldi's statistics.
#[uniffi::export]
fn row_statistics(text: &str, language: Language) -> Result<Rows, NativeError> {
    let RowStatistics { mean, scale } =
        RowStatistics::from_text(text).map_err(|error| language.spell(error))?;
    Ok(Rows { mean, scale })
}
