//! The picture of `identify`: the features, those of the best configuration, and how far they are apart.

use super::matrix::Matrix;
use crate::args::Size;
use crate::failure::Failure;
use crate::inputs::shown;
use crate::picture::{Grid, View, png};
use mojo_audio_core::config::Layout;
use mojo_audio_core::{MelExtractor, Overrides, RowStatistics};
use mojo_audio_identify::{Candidate, Identified, Recipe};
use std::fs;
use std::path::Path;

/// Of each of the three parts.
const SIZE: Size = Size { width: 1200, height: 400 };

/// Saves the picture; warns if no configuration has features of this shape.
pub fn save(
    file: &Path,
    identified: &Identified,
    theirs: &Matrix,
    samples: &[f32],
    [features, audio]: [&Path; 2],
) -> Result<(), Failure> {
    let Some(best) = identified.candidates.first() else {
        let text =
            format!("{}: not saved, as no configuration has features of this shape", shown(file));
        crate::report::warn(&text);
        return Ok(());
    };
    let ours = of_candidate(best, identified.row_statistics.as_ref(), theirs.shape, samples)?;
    let apart: Vec<f32> = theirs.values.iter().zip(&ours).map(|(a, b)| (a - b).abs()).collect();
    let config = &best.config;
    let [first, second] = theirs.shape;
    let (n_rows, n_columns) =
        if config.layout == Layout::MelMajor { (first, second) } else { (second, first) };
    let range = theirs
        .values
        .iter()
        .chain(&ours)
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let grid = |values| Grid { values, n_rows, n_columns, layout: config.layout };
    let start = best.first_frame.unwrap_or(0);
    let of = |values| View::new(grid(values), n_columns, range, config).starting_at(start);
    let difference = View::of_difference(grid(&apart), n_columns, config).starting_at(start);
    let of_options = format!("{} with {}", shown(audio), Recipe::of(config).arguments());
    let views = [
        (&of(&theirs.values), &*shown(features)),
        (&of(&ours), &*of_options),
        (&difference, "absolute difference"),
    ];
    let mut bytes = Vec::new();
    png::write_all(&mut bytes, &views, SIZE)
        .and_then(|()| fs::write(file, bytes))
        .map_err(|error| Failure::new("output", format!("can't write {}: {error}", shown(file))))
}

/// The features of a configuration, and of rows' means and scales if there are any, in the shape of those that were given.
fn of_candidate(
    candidate: &Candidate,
    rows: Option<&RowStatistics>,
    shape: [usize; 2],
    samples: &[f32],
) -> Result<Vec<f32>, Failure> {
    let config = &candidate.config;
    let overrides = Overrides {
        row_mean: rows.map(|rows| &rows.mean[..]),
        row_scale: rows.map(|rows| &rows.scale[..]),
        ..Overrides::default()
    };
    let mel = MelExtractor::with_overrides(config, overrides)?.compute(samples)?;
    let (n_rows, n_frames, first) = (mel.n_mels(), mel.n_frames(), candidate.first_frame.unwrap_or(0));
    let values = mel.data();
    Ok(match config.layout {
        Layout::MelMajor => {
            let frames = first..(first + shape[1]).min(n_frames);
            values.chunks_exact(n_frames).flat_map(|row| &row[frames.clone()]).copied().collect()
        }
        Layout::FrameMajor => {
            values[first * n_rows..].iter().take(shape[0] * n_rows).copied().collect()
        }
    })
}
