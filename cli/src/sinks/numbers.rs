//! Numbers as bytes: NumPy's header, and matrices that are written by frames in either layout.

use super::Matrix;
use crate::args::Dtype;
use half::f16;
use half::slice::HalfFloatSliceExt;
use mojo_audio_core::config::Layout;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Values that are converted at a time.
const CHUNK: usize = 8192;

/// The header of NumPy's file format, version 1.0, for a matrix in C order (numpy.lib.format: magic,
/// version, length and text).
pub fn npy_header(dtype: Dtype, shape: [usize; 2]) -> Vec<u8> {
    const PREFIX: usize = 10;
    let descr = match dtype {
        Dtype::Float32 => "<f4",
        Dtype::Float16 => "<f2",
    };
    let [first, second] = shape;
    let mut text =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({first}, {second}), }}");
    // The data start at a multiple of 64 bytes; the text ends with a line feed.
    let length = (PREFIX + text.len() + 1).next_multiple_of(64) - PREFIX;
    text.extend(std::iter::repeat_n(' ', length - 1 - text.len()));
    text.push('\n');
    let mut header = Vec::with_capacity(PREFIX + length);
    header.extend(b"\x93NUMPY\x01\x00");
    header.extend((length as u16).to_le_bytes());
    header.extend(text.as_bytes());
    header
}

/// Calls `write` with the bytes of the values, little-endian.
///
/// # Errors
/// `InvalidData` for the first finite value that float16 has no room for; those of `write`.
pub fn encode(
    values: &[f32],
    dtype: Dtype,
    mut write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    match dtype {
        Dtype::Float32 if cfg!(target_endian = "little") => write(bytemuck::cast_slice(values)),
        Dtype::Float32 => {
            for chunk in values.chunks(CHUNK) {
                let bytes: Vec<u8> = chunk.iter().flat_map(|value| value.to_le_bytes()).collect();
                write(&bytes)?;
            }
            Ok(())
        }
        Dtype::Float16 => {
            for chunk in values.chunks(CHUNK) {
                let bytes: Vec<u8> =
                    halves(chunk)?.into_iter().flat_map(|value| value.to_le_bytes()).collect();
                write(&bytes)?;
            }
            Ok(())
        }
    }
}

/// The values rounded to the nearest float16.
///
/// # Errors
/// Those of [`check`].
pub fn halves(values: &[f32]) -> io::Result<Vec<f16>> {
    check(values, Dtype::Float16)?;
    let mut halves = vec![f16::ZERO; values.len()];
    halves.convert_from_f32_slice(values);
    Ok(halves)
}

/// Checks that a type has room for the values.
///
/// # Errors
/// `InvalidData` for the first finite value that is too large.
pub fn check(values: &[f32], dtype: Dtype) -> io::Result<()> {
    if dtype == Dtype::Float32 {
        return Ok(());
    }
    // From the middle between the largest float16 and what would follow it, values round to infinity.
    let too_large = |value: &&f32| value.is_finite() && value.abs() >= 65_520.0;
    match values.iter().find(too_large) {
        Some(value) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{value} is too large for --dtype float16, whose largest value is {}", f16::MAX),
        )),
        None => Ok(()),
    }
}

/// Where the values of a matrix are in a file.
pub struct Placement {
    matrix: Matrix,
    dtype: Dtype,
    /// The place of the first value.
    start: u64,
}

impl Placement {
    pub fn new(matrix: Matrix, dtype: Dtype, start: usize) -> Self {
        Self { matrix, dtype, start: start as u64 }
    }

    /// Writes the values of some frames, in the layout of the whole: (n_rows, k) or (k, n_rows). If
    /// they are all, the file has to be at `start`.
    pub fn write(
        &self,
        file: &mut (impl Write + Seek),
        frames: Range<usize>,
        values: &[f32],
    ) -> io::Result<()> {
        let Matrix { n_rows, n_frames, layout, .. } = self.matrix;
        if frames.len() == n_frames {
            return encode(values, self.dtype, |bytes| file.write_all(bytes));
        }
        let mut write_at = |index: usize, run: &[f32]| {
            file.seek(SeekFrom::Start(self.start + (index * self.dtype.size()) as u64))?;
            encode(run, self.dtype, |bytes| file.write_all(bytes))
        };
        match layout {
            Layout::FrameMajor => write_at(frames.start * n_rows, values),
            Layout::MelMajor => values
                .chunks_exact(frames.len().max(1))
                .enumerate()
                .try_for_each(|(row, run)| write_at(row * n_frames + frames.start, run)),
        }
    }
}

