//! Every option of the pipeline, once: its name, type, default and meaning.
//!
//! The table below is the only place where an option is written down. The structure, its default,
//! access by name and the list that the bindings' mirrors are generated from all come out of it, so
//! a new option is one documented line here (and one conformance case).

mod check;
mod choices;
mod presets;
mod value;

pub use choices::{
    BinFrequencies, CenterPad, FrameSpan, Layout, LifterKind, Log, LogFloorMode, MelNorm, MelScale,
    Normalize, PadMode, PadToMode, Precision, PreemphasisMode, Reference, SpectrumNorm, TriangleDomain,
    Window,
};
pub use presets::PRESETS;
pub use value::{Choice, OptionInfo, OptionKind};

use crate::error::Error;
use alloc::string::String;
use value::OptionValue;

macro_rules! options {
    ($( $(#[doc = $doc:literal])+ $name:ident : $type:ty = $default:expr ; )+) => {
        /// Every option of the pipeline. The default is Whisper's log-mel with 80 bands.
        ///
        /// Start from a preset and change single fields:
        ///
        /// ```
        /// use mojo_audio_core::MelConfig;
        ///
        /// let config = MelConfig { n_mels: 128, ..MelConfig::whisper() };
        /// assert_eq!(config, MelConfig::preset("whisper-large-v3")?);
        /// # Ok::<(), mojo_audio_core::Error>(())
        /// ```
        ///
        /// The steps are always taken in this order: `normalize_input`, `dither`, `preemphasis` over
        /// the signal, padding of the signal, framing, `remove_dc_offset`, raw energy, `preemphasis`
        /// in the frame, window, transform, `power`, mel filters, `log`, reference and `top_db`,
        /// `offset` and `scale`, cepstrum or energy, `normalize`.
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
                doc: concat!($($doc, "\n"),+),
                kind: <$type as OptionValue>::KIND,
                optional: <$type as OptionValue>::OPTIONAL,
            }, )+
        ];

        impl MelConfig {
            /// The value of an option as text, in the form that [`set`](Self::set) reads; `none`
            /// where an optional one is unset.
            ///
            /// # Errors
            /// [`Error::UnknownName`] if there is no option of that name.
            pub fn get(&self, option: &str) -> Result<String, Error> {
                match option {
                    $( stringify!($name) => Ok(self.$name.to_text()), )+
                    _ => Err(value::unknown_option(option)),
                }
            }

            /// Sets an option from text: numbers in decimal, `true` or `false`, the name of a
            /// choice, `none` to unset an optional one.
            ///
            /// # Errors
            /// [`Error::UnknownName`] if there is no option of that name, [`Error::Config`] if the
            /// text is not a value of its type. Values are checked against each other later, by
            /// [`check`](Self::check).
            pub fn set(&mut self, option: &str, text: &str) -> Result<(), Error> {
                match option {
                    $( stringify!($name) => self.$name = value::parse(option, text)?, )+
                    _ => return Err(value::unknown_option(option)),
                }
                Ok(())
            }
        }
    };
}

