//! NumPy's .npz: a ZIP archive of .npy files.

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, Error, ZipArchive};
use std::io::Read;

/// How such a file begins; the second, if it has no arrays.
const STARTS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

pub fn is_npz(bytes: &[u8]) -> bool {
    STARTS.iter().any(|start| bytes.starts_with(start))
}

/// The .npy file of an array: of that name, or of the only one.
pub fn array(bytes: &[u8], wanted: Option<&str>) -> Result<Vec<u8>, String> {
    let broken = |error: Error| format!("the .npz file is broken: {error}");
    let archive = ZipArchive::from_slice(bytes).map_err(broken)?;
    let mut arrays = Vec::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().map_err(broken)? {
        let path = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
        if let Some(name) = path.strip_suffix(".npy") {
            arrays.push((name.to_string(), entry));
        }
    }
    let known = || arrays.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let entry = match (wanted, &arrays[..]) {
        (_, []) => return Err("the .npz file has no arrays".into()),
        (Some(wanted), _) => arrays
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, entry)| entry)
            .ok_or_else(|| format!("--array must be one of {}, got {wanted}", known()))?,
        (None, [(_, only)]) => only,
        (None, _) => {
            return Err(format!(
                "the .npz file has several arrays: name one with --array: {}",
                known()
            ));
        }
    };
    let file = archive.get_entry(entry.wayfinder()).map_err(broken)?;
    let mut npy = Vec::new();
    // The sum and the length are checked.
    let read = match entry.compression_method() {
        CompressionMethod::STORE => file.verifying_reader(file.data()).read_to_end(&mut npy),
        CompressionMethod::DEFLATE => {
            file.verifying_reader(DeflateDecoder::new(file.data())).read_to_end(&mut npy)
        }
        other => {
            return Err(format!("the .npz file is compressed by {other:?}, which NumPy doesn't use"));
        }
    };
    read.map_err(|error| format!("the .npz file is broken: {error}"))?;
    Ok(npy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use rawzip::ZipArchiveWriter;
    use std::io::Write;

    fn npz(files: &[(&str, &[u8])], compressed: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut archive = ZipArchiveWriter::new(&mut bytes);
        for (name, data) in files {
            let method = if compressed { CompressionMethod::DEFLATE } else { CompressionMethod::STORE };
            let (mut entry, config) =
                archive.new_file(name).compression_method(method).start().unwrap();
            let descriptor = if compressed {
                let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
                writer.write_all(data).unwrap();
                let (encoder, descriptor) = writer.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            } else {
                let mut writer = config.wrap(&mut entry);
                writer.write_all(data).unwrap();
                writer.finish().unwrap().1
            };
            entry.finish(descriptor).unwrap();
        }
        archive.finish().unwrap();
        bytes
    }

    #[test]
    fn the_only_array_and_named_ones_are_read() {
        for compressed in [false, true] {
            let one = npz(&[("mel.npy", b"one"), ("about.txt", b"text")], compressed);
            assert!(is_npz(&one));
            assert_eq!(array(&one, None).unwrap(), b"one");
            let two = npz(&[("a.npy", b"one"), ("b.npy", b"two")], compressed);
            assert_eq!(array(&two, Some("b")).unwrap(), b"two");
            assert!(array(&two, None).unwrap_err().ends_with("--array: a, b"));
            assert_eq!(array(&two, Some("c")).unwrap_err(), "--array must be one of a, b, got c");
        }
        assert!(array(&npz(&[], false), None).unwrap_err().contains("no arrays"));
    }

    #[test]
    fn a_changed_byte_is_an_error() {
        let bytes = npz(&[("mel.npy", &[7; 100])], false);
        let at = bytes.windows(9).position(|part| part == [7; 9]).unwrap();
        let mut changed = bytes.clone();
        changed[at] = 8;
        assert!(array(&changed, None).unwrap_err().contains("broken"));
        assert!(array(&bytes[..bytes.len() - 30], None).is_err());
    }
}
