//! One frame: its header, and its channels as predictions and what they are off by.

use super::bits::{Bits, Fault};
use crate::checksum;
use crate::decode::Mixed;

/// Bytes of the longest header: 4, a number of 7, a block size of 2, a rate of 2, a checksum.
pub(super) const LONGEST_HEADER: usize = 16;

/// How the channels are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Apart(usize),
    LeftSide,
    SideRight,
    MidSide,
}

impl Channels {
    pub fn count(self) -> usize {
        match self {
            Self::Apart(count) => count,
            _ => 2,
        }
    }

    /// Whether a channel is a difference, which takes a bit more.
    fn is_side(self, channel: usize) -> bool {
        match self {
            Self::Apart(_) => false,
            Self::LeftSide | Self::MidSide => channel == 1,
            Self::SideRight => channel == 0,
        }
    }
}

/// A frame's header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// Bytes of the header itself.
    pub length: usize,
    /// Whether `number` counts samples; frames otherwise.
    pub variable: bool,
    pub number: u64,
    pub samples: usize,
    pub channels: Channels,
    /// `None` where the file's header says it.
    pub sample_rate: Option<u32>,
    pub bits: Option<u32>,
}

impl Header {
    /// `None` unless the bytes start with a header that matches its checksum.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let head = u32::from_be_bytes(*bytes.first_chunk()?);
        // 14 bits that mark a frame, one that is 0, and the lowest, which is 0 as well.
        if head >> 17 != 0x7ffc || head & 1 != 0 {
            return None;
        }
        let mut at = 4;
        let mut take = |count: usize| {
            let taken = bytes.get(at..at + count)?;
            at += count;
            Some(taken.iter().fold(0, |value, &byte| value << 8 | u32::from(byte)))
        };
        // Coded as UTF-8 codes characters, to 36 bits.
        let first = take(1)? as u8;
        let ones = first.leading_ones();
        let mut number = match ones {
            0 => u64::from(first),
            2..=6 => u64::from(first & (0x7f >> ones)),
            7 => 0,
            _ => return None,
        };
        for _ in 1..ones {
            let byte = take(1)?;
            if byte >> 6 != 2 {
                return None;
            }
            number = number << 6 | u64::from(byte & 0x3f);
        }
        let samples = match head >> 12 & 15 {
            0 => return None,
            1 => 192,
            code @ 2..=5 => 144 << code,
            6 => take(1)? + 1,
            7 => take(2)? + 1,
            code => 1 << code,
        };
        let sample_rate = match head >> 8 & 15 {
            0 => None,
            code @ 1..=11 => Some(
                [
                    88_200, 176_400, 192_000, 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000,
                    96_000,
                ][code as usize - 1],
            ),
            12 => Some(take(1)? * 1_000),
            13 => Some(take(2)?),
            14 => Some(take(2)? * 10),
            _ => return None,
        };
        let channels = match head >> 4 & 15 {
            code @ 0..=7 => Channels::Apart(code as usize + 1),
            8 => Channels::LeftSide,
            9 => Channels::SideRight,
            10 => Channels::MidSide,
            _ => return None,
        };
        let bits = match head >> 1 & 7 {
            0 => None,
            3 => return None,
            code => Some([0, 8, 12, 0, 16, 20, 24, 32][code as usize]),
        };
        take(1)?;
        if checksum::eight(&bytes[..at]) != 0 {
            return None;
        }
        let (variable, samples) = (head >> 16 & 1 == 1, samples as usize);
        Some(Self { length: at, variable, number, samples, channels, sample_rate, bits })
    }
}

/// The samples of one channel. Those of a difference of two of 32 bits take 33.
#[derive(Clone, Debug, Default)]
pub(super) struct Subframe {
    pub samples: Vec<i32>,
    wide: Vec<i64>,
}

/// Reads a frame's channels, behind its header.
pub(super) fn decode(
    bits: &mut Bits<'_>,
    header: &Header,
    depth: u32,
    channels: &mut [Subframe],
) -> Result<(), Fault> {
    for (index, channel) in channels.iter_mut().enumerate() {
        let depth = depth + u32::from(header.channels.is_side(index));
        if depth > 32 {
            subframe(bits, depth, header.samples, &mut channel.wide)?;
        } else {
            channel.wide.clear();
            subframe(bits, depth, header.samples, &mut channel.samples)?;
        }
    }
    if let [first, second] = channels {
        undo(header.channels, first, second);
    }
    Ok(())
}