options! {
    /// Sample rate of the input, in hertz.
    sample_rate: u32 = 16_000;
    /// Length of the Fourier transform in samples; any length from 2 to 65,536, never padded.
    n_fft: u32 = 400;
    /// Length of the window in samples, at most `n_fft`; unset means `n_fft`.
    win_length: Option<u32> = None;
    /// Samples between the starts of neighbouring frames.
    hop_length: u32 = 160;
    /// Number of mel bands.
    n_mels: u32 = 80;
    /// Lower edge of the lowest band, in hertz.
    f_min: f64 = 0.0;
    /// Upper edge of the highest band, in hertz; unset means half the sample rate (torchaudio: that
    /// rounded down).
    f_max: Option<f64> = None;
    /// Shape of the window.
    window: Window = Window::Hann;
    /// Whether the window's period is its length (for spectral analysis) instead of its length less
    /// one (symmetric).
    window_periodic: bool = true;
    /// Numbers that windowing and the transform are computed in; what comes before them is float32.
    precision: Precision = Precision::Single;
    /// Exponent of the magnitude: 2 for power, 1 for magnitude.
    power: f64 = 2.0;
    /// Added under the root before a magnitude is taken (`power` other than 2): sqrt(re² + im² + eps).
    magnitude_eps: f64 = 0.0;
    /// What the spectrum is divided by.
    spectrum_norm: SpectrumNorm = SpectrumNorm::None;
    /// Whether frame t is centred on sample t · `hop_length` (the signal is padded at both ends)
    /// instead of starting there.
    center: bool = true;
    /// How many samples `center` adds at each end.
    center_pad: CenterPad = CenterPad::HalfFrame;
    /// What stands beyond the ends of the signal where frames reach over them.
    pad_mode: PadMode = PadMode::Reflect;
    /// Whether only frames that lie wholly inside the signal are taken. If not (Kaldi's way, `center`
    /// must be false), there are round(n_samples / `hop_length`) frames, the first of them centred
    /// on half a hop.
    snip_edges: bool = true;
    /// Which samples belong to a frame when `win_length` is less than `n_fft`.
    frame_span: FrameSpan = FrameSpan::Fft;
    /// Whether the last frame is left out before anything is measured on the result.
    drop_last_frame: bool = true;
    /// Zeros added after the signal, in samples; what `pad_to` asks for counts them.
    pad_end: u64 = 0;
    /// Pads the signal at its end to this many samples (Whisper's models take 480,000); longer ones
    /// stay whole.
    pad_to: Option<u64> = None;
    /// What `pad_to` pads with.
    pad_to_mode: PadToMode = PadToMode::Zeros;
    /// Scales the samples, as if each were multiplied by this: 32,768 for recipes that expect 16-bit
    /// integers.
    input_scale: f64 = 1.0;
    /// Whether the samples are brought to mean 0 and variance 1 first: (x − mean) / sqrt(variance + 1e-7).
    normalize_input: bool = false;
    /// Standard deviation of the Gaussian noise added to each sample, in units of the scaled input;
    /// 0 adds none.
    dither: f64 = 0.0;
    /// Seed of the dither: the same seed gives the same noise.
    dither_seed: u64 = 0;
    /// Pre-emphasis coefficient c in `y[i] = x[i] − c · x[i−1]`; 0 leaves the samples as they are.
    preemphasis: f64 = 0.0;
    /// Whether pre-emphasis runs over the signal or within each frame.
    preemphasis_mode: PreemphasisMode = PreemphasisMode::Signal;
    /// Whether each frame's mean is taken off its samples.
    remove_dc_offset: bool = false;
    /// The mel scale.
    mel_scale: MelScale = MelScale::Slaney;
    /// How filters are scaled.
    mel_norm: MelNorm = MelNorm::Slaney;
    /// Where the sides of the triangles are straight lines.
    triangle_domain: TriangleDomain = TriangleDomain::Hz;
    /// Which frequencies the bins of the transform are taken to stand for.
    bin_frequencies: BinFrequencies = BinFrequencies::Exact;
    /// The logarithm taken of the mel energies.
    log: Log = Log::Log10;
    /// Smallest argument of the logarithm.
    log_floor: f64 = 1e-10;
    /// Whether `log_floor` is a lower limit or is added.
    log_floor_mode: LogFloorMode = LogFloorMode::Clamp;
    /// The level that `top_db` and `subtract_reference` refer to. `whole_input` needs the end of the
    /// input and so can't be streamed.
    reference: Reference = Reference::WholeInput;
    /// The level itself where `reference` is `fixed`, in units of `log` (1.5 for log10 in Voxtral's
    /// real-time model).
    reference_value: f64 = 0.0;
    /// Levels lower than this many decibels below the reference are raised to that; unset raises none.
    /// Whisper's "maximum − 8" in log10 units is 80 dB.
    top_db: Option<f64> = Some(80.0);
    /// Whether the reference level is subtracted, as librosa's `ref=np.max` does.
    subtract_reference: bool = false;
    /// Added to each value after the logarithm and `top_db`.
    offset: f64 = 4.0;
    /// Multiplies each value after `offset` was added.
    scale: f64 = 0.25;
    /// Number of cepstral coefficients (DCT-II, orthonormal) to give instead of the bands; unset
    /// gives the bands.
    n_mfcc: Option<u32> = None;
    /// Lifter of the cepstrum; 0 leaves it as it is.
    lifter: f64 = 0.0;
    /// The formula of the lifter.
    lifter_kind: LifterKind = LifterKind::Kaldi;
    /// Whether the frame's log energy is given too: as one more row before the bands, or in place of
    /// the cepstrum's first coefficient.
    use_energy: bool = false;
    /// Whether the energy is measured before pre-emphasis and window.
    raw_energy: bool = true;
    /// Smallest energy, before its logarithm; 0 sets no limit of its own.
    energy_floor: f64 = 0.0;
    /// Whether the energy, or the cepstrum's first coefficient (times sqrt 2), comes last.
    htk_compat: bool = false;
    /// Gives exactly this many frames of bands: more are cut off, missing ones are 0 before `offset` and
    /// `scale`.
    n_frames: Option<u32> = None;
    /// What is done to each row of the result, over its frames.
    normalize: Normalize = Normalize::None;
    /// Taken off the number of frames in the variance: 0 for the population's, 1 for the unbiased one.
    normalize_ddof: u32 = 1;
    /// Keeps the division of `normalize` away from 0.
    normalize_eps: f64 = 1e-5;
    /// Whether frames from n_samples / `hop_length` on (samples without padding) are left out of `normalize`'s measure and set
    /// to 0 after it, as NeMo does.
    mask_tail: bool = false;
    /// Order of the result in memory.
    layout: Layout = Layout::MelMajor;
}

impl MelConfig {
    /// Length of the window in samples.
    #[must_use]
    pub fn window_length(&self) -> u32 {
        self.win_length.unwrap_or(self.n_fft)
    }

    /// Upper edge of the highest band in hertz.
    #[must_use]
    pub fn upper_frequency(&self) -> f64 {
        self.f_max.unwrap_or(f64::from(self.sample_rate) / 2.0)
    }

    /// Rows of the result: bands, cepstral coefficients, or bands and the energy.
    #[must_use]
    pub fn n_rows(&self) -> u32 {
        match self.n_mfcc {
            Some(n_mfcc) => n_mfcc,
            None => self.n_mels + u32::from(self.use_energy),
        }
    }
}
