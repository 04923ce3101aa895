//! Lists of inputs: a name per line, or names that end with a NUL character.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Reads a list of names from a file, or from standard input if that is `-`. Empty names are left
/// out; a carriage return before a line feed doesn't belong to the name.
pub fn read(list: &Path, null: bool) -> io::Result<Vec<PathBuf>> {
    let bytes = if list.as_os_str() == super::STANDARD_INPUT {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        bytes
    } else {
        fs::read(list)?
    };
    split(&bytes, null).filter(|name| !name.is_empty()).map(path).collect()
}

fn split(bytes: &[u8], null: bool) -> impl Iterator<Item = &[u8]> {
    let end = if null { 0 } else { b'\n' };
    bytes.split(move |&byte| byte == end).map(move |name| match name {
        [name @ .., b'\r'] if !null => name,
        name => name,
    })
}

#[cfg(unix)]
fn path(name: &[u8]) -> io::Result<PathBuf> {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    Ok(PathBuf::from(OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> io::Result<PathBuf> {
    let name = std::str::from_utf8(name).map_err(|_| {
        let name = String::from_utf8_lossy(name);
        io::Error::new(io::ErrorKind::InvalidData, format!("{name} is not UTF-8"))
    })?;
    Ok(PathBuf::from(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_with_line_feeds_or_nul() {
        let names = |text: &'static str, null| {
            split(text.as_bytes(), null).filter(|name| !name.is_empty()).collect::<Vec<_>>()
        };
        assert_eq!(names("a b.wav\r\n\nc.wav", false), [&b"a b.wav"[..], b"c.wav"]);
        assert_eq!(names("a\nb.wav\0c\r\0", true), [&b"a\nb.wav"[..], b"c\r"]);
    }
}
