//! Numbers of any size to samples.

use super::format::Order;
use crate::decode::Mixed;

/// Decodes integers of 1 to 8 bytes; those of one byte have their zero at 128.
pub(super) fn integers(bytes: &[u8], channels: usize, size: usize, order: Order, out: &mut Mixed) {
    match (size, order) {
        (1, _) => {
            out.i16(channels, bytes.iter().map(|&byte| (i16::from(byte) - 128) << 8));
        }
        (2, Order::Little) => out.i16(channels, each(bytes, i16::from_le_bytes)),
        (2, Order::Big) => out.i16(channels, each(bytes, i16::from_be_bytes)),
        (4, Order::Little) => out.f32(channels, each(bytes, i32::from_le_bytes).map(full_scale)),
        (4, Order::Big) => out.f32(channels, each(bytes, i32::from_be_bytes).map(full_scale)),
        (3, Order::Little) => {
            out.f32(channels, each(bytes, |[a, b, c]| full_scale(i32::from_le_bytes([0, a, b, c]))));
        }
        (3, Order::Big) => {
            out.f32(channels, each(bytes, |[a, b, c]| full_scale(i32::from_be_bytes([a, b, c, 0]))));
        }
        _ => out.f32(channels, bytes.chunks_exact(size).map(|sample| long(sample, order))),
    }
}

/// Decodes floats of 4 or 8 bytes.
pub(super) fn floats(bytes: &[u8], channels: usize, size: usize, order: Order, out: &mut Mixed) {
    match (size, order) {
        (4, Order::Little) => out.f32(channels, each(bytes, f32::from_le_bytes)),
        (4, Order::Big) => out.f32(channels, each(bytes, f32::from_be_bytes)),
        (_, Order::Little) => out.f32(channels, each(bytes, f64::from_le_bytes).map(|x| x as f32)),
        (_, Order::Big) => out.f32(channels, each(bytes, f64::from_be_bytes).map(|x| x as f32)),
    }
}

fn each<const N: usize, T>(bytes: &[u8], from: impl Fn([u8; N]) -> T) -> impl Iterator<Item = T> {
    bytes.as_chunks::<N>().0.iter().map(move |&sample| from(sample))
}

fn full_scale(sample: i32) -> f32 {
    sample as f32 * (1.0 / 2_147_483_648.0)
}

/// An integer of 5 to 8 bytes.
fn long(sample: &[u8], order: Order) -> f32 {
    let mut wide = [0; 8];
    // The highest byte last.
    let room = &mut wide[8 - sample.len()..];
    room.copy_from_slice(sample);
    if order == Order::Big {
        room.reverse();
    }
    (i64::from_le_bytes(wide) as f64 * (1.0 / 9_223_372_036_854_775_808.0)) as f32
}
