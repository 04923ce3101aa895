//! ADPCM in blocks: half a byte for a sample, as the difference from a prediction.
//!
//! Sources: Microsoft, "Multimedia Data Standards Update" (1994), for both; IMA, "Recommended Practices
//! for Enhancing Digital Audio Compatibility" (1992), for the steps.

use super::format::{Coding, Format};

/// Decodes whole blocks, and one that is cut short. Channel by channel within each frame.
///
/// # Errors
/// What is wrong with a block's header.
pub(super) fn decode(bytes: &[u8], format: &Format, out: &mut Vec<i16>) -> Result<(), String> {
    out.clear();
    for block in bytes.chunks(format.frame_bytes()) {
        match format.coding {
            Coding::Microsoft { .. } => microsoft(block, format.channels, out)?,
            _ => ima(block, format.channels, out)?,
        }
    }
    Ok(())
}

/// What a step is scaled by after each code.
const ADAPTATION: [i32; 16] =
    [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];

/// Weights of the two samples before.
pub(super) const WEIGHTS: [(i32, i32); 7] =
    [(256, 0), (512, -256), (0, 0), (192, 64), (240, 0), (460, -208), (392, -232)];

fn microsoft(block: &[u8], channels: usize, out: &mut Vec<i16>) -> Result<(), String> {
    let (head, codes) = block.split_at_checked(7 * channels).ok_or("a block without its header")?;
    let number = |at: usize, channel: usize| {
        let at = channels * at + 2 * channel;
        i32::from(i16::from_le_bytes([head[at], head[at + 1]]))
    };
    let mut weights = [(0, 0); 2];
    let (mut steps, mut last, mut before) = ([0; 2], [0; 2], [0; 2]);
    for channel in 0..channels {
        let which = head[channel];
        weights[channel] = *WEIGHTS.get(usize::from(which)).ok_or_else(|| {
            format!("Microsoft ADPCM with the predictor {which}, which must be from 0 to 6")
        })?;
        steps[channel] = number(1, channel);
        last[channel] = number(3, channel);
        before[channel] = number(5, channel);
    }
    out.extend(before[..channels].iter().map(|&sample| sample as i16));
    out.extend(last[..channels].iter().map(|&sample| sample as i16));
    let mut channel = 0;
    for code in codes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        let (first, second) = weights[channel];
        let predicted = (last[channel] * first + before[channel] * second) >> 8;
        let signed = i32::from((code << 4) as i8 >> 4);
        let sample = (predicted + signed * steps[channel]).clamp(-32_768, 32_767);
        // Within 24 bits, whatever the codes: the highest is set down by the clamp of the samples, not of
        // the step, so it is bounded here.
        let step = (i64::from(steps[channel]) * i64::from(ADAPTATION[usize::from(code)])) >> 8;
        steps[channel] = step.clamp(16, 1 << 24) as i32;
        before[channel] = last[channel];
        last[channel] = sample;
        out.push(sample as i16);
        channel = (channel + 1) % channels;
    }
    Ok(())
}

const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73,
    80, 88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494,
    544, 598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499,
    2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487,
    12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
];

const INDICES: [i32; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];

fn ima(block: &[u8], channels: usize, out: &mut Vec<i16>) -> Result<(), String> {
    let (head, codes) = block.split_at_checked(4 * channels).ok_or("a block without its header")?;
    let start = out.len();
    let groups = codes.len() / (4 * channels);
    out.resize(start + (1 + 8 * groups) * channels, 0);
    let out = &mut out[start..];
    for channel in 0..channels {
        let head = &head[4 * channel..][..4];
        let mut sample = i32::from(i16::from_le_bytes([head[0], head[1]]));
        let mut index = i32::from(head[2]);
        if index > 88 {
            return Err(format!("IMA ADPCM with the step {index}, which must be from 0 to 88"));
        }
        out[channel] = sample as i16;
        for group in 0..groups {
            let bytes = &codes[4 * (group * channels + channel)..][..4];
            for (i, code) in bytes.iter().flat_map(|byte| [byte & 15, byte >> 4]).enumerate() {
                let step = STEPS[index as usize];
                let size = usize::from(code & 7);
                let mut difference = step >> 3;
                for (bit, part) in [(4, step), (2, step >> 1), (1, step >> 2)] {
                    difference += if size & bit == 0 { 0 } else { part };
                }
                sample += if code & 8 == 0 { difference } else { -difference };
                sample = sample.clamp(-32_768, 32_767);
                index = (index + INDICES[size]).clamp(0, 88);
                out[(1 + 8 * group + i) * channels + channel] = sample as i16;
            }
        }
    }
    Ok(())
}
