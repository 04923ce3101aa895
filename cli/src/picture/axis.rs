//! Where which frequency, coefficient, time or value stands, and the round numbers to write there.

use mojo_audio_core::MelConfig;
use mojo_audio_core::config::{CenterPad, MelScale};

/// A mark on an axis: its place, in cells or as a part of the whole, and its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub place: f64,
    pub text: String,
}

/// The rows of the result.
pub enum RowAxis {
    /// Mel bands, with the row of the first of them.
    Bands { scale: MelScale, low: f64, high: f64, count: usize, first: usize },
    /// Cepstral coefficients, from 0.
    Coefficients { count: usize },
    /// The rows of frames side by side, or of bands and their deltas, from 0.
    Stacked { count: usize },
}

impl RowAxis {
    pub fn new(config: &MelConfig) -> Self {
        match config.n_mfcc {
            _ if config.stack > 1 || config.delta_win_length.is_some() => {
                Self::Stacked { count: config.n_rows() as usize }
            }
            Some(count) => Self::Coefficients { count: count as usize },
            None => Self::Bands {
                scale: config.mel_scale,
                low: config.f_min,
                high: config.upper_frequency(),
                count: config.n_mels as usize,
                first: usize::from(config.use_energy && !config.htk_compat),
            },
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Bands { .. } => "Hz",
            Self::Coefficients { .. } => "coefficient",
            Self::Stacked { .. } => "row",
        }
    }

    /// Round numbers, each at least `spacing` rows from the next; places count from row 0, and the
    /// middle of row r is r + 0.5.
    pub fn ticks(&self, spacing: f64) -> Vec<Tick> {
        match *self {
            Self::Coefficients { count } | Self::Stacked { count } => {
                let step = nice_step(spacing, true).max(1.0) as usize;
                (0..count)
                    .step_by(step)
                    .map(|i| Tick { place: i as f64 + 0.5, text: i.to_string() })
                    .collect()
            }
            Self::Bands { scale, low, high, count, first } => {
                let (bottom, top) = (mel(scale, low), mel(scale, high));
                let mut ticks: Vec<Tick> = Vec::new();
                for hertz in round_frequencies(high) {
                    // Band i is centred on the point i + 1 of the n_mels + 2 that the edges are at.
                    let point = (mel(scale, hertz) - bottom) / (top - bottom) * (count + 1) as f64;
                    let place = first as f64 + point - 0.5;
                    // The outer edges lie half a band outside: close enough to be written at the end.
                    let (start, end) = (first as f64, (first + count) as f64);
                    let near = place >= start - 0.5 - 1e-9 && place <= end + 0.5 + 1e-9;
                    let place = place.clamp(start, end);
                    if near && ticks.iter().all(|tick| (tick.place - place).abs() >= spacing) {
                        ticks.push(Tick { place, text: hertz.to_string() });
                    }
                }
                ticks.sort_by(|a, b| a.place.total_cmp(&b.place));
                ticks
            }
        }
    }
}

/// Frequencies to be written, the roundest first.
fn round_frequencies(highest: f64) -> Vec<f64> {
    let mut frequencies = vec![1_000.0, 0.0];
    for digits in [&[1.0][..], &[2.0, 5.0], &[4.0, 8.0, 3.0, 6.0], &[1.5, 2.5, 7.0, 9.0]] {
        for decade in [1_000.0, 100.0, 10_000.0, 10.0, 100_000.0] {
            frequencies.extend(digits.iter().map(|digit| digit * decade));
        }
    }
    frequencies.retain(|&frequency| frequency <= highest);
    frequencies
}

/// Hertz to mel: Slaney's Auditory Toolbox, and O'Shaughnessy's formula, which HTK and Kaldi write
/// with different constants. Only proportions matter here.
fn mel(scale: MelScale, hertz: f64) -> f64 {
    match scale {
        MelScale::Slaney if hertz < 1_000.0 => hertz * 3.0 / 200.0,
        MelScale::Slaney => 15.0 + (hertz / 1_000.0).ln() * 27.0 / 6.4_f64.ln(),
        MelScale::Htk | MelScale::Kaldi => (hertz / 700.0).ln_1p(),
        // The labels of a scale that is not known here are spaced evenly.
        _ => hertz,
    }
}

/// The frames of the result.
pub struct TimeAxis {
    /// Time at the left edge, half a hop before the first frame's middle.
    start: f64,
    seconds_per_frame: f64,
    frames: usize,
}

impl TimeAxis {
    pub fn new(config: &MelConfig, frames: usize) -> Self {
        let hop = f64::from(config.hop_length);
        let first_middle = match (config.center, config.center_pad) {
            (true, CenterPad::HalfOverlap) => hop / 2.0,
            (true, _) => 0.0,
            (false, _) if !config.snip_edges => hop / 2.0,
            (false, _) => f64::from(config.window_length()) / 2.0,
        };
        // Frames side by side are where the first of them is.
        let hop = hop * f64::from(config.stack_stride.unwrap_or(config.stack));
        let rate = f64::from(config.sample_rate);
        Self { start: (first_middle - hop / 2.0) / rate, seconds_per_frame: hop / rate, frames }
    }

    /// Lets the axis start at this frame.
    pub fn move_to(&mut self, frame: usize) {
        self.start += frame as f64 * self.seconds_per_frame;
    }

