//! What a careful program reaches with realfft: the plan, the buffers and a sparse filterbank kept, the
//! transform a frame at a time, the logarithm over whole rows in a form that compilers turn into
//! vectors. Whisper's recipe, equal to core's within rounding.

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

pub struct Baseline {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// First bin and weights of each filter.
    filters: Vec<(usize, Vec<f32>)>,
    hop_length: usize,
    input: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
}

impl Baseline {
    pub fn whisper(n_fft: usize, n_mels: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(n_fft);
        let turn = |i: usize| std::f64::consts::TAU * i as f64 / n_fft as f64;
        Self {
            window: (0..n_fft).map(|i| (0.5 - 0.5 * turn(i).cos()) as f32).collect(),
            filters: filters(n_fft, n_mels),
            hop_length: 160,
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; n_fft / 2 + 1],
            fft,
        }
    }

    /// (n_mels, n_frames), as core gives it.
    pub fn compute(&mut self, samples: &[f32], out: &mut [f32]) {
        let n_frames = samples.len() / self.hop_length;
        let pad = self.window.len() as isize / 2;
        let last = samples.len() as isize - 1;
        for frame in 0..n_frames {
            let start = (frame * self.hop_length) as isize - pad;
            match usize::try_from(start).ok().and_then(|at| samples.get(at..at + self.window.len())) {
                Some(inside) => {
                    for ((to, x), w) in self.input.iter_mut().zip(inside).zip(&self.window) {
                        *to = x * w;
                    }
                }
                None => {
                    for (i, (to, w)) in self.input.iter_mut().zip(&self.window).enumerate() {
                        let place = (start + i as isize).abs();
                        let place = if place > last { 2 * last - place } else { place };
                        *to = samples[place as usize] * w;
                    }
                }
            }
            self.fft
                .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch)
                .expect("buffers of the plan's sizes");
            for (power, value) in self.power.iter_mut().zip(&self.spectrum) {
                *power = value.norm_sqr();
            }
            for (mel, (start, weights)) in self.filters.iter().enumerate() {
                let bins = &self.power[*start..];
                out[mel * n_frames + frame] = weights.iter().zip(bins).map(|(w, p)| w * p).sum();
            }
        }
        let values = &mut out[..self.filters.len() * n_frames];
        let mut highest = f32::MIN;
        for value in &mut *values {
            *value = log10(value.max(1e-10));
            highest = highest.max(*value);
        }
        for value in values {
            *value = (value.max(highest - 8.0) + 4.0) * 0.25;
        }
    }
}

/// log10 of a positive normal number, by the series of atanh: 2 atanh((m − 1) / (m + 1)).
fn log10(x: f32) -> f32 {
    const SQRT_HALF: i32 = 0x3f35_04f3;
    let above = x.to_bits() as i32 - SQRT_HALF;
    let m = f32::from_bits(((above & 0x7f_ffff) + SQRT_HALF) as u32);
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let series = 1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0))));
    let ln = 2.0 * s * series + (above >> 23) as f32 * core::f32::consts::LN_2;
    ln * core::f32::consts::LOG10_E
}

/// Slaney's triangles at 16 kHz, as librosa's `filters.mel`.
fn filters(n_fft: usize, n_mels: usize) -> Vec<(usize, Vec<f32>)> {
    let to_hz = |mel: f64| {
        if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4f64.ln() / 27.0).exp() }
    };
    let top = 15.0 + 8f64.ln() * 27.0 / 6.4f64.ln();
    let corner = |i: usize| to_hz(top * i as f64 / (n_mels + 1) as f64);
    let filter = |mel: usize| {
        let (low, middle, high) = (corner(mel), corner(mel + 1), corner(mel + 2));
        let weight = |bin: usize| {
            let hz = bin as f64 * 16_000.0 / n_fft as f64;
            let side = ((hz - low) / (middle - low)).min((high - hz) / (high - middle));
            (side.max(0.0) * 2.0 / (high - low)) as f32
        };
        let weights: Vec<f32> = (0..=n_fft / 2).map(weight).collect();
        let start = weights.iter().position(|&w| w > 0.0).unwrap_or(0);
        let end = weights.iter().rposition(|&w| w > 0.0).map_or(start, |last| last + 1);
        (start, weights[start..end].to_vec())
    };
    (0..n_mels).map(filter).collect()
}
