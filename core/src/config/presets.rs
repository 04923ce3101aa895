//! Presets for the model families, each equal to the library that its models were trained with.

use super::{
    BinFrequencies, CenterPad, FrameSpan, Log, LogFloorMode, MelConfig, MelNorm, MelScale, Normalize,
    PadMode, PadToMode, Precision, PreemphasisMode, Reference, TriangleDomain, Window,
};
use crate::error::Error;

/// Names of the presets, as [`MelConfig::preset`] takes them.
pub const PRESETS: &[&str] = &[
    "whisper",
    "whisper-large-v3",
    "librosa",
    "torchaudio",
    "kaldi-fbank",
    "parakeet",
    "hifigan",
    "speecht5",
    "ast",
    "clap",
];

impl MelConfig {
    /// The preset with the given name, one of [`PRESETS`].
    ///
    /// # Errors
    /// [`Error::UnknownName`] if no preset has that name.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// assert_eq!(MelConfig::preset("clap")?, MelConfig::clap());
    /// let error = MelConfig::preset("clip").unwrap_err();
    /// assert_eq!(error.code(), "unknown_name");
    /// # Ok::<(), mojo_audio_core::Error>(())
    /// ```
    pub fn preset(name: &str) -> Result<Self, Error> {
        Ok(match name {
            "whisper" => Self::whisper(),
            "whisper-large-v3" => Self::whisper_large_v3(),
            "librosa" => Self::librosa(),
            "torchaudio" => Self::torchaudio(),
            "kaldi-fbank" => Self::kaldi_fbank(),
            "parakeet" => Self::parakeet(),
            "hifigan" => Self::hifigan(),
            "speecht5" => Self::speecht5(),
            "ast" => Self::ast(),
            "clap" => Self::clap(),
            _ => {
                return Err(Error::UnknownName {
                    what: "preset",
                    name: name.into(),
                    known: PRESETS.iter().map(|&preset| preset.into()).collect(),
                });
            }
        })
    }

    /// Whisper's log-mel with 80 bands: openai-whisper's `log_mel_spectrogram`, transformers'
    /// `WhisperFeatureExtractor` and faster-whisper's `FeatureExtractor`, without their padding to
    /// 30 seconds (set `pad_to` to 480,000 for that).
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::whisper();
    /// assert_eq!((config.n_mels, config.n_fft, config.hop_length), (80, 400, 160));
    /// ```
    #[must_use]
    pub fn whisper() -> Self {
        Self::default()
    }

    /// Whisper's log-mel with the 128 bands of large-v3 and turbo.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::whisper_large_v3();
    /// assert_eq!(config.n_mels, 128);
    /// ```
    #[must_use]
    pub fn whisper_large_v3() -> Self {
        Self { n_mels: 128, ..Self::whisper() }
    }

    /// What most presets start from: linear energies, nothing measured over the result.
    fn linear() -> Self {
        Self {
            drop_last_frame: false,
            log: Log::None,
            reference: Reference::None,
            top_db: None,
            offset: 0.0,
            scale: 1.0,
            ..Self::default()
        }
    }

    /// `librosa.feature.melspectrogram` with its defaults: power, no logarithm, zeros at the edges.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::librosa();
    /// assert_eq!((config.sample_rate, config.n_fft, config.hop_length), (22_050, 2048, 512));
    /// ```
    #[must_use]
    pub fn librosa() -> Self {
        Self {
            sample_rate: 22_050,
            n_fft: 2048,
            hop_length: 512,
            n_mels: 128,
            pad_mode: PadMode::Constant,
            precision: Precision::Double,
            ..Self::linear()
        }
    }

    /// `torchaudio.transforms.MelSpectrogram` with its defaults: HTK's scale, no norm, reflection.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::torchaudio();
    /// assert_eq!((config.n_mels, config.hop_length), (128, 200));
    /// ```
    #[must_use]
    pub fn torchaudio() -> Self {
        Self {
            hop_length: 200,
            n_mels: 128,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::None,
            bin_frequencies: BinFrequencies::Linspace,
            ..Self::linear()
        }
    }

