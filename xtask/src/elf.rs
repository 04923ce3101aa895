//! Reads from ELF files how their segments are aligned.

use crate::Result;

/// Android's newer devices have pages of 16 KB.
pub const PAGE: u64 = 16 * 1024;

/// Fails unless every segment that is loaded is aligned to pages of 16 KB.
pub fn check_alignment(file: &[u8]) -> Result {
    let least = alignment(file).ok_or("not a little-endian ELF file with segments")?;
    if least < PAGE {
        return Err(format!("a segment is aligned to {least} bytes; {PAGE} are wanted").into());
    }
    Ok(())
}

/// The smallest alignment of a segment that is loaded.
fn alignment(file: &[u8]) -> Option<u64> {
    const LOADED: u64 = 1;
    if !file.starts_with(b"\x7fELF") || file.get(5) != Some(&1) {
        return None;
    }
    let wide = file.get(4) == Some(&2);
    let number = |at: usize, size: usize| {
        let bytes = file.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let word = |wide_at, narrow_at| if wide { number(wide_at, 8) } else { number(narrow_at, 4) };
    let start = usize::try_from(word(32, 28)?).ok()?;
    let (size, count) = if wide { (54, 56) } else { (42, 44) };
    let (size, count) = (number(size, 2)? as usize, number(count, 2)? as usize);
    let mut least = None;
    for segment in 0..count {
        let at = start.checked_add(segment * size)?;
        if number(at, 4)? == LOADED {
            let alignment = if wide { number(at + 48, 8)? } else { number(at + 28, 4)? };
            least = Some(least.map_or(alignment, |least: u64| least.min(alignment)));
        }
    }
    least
}

/// As much of a file with one segment of this alignment as is looked at here.
pub fn stand_in(alignment: u64) -> Vec<u8> {
    file(true, &[(1, alignment)])
}

/// A file with the given segments, each a kind and an alignment.
fn file(wide: bool, segments: &[(u32, u64)]) -> Vec<u8> {
    let mut file = vec![0; 64 + 56 * segments.len()];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &[0x7f, b'E', b'L', b'F', 1 + u8::from(wide), 1]);
    let count = (segments.len() as u16).to_le_bytes();
    if wide {
        put(32, &64u64.to_le_bytes());
        put(54, &56u16.to_le_bytes());
        put(56, &count);
    } else {
        put(28, &64u32.to_le_bytes());
        put(42, &32u16.to_le_bytes());
        put(44, &count);
    }
    for (place, (kind, alignment)) in segments.iter().enumerate() {
        let at = 64 + place * if wide { 56 } else { 32 };
        put(at, &kind.to_le_bytes());
        match wide {
            true => put(at + 48, &alignment.to_le_bytes()),
            false => put(at + 28, &(*alignment as u32).to_le_bytes()),
        }
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_that_are_loaded_count() {
        for wide in [false, true] {
            assert!(check_alignment(&file(wide, &[(1, PAGE), (2, 8), (1, 65_536)])).is_ok());
            let refused = check_alignment(&file(wide, &[(1, PAGE), (1, 4096)])).unwrap_err();
            assert_eq!(refused.to_string(), "a segment is aligned to 4096 bytes; 16384 are wanted");
            assert!(check_alignment(&file(wide, &[(2, PAGE)])).is_err());
            assert!(check_alignment(&file(wide, &[(1, PAGE)])[..80]).is_err());
        }
        assert!(check_alignment(b"MZ").is_err());
    }
}
