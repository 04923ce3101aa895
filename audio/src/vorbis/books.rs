//! How much memory the codebooks of a Vorbis stream take, found before lewton makes room for them.
//!
//! A few bytes of a header can ask for books of 2^24 entries with 2^16 numbers each. Source: the Vorbis I
//! specification, section 3.2.1.

use crate::error::Error;

/// Entries of all books together. Streams of libvorbis have some ten thousand.
const ENTRIES: u64 = 1 << 20;

/// Numbers of all books together. Streams of libvorbis have some hundred thousand.
const VALUES: u64 = 1 << 22;

/// What every book starts with.
const BOOK: u64 = 0x564342;

/// # Errors
/// The books are larger than those of any encoder. Whatever else may be wrong with them, lewton says.
pub(super) fn check(setup: &[u8]) -> Result<(), Error> {
    measure(setup, ENTRIES, VALUES).map_or(Ok(()), |what| {
        Err(Error::unsupported(format!("Vorbis with codebooks of more than {what}")))
    })
}

/// What there is too much of.
fn measure(setup: &[u8], most_entries: u64, most_values: u64) -> Option<String> {
    // A byte for the kind of packet, and "vorbis".
    let mut bits = Bits { bytes: setup.get(7..)?, at: 0 };
    let (mut all_entries, mut all_values) = (0, 0);
    for _ in 0..=bits.get(8)? {
        if bits.get(24)? != BOOK {
            return None;
        }
        let (dimensions, entries) = (bits.get(16)?, bits.get(24)?);
        all_entries += entries;
        if all_entries > most_entries {
            return Some(format!("{most_entries} entries"));
        }
        bits.skip_lengths(entries)?;
        let kind = bits.get(4)?;
        if kind == 0 {
            continue;
        }
        // Without a dimension, any number of values would do.
        all_values += entries * dimensions;
        if all_values > most_values || dimensions == 0 {
            return Some(format!("{most_values} values"));
        }
        bits.get(64)?;
        let size = bits.get(4)? + 1;
        bits.get(1)?;
        let values = if kind == 1 { side(entries, dimensions) } else { entries * dimensions };
        bits.skip(values * size)?;
    }
    None
}

/// The highest number that, to the power of the dimensions, is at most the number of entries.
fn side(entries: u64, dimensions: u64) -> u64 {
    if dimensions == 1 {
        return entries;
    }
    let fits = |side: u64| side.checked_pow(dimensions as u32).is_some_and(|power| power <= entries);
    (1..).take_while(|&side| fits(side)).last().unwrap_or(0)
}

/// Bits, the lowest of each byte first; `None` at their end.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Bits<'_> {
    fn get(&mut self, count: u64) -> Option<u64> {
        let mut value = 0;
        for bit in 0..count {
            let byte = *self.bytes.get((self.at / 8) as usize)?;
            value |= u64::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, count: u64) -> Option<()> {
        self.at += count;
        (self.at <= 8 * self.bytes.len() as u64).then_some(())
    }

    /// Passes over the lengths of a book's codewords.
    fn skip_lengths(&mut self, entries: u64) -> Option<()> {
        let ordered = self.get(1)? == 1;
        if ordered {
            self.get(5)?;
            let mut entry = 0;
            while entry < entries {
                let width = u64::from(u64::BITS - (entries - entry).leading_zeros());
                entry += self.get(width)?;
            }
            return Some(());
        }
        let sparse = self.get(1)? == 1;
        if !sparse {
            return self.skip(5 * entries);
        }
        for _ in 0..entries {
            if self.get(1)? == 1 {
                self.skip(5)?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes numbers of some bits each behind what a setup header starts with.
    fn setup(fields: &[(u64, u64)]) -> Vec<u8> {
        let bits =
            fields.iter().flat_map(|&(value, count)| (0..count).map(move |bit| value >> bit & 1));
        let bits: Vec<u64> = bits.collect();
        let bytes = bits.chunks(8).map(|bits| {
            bits.iter().enumerate().fold(0, |byte, (place, &bit)| byte | (bit as u8) << place)
        });
        b"\x05vorbis".iter().copied().chain(bytes).collect()
    }

    #[test]
    fn books_are_measured_before_they_are_read() {
        // One book of 8 entries with 2 numbers each: ordered, all of them of 3 bits, its 2 values of 4
        // bits. Then another of the size asked for.
        let books = |entries, dimensions, kind| {
            let first = [
                (1, 8),
                (BOOK, 24),
                (2, 16),
                (8, 24),
                (1, 1),
                (2, 5),
                (8, 4),
                (1, 4),
                (0, 64),
                (3, 4),
                (0, 1),
                (0, 8),
            ];
            let second = [
                (BOOK, 24),
                (dimensions, 16),
                (entries, 24),
                (1, 1),
                (23, 5),
                (entries, u64::from(64 - u64::leading_zeros(entries))),
                (kind, 4),
            ];
            setup(&[&first[..], &second].concat())
        };
        let entries = Some("1048576 entries".to_string());
        let values = Some("4194304 values".to_string());
        let measure = |setup: Vec<u8>| measure(&setup, ENTRIES, VALUES);
        assert_eq!(measure(books((1 << 20) - 8, 4, 0)), None);
        assert_eq!(measure(books((1 << 20) - 7, 4, 0)), entries);
        assert_eq!(measure(books(1 << 19, 7, 1)), None);
        assert_eq!(measure(books(1 << 19, 8, 1)), values);
        assert_eq!(measure(books(1 << 10, 65_535, 2)), values);
        assert_eq!(measure(books(16, 0, 1)), values);
        assert_eq!(measure(books((1 << 24) - 1, 65_535, 2)), entries);
    }

    #[test]
    fn the_side_of_a_lattice() {
        // Section 9.2.3 of the specification.
        for (entries, dimensions, expected) in [
            (1025, 10, 2),
            (1024, 10, 2),
            (1023, 10, 1),
            (3126, 5, 5),
            (3124, 5, 4),
            (7, 1, 7),
            (0, 3, 0),
        ] {
            assert_eq!(side(entries, dimensions), expected);
        }
    }
}