    /// Kaldi's filterbank features with 80 bands, for samples scaled to 16-bit integers, without
    /// dither: kaldi-native-fbank's `OnlineFbank`, `torchaudio.compliance.kaldi.fbank`.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::kaldi_fbank();
    /// assert_eq!((config.n_mels, config.window_length(), config.n_fft), (80, 400, 512));
    /// ```
    #[must_use]
    pub fn kaldi_fbank() -> Self {
        Self {
            n_fft: 512,
            win_length: Some(400),
            f_min: 20.0,
            window: Window::Povey,
            window_periodic: false,
            center: false,
            pad_mode: PadMode::Symmetric,
            frame_span: FrameSpan::Window,
            input_scale: 32_768.0,
            preemphasis: 0.97,
            preemphasis_mode: PreemphasisMode::Frame,
            remove_dc_offset: true,
            mel_scale: MelScale::Kaldi,
            mel_norm: MelNorm::None,
            triangle_domain: TriangleDomain::Mel,
            log: Log::Ln,
            log_floor: f32::EPSILON as f64,
            ..Self::linear()
        }
    }

    /// NVIDIA NeMo's features for Parakeet and Canary, with 80 bands: transformers'
    /// `ParakeetFeatureExtractor`.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::parakeet();
    /// assert_eq!((config.n_mels, config.preemphasis), (80, 0.97));
    /// ```
    #[must_use]
    pub fn parakeet() -> Self {
        Self {
            n_fft: 512,
            win_length: Some(400),
            window_periodic: false,
            pad_mode: PadMode::Constant,
            preemphasis: 0.97,
            log: Log::Ln,
            log_floor: 1.0 / 16_777_216.0, // 2^-24
            log_floor_mode: LogFloorMode::Add,
            normalize: Normalize::Deviation,
            mask_tail: true,
            ..Self::linear()
        }
    }

    /// The mel spectrogram that HiFi-GAN and most later vocoders are trained on, at 22,050 Hz.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::hifigan();
    /// assert_eq!((config.sample_rate, config.upper_frequency()), (22_050, 8_000.0));
    /// ```
    #[must_use]
    pub fn hifigan() -> Self {
        Self {
            sample_rate: 22_050,
            n_fft: 1024,
            hop_length: 256,
            f_max: Some(8_000.0),
            center_pad: CenterPad::HalfOverlap,
            power: 1.0,
            magnitude_eps: 1e-9,
            log: Log::Ln,
            log_floor: 1e-5,
            ..Self::linear()
        }
    }

    /// The training targets of SpeechT5: transformers' `SpeechT5FeatureExtractor(audio_target=…)`.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::speecht5();
    /// assert_eq!((config.f_min, config.upper_frequency()), (80.0, 7_600.0));
    /// ```
    #[must_use]
    pub fn speecht5() -> Self {
        Self {
            n_fft: 1024,
            hop_length: 256,
            f_min: 80.0,
            f_max: Some(7_600.0),
            precision: Precision::Double,
            power: 1.0,
            bin_frequencies: BinFrequencies::Linspace,
            log: Log::Log10,
            ..Self::linear()
        }
    }

    /// The input of the Audio Spectrogram Transformer, 1,024 frames of 128 bands: transformers'
    /// `ASTFeatureExtractor`, normalized with AudioSet's mean and twice its deviation.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::ast();
    /// assert_eq!((config.n_mels, config.n_frames), (128, Some(1024)));
    /// ```
    #[must_use]
    pub fn ast() -> Self {
        Self {
            n_mels: 128,
            window: Window::Hann,
            input_scale: 1.0,
            n_frames: Some(1024),
            offset: 4.267_739_3,
            scale: 1.0 / (4.568_997_4 * 2.0),
            ..Self::kaldi_fbank()
        }
    }

    /// The input of CLAP, ten seconds at 48,000 Hz: transformers' `ClapFeatureExtractor` for the
    /// unfused models (`truncation="rand_trunc"`, Slaney's scale). The fused models use `mel_scale`
    /// `htk` and `mel_norm` `none`.
    ///
    /// ```
    /// use mojo_audio_core::MelConfig;
    ///
    /// let config = MelConfig::clap();
    /// assert_eq!((config.sample_rate, config.n_mels), (48_000, 64));
    /// ```
    #[must_use]
    pub fn clap() -> Self {
        Self {
            sample_rate: 48_000,
            n_fft: 1024,
            hop_length: 480,
            n_mels: 64,
            f_max: Some(14_000.0),
            precision: Precision::Double,
            pad_to: Some(480_000),
            pad_to_mode: PadToMode::Repeat,
            bin_frequencies: BinFrequencies::Linspace,
            log: Log::Db,
            ..Self::linear()
        }
    }
}
