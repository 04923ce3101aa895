//! Kaldi's archive and script file (`ark,scp`): binary float matrices of a row per frame, and a line
//! for each of them that says where it is.
//!
//! An entry is the key, a space, `\0B` for binary, `FM ` for a matrix of float32, then rows and columns
//! as a byte 4 and an int32 each, then the values (kaldi-matrix.cc, kaldi-holder-inl.h).

use super::Temporary;
use super::archive::{Archive, Entry};
use super::formats::Description;
use super::numbers::encode;
use crate::args::Dtype;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

struct Kaldi {
    ark: Temporary,
    scp: Temporary,
    /// The archive's name as it was given, which the lines of the script file begin with.
    name: PathBuf,
    length: u64,
    lines: Vec<u8>,
}

/// Starts `[ark, scp]`.
pub fn create(_: Description, paths: &[PathBuf]) -> io::Result<Box<dyn Archive>> {
    Ok(Box::new(Kaldi {
        ark: Temporary::create(&paths[0], false)?,
        scp: Temporary::create(&paths[1], false)?,
        name: paths[0].clone(),
        length: 0,
        lines: Vec::new(),
    }))
}

/// A key ends at the first white space.
pub fn key(name: &str) -> String {
    name.chars().map(|letter| if letter.is_whitespace() { '_' } else { letter }).collect()
}

impl Archive for Kaldi {
    fn add(&mut self, entry: &mut Entry) -> io::Result<()> {
        let too_many =
            |_| io::Error::new(ErrorKind::InvalidInput, "more frames than the format has room for");
        let rows = i32::try_from(entry.matrix.n_frames).map_err(too_many)?;
        let columns = i32::try_from(entry.matrix.n_rows).map_err(too_many)?;
        // Kaldi has no matrix of no rows and some columns.
        let columns = if rows == 0 { 0 } else { columns };
        let mut head = entry.key.clone().into_bytes();
        head.push(b' ');
        let offset = self.length + head.len() as u64;
        head.extend(b"\0BFM \x04");
        head.extend(rows.to_le_bytes());
        head.push(4);
        head.extend(columns.to_le_bytes());
        self.length += (head.len() + 4 * entry.n_values()) as u64;
        let mut out = BufWriter::new(self.ark.file());
        out.write_all(&head)?;
        entry.for_each(Dtype::Float32, |values| {
            encode(values, Dtype::Float32, |bytes| out.write_all(bytes))
        })?;
        out.flush()?;
        self.lines.extend(format!("{} ", entry.key).bytes());
        self.lines.extend(self.name.as_os_str().as_encoded_bytes());
        self.lines.extend(format!(":{offset}\n").bytes());
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.scp.file().write_all(&self.lines)?;
        // An old script file must not point into a new archive.
        match fs::remove_file(self.scp.target()) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.ark.keep()?;
        self.scp.keep()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_no_white_space() {
        assert_eq!(key("a b/c\u{a0}d"), "a_b/c_d");
    }
}
