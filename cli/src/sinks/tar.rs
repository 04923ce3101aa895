//! Tar archives as WebDataset reads them: for each input `KEY.npy` and `KEY.json`, one after the other.

use super::Temporary;
use super::archive::{Archive, Entry};
use super::formats::Description;
use super::numbers::npy_header;
use mojo_audio_core::config::Layout;
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;

/// The time of every member, so that the same features make the same bytes: 2000-01-01, as some
/// programs complain of 1970.
const TIME: u64 = 946_684_800;

struct Tar {
    description: Description,
    temporary: Temporary,
    builder: ::tar::Builder<BufWriter<File>>,
}

/// Starts the file.
pub fn create(description: Description, paths: &[PathBuf]) -> io::Result<Box<dyn Archive>> {
    let temporary = Temporary::create(&paths[0], false)?;
    // The builder hands over 8 KiB at a time.
    let file = BufWriter::with_capacity(256 << 10, temporary.file().try_clone()?);
    let builder = ::tar::Builder::new(file);
    Ok(Box::new(Tar { description, temporary, builder }))
}

/// To WebDataset the key ends at the first dot of the last part.
pub fn key(name: &str) -> String {
    let (folder, file) = name.split_at(name.rfind('/').map_or(0, |slash| slash + 1));
    format!("{folder}{}", file.replace('.', "_"))
}

impl Tar {
    fn member(&mut self, name: &str, size: u64, data: impl Read) -> io::Result<()> {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(TIME);
        self.builder.append_data(&mut header, name, data)
    }
}

impl Archive for Tar {
    fn add(&mut self, entry: &mut Entry) -> io::Result<()> {
        let dtype = self.description.dtype;
        let header = npy_header(dtype, entry.matrix.shape());
        let size = (header.len() + entry.n_values() * dtype.size()) as u64;
        let name = format!("{}.npy", entry.key);
        entry.reader(dtype, |values| self.member(&name, size, header.chain(values)))?;
        let matrix = &entry.matrix;
        let about = json!({
            "key": entry.key,
            "shape": matrix.shape(),
            "layout": match matrix.layout {
                Layout::MelMajor => "mel_major",
                Layout::FrameMajor => "frame_major",
            },
            "n_frames": matrix.n_frames,
            "sample_rate": matrix.sample_rate,
            "seconds": matrix.seconds,
        });
        let about = about.to_string();
        self.member(&format!("{}.json", entry.key), about.len() as u64, about.as_bytes())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let Self { temporary, builder, .. } = *self;
        builder.into_inner()?.flush()?;
        temporary.keep()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_no_dot_in_their_last_part() {
        assert_eq!(key("a.b/c.d.e"), "a.b/c_d_e");
        assert_eq!(key("c.d"), "c_d");
    }
}
