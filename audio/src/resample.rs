//! Another sample rate, block by block, without delay and with the exact length, through rubato.

use crate::error::{Error, RATES};
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _, WindowFunction};

/// The shorter side of a transform. It sets how close the low-pass comes to half the lower rate:
/// 98.7 % of it here.
const BLOCK: usize = 1024;

/// Resamples one signal by transform: a linear-phase low-pass of the squared Blackman-Harris window.
pub struct Resampler {
    fft: Fft<f32>,
    from: u32,
    to: u32,
    /// Input that does not fill a block yet.
    pending: Vec<f32>,
    block_in: usize,
    output: Vec<f32>,
    /// Samples of the filter's delay that are still to be dropped.
    delay: usize,
    consumed: u64,
    produced: u64,
}

impl Resampler {
    /// From `from` hertz to `to` hertz.
    pub fn new(from: u32, to: u32) -> Result<Self, Error> {
        for rate in [from, to] {
            if !RATES.contains(&rate) {
                return Err(Error::SampleRate { from, to });
            }
        }
        let divisor = greatest_common_divisor(from, to);
        let (unit_in, unit_out) = ((from / divisor) as usize, (to / divisor) as usize);
        // An even number of units: the filter's middle, half a block, then is a whole number of
        // samples at both rates.
        let block_in = BLOCK.div_ceil(unit_in.min(unit_out)).next_multiple_of(2) * unit_in;
        let fft = Fft::new_custom(
            from as usize,
            to as usize,
            block_in,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(internal)?;
        Ok(Self {
            from,
            to,
            pending: Vec::with_capacity(block_in),
            block_in: fft.input_frames_next(),
            output: vec![0.0; fft.output_frames_next()],
            delay: fft.output_delay(),
            consumed: 0,
            produced: 0,
            fft,
        })
    }

    /// Takes a stretch of the input and appends what it completes to `out`.
    pub fn push(&mut self, mut input: &[f32], out: &mut Vec<f32>) -> Result<(), Error> {
        self.consumed += input.len() as u64;
        while !input.is_empty() {
            let (now, later) = input.split_at(input.len().min(self.block_in - self.pending.len()));
            self.pending.extend_from_slice(now);
            input = later;
            if self.pending.len() == self.block_in {
                self.process(out, u64::MAX)?;
            }
        }
        Ok(())
    }

    /// Appends the rest, as if silence followed: round(n · to / from) samples in all for n.
    pub fn finish(mut self, out: &mut Vec<f32>) -> Result<(), Error> {
        let (from, to) = (u128::from(self.from), u128::from(self.to));
        let total = ((2 * u128::from(self.consumed) * to + from) / (2 * from)) as u64;
        if self.produced > total {
            out.truncate(out.len() - (self.produced - total) as usize);
        }
        while self.produced < total {
            self.process(out, total)?;
        }
        Ok(())
    }

    /// Turns what is pending, filled up with silence, into a block of output; no more than `total`
    /// samples are given in all.
    fn process(&mut self, out: &mut Vec<f32>, total: u64) -> Result<(), Error> {
        let indexing = Indexing::new().partial_len(self.pending.len());
        let input = SequentialSlice::new(&self.pending[..], 1, self.pending.len()).map_err(internal)?;
        let frames = self.output.len();
        let mut output = SequentialSlice::new_mut(&mut self.output[..], 1, frames).map_err(internal)?;
        let (_, frames) =
            self.fft.process_into_buffer(&input, &mut output, Some(&indexing)).map_err(internal)?;
        self.pending.clear();
        let dropped = self.delay.min(frames);
        self.delay -= dropped;
        let wanted = total.saturating_sub(self.produced).min((frames - dropped) as u64);
        out.try_reserve(wanted as usize).map_err(|_| Error::Allocation { samples: out.len() })?;
        out.extend_from_slice(&self.output[dropped..dropped + wanted as usize]);
        self.produced += wanted;
        Ok(())
    }
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal { reason: format!("resampling: {error}") }
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn resample(input: &[f32], from: u32, to: u32, chunk: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from, to).unwrap();
        let mut out = Vec::new();
        for chunk in input.chunks(chunk) {
            resampler.push(chunk, &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        out
    }

    fn tone(hertz: f64, rate: u32, n: usize) -> Vec<f32> {
        (0..n).map(|i| (0.5 * (TAU * hertz * i as f64 / f64::from(rate)).sin()) as f32).collect()
    }

    /// A tone within the pass band must come out as the same tone sampled at the other rate: same
    /// phase (no delay left), same height. Half a block at each end is left out, where the filter
    /// reaches beyond the signal.
    #[test]
    fn a_tone_keeps_its_phase_and_height_at_any_pair_of_rates() {
        for (from, to) in [
            (44_100, 16_000),
            (48_000, 16_000),
            (8_000, 16_000),
            (11_025, 48_000),
            (22_050, 16_000),
            (16_000, 22_050),
            (44_101, 16_000),
        ] {
            let n = from as usize * 7 / 2;
            let hertz = 0.45 * f64::from(from.min(to));
            let got = resample(&tone(hertz, from, n), from, to, 4096);
            let expected = tone(hertz, to, got.len());
            let margin = to as usize;
            let worst = got[margin..got.len() - margin]
                .iter()
                .zip(&expected[margin..])
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f32::max);
            assert!(worst < 2e-5, "{from} to {to}: {worst}");
        }
    }

    #[test]
    fn what_lies_above_half_the_lower_rate_is_gone() {
        let got = resample(&tone(9_000.0, 44_100, 88_200), 44_100, 16_000, 88_200);
        let worst = got[2000..got.len() - 2000].iter().fold(0.0_f32, |worst, x| worst.max(x.abs()));
        assert!(worst < 1e-5, "{worst}");
    }

    #[test]
    fn the_length_is_rounded_and_chunks_do_not_matter() {
        for (from, to) in [(44_100_u32, 16_000_u32), (8_000, 16_000), (48_000, 44_100)] {
            for n in [1_usize, 2, 3, 441, 5_000, 44_101] {
                let input = tone(500.0, from, n);
                let whole = resample(&input, from, to, n);
                let expected = (n as f64 * f64::from(to) / f64::from(from)).round() as usize;
                assert_eq!(whole.len(), expected, "{n} samples from {from} to {to}");
                assert_eq!(resample(&input, from, to, 77), whole);
            }
        }
    }

    #[test]
    fn rates_of_broken_headers_are_refused() {
        for (from, to) in [(0, 16_000), (1, 16_000), (u32::MAX, 16_000), (16_000, 5)] {
            assert_eq!(Resampler::new(from, to).err(), Some(Error::SampleRate { from, to }));
        }
    }
}
