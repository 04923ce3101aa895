//! Presets for the model families, each equal to the library that its models were trained with.

use super::{
    BinFrequencies, CenterPad, FrameSpan, Log, LogFloorMode, MelConfig, MelNorm, MelScale, Normalize,
    PadMode, PadToMode, Precision, PreemphasisMode, PresetInfo, Reference, TriangleDomain, Window,
};
use crate::error::Error;

/// Makes of the table below the list of names, what is known of each, and the functions with their documentation.
macro_rules! presets {
    ($(
        $(#[doc = $doc:literal])+
        $name:literal => $function:ident {
            reference: $reference:literal,
            models: $models:literal,
            shows: $left:expr, $right:expr,
            config: $config:expr,
        }
    )+) => {
        /// Names of the presets, as [`MelConfig::preset`] takes them.
        pub const PRESETS: &[&str] = &[$($name),+];

        /// What each preset is for, in the order of [`PRESETS`].
        ///
        /// ```
        /// use mojo_audio_core::{MelConfig, config::PRESET_INFO};
        ///
        /// let clap = PRESET_INFO.iter().find(|info| info.name == "clap").unwrap();
        /// assert!(clap.reference.contains("ClapFeatureExtractor"));
        /// assert_eq!((clap.config)(), MelConfig::clap());
        /// ```
        pub const PRESET_INFO: &[PresetInfo] = &[$(
            PresetInfo {
                name: $name,
                doc: concat!($($doc, "\n"),+),
                reference: $reference,
                models: $models,
                config: MelConfig::$function,
            }
        ),+];

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
                    $($name => Self::$function(),)+
                    _ => {
                        return Err(Error::UnknownName {
                            what: "preset",
                            name: name.into(),
                            known: PRESETS.iter().map(|&preset| preset.into()).collect(),
                        });
                    }
                })
            }

            $(
                $(#[doc = $doc])+
                ///
                #[doc = concat!("Equal to ", $reference, ". For ", $models, ".")]
                ///
                /// ```
                #[doc = concat!("let config = mojo_audio_core::MelConfig::", stringify!($function), "();")]
                #[doc = concat!("assert_eq!(", stringify!($left), ", ", stringify!($right), ");")]
                /// ```
                #[must_use]
                pub fn $function() -> Self {
                    $config
                }
            )+
        }
    };
}

presets! {
    /// Whisper's log-mel with 80 bands, without padding to 30 seconds (`pad_to` 480,000 pads).
    "whisper" => whisper {
        reference: "openai-whisper's `log_mel_spectrogram`, transformers' `WhisperFeatureExtractor` and faster-whisper's `FeatureExtractor`",
        models: "Whisper up to large-v2 and Distil-Whisper",
        shows: (config.n_mels, config.n_fft, config.hop_length), (80, 400, 160),
        config: Self::default(),
    }

    /// Whisper's log-mel with 128 bands, without padding to 30 seconds (`pad_to` 480,000 pads).
    "whisper-large-v3" => whisper_large_v3 {
        reference: "the same features of openai-whisper, transformers and faster-whisper with `n_mels` 128",
        models: "Whisper large-v3 and turbo, Qwen2-Audio, Voxtral",
        shows: config.n_mels, 128,
        config: Self { n_mels: 128, ..Self::whisper() },
    }

    /// `melspectrogram` of librosa with its defaults: power, no logarithm, zeros beyond the ends.
    "librosa" => librosa {
        reference: "librosa's `feature.melspectrogram`",
        models: "models of music and sound events that were trained with librosa",
        shows: (config.sample_rate, config.n_fft, config.hop_length), (22_050, 2048, 512),
        config: Self {
            sample_rate: 22_050,
            n_fft: 2048,
            hop_length: 512,
            n_mels: 128,
            pad_mode: PadMode::Constant,
            precision: Precision::Double,
            ..Self::linear()
        },
    }

    /// `MelSpectrogram` of torchaudio with its defaults: power, no logarithm, HTK's scale, mirrored ends.
    "torchaudio" => torchaudio {
        reference: "torchaudio's `transforms.MelSpectrogram`",
        models: "models that were trained with torchaudio",
        shows: (config.n_mels, config.hop_length), (128, 200),
        config: Self {
            hop_length: 200,
            n_mels: 128,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::None,
            bin_frequencies: BinFrequencies::Linspace,
            ..Self::linear()
        },
    }

    /// Kaldi's filterbank features with 80 bands, for samples scaled to 16-bit integers, without dither.
    "kaldi-fbank" => kaldi_fbank {
        reference: "kaldi-native-fbank's `OnlineFbank` and torchaudio's `compliance.kaldi.fbank`",
        models: "WeNet, FireRedASR and others of Kaldi's line",
        shows: (config.n_mels, config.window_length(), config.n_fft), (80, 400, 512),
        config: Self {
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
        },
    }

    /// NeMo's log-mel with 80 bands, each normalized over the frames.
    "parakeet" => parakeet {
        reference: "transformers' `ParakeetFeatureExtractor`",
        models: "Parakeet and Canary (NVIDIA NeMo)",
        shows: (config.n_mels, config.preemphasis), (80, 0.97),
        config: Self {
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
        },
    }

    /// The log-mel of magnitudes that vocoders are trained on.
    "hifigan" => hifigan {
        reference: "HiFi-GAN's `mel_spectrogram`",
        models: "HiFi-GAN, Matcha and most vocoders after it",
        shows: (config.sample_rate, config.upper_frequency()), (22_050, 8_000.0),
        config: Self {
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
        },
    }

    /// The training targets of SpeechT5: log10 of magnitudes.
    "speecht5" => speecht5 {
        reference: "transformers' `SpeechT5FeatureExtractor(audio_target=...)`",
        models: "SpeechT5",
        shows: (config.f_min, config.upper_frequency()), (80.0, 7_600.0),
        config: Self {
            n_fft: 1024,
            hop_length: 256,
            f_min: 80.0,
            f_max: Some(7_600.0),
            precision: Precision::Double,
            power: 1.0,
            bin_frequencies: BinFrequencies::Linspace,
            log: Log::Log10,
            ..Self::linear()
        },
    }

    /// 1,024 frames of 128 bands, normalized with AudioSet's mean and twice its deviation.
    "ast" => ast {
        reference: "transformers' `ASTFeatureExtractor`",
        models: "the Audio Spectrogram Transformer",
        shows: (config.n_mels, config.n_frames), (128, Some(1024)),
        config: Self {
            n_mels: 128,
            window: Window::Hann,
            input_scale: 1.0,
            n_frames: Some(1024),
            offset: 4.267_739_3,
            scale: 1.0 / (4.568_997_4 * 2.0),
            ..Self::kaldi_fbank()
        },
    }

    /// Ten seconds in decibels. The fused models use `mel_scale` `htk` and `mel_norm` `none`.
    "clap" => clap {
        reference: "transformers' `ClapFeatureExtractor` with `truncation=\"rand_trunc\"`",
        models: "CLAP",
        shows: (config.sample_rate, config.n_mels), (48_000, 64),
        config: Self {
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
        },
    }
}

impl MelConfig {
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
}