/// Reads the values of a file that was written by [`encode`], a chunk at a time.
pub fn decode(
    file: &mut File,
    n_values: usize,
    dtype: Dtype,
    mut each: impl FnMut(&[f32]) -> io::Result<()>,
) -> io::Result<()> {
    file.rewind()?;
    let mut bytes = vec![0; dtype.size() * CHUNK];
    let mut values = Vec::with_capacity(CHUNK);
    let mut left = n_values;
    while left > 0 {
        let bytes = &mut bytes[..dtype.size() * left.min(CHUNK)];
        file.read_exact(bytes)?;
        values.clear();
        match dtype {
            Dtype::Float32 => {
                values.extend(bytes.as_chunks().0.iter().copied().map(f32::from_le_bytes))
            }
            Dtype::Float16 => values
                .extend(bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes).to_f32())),
        }
        each(&values)?;
        left -= values.len();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn matrix(layout: Layout) -> Matrix {
        Matrix { n_rows: 2, n_frames: 3, layout, sample_rate: 16_000, seconds: 1.0 }
    }

    #[test]
    fn the_header_is_aligned() {
        let header = npy_header(Dtype::Float32, [2, 3]);
        assert_eq!(&header[..8], b"\x93NUMPY\x01\x00");
        assert_eq!(header.len() % 64, 0);
        assert_eq!(usize::from(u16::from_le_bytes([header[8], header[9]])), header.len() - 10);
        let text = std::str::from_utf8(&header[10..]).unwrap();
        assert!(text.contains("'<f4'") && text.contains("'shape': (2, 3)"), "{text:?}");
        assert!(text.ends_with(" \n"));
    }

    #[test]
    fn frames_find_their_place_in_either_layout() {
        let whole = [1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0];
        // The same matrix: rows (1, 2, 3) and (4, 5, 6).
        for (layout, blocks) in [
            (Layout::MelMajor, [&[1.0, 2.0, 4.0, 5.0][..], &[3.0, 6.0]]),
            (Layout::FrameMajor, [&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0]]),
        ] {
            let expected: Vec<u8> =
                b"head".iter().copied().chain(whole.iter().flat_map(|x| x.to_le_bytes())).collect();
            let placement = Placement::new(matrix(layout), Dtype::Float32, 4);
            for parts in [&[(0..2, blocks[0]), (2..3, blocks[1])][..], &[(0..3, &whole)]] {
                let mut bytes = Cursor::new(Vec::new());
                bytes.write_all(b"head").unwrap();
                for (frames, values) in parts {
                    placement.write(&mut bytes, frames.clone(), values).unwrap();
                }
                assert_eq!(bytes.into_inner(), expected);
            }
        }
    }

    #[test]
    fn float16_rounds_to_nearest_and_refuses_what_is_too_large() {
        assert_eq!(halves(&[1.0 + 1.0 / 4096.0, -0.5, 65_504.0]).unwrap()[0], f16::ONE);
        let error = halves(&[1.0, -70_000.0]).unwrap_err();
        assert!(error.to_string().contains("-70000 is too large"), "{error}");
        // What is infinite already was computed so.
        assert!(halves(&[f32::NEG_INFINITY]).is_ok());
    }

    #[test]
    fn spooled_values_come_back() {
        let values: Vec<f32> = (0..20_000).map(|i| i as f32).collect();
        let mut file = tempfile::tempfile().unwrap();
        encode(&values, Dtype::Float32, |bytes| file.write_all(bytes)).unwrap();
        let mut back = Vec::new();
        decode(&mut file, values.len(), Dtype::Float32, |chunk| {
            back.extend_from_slice(chunk);
            Ok(())
        })
        .unwrap();
        assert_eq!(back, values);
    }
}
