//! A mean and a scale for each row, from the text of a model's file.

use crate::border::{self, Failure, guard};
use crate::status::MojoAudioStatus;
use core::ffi::c_char;
use mojo_audio_core::RowStatistics;

/// Reads the mean and the scale of each row, as mojo_mel_extractor_new_with_rows() takes them, from the text of a
/// model's file: FunASR's am.mvn, WeNet's global_cmvn (JSON), or Kaldi's statistics as text, one matrix of two lines.
/// Sums over frames become means and 1 / deviations: y = (x - mean) * scale.
///
/// Writes the number of rows to *out_n_rows (unless it is NULL), also where buffer_size is too small for them, and as
/// many values to out_mean and to out_scale, which have room for buffer_size values each. With a buffer_size of 0 both
/// may be NULL: then the call only counts.
///
///     float mean[80], scale[80];
///     size_t n_rows;
///     MojoAudioStatus status = mojo_mel_row_statistics_from_text(text, mean, scale, 80, &n_rows);
///
/// Errors: MOJO_AUDIO_ERROR_INVALID_INPUT for a text that is no such file, for NULL, except as above, and for buffers
/// that overlap; MOJO_AUDIO_ERROR_BUFFER_SIZE if buffer_size is less than the number of rows, and more than 0.
///
/// Threads: any.
///
/// # Safety
/// The pointers are NULL or valid: text a text that ends with a zero byte, out_mean and out_scale for buffer_size
/// writes each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mojo_mel_row_statistics_from_text(
    text: *const c_char,
    out_mean: *mut f32,
    out_scale: *mut f32,
    buffer_size: usize,
    out_n_rows: *mut usize,
) -> MojoAudioStatus {
    guard(|| {
        // SAFETY: the caller's promise above.
        let text = unsafe { border::text("text", text, "the text of a file")? };
        let rows = RowStatistics::from_text(text)?;
        let n_rows = rows.mean.len();
        // SAFETY: the caller's promise above.
        unsafe { border::give(out_n_rows, n_rows) };
        if buffer_size == 0 {
            return Ok(());
        }
        if buffer_size < n_rows {
            let (argument, actual) = ("buffer_size", buffer_size);
            return Err(Failure::BufferSize { argument, actual, wanted: n_rows });
        }
        border::check_elements("out_mean", out_mean, n_rows)?;
        border::check_elements("out_scale", out_scale, n_rows)?;
        let written = ("out_mean", out_mean.cast_const(), n_rows);
        border::check_apart(written, ("out_scale", out_scale.cast_const(), n_rows))?;
        // SAFETY: the caller's promise above, and they don't overlap.
        unsafe {
            let mean = border::buffer("out_mean", out_mean, n_rows)?;
            let scale = border::buffer("out_scale", out_scale, n_rows)?;
            mean.copy_from_slice(&rows.mean);
            scale.copy_from_slice(&rows.scale);
        }
        Ok(())
    })
}
