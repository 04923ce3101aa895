//! Universal files of macOS: one after the other the code for each processor, with a table in front.

use crate::Result;

/// Page size of Arm's processors; a file is mapped from such a place.
const ALIGNMENT: u32 = 14;

/// Joins files for processors, each named as in a target triple. Works for libraries, programs and archives.
pub fn join(files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let mut table = Vec::new();
    let mut put = |number: u32| table.extend(number.to_be_bytes());
    // FAT_MAGIC of <mach-o/fat.h>.
    put(0xcafe_babe);
    put(u32::try_from(files.len())?);
    let start = |end: usize| end.next_multiple_of(1 << ALIGNMENT);
    let mut place = start(8 + 20 * files.len());
    for (processor, bytes) in files {
        // CPU_TYPE_* and CPU_SUBTYPE_*_ALL of <mach/machine.h>.
        let (kind, subtype) = match *processor {
            "aarch64" => (0x0100_000c, 0),
            "x86_64" => (0x0100_0007, 3),
            other => return Err(format!("macOS does not run on {other}").into()),
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
        let files = [("aarch64", vec![1; 5]), ("x86_64", vec![2; 20_000]), ("aarch64", vec![3; 7])];
        let bytes = join(&files).unwrap();
        let fat = MachOFatFile32::parse(&*bytes).unwrap();
        let parts: Vec<_> = fat.arches().iter().map(|arch| arch.data(&*bytes).unwrap()).collect();
        assert_eq!(parts, files.iter().map(|(_, bytes)| &**bytes).collect::<Vec<_>>());
        assert_eq!(
            join(&[("riscv64", vec![])]).unwrap_err().to_string(),
            "macOS does not run on riscv64"
        );
    }
}
