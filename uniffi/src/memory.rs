//! Samples and results in the caller's memory.

use crate::errors::NativeError;
use std::borrow::Cow;

/// A type of samples, for which every bit pattern is a value.
pub trait Sample: mojo_audio_core::Sample + Copy {
    fn from_bytes(bytes: &[u8]) -> Self;
}

impl Sample for f32 {
    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.try_into().map(Self::from_ne_bytes).unwrap_or_default()
    }
}

impl Sample for i16 {
    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.try_into().map(Self::from_ne_bytes).unwrap_or_default()
    }
}

/// Samples from bytes, without a copy. Only misaligned samples are copied, such as those in the shortest of
/// Swift's `Data`. Bytes after the last whole sample are ignored.
pub fn samples<S: Sample>(bytes: &[u8]) -> Cow<'_, [S]> {
    // SAFETY: `Sample` is only implemented for numbers, for which every bit pattern is valid.
    let (before, samples, _) = unsafe { bytes.align_to::<S>() };
    if before.is_empty() && samples.len() == bytes.len() / size_of::<S>() {
        return Cow::Borrowed(samples);
    }
    Cow::Owned(bytes.chunks_exact(size_of::<S>()).map(S::from_bytes).collect())
}

/// The memory for a result: `length` float32 values at an address. Nobody else reads or writes them while the
/// samples are lent, which is until the call returns.
#[expect(
    clippy::mut_from_ref,
    reason = "the memory is at the address; the samples lend their lifetime only"
)]
pub fn output(address: u64, length: u64, samples: &[u8]) -> Result<&mut [f32], NativeError> {
    let bytes = length.checked_mul(size_of::<f32>() as u64);
    let end =
        bytes.and_then(|bytes| address.checked_add(bytes)).filter(|end| *end <= isize::MAX as u64);
    let (Ok(start), Ok(count), Some(end)) = (usize::try_from(address), usize::try_from(length), end)
    else {
        return Err(refused(format!("out must fit into memory, got {length} values")));
    };
    if count == 0 {
        return Ok(&mut []);
    }
    if start == 0 || !start.is_multiple_of(align_of::<f32>()) {
        return Err(refused(format!("out must be the address of float32 values, got {start:#x}")));
    }
    let read = samples.as_ptr_range();
    if address < read.end as u64 && (read.start as u64) < end {
        return Err(refused("out must not overlap the samples".into()));
    }
    // SAFETY: only the two packages can call this. They pass memory of this length that nobody else uses until
    // the call returns, and that doesn't overlap the samples.
    Ok(unsafe { std::slice::from_raw_parts_mut(start as *mut f32, count) })
}

fn refused(text: String) -> NativeError {
    NativeError::Argument { text, field: "out".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_lent_where_they_are_aligned_and_else_copied() {
        let bytes: Vec<u8> =
            [1.5f32, -2.0, 3.25].iter().flat_map(|value| value.to_ne_bytes()).collect();
        let mut shifted = vec![0u8; bytes.len() + 8];
        for shift in 0..8 {
            shifted[shift..shift + bytes.len()].copy_from_slice(&bytes);
            let part = &shifted[shift..shift + bytes.len()];
            let read = samples::<f32>(part);
            assert_eq!(*read, [1.5, -2.0, 3.25]);
            let is_aligned = (part.as_ptr() as usize).is_multiple_of(align_of::<f32>());
            assert_eq!(matches!(read, Cow::Borrowed(_)), is_aligned);
        }
        assert_eq!(*samples::<i16>(&7i16.to_ne_bytes()), [7]);
        assert!(samples::<f32>(&[]).is_empty());
        assert_eq!(samples::<i16>(&[0, 0, 0]).len(), 1);
    }

    #[test]
    fn results_go_to_separate_aligned_memory_only() {
        let mut values = [0f32; 4];
        let address = values.as_mut_ptr() as u64;
        let refusal = |address, length, samples: &[u8]| {
            output(address, length, samples).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(refusal(address, 4, &[]), Ok(()));
        assert_eq!(refusal(0, 0, &[]), Ok(()));
        assert!(refusal(0, 4, &[]).unwrap_err().contains("address"));
        assert!(refusal(address + 1, 3, &[]).unwrap_err().contains("address"));
        assert!(refusal(address, u64::MAX, &[]).unwrap_err().contains("memory"));
        // SAFETY: the bytes of `values`, which nobody writes to meanwhile.
        let bytes = unsafe { std::slice::from_raw_parts(values.as_ptr().cast::<u8>(), 16) };
        assert!(refusal(address, 4, bytes).unwrap_err().contains("overlap"));
        assert!(refusal(address, 2, &bytes[4..]).unwrap_err().contains("overlap"));
        assert_eq!(refusal(address, 2, &bytes[8..]), Ok(()));
    }
}
