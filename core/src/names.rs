//! Lists of names in errors: the name that someone probably meant, and the list as text.

use alloc::{vec, vec::Vec};
use core::fmt;

/// The longest known name that `name` starts with and that is more than half of it (`hann` for `hanning`). If
/// there is none: the known name that takes the fewest changes of a letter to become `name`, if those are at most a
/// third of its letters. Upper and lower case count as the same letter, and `-` and `_` don't count: `hopLength` is `hop_length`.
pub(crate) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = letters(name);
    let distances = known.map(|known| {
        let letters = letters(known);
        let is_start = name.starts_with(&letters) && 2 * letters.len() > name.len();
        let distance = if is_start { 0 } else { distance(&name, &letters) };
        (distance, name.len().abs_diff(letters.len()), known)
    });
    let (distance, _, closest) =
        distances.min_by_key(|(distance, difference, _)| (*distance, *difference))?;
    (distance <= name.len() / 3).then_some(closest)
}

fn letters(name: &str) -> Vec<char> {
    // No name is nearly as long; a longer one would only cost time.
    let letters = name.chars().filter(|letter| !matches!(letter, '-' | '_')).take(64);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// How many letters have to be inserted, deleted, replaced or swapped with their neighbour: the restricted
/// Damerau-Levenshtein distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let at = i * width + j;
            table[at] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = table[at - width - 1] + usize::from(a[i - 1] != b[j - 1]);
                let mut least = replaced.min(table[at - width] + 1).min(table[at - 1] + 1);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(table[at - 2 * width - 2] + 1);
                }
                least
            };
        }
    }
    table[a.len() * width + b.len()]
}

/// Names with commas between.
pub(crate) struct List<'a, T>(pub &'a [T]);

impl<T: AsRef<str>> fmt::Display for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.0.iter().enumerate() {
            write!(f, "{}{}", if i > 0 { ", " } else { "" }, name.as_ref())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        let known = ["sample_rate", "n_fft", "n_mels", "hop_length", "kaldi-fbank"];
        for (name, meant) in [
            ("n_mel", Some("n_mels")),
            ("nfft", Some("n_fft")),
            ("n_ftt", Some("n_fft")),
            ("n_ffft", Some("n_fft")),
            ("N_FFT", Some("n_fft")),
            ("hop-length", Some("hop_length")),
            ("hopLenght", Some("hop_length")),
            ("nMel", Some("n_mels")),
            ("hop_lenght", Some("hop_length")),
            ("smaple_rate", Some("sample_rate")),
            ("kaldi_fbank", Some("kaldi-fbank")),
            ("hop_length_s", Some("hop_length")),
            ("frames", None),
            ("", None),
            ("ü", None),
        ] {
            assert_eq!(closest(name, known.into_iter()), meant, "{name}");
        }
        assert_eq!(closest("any", [].into_iter()), None);
        assert_eq!(closest("hanning", ["hamming", "hann"].into_iter()), Some("hann"));
    }

    #[test]
    fn distances_count_swaps_as_one() {
        let distance = |a, b| distance(&letters(a), &letters(b));
        assert_eq!((distance("", "abc"), distance("abc", ""), distance("abc", "abc")), (3, 3, 0));
        assert_eq!((distance("abcd", "acbd"), distance("kitten", "sitting")), (1, 3));
    }
}
