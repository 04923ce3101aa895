//! The features of silence, with which padded batches fill the frames after each clip.

use crate::batch::{self, Clips};
use crate::errors::OrRaise;
use crate::extractor::MelExtractor;
use crate::threads;
use mojo_audio_core::config::{Layout, Reference};
use mojo_audio_core::{Error, MelConfig, MelExtractor as Engine, MelSpectrogram, Overrides};
use pyo3::prelude::*;

/// What frames after a clip contain.
pub enum Fill {
    /// A value for each row, for all clips.
    Same(Vec<f32>),
    /// A value for each row of each clip.
    Each(Vec<Vec<f32>>),
}

impl Fill {
    /// The values of a clip's rows.
    pub fn of(&self, clip: usize) -> &[f32] {
        match self {
            Self::Same(rows) => rows,
            Self::Each(clips) => &clips[clip],
        }
    }
}

impl MelExtractor {
    /// The features of zeros behind each clip. Where `top_db` counts from the clip's maximum, they depend on the clip. They
    /// are 0 where nothing but the whole signal determines them, as where rows are normalized.
    pub fn silence(
        &self,
        py: Python<'_>,
        clips: &Clips<'_>,
        mels: &[PyResult<MelSpectrogram>],
        threads: usize,
        resample: bool,
    ) -> PyResult<Fill> {
        let config = MelConfig {
            // Only a frame in the middle of zeros is used, so options for the length of clips don't apply.
            n_frames: None,
            pad_to: None,
            max_length: None,
            input_rate: None,
            dither: 0.0,
            layout: Layout::FrameMajor,
            ..self.extractor.config().clone()
        };
        let is_relative = config.reference == Reference::WholeInput
            && (config.top_db.is_some() || config.subtract_reference);
        let known = MelConfig {
            reference: if is_relative { Reference::Fixed } else { config.reference },
            ..config.clone()
        };
        if self.with_config(&known).or_raise(py)?.stream().is_err() {
            return Ok(Fill::Same(vec![0.0; self.extractor.n_mels()]));
        }
        let alone = py.detach(|| self.with_config(&config).and_then(|engine| of_zeros(&engine)));
        let alone = alone.or_raise(py)?;
        if !is_relative {
            return Ok(Fill::Same(alone));
        }
        let levels = self.levels(py, clips, mels, threads, resample)?;
        let fills = py.detach(|| {
            let fill = |clip: usize| match levels[clip] {
                None => Ok(alone.clone()),
                Some(reference_value) => {
                    of_zeros(&self.with_config(&MelConfig { reference_value, ..known.clone() })?)
                }
            };
            threads::map(levels.len(), threads, fill).into_iter().collect::<Result<_, Error>>()
        });
        Ok(Fill::Each(fills.or_raise(py)?))
    }

    /// The highest level of each clip, in units of the logarithm; none of those that failed.
    fn levels(
        &self,
        py: Python<'_>,
        clips: &Clips<'_>,
        mels: &[PyResult<MelSpectrogram>],
        threads: usize,
        resample: bool,
    ) -> PyResult<Vec<Option<f64>>> {
        let config = self.extractor.config();
        let unlimited = MelConfig {
            reference: Reference::None,
            top_db: None,
            subtract_reference: false,
            offset: 0.0,
            scale: 1.0,
            ..config.clone()
        };
        let plain = MelConfig {
            log_ceiling: None,
            n_mfcc: None,
            use_energy: false,
            delta_win_length: None,
            delta_order: 1,
            stack: 1,
            stack_stride: None,
            n_frames: None,
            n_frames_multiple_of: None,
            ..unlimited.clone()
        };
        // Whether the result still has the highest level.
        let is_result = self.overrides().row_mean.is_none()
            && self.overrides().row_scale.is_none()
            && !config.subtract_reference
            && plain == unlimited;
        if is_result {
            let level = |mel: &PyResult<MelSpectrogram>| {
                Some(f64::from(highest(mel.as_ref().ok()?)?) / config.scale - config.offset)
            };
            return Ok(mels.iter().map(level).collect());
        }
        let overrides = Overrides { row_mean: None, row_scale: None, ..self.overrides() };
        let engine = Engine::with_overrides(&plain, overrides).or_raise(py)?;
        let plain = batch::compute(py, &engine, clips, threads, resample, true)?;
        let levels = plain.iter().map(|mel| highest(mel.as_ref().ok()?).map(f64::from));
        Ok(levels.zip(mels).map(|(level, mel)| level.filter(|_| mel.is_ok())).collect())
    }
}

fn highest(mel: &MelSpectrogram) -> Option<f32> {
    mel.data().iter().copied().reduce(f32::max)
}

/// A frame of nothing but zeros, far from the ends of the signal.
fn of_zeros(engine: &Engine) -> Result<Vec<f32>, Error> {
    let (config, n_rows) = (engine.config(), engine.n_mels());
    let n_samples = 4 * config.n_fft.max(config.hop_length) as usize * config.stack as usize;
    let mel = engine.compute(&vec![0.0f32; n_samples])?;
    let frame = mel.n_frames() / 2 * n_rows;
    Ok(mel.data().get(frame..frame + n_rows).map_or_else(|| vec![0.0; n_rows], <[f32]>::to_vec))
}
