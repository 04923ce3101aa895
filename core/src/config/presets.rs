//! Presets for the model families, each equal to the library that its models were trained with.

use super::value::documentation;
use super::{
    BinFrequencies, CenterPad, FrameSpan, Log, LogFloorMode, MelConfig, MelNorm, MelScale, Normalize,
    PadMode, PadToMode, Precision, PreemphasisMode, PresetInfo, Reference, StackEdge, TriangleDomain,
    Window,
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
                doc: documentation!($($doc),+),
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

    /// The filterbank features of the newer Kaldi: samples between -1 and 1, frames also at the ends, up to 400 Hz
    /// below half the rate.
    "icefall" => icefall {
        reference: "lhotse's `Fbank` and kaldi-native-fbank with `snip_edges` false and `high_freq` -400",
        models: "icefall, sherpa-onnx and lhotse: Zipformer and other transducers",
        shows: (config.upper_frequency(), config.snip_edges), (7_600.0, false),
        config: Self {
            input_scale: 1.0,
            snip_edges: false,
            f_max: Some(-400.0),
            ..Self::kaldi_fbank()
        },
    }

    /// Kaldi's filterbank features with a Hamming window, less the mean of each band.
    "wespeaker" => wespeaker {
        reference: "torchaudio's `compliance.kaldi.fbank` with WeSpeaker's arguments, less the mean over the frames",
        models: "WeSpeaker and the speaker embeddings of pyannote 3.1",
        shows: (config.window, config.normalize),
            (mojo_audio_core::config::Window::Hamming, mojo_audio_core::config::Normalize::Mean),
        config: Self {
            window: Window::Hamming,
            normalize: Normalize::Mean,
            ..Self::kaldi_fbank()
        },
    }

    /// Kaldi's filterbank features with a Hamming window, seven frames side by side every six. The model's `am.mvn` has
    /// a mean and a scale for each row, which extractors take as `row_mean` and `row_scale`.
    "funasr" => funasr {
        reference: "transformers' `FunAsrNanoFeatureExtractor` for samples scaled to 16-bit integers",
        models: "Paraformer, SenseVoice and others of FunASR",
        shows: (config.stack, config.stack_stride, config.n_rows()), (7, Some(6), 560),
        config: Self {
            window: Window::Hamming,
            stack: 7,
            stack_stride: Some(6),
            stack_edge: StackEdge::Repeat,
            ..Self::kaldi_fbank()
        },
    }

    /// Kaldi's filterbank features, each normalized over the frames, two frames side by side.
    "seamless-m4t" => seamless_m4t {
        reference: "transformers' `SeamlessM4TFeatureExtractor`",
        models: "SeamlessM4T and w2v-BERT 2.0",
        shows: (config.stack, config.n_rows()), (2, 160),
        config: Self {
            precision: Precision::Double,
            normalize: Normalize::Variance,
            normalize_eps: 1e-7,
            stack: 2,
            ..Self::kaldi_fbank()
        },
    }

    /// Kaldi's filterbank features, each with mean 0 and deviation 1 over the frames.
    "speech2text" => speech2text {
        reference: "transformers' `Speech2TextFeatureExtractor`",
        models: "Speech2Text and fairseq's S2T",
        shows: (config.n_mels, config.normalize_ddof), (80, 0),
        config: Self {
            normalize: Normalize::Deviation,
            normalize_ddof: 0,
            normalize_eps: 0.0,
            ..Self::kaldi_fbank()
        },
    }

    /// Log-mel with 80 bands on Kaldi's scale up to 7,690 Hz, with a Hamming window.
    "phi4-multimodal" => phi4_multimodal {
        reference: "transformers' `Phi4MultimodalFeatureExtractor`",
        models: "Phi-4 multimodal",
        shows: (config.f_min, config.upper_frequency()), (0.0, 7_690.0),
        config: Self {
            f_min: 0.0,
            f_max: Some(7_690.0),
            window: Window::Hamming,
            precision: Precision::Double,
            remove_dc_offset: false,
            log_floor: 1.0,
            ..Self::kaldi_fbank()
        },
    }

    /// The log-mel of magnitudes in 128 bands, without truncation to 30 seconds (`max_length` 480,000 truncates).
    "gemma3n" => gemma3n {
        reference: "transformers' `Gemma3nAudioFeatureExtractor` for at most 30 seconds",
        models: "Gemma 3n",
        shows: (config.n_mels, config.window_length(), config.n_fft), (128, 512, 1024),
        config: Self {
            n_fft: 1024,
            win_length: Some(512),
            n_mels: 128,
            f_min: 125.0,
            f_max: Some(7_600.0),
            power: 1.0,
            center: false,
            frame_span: FrameSpan::Window,
            frame_margin: 1,
            pad_to_multiple_of: Some(128),
            preemphasis: 0.97,
            preemphasis_mode: PreemphasisMode::Frame,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::None,
            log: Log::Ln,
            log_floor: 1e-5,
            ..Self::linear()
        },
    }

    /// Log-mel with 80 bands on HTK's scale, scaled as Whisper's, two frames side by side.
    "granite-speech" => granite_speech {
        reference: "transformers' `GraniteSpeechFeatureExtractor`",
        models: "Granite Speech",
        shows: (config.stack, config.n_rows()), (2, 160),
        config: Self {
            n_fft: 512,
            win_length: Some(400),
            f_max: Some(8_000.0),
            drop_last_frame: false,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::None,
            bin_frequencies: BinFrequencies::Linspace,
            stack: 2,
            stack_edge: StackEdge::Drop,
            ..Self::whisper()
        },
    }

    /// Whisper's log-mel with 128 bands and a fixed level in place of the loudest value, so that it can stream.
    "voxtral-realtime" => voxtral_realtime {
        reference: "transformers' `VoxtralRealtimeFeatureExtractor`",
        models: "Voxtral Realtime",
        shows: (config.reference, config.reference_value),
            (mojo_audio_core::config::Reference::Fixed, 1.5),
        config: Self {
            n_mels: 128,
            f_max: Some(8_000.0),
            bin_frequencies: BinFrequencies::Linspace,
            reference: Reference::Fixed,
            reference_value: 1.5,
            ..Self::whisper()
        },
    }

    /// The log-mel of magnitudes in 100 bands at 24 kHz. F5-TTS's Vocos has a `log_floor` of 1e-5.
    "vocos" => vocos {
        reference: "Vocos' `MelSpectrogramFeatures` with `padding` `center`",
        models: "Vocos at 24 kHz",
        shows: (config.sample_rate, config.n_mels), (24_000, 100),
        config: Self {
            sample_rate: 24_000,
            n_fft: 1024,
            hop_length: 256,
            n_mels: 100,
            power: 1.0,
            log: Log::Ln,
            log_floor: 1e-7,
            ..Self::torchaudio()
        },
    }

    /// The log-mel of magnitudes in 100 bands at 24 kHz, from 0 to 12 kHz.
    "bigvgan" => bigvgan {
        reference: "BigVGAN's `mel_spectrogram`",
        models: "BigVGAN v2 at 24 kHz",
        shows: (config.n_mels, config.upper_frequency()), (100, 12_000.0),
        config: Self {
            sample_rate: 24_000,
            n_mels: 100,
            f_max: None,
            ..Self::hifigan()
        },
    }

    /// The log-mel of magnitudes in 128 bands from 30 to 8,000 Hz.
    "rmvpe" => rmvpe {
        reference: "RMVPE's `MelSpectrogram`",
        models: "RMVPE, the pitch estimator of RVC and other voice converters",
        shows: (config.n_mels, config.f_min), (128, 30.0),
        config: Self {
            n_fft: 1024,
            n_mels: 128,
            f_min: 30.0,
            f_max: Some(8_000.0),
            power: 1.0,
            mel_scale: MelScale::Htk,
            log: Log::Ln,
            log_floor: 1e-5,
            ..Self::linear()
        },
    }

    /// The log-mel of magnitudes in 64 bands from 125 to 7,500 Hz, of which the model takes patches of 96 frames.
    "vggish" => vggish {
        reference: "AudioSet's `mel_features.log_mel_spectrogram`",
        models: "VGGish",
        shows: (config.n_mels, config.log_floor), (64, 0.01),
        config: Self {
            n_fft: 512,
            win_length: Some(400),
            n_mels: 64,
            f_min: 125.0,
            f_max: Some(7_500.0),
            precision: Precision::Double,
            power: 1.0,
            center: false,
            frame_span: FrameSpan::Window,
            mel_scale: MelScale::Kaldi,
            mel_norm: MelNorm::None,
            triangle_domain: TriangleDomain::Mel,
            log: Log::Ln,
            log_floor: 0.01,
            log_floor_mode: LogFloorMode::Add,
            ..Self::linear()
        },
    }

    /// VGGish's features with a smaller floor.
    "yamnet" => yamnet {
        reference: "AudioSet's `mel_features.log_mel_spectrogram` with `log_offset` 0.001",
        models: "YAMNet",
        shows: config.log_floor, 0.001,
        config: Self {
            log_floor: 0.001,
            ..Self::vggish()
        },
    }

    /// Decibels in 32 bands from 60 to 3,800 Hz, for samples scaled to 16-bit integers.
    "openwakeword" => openwakeword {
        reference: "torchlibrosa's `LogmelFilterBank`, of which openWakeWord's `melspectrogram.onnx` was made",
        models: "openWakeWord and Google's speech embedding",
        shows: (config.n_mels, config.upper_frequency()), (32, 3_800.0),
        config: Self {
            n_fft: 512,
            win_length: Some(400),
            n_mels: 32,
            f_min: 60.0,
            f_max: Some(3_800.0),
            center: false,
            input_scale: 32_768.0,
            log: Log::Db,
            reference: Reference::WholeInput,
            top_db: Some(80.0),
            offset: 20.0,
            scale: 0.1,
            ..Self::linear()
        },
    }

    /// Decibels of magnitudes in 80 bands, mapped to between -4 and 4.
    "wav2lip" => wav2lip {
        reference: "the functions of Wav2Lip's `audio.py`",
        models: "Wav2Lip and SV2TTS",
        shows: (config.hop_length, config.log_ceiling), (200, Some(10.0)),
        config: Self {
            n_fft: 800,
            hop_length: 200,
            f_min: 55.0,
            f_max: Some(7_600.0),
            precision: Precision::Double,
            power: 1.0,
            pad_mode: PadMode::Constant,
            preemphasis: 0.97,
            log: Log::DbMagnitude,
            log_floor: 1e-4,
            log_ceiling: Some(10.0),
            offset: 30.0,
            scale: 0.08,
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
