//! NumPy's file format, version 1.0, for a matrix of float32 in C order
//! (numpy.lib.format: magic, version, length and text of the header, data).

use std::io::{self, Write};

/// Writes `data` as a (`shape[0]`, `shape[1]`) array of little-endian float32.
pub fn write(out: &mut impl Write, data: &[f32], shape: [usize; 2]) -> io::Result<()> {
    const PREFIX: usize = 10;
    let mut header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}, {}), }}", shape[0], shape[1]);
    // The data starts at a multiple of 64 bytes; the header ends with a line feed.
    let length = (PREFIX + header.len() + 1).next_multiple_of(64) - PREFIX;
    header.extend(std::iter::repeat_n(' ', length - 1 - header.len()));
    header.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(length as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for value in data {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_aligned_and_the_data_follow() {
        let mut file = Vec::new();
        write(&mut file, &[1.0, -2.5, 3.0, 0.0, 5.0, 6.0], [2, 3]).unwrap();
        assert_eq!(&file[..8], b"\x93NUMPY\x01\x00");
        let length = usize::from(u16::from_le_bytes([file[8], file[9]]));
        assert_eq!((10 + length) % 64, 0);
        let header = std::str::from_utf8(&file[10..10 + length]).unwrap();
        assert!(header.contains("'shape': (2, 3)") && header.ends_with('\n'), "{header:?}");
        assert_eq!(file.len(), 10 + length + 24);
        assert_eq!(&file[10 + length + 4..][..4], (-2.5_f32).to_le_bytes());
    }
}