    /// Round times for an axis of `width` cells, at least `spacing` cells apart; places count from
    /// the left edge.
    pub fn ticks(&self, width: usize, spacing: f64) -> Vec<Tick> {
        let seconds = self.frames as f64 * self.seconds_per_frame;
        let cells_per_second = width as f64 / seconds;
        let step = nice_step(spacing / cells_per_second, false);
        steps(self.start, self.start + seconds, step)
            .map(|time| Tick {
                place: (time - self.start) * cells_per_second,
                text: decimal(time, step),
            })
            .collect()
    }
}

/// Round values between `low` and `high`, about `count` of them; places are parts of the whole.
pub fn value_ticks(low: f32, high: f32, count: usize) -> Vec<Tick> {
    let (low, high) = (f64::from(low), f64::from(high));
    if high <= low {
        return vec![Tick { place: 0.5, text: format!("{low:.3}") }];
    }
    let step = nice_step((high - low) / count as f64, false);
    steps(low, high, step)
        .map(|value| Tick { place: (value - low) / (high - low), text: decimal(value, step) })
        .collect()
}

/// Multiples of `step` within the bounds.
fn steps(low: f64, high: f64, step: f64) -> impl Iterator<Item = f64> {
    let (first, last) = ((low / step - 1e-6).ceil() as i64, (high / step + 1e-6).floor() as i64);
    (first..=last).map(move |i| i as f64 * step)
}

/// The smallest of 1, 2 and 5 times a power of ten that is no less than `least`; only whole ones
/// if `whole`.
fn nice_step(least: f64, whole: bool) -> f64 {
    let least = if whole { least.max(1.0) } else { least.max(1e-9) };
    let decade = 10_f64.powf(least.log10().floor());
    let fits = |factor: &f64| factor * decade >= least * (1.0 - 1e-9);
    [1.0, 2.0, 5.0, 10.0].into_iter().find(fits).unwrap_or(10.0) * decade
}

/// A multiple of `step` with as many decimals as the step needs.
fn decimal(value: f64, step: f64) -> String {
    let decimals = (-(step.log10() + 1e-9).floor()).max(0.0) as usize;
    format!("{:.decimals$}", if value == 0.0 { 0.0 } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ticks: &[Tick]) -> Vec<&str> {
        ticks.iter().map(|tick| tick.text.as_str()).collect()
    }

    #[test]
    fn steps_are_one_two_or_five() {
        for (least, step) in
            [(0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (21.0, 50.0), (60.0, 100.0), (0.02, 0.02)]
        {
            assert!((nice_step(least, false) - step).abs() < 1e-12, "{least}");
        }
        assert_eq!(nice_step(0.3, true), 1.0);
    }

    /// The mel scale of Slaney is 15 at 1,000 Hz, and 27 steps further at 6,400 Hz; HTK's passes
    /// 1,000 mel at 1,000 Hz (in its own units, 2595 log10).
    #[test]
    fn mel_scales_pass_their_defining_points() {
        assert!((mel(MelScale::Slaney, 1_000.0) - 15.0).abs() < 1e-12);
        assert!((mel(MelScale::Slaney, 500.0) - 7.5).abs() < 1e-12);
        assert!((mel(MelScale::Slaney, 6_400.0) - 42.0).abs() < 1e-12);
        let htk = 2595.0 / std::f64::consts::LN_10 * mel(MelScale::Htk, 1_000.0);
        assert!((htk - 1_000.0).abs() < 0.1, "{htk}");
    }

    #[test]
    fn the_edges_of_the_range_stand_at_the_ends() {
        let axis =
            RowAxis::Bands { scale: MelScale::Htk, low: 0.0, high: 8_000.0, count: 80, first: 0 };
        let ticks = axis.ticks(5.0);
        assert!(ticks.iter().all(|tick| (0.0..=80.0).contains(&tick.place)));
        assert_eq!(ticks.first(), Some(&Tick { place: 0.0, text: "0".into() }));
        assert_eq!(ticks.last(), Some(&Tick { place: 80.0, text: "8000".into() }));
    }

    #[test]
    fn ticks_keep_their_distance_and_the_roundest_stay() {
        let axis = RowAxis::new(&MelConfig::whisper());
        let ticks = axis.ticks(8.0);
        assert!(ticks.windows(2).all(|pair| pair[1].place - pair[0].place >= 8.0));
        assert!(texts(&ticks).contains(&"1000"), "{ticks:?}");
    }

    #[test]
    fn times_start_where_the_first_frame_is_centred() {
        let whisper = TimeAxis::new(&MelConfig::whisper(), 300);
        let ticks = whisper.ticks(300, 100.0);
        assert_eq!(texts(&ticks), ["0", "1", "2"]);
        assert!((ticks[0].place - 0.5).abs() < 1e-9);
        let kaldi = TimeAxis::new(&MelConfig::kaldi_fbank(), 300);
        assert!((kaldi.start - 0.0075).abs() < 1e-12);
    }

    #[test]
    fn values_are_round_and_within_bounds() {
        let ticks = value_ticks(-0.71, 1.29, 5);
        assert_eq!(texts(&ticks), ["-0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(value_ticks(3.0, 3.0, 5).len(), 1);
    }
}
