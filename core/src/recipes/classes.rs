//! The feature extractor classes of transformers (as of 5.24): the options that each starts from, and what
//! each of its settings means.

use super::recipe::Recipe;
use super::rest;
use super::settings::Allowed::{self, Flag, Number, Text};
use crate::config::{
    BinFrequencies, Log, LogFloorMode, MagnitudeEpsMode, MelConfig, MelNorm, MelScale, Normalize,
    PadMode, Precision, StackEdge, Window,
};

/// A feature extractor class.
pub(crate) struct Class {
    pub name: &'static str,
    pub(super) features: Features,
}

/// What a class computes.
pub(super) enum Features {
    /// What the options can describe.
    Mel(Recipe),
    /// Mel features with these steps besides, which no option has.
    Missing(&'static str),
    /// Something else.
    Other(&'static str),
}

const ZERO: &[Allowed] = &[Number(0.0)];
const RIGHT: (&str, &[Allowed]) = ("padding_side", &[Text("right")]);

/// Whisper's features and those of the classes copied from it.
const WHISPER: Recipe = Recipe {
    base: || whisper(80),
    options: &[
        ("sampling_rate", "sample_rate"),
        ("feature_size", "n_mels"),
        ("hop_length", "hop_length"),
        ("n_fft", "n_fft"),
        ("dither", "dither"),
    ],
    derived: &[("chunk_length", "pad_to"), ("chunk_length", "max_length")],
    only: &[
        ("padding_value", ZERO),
        RIGHT,
        // An argument of the call, which some files have: the class uses its default.
        ("padding", &[Text("max_length")]),
    ],
    // `do_normalize` is an argument of the call, not a setting.
    unused: &["mel_filters", "do_normalize"],
    rest: rest::whisper,
};

/// Of classes that have Whisper's settings, with 128 bands, and no arguments of the call among them.
const WHISPER_128: Recipe = Recipe {
    base: || whisper(128),
    only: &[("padding_value", ZERO), RIGHT],
    unused: &["mel_filters"],
    rest: rest::qwen3_asr,
    ..WHISPER
};

fn whisper(n_mels: u32) -> MelConfig {
    MelConfig {
        n_mels,
        f_max: Some(8_000.0),
        bin_frequencies: BinFrequencies::Linspace,
        ..MelConfig::whisper()
    }
}

/// Features of NVIDIA's models.
const PARAKEET: Recipe = Recipe {
    base: parakeet,
    options: &[
        ("sampling_rate", "sample_rate"),
        ("feature_size", "n_mels"),
        ("hop_length", "hop_length"),
        ("n_fft", "n_fft"),
        ("win_length", "win_length"),
    ],
    derived: &[("preemphasis", "preemphasis")],
    only: &[],
    unused: &["mel_filters"],
    rest: rest::nemo,
};

fn parakeet() -> MelConfig {
    MelConfig { bin_frequencies: BinFrequencies::Linspace, ..MelConfig::parakeet() }
}

/// Kaldi's features with frames of 400 samples.
const KALDI: Recipe = Recipe {
    base: MelConfig::kaldi_fbank,
    options: &[("num_mel_bins", "n_mels")],
    derived: &[],
    only: &[("sampling_rate", &[Number(16_000.0)])],
    // The number of bands is `num_mel_bins`.
    unused: &["mel_filters", "window", "feature_size"],
    rest: rest::nothing,
};

/// Kaldi's features with frames of any size.
const SIZED_KALDI: Recipe = Recipe {
    options: &[
        ("sampling_rate", "sample_rate"),
        ("feature_size", "n_mels"),
        ("hop_length", "hop_length"),
        ("n_fft", "n_fft"),
        ("win_length", "win_length"),
    ],
    only: &[],
    unused: &["mel_filters"],
    rest: rest::even_n_fft,
    ..KALDI
};

/// Kaldi's features of a signal that is padded to whole frames of a codec.
const CODEC: Recipe = Recipe {
    base: || MelConfig { stack_fill: 1.0, pad_end: 1, pad_to_multiple_of: Some(320), ..pairs() },
    options: &[("hop_length", "pad_to_multiple_of"), ("padding_value", "stack_fill")],
    // The class replaces these when it is made.
    unused: &["feature_size", "num_mel_bins", "frame_length", "frame_shift", "stride"],
    ..KALDI
};

/// Features of the Universal Speech Model, whose frames count only where one more sample follows.
const GEMMA: Recipe = Recipe {
    base: gemma,
    options: &[
        ("sampling_rate", "sample_rate"),
        ("feature_size", "n_mels"),
        ("min_frequency", "f_min"),
        ("max_frequency", "f_max"),
        ("preemphasis", "preemphasis"),
        ("mel_floor", "log_floor"),
        ("input_scale_factor", "input_scale"),
        ("dither", "dither"),
    ],
    derived: &[
        ("frame_length_ms", "n_fft"),
        ("frame_length_ms", "win_length"),
        ("hop_length_ms", "hop_length"),
    ],
    only: &[("padding_value", ZERO), RIGHT, ("preemphasis_htk_flavor", &[Flag(true)])],
    unused: &["mel_filters", "window"],
    rest: rest::gemma3n,
};

fn gemma() -> MelConfig {
    MelConfig { max_length: Some(480_000), ..MelConfig::gemma3n() }
}

/// Kaldi's features with normalized rows, in stacks of two frames.
fn pairs() -> MelConfig {
    MelConfig { precision: Precision::Single, ..MelConfig::seamless_m4t() }
}

const RAW: Features = Features::Other("raw samples");

const fn mel(name: &'static str, recipe: Recipe) -> Class {
    Class { name, features: Features::Mel(recipe) }
}

const fn other(name: &'static str, features: Features) -> Class {
    Class { name, features }
}

pub(super) const CLASSES: &[Class] = &[
    mel("WhisperFeatureExtractor", WHISPER),
    mel("Qwen3ASRFeatureExtractor", WHISPER_128),
    mel("MossTranscribeDiarizeFeatureExtractor", Recipe { rest: rest::moss, ..WHISPER }),
    mel("Dots3NoteFeatureExtractor", Recipe { rest: rest::dots3, ..WHISPER_128 }),
    mel(
        "VoxtralRealtimeFeatureExtractor",
        Recipe {
            base: MelConfig::voxtral_realtime,
            options: &[
                ("sampling_rate", "sample_rate"),
                ("feature_size", "n_mels"),
                ("hop_length", "hop_length"),
                ("n_fft", "n_fft"),
            ],
            derived: &[("global_log_mel_max", "reference_value")],
            only: &[],
            // The class uses `win_length` for the attention mask, not for the window.
            unused: &["mel_filters", "win_length"],
            rest: rest::voxtral,
        },
    ),
    mel("ParakeetFeatureExtractor", PARAKEET),
    mel(
        "NemotronAsrStreamingFeatureExtractor",
        Recipe {
            base: || MelConfig { normalize: Normalize::None, ..parakeet() },
            only: &[("mel_filters_dtype", &[Text("float32")])],
            ..PARAKEET
        },
    ),
    mel(
        "CohereAsrFeatureExtractor",
        Recipe {
            base: || MelConfig { n_mels: 128, dither: 1e-5, ..parakeet() },
            options: &[
                ("sampling_rate", "sample_rate"),
                ("feature_size", "n_mels"),
                ("hop_length", "hop_length"),
                ("n_fft", "n_fft"),
                ("win_length", "win_length"),
                ("dither", "dither"),
            ],
            // Where recordings of more than half a minute are split.
            unused: &[
                "mel_filters",
                "max_audio_clip_s",
                "overlap_chunk_second",
                "min_energy_window_samples",
            ],
            ..PARAKEET
        },
    ),
    mel(
        "SeamlessM4TFeatureExtractor",
        Recipe {
            base: MelConfig::seamless_m4t,
            options: &[("num_mel_bins", "n_mels"), ("padding_value", "stack_fill")],
            rest: rest::seamless_m4t,
            ..KALDI
        },
    ),
    mel("NeuCodecFeatureExtractor", CODEC),
    mel(
        "Xcodec2FeatureExtractor",
        Recipe {
            derived: &[("hop_length", "pad_start"), ("hop_length", "pad_end")],
            rest: rest::xcodec2,
            ..CODEC
        },
    ),
    mel(
        "FunAsrNanoFeatureExtractor",
        Recipe {
            base: || MelConfig { input_scale: 1.0, ..MelConfig::funasr() },
            options: &[
                ("sampling_rate", "sample_rate"),
                ("feature_size", "n_mels"),
                ("num_frames_lfr", "stack"),
                ("stride_lfr", "stack_stride"),
            ],
            derived: &[
                ("frame_length", "n_fft"),
                ("frame_length", "win_length"),
                ("frame_shift", "hop_length"),
            ],
            only: &[],
            unused: &[],
            rest: rest::fun_asr_nano,
        },
    ),
    mel(
        "GraniteSpeechFeatureExtractor",
        Recipe {
            base: MelConfig::granite_speech,
            options: &[
                ("sampling_rate", "sample_rate"),
                ("n_mels", "n_mels"),
                ("hop_length", "hop_length"),
                ("n_fft", "n_fft"),
                ("win_length", "win_length"),
            ],
            derived: &[],
            only: &[],
            // The class takes the number of bands from `n_mels`; the last two are of the model's projector.
            unused: &["feature_size", "projector_window_size", "projector_downsample_rate"],
            rest: rest::granite_speech,
        },
    ),
    mel(
        "GraniteSpeech5FeatureExtractor",
        Recipe {
            base: || MelConfig {
                n_frames_multiple_of: Some(2),
                delta_win_length: Some(3),
                stack_edge: StackEdge::Fill,
                ..MelConfig::granite_speech()
            },
            options: &[
                ("sampling_rate", "sample_rate"),
                ("num_mel_bins", "n_mels"),
                ("hop_length", "hop_length"),
                ("n_fft", "n_fft"),
                ("win_length", "win_length"),
                ("delta_win_length", "delta_win_length"),
            ],
            derived: &[("logmel_floor_db", "top_db")],
            only: &[],
            // The class computes the number of rows, and pads with `padding_value` in batches only.
            unused: &["feature_size", "mel_filters"],
            rest: rest::granite_speech_5,
        },
    ),
    mel("Gemma3nAudioFeatureExtractor", GEMMA),
    mel(
        "Gemma4AudioFeatureExtractor",
        Recipe {
            // Frames that reach into the padding are 0 in the class, and left out here.
            base: || MelConfig {
                f_min: 0.0,
                f_max: Some(8_000.0),
                preemphasis: 0.0,
                log_floor: 1e-3,
                log_floor_mode: LogFloorMode::Add,
                bin_frequencies: BinFrequencies::Linspace,
                pad_to_multiple_of: None,
                ..gemma()
            },
            derived: &[
                ("frame_length_ms", "n_fft"),
                ("frame_length_ms", "win_length"),
                ("frame_length_ms", "pad_start"),
                ("hop_length_ms", "hop_length"),
            ],
            rest: rest::gemma4,
            ..GEMMA
        },
    ),
    mel(
        "InklingFeatureExtractor",
        Recipe {
            base: || MelConfig {
                n_mels: 80,
                center: false,
                power: 1.0,
                magnitude_eps: 1e-10,
                magnitude_eps_mode: MagnitudeEpsMode::Clamp,
                mel_scale: MelScale::Slaney,
                mel_norm: MelNorm::Slaney,
                log: Log::Log10,
                ..MelConfig::torchaudio()
            },
            options: &[("sampling_rate", "sample_rate"), ("feature_size", "n_mels")],
            derived: &[
                ("n_fft", "n_fft"),
                ("window_size_multiplier", "win_length"),
                ("audio_token_duration_s", "hop_length"),
            ],
            only: &[],
            // The class pads the spectrograms of a batch, and the processor has levels of its own.
            unused: &["mel_filters", "window"],
            rest: rest::inkling,
        },
    ),
    mel(
        "Speech2TextFeatureExtractor",
        Recipe {
            base: MelConfig::speech2text,
            options: &[("num_mel_bins", "n_mels"), ("dither", "dither")],
            rest: rest::speech_to_text,
            ..KALDI
        },
    ),
    mel(
        "ASTFeatureExtractor",
        Recipe {
            base: MelConfig::ast,
            options: &[("num_mel_bins", "n_mels"), ("max_length", "n_frames")],
            derived: &[("mean", "offset"), ("std", "scale")],
            only: &[("sampling_rate", &[Number(16_000.0)]), ("feature_size", &[Number(1.0)])],
            unused: &["mel_filters", "window"],
            rest: rest::ast,
        },
    ),
    mel(
        "LasrFeatureExtractor",
        Recipe {
            base: || MelConfig {
                n_mels: 128,
                window: Window::Hann,
                input_scale: 1.0,
                preemphasis: 0.0,
                remove_dc_offset: false,
                f_min: 125.0,
                f_max: Some(7_500.0),
                log_floor: 1e-5,
                precision: Precision::Double,
                ..MelConfig::kaldi_fbank()
            },
            ..SIZED_KALDI
        },
    ),
    mel(
        "Phi4MultimodalFeatureExtractor",
        Recipe {
            base: MelConfig::phi4_multimodal,
            options: &[
                ("sampling_rate", "sample_rate"),
                ("feature_size", "n_mels"),
                ("hop_length", "hop_length"),
                ("n_fft", "n_fft"),
                ("win_length", "win_length"),
                ("preemphasis", "preemphasis"),
                ("mel_min_frequency", "f_min"),
                ("mel_max_frequency", "f_max"),
            ],
            // How many embeddings the model makes of the frames.
            unused: &[
                "mel_filters",
                "audio_compression_rate",
                "audio_downsample_rate",
                "audio_feat_stride",
            ],
            ..SIZED_KALDI
        },
    ),
    mel(
        "SpeechT5FeatureExtractor",
        Recipe {
            base: MelConfig::speecht5,
            options: &[
                ("sampling_rate", "sample_rate"),
                ("num_mel_bins", "n_mels"),
                ("fmin", "f_min"),
                ("fmax", "f_max"),
                ("mel_floor", "log_floor"),
            ],
            derived: &[
                ("win_length", "n_fft"),
                ("win_length", "win_length"),
                ("hop_length", "hop_length"),
            ],
            only: &[
                ("feature_size", &[Number(1.0)]),
                // In old files, no longer read.
                ("frame_signal_scale", &[Number(1.0)]),
                ("reduction_factor", &[Number(2.0), Number(1.0)]),
            ],
            // `do_normalize` is for waveforms, never for these targets.
            unused: &["mel_filters", "window", "do_normalize"],
            rest: rest::speecht5,
        },
    ),
    mel(
        "ClapFeatureExtractor",
        Recipe {
            base: MelConfig::clap,
            options: &[
                ("sampling_rate", "sample_rate"),
                ("feature_size", "n_mels"),
                ("hop_length", "hop_length"),
                ("fft_window_size", "n_fft"),
                ("frequency_min", "f_min"),
                ("frequency_max", "f_max"),
            ],
            derived: &[("max_length_s", "pad_to")],
            only: &[],
            // The class never uses `top_db`. The last three are in old files, no longer read.
            unused: &[
                "mel_filters",
                "mel_filters_slaney",
                "top_db",
                "chunk_length_s",
                "n_fft",
                "nb_max_frames",
            ],
            rest: rest::clap,
        },
    ),
    mel(
        "ClvpFeatureExtractor",
        Recipe {
            base: || MelConfig {
                sample_rate: 22_050,
                n_fft: 1024,
                hop_length: 256,
                n_mels: 80,
                f_max: Some(8_000.0),
                precision: Precision::Double,
                mel_scale: MelScale::Htk,
                bin_frequencies: BinFrequencies::Linspace,
                log: Log::Ln,
                log_floor: 1e-5,
                pad_mode: PadMode::Reflect,
                ..MelConfig::librosa()
            },
            options: &[
                ("sampling_rate", "sample_rate"),
                ("feature_size", "n_mels"),
                ("hop_length", "hop_length"),
                ("n_fft", "n_fft"),
            ],
            derived: &[("default_audio_length", "pad_to"), ("default_audio_length", "max_length")],
            only: &[("padding_value", ZERO), RIGHT],
            unused: &["mel_filters"],
            rest: rest::clvp,
        },
    ),
    mel(
        "UnivNetFeatureExtractor",
        Recipe {
            base: || MelConfig {
                sample_rate: 24_000,
                n_mels: 100,
                f_max: None,
                precision: Precision::Double,
                ..MelConfig::hifigan()
            },
            options: &[
                ("sampling_rate", "sample_rate"),
                ("num_mel_bins", "n_mels"),
                ("hop_length", "hop_length"),
                ("filter_length", "n_fft"),
                ("fmin", "f_min"),
                ("mel_floor", "magnitude_eps"),
                ("compression_clip_val", "log_floor"),
            ],
            derived: &[
                ("fmax", "f_max"),
                ("normalize_max", "scale"),
                ("normalize_max", "offset"),
                ("max_length_s", "max_length"),
            ],
            only: &[("center", &[Flag(false)])],
            // Of the noise that the class also makes, and of an argument of the call.
            unused: &["mel_filters", "window", "feature_size", "model_in_channels", "pad_end_length"],
            rest: rest::univnet,
        },
    ),
    other("Pop2PianoFeatureExtractor", Features::Missing("frames are cut at the beats of the music")),
    other("MusicgenMelodyFeatureExtractor", Features::Other("chroma")),
    other("Wav2Vec2FeatureExtractor", RAW),
    other("OmniASRFeatureExtractor", RAW),
    other("WavTokenizerFeatureExtractor", RAW),
    other("EncodecFeatureExtractor", RAW),
    other("DacFeatureExtractor", RAW),
    other("DiaFeatureExtractor", RAW),
    other("KyutaiSpeechToTextFeatureExtractor", RAW),
    other("PeAudioFeatureExtractor", RAW),
    other("PocketTTSFeatureExtractor", RAW),
    other("MuseSparkFeatureExtractor", RAW),
    other("VibeVoiceAcousticTokenizerFeatureExtractor", RAW),
    other("Gemma4UnifiedAudioFeatureExtractor", RAW),
];
