//! What the results of each input are called, and how names are shown.

use super::{Entry, Input};
use crate::failure::Failure;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

/// How much of an input's name its results have: each step is longer than the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    /// `a` of `a.wav`.
    Stem,
    /// `a.wav`.
    WithExtension,
    /// `x/a.wav`, all of the path that was given.
    Path,
}

impl Length {
    fn of(self, input: &Input) -> PathBuf {
        match self {
            Self::Stem => input.name.with_extension(""),
            Self::WithExtension => input.name.clone(),
            Self::Path => {
                let named = |part: &Component<'_>| matches!(part, Component::Normal(_));
                input.path.components().filter(named).collect()
            }
        }
    }

    fn longer(self) -> Self {
        match self {
            Self::Stem => Self::WithExtension,
            Self::WithExtension | Self::Path => Self::Path,
        }
    }
}

/// Gives each input a name for its results. It is the input's own without its extension; where two
/// would be equal both keep their extension, and if that is not enough the path. What is equal even
/// then becomes a failure, but for the first of them.
pub fn assign(entries: &mut [Entry]) {
    let mut lengths = vec![Length::Stem; entries.len()];
    loop {
        let mut users: HashMap<PathBuf, Vec<usize>> = HashMap::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            if let Ok(input) = entry {
                users.entry(lengths[i].of(input)).or_default().push(i);
            }
        }
        let mut changed = false;
        for i in users.into_values().filter(|users| users.len() > 1).flatten() {
            changed |= lengths[i] != Length::Path;
            lengths[i] = lengths[i].longer();
        }
        if !changed {
            break;
        }
    }
    let mut taken: HashMap<PathBuf, PathBuf> = HashMap::with_capacity(entries.len());
    for (entry, length) in entries.iter_mut().zip(lengths) {
        let Ok(input) = entry else { continue };
        input.stem = length.of(input);
        if let Some(other) = taken.insert(input.stem.clone(), input.path.clone()) {
            let message = format!(
                "its results would be called {}, as those of {}",
                shown(&input.stem),
                shown(&other)
            );
            let path = input.path.clone();
            *entry = Err((path, Failure::new("name_clash", message)));
        }
    }
}

/// A path as text for people: control characters are escaped, so that a name can't move the cursor
/// or look like another line, and bytes that are not UTF-8 are written as `\xNN`.
pub fn shown(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text += &escaped(chunk.valid());
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

/// A text with its control characters escaped, those that change the direction of writing included.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            _ if letter.is_control() => escaped.extend(letter.escape_default()),
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                escaped.extend(letter.escape_unicode());
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(inputs: &[(&str, &str)]) -> Vec<Option<String>> {
        let mut entries: Vec<Entry> =
            inputs.iter().map(|(path, name)| Ok(Input::new(path.into(), name.into()))).collect();
        assign(&mut entries);
        entries.iter().map(|entry| Some(entry.as_ref().ok()?.stem.to_str()?.into())).collect()
    }

    fn some(stems: &[&str]) -> Vec<Option<String>> {
        stems.iter().map(|stem| Some((*stem).into())).collect()
    }

    #[test]
    fn names_keep_their_extension_where_two_would_clash() {
        let own = |paths: &[&str]| {
            let file = |path: &str| path.rsplit('/').next().unwrap().to_string();
            let pairs: Vec<(String, String)> =
                paths.iter().map(|path| ((*path).into(), file(path))).collect();
            stems(&pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>())
        };
        assert_eq!(own(&["x/a.b.wav", "x/c.wav"]), some(&["a.b", "c"]));
        assert_eq!(own(&["a.wav", "a.mp3", "b.mp3"]), some(&["a.wav", "a.mp3", "b"]));
        // The longer name is taken: its owner gets a longer one, too.
        assert_eq!(own(&["a.wav", "a.mp3", "a.wav.flac"]), some(&["a.wav", "a.mp3", "a.wav.flac"]));
        assert_eq!(own(&["x/a.wav", "/y/a.wav"]), some(&["x/a.wav", "y/a.wav"]));
        assert_eq!(own(&["x/a.wav", "../x/a.wav"]), [Some("x/a.wav".into()), None]);
    }

    #[test]
    fn searched_names_keep_their_folders() {
        assert_eq!(stems(&[("in/a/b.wav", "a/b.wav")]), some(&["a/b"]));
    }

    #[test]
    fn shown_names_have_no_control_characters() {
        assert_eq!(shown(Path::new("a\n\x1b[31m\tb.wav")), "a\\n\\u{1b}[31m\\tb.wav");
        assert_eq!(shown(Path::new("a\u{202e}b")), "a\\u{202e}b");
        assert_eq!(shown(Path::new("schön 音.wav")), "schön 音.wav");
    }

    #[cfg(unix)]
    #[test]
    fn shown_names_have_the_bytes_that_are_not_text() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(shown(Path::new(std::ffi::OsStr::from_bytes(b"a\xffb.wav"))), "a\\xffb.wav");
    }
}
