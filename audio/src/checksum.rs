//! Cyclic redundancy checks of Ogg, FLAC and MP3, highest bit first.

/// Ogg pages: x^32 + x^26 + … + 1, from 0 (RFC 3533).
static OGG: [u32; 256] = table(0x04c1_1db7);
/// FLAC frames, x^16 + x^15 + x^2 + 1 (RFC 9639); from 0xFFFF, MP3 frames (ISO 11172-3).
static SIXTEEN: [u32; 256] = table(0x8005 << 16);
/// Headers of FLAC frames: x^8 + x^2 + x + 1 (RFC 9639).
static EIGHT: [u32; 256] = table(0x07 << 24);

/// Of a polynomial whose highest bit is the word's.
const fn table(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = (value << 1) ^ if value >> 31 == 1 { polynomial } else { 0 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

fn run(table: &[u32; 256], start: u32, bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(start, |value, &byte| (value << 8) ^ table[(value >> 24) as usize ^ usize::from(byte)])
}

/// Continues the checksum of an Ogg page.
pub(crate) fn ogg(start: u32, bytes: &[u8]) -> u32 {
    run(&OGG, start, bytes)
}

/// Continues a checksum of 16 bits.
pub(crate) fn sixteen(start: u16, bytes: &[u8]) -> u16 {
    (run(&SIXTEEN, u32::from(start) << 16, bytes) >> 16) as u16
}

/// The checksum of 8 bits.
pub(crate) fn eight(bytes: &[u8]) -> u8 {
    (run(&EIGHT, 0, bytes) >> 24) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Check values of the catalogue of parametrised CRC algorithms: CRC-32/CKSUM without its
    /// length and inversions has none, so Ogg's is checked on files; CRC-16/UMTS, CRC-16/CMS, CRC-8.
    #[test]
    fn check_values_of_the_catalogue() {
        assert_eq!(sixteen(0, b"123456789"), 0xfee8);
        assert_eq!(sixteen(0xffff, b"123456789"), 0xaee7);
        assert_eq!(eight(b"123456789"), 0xf4);
        // CRC-32/MPEG-2 has Ogg's polynomial, from all ones.
        assert_eq!(ogg(0xffff_ffff, b"123456789"), 0x0376_e6e7);
    }
}
