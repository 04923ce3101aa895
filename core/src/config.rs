//! Every option of the pipeline, once: its name, type, default and meaning.
//!
//! The table below is the only place where an option is written down. A macro makes of it the
//! structure, its default, access by name and the list from which the bindings are generated, so a
//! new option is one documented line here (and one conformance case).

mod check;
mod choices;
mod presets;
mod value;

pub use choices::{
    BinFrequencies, CenterPad, FrameSpan, Layout, LifterKind, Log, LogFloorMode, MagnitudeEpsMode,
    MelNorm, MelScale, Normalize, NormalizeOver, PadMode, PadToMode, Precision, PreemphasisMode,
    Reference, SpectrumNorm, StackEdge, TriangleDomain, Window,
};
pub use presets::{PRESET_INFO, PRESETS};
pub use value::{Choice, OptionInfo, OptionKind, PresetInfo};

use crate::error::Error;
use alloc::string::String;
use value::{OptionValue, ReadFromBits, ReadFromText, Written};

macro_rules! options {
    ($( $(#[doc = $doc:literal])+ $name:ident : $type:ty = $default:expr ; )+) => {
        /// Every option of the pipeline. The default is Whisper's log-mel with 80 bands.
        ///
        /// Start from a preset and change fields:
        ///
        /// ```
        /// use mojo_audio_core::MelConfig;
        ///
        /// let config = MelConfig { n_mels: 128, ..MelConfig::whisper() };
        /// assert_eq!(config, MelConfig::preset("whisper-large-v3")?);
        /// # Ok::<(), mojo_audio_core::Error>(())
        /// ```
        ///
        /// The order of the steps is fixed: resampling from `input_rate`, `max_length`, `normalize_input`,
        /// `dither`, `preemphasis` over the signal, padding of the signal, framing, `remove_dc_offset`, raw
        /// energy, `preemphasis` in the frame, window, transform, `power`, mel filters, `log_ceiling`, `log` (or
        /// PCEN), reference and `top_db`, `offset` and `scale`, cepstrum or energy, `normalize`, `delta_win_length`,
        /// `stack`, and then the means and factors of the rows, if the extractor was made with any.
        #[derive(Clone, Debug, PartialEq)]
        pub struct MelConfig {
            $( $(#[doc = $doc])+ pub $name: $type, )+
        }

        impl Default for MelConfig {
            fn default() -> Self {
                Self { $( $name: $default, )+ }
            }
        }

        /// Every option in the order of [`MelConfig`]'s fields.
        pub const OPTIONS: &[OptionInfo] = &[
            $( OptionInfo {
                name: stringify!($name),
                doc: value::documentation!($($doc),+),
                kind: <$type as OptionValue>::KIND,
                optional: <$type as OptionValue>::OPTIONAL,
            }, )+
        ];

        impl MelConfig {
            /// The value of an option as text, in the form that [`set`](Self::set) reads; `none`
            /// for an optional one that is unset.
            ///
            /// # Errors
            /// [`Error::UnknownName`] if no option has that name.
            ///
            /// ```
            /// use mojo_audio_core::MelConfig;
            ///
            /// let config = MelConfig::whisper();
            /// assert_eq!(config.get("mel_scale")?, "slaney");
            /// assert_eq!(config.get("f_max")?, "none");
            /// # Ok::<(), mojo_audio_core::Error>(())
            /// ```
            pub fn get(&self, option: &str) -> Result<String, Error> {
                let values: [&dyn Written; OPTIONS.len()] = [$( &self.$name ),+];
                Ok(values[value::place(option)?].text())
            }

            /// Sets an option from text: a decimal number, `true` or `false`, the name of a choice,
            /// or `none` to unset an optional one.
            ///
            /// # Errors
            /// [`Error::UnknownName`] if no option has that name, [`Error::Config`] if the text is
            /// not a value of the option's type. [`check`](Self::check) later checks ranges, and
            /// options against each other.
            ///
            /// ```
            /// use mojo_audio_core::MelConfig;
            ///
            /// let mut config = MelConfig::whisper();
            /// config.set("f_max", "7600")?;
            /// assert_eq!(config.f_max, Some(7_600.0));
            /// assert!(config.set("f_max", "high").is_err());
            /// # Ok::<(), mojo_audio_core::Error>(())
            /// ```
            pub fn set(&mut self, option: &str, text: &str) -> Result<(), Error> {
                let place = value::place(option)?;
                let values: [&mut dyn ReadFromText; OPTIONS.len()] = [$( &mut self.$name ),+];
                value::check_read(values[place].read(text), place, text)
            }

            /// Like [`set`](Self::set), but a number that is an `f64` is read from its bits, as
            /// hexadecimal digits. For programs that have the number: one that never calls `set` does
            /// without the tables that reading decimals takes, 14 KB.
            ///
            /// # Errors
            /// Those of `set`.
            pub fn set_bits(&mut self, option: &str, text: &str) -> Result<(), Error> {
                let place = value::place(option)?;
                let values: [&mut dyn ReadFromBits; OPTIONS.len()] = [$( &mut self.$name ),+];
                value::check_read(values[place].read(text), place, text)
            }
        }
    };
}

options! {
    /// Sample rate that the features are computed at, in hertz. It is the input's, unless `input_rate` is
    /// set.
    sample_rate: u32 = 16_000;
    /// Length of the Fourier transform in samples: any from 2 to 65,536. It is never rounded up to a
    /// power of two.
    n_fft: u32 = 400;
    /// Length of the window in samples, from 1 to `n_fft`. Unset: `n_fft`.
    win_length: Option<u32> = None;
    /// Samples between the starts of neighbouring frames; at least 1.
    hop_length: u32 = 160;
    /// Number of mel bands, from 1 to 4,096.
    n_mels: u32 = 80;
    /// Lower edge of the lowest band, in hertz: at least 0 and less than `f_max`.
    f_min: f64 = 0.0;
    /// Upper edge of the highest band, in hertz: at most half the sample rate. Unset: half the sample
    /// rate, where torchaudio rounds down to whole hertz. 0 or less counts from half the sample rate, as
    /// Kaldi's `high_freq` does.
    f_max: Option<f64> = None;
    /// Shape of the window.
    window: Window = Window::Hann;
    /// Whether the window is periodic (its period is its length, for spectral analysis) instead of
    /// symmetric (its length − 1).
    window_periodic: bool = true;
    /// Floating-point type used for windowing and the transform. Earlier steps use float32.
    precision: Precision = Precision::Single;
    /// Exponent of the magnitude, more than 0: 2 for power, 1 for magnitude.
    power: f64 = 2.0;
    /// Added under the root of the magnitude, sqrt(re² + im² + eps). Used only if `power` is not 2.
    magnitude_eps: f64 = 0.0;
    /// What the spectrum is divided by.
    spectrum_norm: SpectrumNorm = SpectrumNorm::None;
    /// Whether frame t is centred on sample t · `hop_length`, with the signal padded at both ends,
    /// instead of starting there.
    center: bool = true;
    /// How many samples `center` adds at each end.
    center_pad: CenterPad = CenterPad::HalfFrame;
    /// What frames contain where they reach beyond the ends of the signal.
    pad_mode: PadMode = PadMode::Reflect;
    /// Whether only frames wholly inside the signal are used. False, as in Kaldi, means
    /// round(n_samples / `hop_length`) frames, the first centred on half a hop; it needs `center` to be
    /// false.
    snip_edges: bool = true;
    /// Which samples belong to a frame when `win_length` is less than `n_fft`.
    frame_span: FrameSpan = FrameSpan::Fft;
    /// Whether the last frame is dropped, before anything is measured over the result.
    drop_last_frame: bool = true;
    /// Number of zeros appended to the signal. They count towards `pad_to`.
    pad_end: u64 = 0;
    /// Pads the end of the signal to this many samples (Whisper's models take 480,000). Longer signals
    /// keep their length.
    pad_to: Option<u64> = None;
    /// What `pad_to` pads with.
    pad_to_mode: PadToMode = PadToMode::Zeros;
    /// Factor applied to every sample, more than 0: 32,768 for recipes that expect 16-bit integers.
    input_scale: f64 = 1.0;
    /// Whether the samples are first normalized to mean 0 and variance 1: (x − mean) / sqrt(variance +
    /// 1e-7).
    normalize_input: bool = false;
    /// Standard deviation of the Gaussian noise added to the samples, in units of the scaled input. 0:
    /// no noise.
    dither: f64 = 0.0;
    /// Seed of the dither. The same seed makes the same noise in every clip; for training, vary it by clip or epoch.
    dither_seed: u64 = 0;
    /// Pre-emphasis coefficient c in `y[i] = x[i] − c · x[i−1]`, from 0 to 1. 0: none.
    preemphasis: f64 = 0.0;
    /// Whether pre-emphasis runs over the signal or within each frame.
    preemphasis_mode: PreemphasisMode = PreemphasisMode::Signal;
    /// Whether each frame's mean is subtracted from its samples.
    remove_dc_offset: bool = false;
    /// The mel scale.
    mel_scale: MelScale = MelScale::Slaney;
    /// How filters are scaled.
    mel_norm: MelNorm = MelNorm::Slaney;
    /// Frequency scale on which the sides of the triangles are straight.
    triangle_domain: TriangleDomain = TriangleDomain::Hz;
    /// Frequencies assigned to the bins of the transform.
    bin_frequencies: BinFrequencies = BinFrequencies::Exact;
    /// The logarithm taken of the mel energies, or what takes its place.
    log: Log = Log::Log10;
    /// Floor of the logarithm's argument.
    log_floor: f64 = 1e-10;
    /// How `log_floor` is applied.
    log_floor_mode: LogFloorMode = LogFloorMode::Clamp;
    /// Reference level of `top_db` and `subtract_reference`. `whole_input` needs the whole input, so a
    /// stream rejects it.
    reference: Reference = Reference::WholeInput;
    /// Reference level if `reference` is `fixed`, in units of `log` (Voxtral's real-time model: 1.5,
    /// with log10).
    reference_value: f64 = 0.0;
    /// Dynamic range in decibels, more than 0: values further below the reference are clamped. Unset:
    /// no clamping. Whisper's "maximum − 8" in log10 units is 80 dB.
    top_db: Option<f64> = Some(80.0);
    /// Whether the reference level is subtracted, as librosa's `ref=np.max` does.
    subtract_reference: bool = false;
    /// Added to each value after the logarithm and `top_db`.
    offset: f64 = 4.0;
    /// Factor applied to each value after `offset`, more than 0.
    scale: f64 = 0.25;
    /// Number of cepstral coefficients (orthonormal DCT-II) to return instead of the bands, from 1 to
    /// `n_mels`. Unset: the bands.
    n_mfcc: Option<u32> = None;
    /// Lifter of the cepstrum. 0: none.
    lifter: f64 = 0.0;
    /// The formula of the lifter.
    lifter_kind: LifterKind = LifterKind::Kaldi;
    /// Whether the result includes the frame's log energy: as a row before the bands, or in place of
    /// the first cepstral coefficient.
    use_energy: bool = false;
    /// Whether the energy is measured before pre-emphasis and window.
    raw_energy: bool = true;
    /// Floor of the frame's energy before its logarithm, besides Kaldi's fixed floor, float32's epsilon.
    /// 0: only the fixed one.
    energy_floor: f64 = 0.0;
    /// Whether the energy, or the first cepstral coefficient times sqrt 2, is the last row instead of
    /// the first.
    htk_compat: bool = false;
    /// Pads or truncates the result to this many frames. Padding is 0 before `offset` and `scale`. Not
    /// with `n_mfcc` or `use_energy`.
    n_frames: Option<u32> = None;
    /// Normalization of each row of the result over its frames.
    normalize: Normalize = Normalize::None;
    /// Delta degrees of freedom of the variance: 0 for the population variance, 1 for the unbiased one.
    normalize_ddof: u32 = 1;
    /// Keeps `normalize` from dividing by 0.
    normalize_eps: f64 = 1e-5;
    /// Whether `normalize` ignores frames from n_samples / `hop_length` on (not counting padding) and
    /// then sets them to 0, as NeMo does.
    mask_tail: bool = false;
    /// Order of the result in memory.
    layout: Layout = Layout::MelMajor;
    /// Sample rate of the input, in hertz, from 1,000 to 768,000. If it differs from `sample_rate`, the
    /// input is resampled before all other steps: flat within 2.1e-6 up to 0.945 of half the lower rate,
    /// aliases at −110 dB. n samples become ceil(n · `sample_rate` / `input_rate`), sample i at time
    /// i / `sample_rate`. Unset: `sample_rate`, nothing is resampled.
    input_rate: Option<u32> = None;
    /// Number of consecutive frames that are concatenated to one frame of the result (a stack), from 1 to 256.
    /// The result has `stack` times as many rows: all rows of the first frame, then those of the next.
    stack: u32 = 1;
    /// Frames from the start of one stack to the start of the next; at least 1. Unset: `stack`. FunASR's low
    /// frame rate is `stack` 7, `stack_stride` 6, `stack_edge` `repeat`.
    stack_stride: Option<u32> = None;
    /// What a stack contains where the signal has no frame. n frames make ceil(n / `stack_stride`) stacks,
    /// except with `drop`.
    stack_edge: StackEdge = StackEdge::Fill;
    /// The value of missing frames with `stack_edge` `fill`.
    stack_fill: f64 = 0.0;
    /// Truncates the signal to this many samples, before all padding (Whisper's models take 480,000). Unset:
    /// the whole signal.
    max_length: Option<u64> = None;
    /// Number of zeros before the signal. They count towards `pad_to`. More than 0 requires `pad_mode`
    /// `constant`, or frames that don't reach beyond the ends (`center` false, `snip_edges` true).
    pad_start: u64 = 0;
    /// Pads the end of the signal with zeros to a multiple of this many samples, after all other padding; at
    /// least 1. Unset: no such padding.
    pad_to_multiple_of: Option<u32> = None;
    /// How `magnitude_eps` is applied.
    magnitude_eps_mode: MagnitudeEpsMode = MagnitudeEpsMode::Add;
    /// Number of samples that the signal must have after a frame for the frame to count, at most `n_fft`
    /// (Gemma's models: 1). More than 0 requires `snip_edges` to be true.
    frame_margin: u32 = 0;
    /// Rounds the number of frames, n_samples / `hop_length` rounded down, up to a multiple of this; at least 1.
    /// Where the signal ends at the middle of the last frame or before, zeros are appended up to that
    /// (Granite Speech 5: 2). It needs frames in their default place (`center` true, `center_pad`
    /// `half_frame`) and no `n_frames`, `frame_margin` or `drop_last_frame`. Unset: no such rounding.
    n_frames_multiple_of: Option<u32> = None;
    /// Appends the deltas of all rows as further rows. The delta of y at frame t is the sum of k · (y[t + k] − y[t − k])
    /// over k from 1 to K, divided by twice the sum of k², where 2 K + 1 is this option: an odd number from 3 to 255.
    /// Before the first frame and after the last y is repeated (torchaudio's `compute_deltas`). Unset: no
    /// deltas.
    delta_win_length: Option<u32> = None;
    /// Over which values `normalize` measures mean, variance, minimum and maximum.
    normalize_over: NormalizeOver = NormalizeOver::Row;
    /// Exponent of the average in `log` `pcen`, from 0 to 1. librosa's examples multiply powers by 2^31 before this
    /// step: `input_scale` 46340.95 does that.
    pcen_gain: f64 = 0.98;
    /// What `log` `pcen` adds before the compression: 0, or more.
    pcen_bias: f64 = 2.0;
    /// Exponent of the compression in `log` `pcen`, from 0 to 1. 0: ln(1 + E / (`pcen_eps` + M)^`pcen_gain`).
    pcen_power: f64 = 0.5;
    /// Time constant of the average in `log` `pcen`, in seconds; more than 0. `M[t] = (1 − b) · M[t−1] + b · E[t]`, with 1
    /// before the first frame; b is (sqrt(1 + 4 T²) − 1) / (2 T²), and T is this times `sample_rate` / `hop_length`.
    pcen_time_constant: f64 = 0.4;
    /// Added to the average in `log` `pcen`; more than 0.
    pcen_eps: f64 = 1e-6;
    /// How often deltas are taken: 1, or 2 to append the deltas of the deltas as well. Before the first frame and
    /// after the last the deltas are repeated, as if torchaudio's `compute_deltas` were called twice (SpeechBrain,
    /// HTK; Kaldi's `add-deltas` differs in the first and last K frames). 2 requires `delta_win_length`.
    delta_order: u32 = 1;
    /// Upper limit of the logarithm's argument in each band; at least `log_floor`. Wav2Lip's limit of 4 is 10. The row of
    /// `use_energy` has no limit. It requires a logarithm, and no `n_mfcc`. Unset: no limit.
    log_ceiling: Option<f64> = None;
}

impl MelConfig {
    /// Length of the window in samples.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// assert_eq!(MelConfig::kaldi_fbank().window_length(), 400);
    /// ```
    #[must_use]
    pub fn window_length(&self) -> u32 {
        self.win_length.unwrap_or(self.n_fft)
    }

    /// Sample rate of the input in hertz.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig { input_rate: Some(44_100), ..MelConfig::whisper() };
    /// assert_eq!((config.rate_of_input(), MelConfig::whisper().rate_of_input()), (44_100, 16_000));
    /// ```
    #[must_use]
    pub fn rate_of_input(&self) -> u32 {
        self.input_rate.unwrap_or(self.sample_rate)
    }

    /// Upper edge of the highest band in hertz.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// assert_eq!(MelConfig::whisper().upper_frequency(), 8_000.0);
    /// let below = MelConfig { f_max: Some(-400.0), ..MelConfig::whisper() };
    /// assert_eq!(below.upper_frequency(), 7_600.0);
    /// ```
    #[must_use]
    pub fn upper_frequency(&self) -> f64 {
        let half_the_rate = f64::from(self.sample_rate) / 2.0;
        match self.f_max {
            Some(f_max) if f_max > 0.0 => f_max,
            below => half_the_rate + below.unwrap_or(0.0),
        }
    }

    /// Rows of the result: bands, cepstral coefficients, or bands and the energy, as many more for each order of
    /// deltas, times `stack`.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig { use_energy: true, ..MelConfig::kaldi_fbank() };
    /// assert_eq!(config.n_rows(), 81);
    /// assert_eq!(MelConfig { stack: 2, ..config }.n_rows(), 162);
    /// ```
    #[must_use]
    pub fn n_rows(&self) -> u32 {
        (self.frame_rows() * (1 + self.deltas())).saturating_mul(self.stack)
    }

    /// How often deltas are taken: 0 without any.
    pub(crate) fn deltas(&self) -> u32 {
        if self.delta_win_length.is_some() { self.delta_order } else { 0 }
    }

    /// Rows of a frame before deltas are appended and frames are stacked.
    pub(crate) fn frame_rows(&self) -> u32 {
        match self.n_mfcc {
            Some(n_mfcc) => n_mfcc,
            None => self.n_mels + u32::from(self.use_energy),
        }
    }
}
