//! The options that are a choice from a list, each value with the name it has in every language.

use super::value::{Choice, OptionKind, OptionValue};
use alloc::string::String;

macro_rules! choices {
    ($( $(#[doc = $doc:literal])+ $name:ident { $( $(#[doc = $vdoc:literal])+ $variant:ident = $text:literal, )+ } )+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[doc = $vdoc])+ $variant, )+
        }

        impl $name {
            /// Every value, in the order of their numbers in the C interface.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// The name that this value has in every language.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }
        }

        impl OptionValue for $name {
            const KIND: OptionKind = OptionKind::Choice {
                name: stringify!($name),
                values: &[ $( Choice { name: $text, doc: concat!($($vdoc, "\n"),+) }, )+ ],
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

choices! {
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

    /// Numbers that windowing and the transform are computed in.
    Precision {
        /// 32 bits, as PyTorch computes: bands 160 dB below the loudest of their frame drown in
        /// rounding.
        Single = "single",
        /// 64 bits, as NumPy computes (librosa, transformers): at about half the speed.
        Double = "double",
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

    /// What stands beyond the ends of the signal.
    PadMode {
        /// The signal mirrored at its first and last sample, those not repeated; again and again
        /// where the signal is short.
        Reflect = "reflect",
        /// Zeros.
        Constant = "constant",
        /// The first and the last sample.
        Replicate = "replicate",
        /// The signal mirrored with its first and last sample repeated (Kaldi's).
        Symmetric = "symmetric",
    }

    /// What `pad_to` pads with.
    PadToMode {
        /// Zeros.
        Zeros = "zeros",
        /// As many whole repetitions of the signal as fit, then zeros (CLAP's "repeatpad").
        Repeat = "repeat",
    }

    /// Which samples belong to a frame when `win_length` is less than `n_fft`.
    FrameSpan {
        /// `n_fft` samples, with the window in their middle (librosa, torch.stft).
        Fft = "fft",
        /// `win_length` samples, with zeros after them up to `n_fft` (Kaldi).
        Window = "window",
    }

    /// Whether pre-emphasis runs over the signal or within each frame.
    PreemphasisMode {
        /// Over the signal; its first sample stays.
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
        /// To a height of 1.
        None = "none",
        /// To an area of 1: 2 / (upper edge − lower edge), in hertz.
        Slaney = "slaney",
    }

    /// Where the sides of the triangles are straight lines.
    TriangleDomain {
        /// Over hertz.
        Hz = "hz",
        /// Over mel (Kaldi).
        Mel = "mel",
    }

    /// Which frequencies the bins of the transform are taken to stand for.
    BinFrequencies {
        /// Bin k is k · `sample_rate` / `n_fft`.
        Exact = "exact",
        /// Evenly from 0 to `sample_rate` / 2 rounded down, whatever `n_fft` is, as torchaudio and
        /// transformers lay them; the same as `exact` where both are even.
        Linspace = "linspace",
    }

    /// The logarithm taken of the mel energies.
    Log {
        /// None at all.
        None = "none",
        /// Natural logarithm.
        Ln = "ln",
        /// Decadic logarithm.
        Log10 = "log10",
        /// 10 log10: decibels of a power.
        Db = "db",
        /// 20 log10: decibels of a magnitude.
        DbMagnitude = "db_magnitude",
    }

    /// Whether `log_floor` is a lower limit or is added.
    LogFloorMode {
        /// log(max(x, floor)).
        Clamp = "clamp",
        /// log(x + floor).
        Add = "add",
    }

    /// The level that `top_db` and `subtract_reference` refer to.
    Reference {
        /// The highest value of the whole result (Whisper's).
        WholeInput = "whole_input",
        /// `reference_value`: the same for each part of a live signal.
        Fixed = "fixed",
        /// None: `top_db` and `subtract_reference` do nothing.
        None = "none",
    }

    /// The formula of the lifter, for coefficient i of lifter L.
    LifterKind {
        /// 1 + L / 2 · sin(π i / L), i from 0.
        Kaldi = "kaldi",
        /// 1 + L / 2 · sin(π i / L), i from 1.
        Librosa = "librosa",
    }

    /// What is done to each row of the result, over its frames.
    Normalize {
        /// Nothing.
        None = "none",
        /// Its mean is subtracted.
        Mean = "mean",
        /// Its mean is subtracted, then it is divided by deviation + eps (NeMo).
        Deviation = "deviation",
        /// Its mean is subtracted, then it is divided by sqrt(variance + eps) (SeamlessM4T).
        Variance = "variance",
    }

    /// Order of the result in memory.
    Layout {
        /// (n_mels, n_frames): a band's frames stand together.
        MelMajor = "mel_major",
        /// (n_frames, n_mels): a frame's bands stand together.
        FrameMajor = "frame_major",
    }
}
