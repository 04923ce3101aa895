//! Universal files of Apple's systems: one after the other the code for each processor, with a table in front.

use crate::Result;
use std::fs;
use std::path::PathBuf;

/// Page size of Arm's processors; a file is mapped from such a place.
const ALIGNMENT: u32 = 14;

/// The processor of one of Rust's targets.
pub fn processor(target: &str) -> &str {
    target.split('-').next().unwrap_or(target)
}

/// Joins the files that were built for targets. Works for libraries, programs and archives.
pub fn join(files: &[(&str, PathBuf)]) -> Result<Vec<u8>> {
    let mut contents = Vec::new();
    for (target, file) in files {
        let bytes = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        contents.push((*target, bytes));
    }
    join_bytes(&contents)
}

fn join_bytes(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut table = Vec::new();
    let mut put = |number: u32| table.extend(number.to_be_bytes());
    // FAT_MAGIC of <mach-o/fat.h>.
    put(0xcafe_babe);
    put(u32::try_from(files.len())?);
    let start = |end: usize| end.next_multiple_of(1 << ALIGNMENT);
    let mut place = start(8 + 20 * files.len());
    for (target, bytes) in files {
        // CPU_TYPE_* and CPU_SUBTYPE_*_ALL of <mach/machine.h>.
        let (kind, subtype) = match processor(target) {
            "aarch64" => (0x0100_000c, 0),
            "x86_64" => (0x0100_0007, 3),
            other => return Err(format!("Apple's systems do not run on {other}").into()),
        };
        put(kind);
        put(subtype);
        put(u32::try_from(place)?);
        put(u32::try_from(bytes.len())?);
        put(ALIGNMENT);
        place = start(place + bytes.len());
    }
    for (_, bytes) in files {
        table.resize(start(table.len()), 0);
        table.extend(bytes);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::read::macho::{FatArch, MachOFatFile32};

    #[test]
    fn what_is_joined_is_found_again() {
        let files = [
            ("aarch64-apple-darwin", vec![1; 5]),
            ("x86_64-apple-darwin", vec![2; 20_000]),
            ("aarch64-apple-ios-sim", vec![3; 7]),
        ];
        let bytes = join_bytes(&files).unwrap();
        let fat = MachOFatFile32::parse(&*bytes).unwrap();
        let parts: Vec<_> = fat.arches().iter().map(|arch| arch.data(&*bytes).unwrap()).collect();
        assert_eq!(parts, files.iter().map(|(_, bytes)| &**bytes).collect::<Vec<_>>());
    }

    #[test]
    fn a_file_for_two_processors_has_both_at_pages() {
        let files = [("aarch64-apple-ios-sim", vec![1; 20_000]), ("x86_64-apple-ios", vec![2; 5])];
        let file = join_bytes(&files).unwrap();
        let words: Vec<_> = file[..48]
            .chunks_exact(4)
            .map(|word| word.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)))
            .collect();
        assert_eq!(words[..2], [0xcafe_babe, 2]);
        assert_eq!(words[2..7], [0x0100_000c, 0, 16_384, 20_000, 14]);
        assert_eq!(words[7..12], [0x0100_0007, 3, 49_152, 5, 14]);
        assert!(file[16_384..36_384].iter().all(|byte| *byte == 1));
        assert_eq!(file[49_152..], [2; 5]);
    }

    #[test]
    fn other_processors_are_refused() {
        let error = join_bytes(&[("riscv64gc-unknown-linux-gnu", vec![])]).unwrap_err();
        assert_eq!(error.to_string(), "Apple's systems do not run on riscv64gc");
    }
}