/// Left and right from what was coded instead.
fn undo(coded: Channels, first: &mut Subframe, second: &mut Subframe) {
    let (first_wide, second_wide) = (&first.wide, &second.wide);
    let (left, right) = (&mut first.samples, &mut second.samples);
    match coded {
        Channels::Apart(_) => {}
        Channels::LeftSide if second_wide.is_empty() => {
            left.iter().zip(right).for_each(|(left, side)| *side = left.wrapping_sub(*side));
        }
        Channels::LeftSide => {
            right.clear();
            right.extend(
                left.iter().zip(second_wide).map(|(&left, side)| (i64::from(left) - side) as i32),
            );
        }
        Channels::SideRight if first_wide.is_empty() => {
            left.iter_mut().zip(right).for_each(|(side, right)| *side = side.wrapping_add(*right));
        }
        Channels::SideRight => {
            left.clear();
            left.extend(
                first_wide.iter().zip(right).map(|(side, right)| (side + i64::from(*right)) as i32),
            );
        }
        Channels::MidSide => {
            if second_wide.is_empty() {
                for (mid, side) in left.iter_mut().zip(right) {
                    let (sum, difference) =
                        (i64::from(*mid) << 1 | i64::from(*side & 1), i64::from(*side));
                    *mid = ((sum + difference) >> 1) as i32;
                    *side = ((sum - difference) >> 1) as i32;
                }
                return;
            }
            right.clear();
            for (mid, &side) in left.iter_mut().zip(second_wide) {
                let sum = i64::from(*mid) << 1 | side & 1;
                *mid = ((sum + side) >> 1) as i32;
                right.push(((sum - side) >> 1) as i32);
            }
        }
    }
}

/// A sample in the memory that it is kept in.
trait Number: Copy + Default {
    fn from_i64(value: i64) -> Self;
    fn to_i64(self) -> i64;
}

impl Number for i32 {
    fn from_i64(value: i64) -> Self {
        value as Self
    }
    fn to_i64(self) -> i64 {
        self.into()
    }
}

impl Number for i64 {
    fn from_i64(value: i64) -> Self {
        value
    }
    fn to_i64(self) -> i64 {
        self
    }
}

fn subframe<T: Number>(
    bits: &mut Bits<'_>,
    depth: u32,
    samples: usize,
    out: &mut Vec<T>,
) -> Result<(), Fault> {
    if bits.get(1)? != 0 {
        return Err(Fault::Bad("a subframe does not start with 0"));
    }
    let kind = bits.get(6)?;
    // Low bits that are 0 in every sample.
    let wasted = if bits.get(1)? == 1 { bits.unary()? + 1 } else { 0 };
    let depth = depth.checked_sub(wasted).filter(|&depth| depth > 0);
    let depth = depth.ok_or(Fault::Bad("a subframe has no bits"))?;
    out.clear();
    match kind {
        0 => {
            let value = T::from_i64(bits.signed(depth)?);
            out.resize(samples, value);
        }
        1 => {
            for _ in 0..samples {
                out.push(T::from_i64(bits.signed(depth)?));
            }
        }
        8..=12 => {
            let order = kind as usize - 8;
            warm_up(bits, depth, order, samples, out)?;
            residual(bits, order, samples, out)?;
            let weights: &[i64] = [&[][..], &[1], &[2, -1], &[3, -3, 1], &[4, -6, 4, -1]][order];
            restore(out, weights, 0);
        }
        32.. => {
            let order = kind as usize - 31;
            warm_up(bits, depth, order, samples, out)?;
            let precision = bits.get(4)? + 1;
            let shift = bits.signed(5)?;
            if precision == 16 || shift < 0 {
                return Err(Fault::Bad("a predictor of a kind that does not exist"));
            }
            let mut weights = [0; 32];
            for weight in &mut weights[..order] {
                *weight = bits.signed(precision)?;
            }
            residual(bits, order, samples, out)?;
            restore(out, &weights[..order], shift as u32);
        }
        _ => return Err(Fault::Bad("a subframe of a kind that does not exist")),
    }
    if wasted > 0 {
        for sample in out {
            *sample = T::from_i64(sample.to_i64() << wasted);
        }
    }
    Ok(())
}

/// The first samples, which nothing predicts.
fn warm_up<T: Number>(
    bits: &mut Bits<'_>,
    depth: u32,
    order: usize,
    samples: usize,
    out: &mut Vec<T>,
) -> Result<(), Fault> {
    if order > samples {
        return Err(Fault::Bad("a predictor is longer than its frame"));
    }
    for _ in 0..order {
        out.push(T::from_i64(bits.signed(depth)?));
    }
    Ok(())
}

