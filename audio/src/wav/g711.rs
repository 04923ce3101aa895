//! A-law and mu-law (ITU-T G.711): a byte for 13 or 14 bits.

use crate::decode::Mixed;

/// What each byte stands for, full scale 32,768.
pub(super) static A_LAW: [i16; 256] = table(Law::A);
pub(super) static MU_LAW: [i16; 256] = table(Law::Mu);

enum Law {
    A,
    Mu,
}

const fn table(law: Law) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match law {
            Law::A => of_a_law(byte as u8),
            Law::Mu => of_mu_law(byte as u8),
        };
        byte += 1;
    }
    table
}

/// Every second bit is inverted; sign, 3 bits of exponent, 4 of mantissa.
const fn of_a_law(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let (exponent, mantissa) = ((code >> 4) & 7, (code & 15) as i16);
    let value = match exponent {
        0 => (mantissa << 4) + 8,
        _ => ((mantissa << 4) + 0x108) << (exponent - 1),
    };
    if code & 0x80 == 0 { -value } else { value }
}

/// All bits are inverted; the same parts, over a bias of 33 (in 14 bits).
const fn of_mu_law(byte: u8) -> i16 {
    let code = !byte;
    let (exponent, mantissa) = ((code >> 4) & 7, (code & 15) as i16);
    let value = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if code & 0x80 == 0 { value } else { -value }
}

pub(super) fn decode(bytes: &[u8], channels: usize, table: &[i16; 256], out: &mut Mixed) {
    out.i16(channels, bytes.iter().map(|&byte| table[usize::from(byte)]));
}
