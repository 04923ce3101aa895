//! The options that are a choice from a list. Each value has the same name in every language.

use super::value::{Choice, OptionKind, OptionValue, documentation};
use alloc::string::String;

macro_rules! choices {
    ($attribute:tt $( $(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $vdoc:literal])+ $variant:ident = $text:literal, )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #$attribute
        pub enum $name {
            $( $(#[doc = $vdoc])+ $variant, )+
        }

        impl $name {
            /// Every value, in the order of their numbers in the C interface.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// The name of this value in every language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }
        }

        impl OptionValue for $name {
            const KIND: OptionKind = OptionKind::Choice {
                name: stringify!($name),
                values: &[ $( Choice { name: $text, doc: documentation!($($vdoc),+) }, )+ ],
            };

            fn from_text(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|choice| choice.name() == text)
            }

            fn to_text(&self) -> String {
                self.name().into()
            }
        }
    )+ };
}

impl Log {
    /// Whether it is a logarithm.
    pub(crate) const fn is_logarithm(self) -> bool {
        !matches!(self, Self::None | Self::Pcen)
    }
}

choices! { [non_exhaustive]
    /// Shape of the window.
    Window {
        /// 0.5 − 0.5 cos.
        Hann = "hann",
        /// 0.54 − 0.46 cos.
        Hamming = "hamming",
        /// 0.42 − 0.5 cos + 0.08 cos of twice the angle.
        Blackman = "blackman",
        /// Kaldi's: Hann to the power of 0.85.
        Povey = "povey",
        /// All ones.
        Rectangular = "rectangular",
    }

    /// Floating-point type used for windowing and the transform.
    Precision {
        /// float32, as in PyTorch. Rounding hides bands 160 dB below the loudest of their frame.
        Single = "single",
        /// float64, as in NumPy (librosa, transformers), at about half the speed.
        Double = "double",
    }

    /// How `magnitude_eps` is applied.
    MagnitudeEpsMode {
        /// sqrt(re² + im² + eps).
        Add = "add",
        /// sqrt(max(re² + im², eps)) (Inkling).
        Clamp = "clamp",
    }

    /// What the spectrum is divided by.
    SpectrumNorm {
        /// Nothing.
        None = "none",
        /// The root of the window's energy (torchaudio's `normalized="window"`).
        Window = "window",
        /// The root of `n_fft` (torchaudio's `normalized="frame_length"`).
        FrameLength = "frame_length",
    }

    /// How many samples `center` adds at each end.
    CenterPad {
        /// Half a frame, rounded down.
        HalfFrame = "half_frame",
        /// (`n_fft` − `hop_length`) / 2, rounded down: the frames of vocoders.
        HalfOverlap = "half_overlap",
    }

    /// What frames contain where they reach beyond the ends of the signal.
    PadMode {
        /// The signal mirrored at its first and last sample without repeating them, again and again
        /// if the signal is short.
        Reflect = "reflect",
        /// Zeros.
        Constant = "constant",
        /// The first and the last sample.
        Replicate = "replicate",
        /// The signal mirrored, its first and last sample repeated (Kaldi).
        Symmetric = "symmetric",
    }

    /// What `pad_to` pads with.
    PadToMode {
        /// Zeros.
        Zeros = "zeros",
        /// As many whole copies of the signal as fit, then zeros (CLAP's "repeatpad").
        Repeat = "repeat",
    }

    /// Which samples belong to a frame when `win_length` is less than `n_fft`.
    FrameSpan {
        /// `n_fft` samples, with the window in the middle (librosa, torch.stft).
        Fft = "fft",
        /// `win_length` samples, followed by zeros up to `n_fft` (Kaldi).
        Window = "window",
    }

    /// Whether pre-emphasis runs over the signal or within each frame.
    PreemphasisMode {
        /// Over the signal; its first sample doesn't change.
        Signal = "signal",
        /// Within each frame; its first sample is multiplied by 1 − c (Kaldi).
        Frame = "frame",
    }

    /// The mel scale.
    MelScale {
        /// Linear below 1,000 Hz, logarithmic above (Slaney's Auditory Toolbox; librosa, Whisper).
        Slaney = "slaney",
        /// 2595 log10(1 + f / 700).
        Htk = "htk",
        /// 1127 ln(1 + f / 700).
        Kaldi = "kaldi",
    }

    /// How filters are scaled.
    MelNorm {
        /// Height 1.
        None = "none",
        /// Area 1: height 2 / (upper edge − lower edge), in hertz.
        Slaney = "slaney",
    }

    /// Frequency scale on which the sides of the triangles are straight.
    TriangleDomain {
        /// Hertz.
        Hz = "hz",
        /// Mel (Kaldi).
        Mel = "mel",
        /// Hertz, with falling sides as wide as the rising ones: each triangle ends before the centre of the next
        /// (SpeechBrain).
        HzSymmetric = "hz_symmetric",
    }

    /// Frequencies assigned to the bins of the transform.
    BinFrequencies {
        /// Bin k is k · `sample_rate` / `n_fft`.
        Exact = "exact",
        /// Evenly spaced from 0 to `sample_rate` / 2 rounded down, as in torchaudio and transformers.
        /// Equal to `exact` if `sample_rate` and `n_fft` are even.
        Linspace = "linspace",
    }

    /// The logarithm taken of the mel energies, or what takes its place.
    Log {
        /// None.
        None = "none",
        /// Natural logarithm.
        Ln = "ln",
        /// Logarithm to base 10.
        Log10 = "log10",
        /// 10 log10: decibels of a power.
        Db = "db",
        /// 20 log10: decibels of a magnitude.
        DbMagnitude = "db_magnitude",
        /// No logarithm, but per-channel energy normalization as in `librosa.pcen`: (E / (`pcen_eps` + M)^`pcen_gain` +
        /// `pcen_bias`)^`pcen_power` − `pcen_bias`^`pcen_power`, where M is the average of a band's energy E up to the
        /// frame. Not with `top_db`, `subtract_reference`, `n_mfcc` or `use_energy`.
        Pcen = "pcen",
    }

    /// How `log_floor` is applied.
    LogFloorMode {
        /// log(max(x, floor)).
        Clamp = "clamp",
        /// log(x + floor).
        Add = "add",
    }

    /// Reference level of `top_db` and `subtract_reference`.
    Reference {
        /// The highest value of the whole result (Whisper).
        WholeInput = "whole_input",
        /// `reference_value`, which works for live signals too.
        Fixed = "fixed",
        /// None: `top_db` and `subtract_reference` have no effect.
        None = "none",
    }

    /// The formula of the lifter, for coefficient i of lifter L.
    LifterKind {
        /// 1 + L / 2 · sin(π i / L), i from 0.
        Kaldi = "kaldi",
        /// 1 + L / 2 · sin(π i / L), i from 1.
        Librosa = "librosa",
    }

    /// Normalization of each row of the result over its frames.
    Normalize {
        /// None.
        None = "none",
        /// Subtracts the mean.
        Mean = "mean",
        /// Subtracts the mean and divides by deviation + `normalize_eps` (NeMo).
        Deviation = "deviation",
        /// Subtracts the mean and divides by sqrt(variance + `normalize_eps`) (SeamlessM4T).
        Variance = "variance",
        /// Maps to 0 … 1: subtracts the minimum and divides by maximum − minimum + `normalize_eps`.
        MinMax = "min_max",
    }

    /// Over which values `normalize` measures.
    NormalizeOver {
        /// Over the frames of each row.
        Row = "row",
        /// Over all rows together (NeMo's `all_features`).
        All = "all",
    }

    /// What a stack of frames contains where the signal has no frame.
    StackEdge {
        /// `stack_fill` after the last frame (SeamlessM4T).
        Fill = "fill",
        /// The first frame, (`stack` − 1) / 2 times (rounded down) before itself, and the last frame after
        /// itself (FunASR's low frame rate).
        Repeat = "repeat",
        /// Incomplete stacks are dropped (Granite Speech).
        Drop = "drop",
    }

}

choices! {
    // A matrix has no third order. A match that lists both can't write values to the wrong places.
    [doc = ""]
    /// Order of the result in memory.
    Layout {
        /// (n_mels, n_frames): the frames of a band are adjacent.
        MelMajor = "mel_major",
        /// (n_frames, n_mels): the bands of a frame are adjacent.
        FrameMajor = "frame_major",
    }
}