/// Appends what the predictions are off by.
fn residual<T: Number>(
    bits: &mut Bits<'_>,
    order: usize,
    samples: usize,
    out: &mut Vec<T>,
) -> Result<(), Fault> {
    let wide = match bits.get(2)? {
        0 => 4,
        1 => 5,
        _ => return Err(Fault::Bad("a residual of a kind that does not exist")),
    };
    let partitions = 1_usize << bits.get(4)?;
    let length = samples / partitions;
    if length * partitions != samples || length < order {
        return Err(Fault::Bad("partitions do not fit their frame"));
    }
    for partition in 0..partitions {
        let count = if partition == 0 { length - order } else { length };
        let parameter = bits.get(wide)?;
        if parameter == (1 << wide) - 1 {
            let depth = bits.get(5)?;
            for _ in 0..count {
                out.push(T::from_i64(bits.signed(depth)?));
            }
        } else {
            for _ in 0..count {
                out.push(T::from_i64(bits.rice(parameter)?));
            }
        }
    }
    Ok(())
}

/// Adds the prediction to what it is off by, sample by sample.
fn restore<T: Number>(samples: &mut [T], weights: &[i64], shift: u32) {
    // Of a fixed length, so that the loop over the weights is none.
    macro_rules! fixed {
        ($($order:literal)*) => {
            match weights.len() {
                0 => {}
                $($order => restore_fixed::<T, $order>(samples, weights, shift),)*
                order => {
                    for at in order..samples.len() {
                        let before = samples[at - order..at].iter().rev();
                        let sum = before.zip(weights).fold(0_i64, |sum, (sample, weight)| {
                            sum.wrapping_add(sample.to_i64().wrapping_mul(*weight))
                        });
                        samples[at] = T::from_i64(samples[at].to_i64().wrapping_add(sum >> shift));
                    }
                }
            }
        };
    }
    fixed!(1 2 3 4 5 6 7 8 9 10 11 12);
}

fn restore_fixed<T: Number, const N: usize>(samples: &mut [T], weights: &[i64], shift: u32) {
    let weights: [i64; N] = std::array::from_fn(|i| weights[i]);
    // The latest first, as the weights are.
    let mut before: [i64; N] = std::array::from_fn(|i| samples[N - 1 - i].to_i64());
    for sample in &mut samples[N..] {
        let mut sum = 0_i64;
        for i in 0..N {
            sum = sum.wrapping_add(before[i].wrapping_mul(weights[i]));
        }
        let value = T::from_i64(sample.to_i64().wrapping_add(sum >> shift));
        *sample = value;
        before.copy_within(..N - 1, 1);
        before[0] = value.to_i64();
    }
}

/// The samples as the MD5 takes them: whole bytes, lowest first, channel by channel within each frame.
pub(super) fn interleave(channels: &[Subframe], depth: u32, out: &mut Vec<u8>) {
    fn append<const N: usize>(channels: &[Subframe], out: &mut Vec<u8>) {
        let frames = channels.first().map_or(0, |channel| channel.samples.len());
        for frame in 0..frames {
            for channel in channels {
                out.extend_from_slice(&channel.samples[frame].to_le_bytes()[..N]);
            }
        }
    }
    match depth.div_ceil(8) {
        1 => append::<1>(channels, out),
        2 => append::<2>(channels, out),
        3 => append::<3>(channels, out),
        _ => append::<4>(channels, out),
    }
}

/// The mean of the channels; integers, if there is one channel of at most 16 bits.
pub(super) fn mix(channels: &[Subframe], depth: u32, out: &mut Mixed) {
    if let ([channel], 0..=16) = (channels, depth) {
        out.integers.extend(channel.samples.iter().map(|&sample| (sample << (16 - depth)) as i16));
        return;
    }
    let scale = 1.0 / (1_u64 << (depth - 1)) as f32;
    let Some((first, others)) = channels.split_first() else { return };
    let start = out.floats.len();
    out.floats.extend(first.samples.iter().map(|&sample| sample as f32 * scale));
    for channel in others {
        for (sum, &sample) in out.floats[start..].iter_mut().zip(&channel.samples) {
            *sum += sample as f32 * scale;
        }
    }
    if !others.is_empty() {
        let scale = 1.0 / channels.len() as f32;
        out.floats[start..].iter_mut().for_each(|sum| *sum *= scale);
    }
}
