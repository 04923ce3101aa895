"""transformers' feature extractor classes: what each saves, and the preset and options that equal it.

`make.py` writes recipes.json from this. The configurations are the classes' own, saved by them; the options
are written by hand. Cases compare the results of those classes that run on torch; Python's tests run the others.
"""

import options
import references
from cases import Case

# What most classes of Whisper's kind have.
PADDED = {"f_max": 8000.0, "bin_frequencies": "linspace", "pad_to": 480000}
WHISPER = PADDED | {"max_length": 480000}
SECOND = {"f_max": 8000.0, "bin_frequencies": "linspace", "pad_to": 16000}
PARAKEET = {"bin_frequencies": "linspace"}
LASR = {
    "n_mels": 128, "window": "hann", "input_scale": 1.0, "preemphasis": 0.0, "remove_dc_offset": False,
    "f_min": 125.0, "f_max": 7500.0, "log_floor": 1e-5, "precision": "double",
}
VARIANCE = {"normalize": "variance", "normalize_ddof": 1, "normalize_eps": 1e-7}
SEAMLESS = VARIANCE | {"precision": "double"}
CODEC = VARIANCE | {"stack": 2, "stack_fill": 1.0, "pad_end": 1, "pad_to_multiple_of": 320}
LOW_FRAME_RATE = {
    "window": "hamming", "input_scale": 1.0, "stack": 7, "stack_stride": 6, "stack_edge": "repeat",
}
GRANITE = {
    "n_fft": 512, "win_length": 400, "f_max": 8000.0, "mel_scale": "htk", "mel_norm": "none",
    "bin_frequencies": "linspace", "drop_last_frame": False, "stack": 2, "stack_edge": "drop",
}
GRANITE_5 = GRANITE | {"stack_edge": "fill", "n_frames_multiple_of": 2, "delta_win_length": 3}
GEMMA = {
    "hop_length": 160, "frame_span": "window", "frame_margin": 1, "center": False, "power": 1.0, "log": "ln",
    "preemphasis_mode": "frame", "max_length": 480000,
}
GEMMA_3N = GEMMA | {
    "n_fft": 1024, "win_length": 512, "f_min": 125.0, "f_max": 7600.0, "preemphasis": 0.97, "log_floor": 1e-5,
    "bin_frequencies": "exact", "pad_to_multiple_of": 128,
}
GEMMA_4 = GEMMA | {
    "n_fft": 512, "win_length": 320, "f_max": 8000.0, "log_floor": 1e-3, "log_floor_mode": "add", "pad_start": 160,
}
INKLING = {
    "n_fft": 1600, "hop_length": 800, "n_mels": 80, "f_max": 8000.0, "center": False, "power": 1.0, "log": "log10",
    "magnitude_eps": 1e-10, "magnitude_eps_mode": "clamp", "mel_scale": "slaney", "mel_norm": "slaney",
    "pad_start": 800, "pad_to_multiple_of": 800,
}
SPEECH2TEXT = {"normalize": "deviation", "normalize_ddof": 0, "normalize_eps": 0.0}
CLVP = {
    "sample_rate": 22050, "n_fft": 1024, "hop_length": 256, "n_mels": 80, "f_max": 8000.0, "mel_scale": "htk",
    "pad_mode": "reflect", "bin_frequencies": "linspace", "log": "ln", "log_floor": 1e-5,
}
UNIVNET = {"sample_rate": 24000, "n_mels": 100, "f_max": 12000.0, "precision": "double"}

# Class, arguments of its constructor, preset, options.
RECIPES = [
    ("Whisper", {}, "whisper", WHISPER),
    ("Whisper", {"feature_size": 128, "chunk_length": 2, "hop_length": 200, "n_fft": 512, "dither": 0.25}, "whisper",
     WHISPER | {"n_mels": 128, "hop_length": 200, "n_fft": 512, "dither": 0.25, "pad_to": 32000, "max_length": 32000}),
    ("Qwen3ASR", {}, "whisper", PADDED | {"n_mels": 128}),
    ("Qwen3ASR", {"feature_size": 40, "chunk_length": 1}, "whisper", SECOND | {"n_mels": 40}),
    ("MossTranscribeDiarize", {}, "whisper", PADDED),
    ("Dots3Note", {}, "whisper", PADDED | {"n_mels": 128, "pad_to": 960000}),
    ("Dots3Note", {"feature_size": 40, "chunk_seconds": 1}, "whisper", SECOND | {"n_mels": 40}),
    ("VoxtralRealtime", {}, "voxtral-realtime", {}),
    ("VoxtralRealtime", {"feature_size": 40, "global_log_mel_max": None}, "whisper",
     {"n_mels": 40, "f_max": 8000.0, "bin_frequencies": "linspace"}),
    ("Parakeet", {}, "parakeet", PARAKEET),
    ("Parakeet", {"feature_size": 40, "preemphasis": None, "hop_length": 200}, "parakeet",
     PARAKEET | {"n_mels": 40, "preemphasis": 0.0, "hop_length": 200}),
    ("NemotronAsrStreaming", {}, "parakeet", PARAKEET | {"normalize": "none"}),
    ("CohereAsr", {}, "parakeet", PARAKEET | {"n_mels": 128, "dither": 1e-5}),
    ("CohereAsr", {"dither": 0.0, "feature_size": 64}, "parakeet", PARAKEET | {"n_mels": 64}),
    ("SeamlessM4T", {}, "seamless-m4t", {"normalize_ddof": 1}),
    ("SeamlessM4T", {"num_mel_bins": 64, "feature_size": 64, "stride": 1}, "kaldi-fbank", SEAMLESS | {"n_mels": 64}),
    ("Speech2Text", {}, "speech2text", {}),
    ("Speech2Text", {"num_mel_bins": 40, "feature_size": 40, "normalize_vars": False}, "kaldi-fbank",
     SPEECH2TEXT | {"n_mels": 40, "normalize": "mean"}),
    ("Speech2Text", {"do_ceptral_normalize": False}, "kaldi-fbank", SPEECH2TEXT | {"normalize": "none"}),
    ("AST", {}, "ast", {}),
    ("AST", {"num_mel_bins": 64, "max_length": 50, "do_normalize": False}, "ast",
     {"n_mels": 64, "n_frames": 50, "offset": 0.0, "scale": 1.0}),
    ("AST", {"max_length": 40, "mean": -5.5, "std": 2.0}, "ast", {"n_frames": 40, "offset": 5.5, "scale": 0.25}),
    ("Lasr", {}, "kaldi-fbank", LASR),
    ("Lasr", {"feature_size": 40, "n_fft": 1024, "win_length": 640, "hop_length": 320}, "kaldi-fbank",
     LASR | {"n_mels": 40, "n_fft": 1024, "win_length": 640, "hop_length": 320}),
    ("Phi4Multimodal", {}, "phi4-multimodal", {}),
    ("SpeechT5", {}, "speecht5", {}),
    ("SpeechT5", {"num_mel_bins": 40, "hop_length": 10, "win_length": 25, "fmin": 20, "fmax": 7000.5,
                  "mel_floor": 1e-3, "win_function": "hamming_window"}, "speecht5",
     {"n_mels": 40, "hop_length": 160, "win_length": 400, "n_fft": 512, "frame_span": "window", "f_min": 20.0,
      "f_max": 7000.5, "log_floor": 1e-3, "window": "hamming"}),
    ("Clap", {}, "clap", {"mel_scale": "htk", "mel_norm": "none"}),
    ("Clap", {"truncation": "rand_trunc", "padding": "pad", "max_length_s": 1}, "clap",
     {"pad_to": 48000, "pad_to_mode": "zeros"}),
    ("Clvp", {}, "librosa", CLVP | {"pad_to": 132300, "max_length": 132300}),
    ("Clvp", {"default_audio_length": 1}, "librosa", CLVP | {"pad_to": 22050, "max_length": 22050}),
    ("UnivNet", {}, "hifigan", UNIVNET | {"max_length": 240000}),
    ("UnivNet", {"do_normalize": True, "normalize_min": -10.0, "normalize_max": 2.0, "fmax": 11000.0}, "hifigan",
     UNIVNET | {"f_max": 11000.0, "offset": 4.0, "scale": 1.0 / 6.0, "max_length": 240000}),
    ("SeamlessM4T", {"padding_value": 1.0}, "kaldi-fbank", SEAMLESS | {"stack": 2, "stack_fill": 1.0}),
    ("NeuCodec", {}, "kaldi-fbank", CODEC),
    ("NeuCodec", {"hop_length": 480, "padding_value": 0.0}, "kaldi-fbank",
     CODEC | {"pad_to_multiple_of": 480, "stack_fill": 0.0}),
    ("Xcodec2", {}, "kaldi-fbank", CODEC | {"pad_start": 160, "pad_end": 161}),
    ("FunAsrNano", {}, "kaldi-fbank", LOW_FRAME_RATE),
    ("FunAsrNano", {"feature_size": 40, "num_frames_lfr": 5, "stride_lfr": 1, "frame_length": 20, "frame_shift": 15,
                    "sampling_rate": 24000}, "kaldi-fbank",
     LOW_FRAME_RATE | {"n_mels": 40, "stack": 5, "stack_stride": 1, "sample_rate": 24000, "win_length": 480,
                       "hop_length": 360}),
    ("GraniteSpeech", {}, "granite-speech", {}),
    ("GraniteSpeech5", {}, "whisper", GRANITE_5),
    ("GraniteSpeech5", {"num_mel_bins": 40, "hop_length": 200, "delta_win_length": 5, "logmel_floor_db": 4.0}, "whisper",
     GRANITE_5 | {"n_mels": 40, "hop_length": 200, "delta_win_length": 5, "top_db": 40.0}),
    ("Gemma3nAudio", {}, "gemma3n", {"max_length": 480000}),
    ("Gemma3nAudio", {"feature_size": 40, "fft_overdrive": False, "preemphasis": 0.0, "input_scale_factor": 0.5,
                      "mel_floor": 1e-3}, "torchaudio",
     GEMMA_3N | {"n_mels": 40, "n_fft": 512, "preemphasis": 0.0, "input_scale": 0.5, "log_floor": 1e-3}),
    ("Gemma4Audio", {}, "torchaudio", GEMMA_4),
    ("Gemma4Audio", {"feature_size": 64, "sampling_rate": 24000, "max_frequency": 11000.0, "preemphasis": 0.9,
                     "fft_overdrive": True}, "torchaudio",
     GEMMA_4 | {"n_mels": 64, "sample_rate": 24000, "n_fft": 1024, "win_length": 480, "hop_length": 240,
                "f_max": 11000.0, "preemphasis": 0.9, "pad_start": 240}),
    ("Inkling", {}, "torchaudio", INKLING),
    ("Inkling", {"feature_size": 40, "audio_token_duration_s": 0.04, "window_size_multiplier": 1.5, "n_fft": 1280},
     "torchaudio",
     INKLING | {"n_mels": 40, "n_fft": 1280, "hop_length": 640, "win_length": 960, "pad_start": 640,
                "pad_to_multiple_of": 640}),
]

# For which of them there are cases, with a name: those that run on torch and pad to a second at most.
CASES = {
    3: "qwen3-asr", 6: "dots3-note", 7: "voxtral-realtime", 8: "voxtral-realtime-maximum", 10: "parakeet-hop-200",
    11: "nemotron", 13: "cohere", 21: "ast", 22: "lasr", 23: "lasr-large", 24: "phi4", 34: "neucodec",
    36: "xcodec2", 37: "funasr-nano", 39: "granite-speech", 40: "granite-speech-5", 41: "granite-speech-5-wide",
    42: "gemma3n", 43: "gemma3n-small", 44: "gemma4", 46: "inkling", 47: "inkling-small",
}


def differences(preset, changes):
    """The options without those that the preset has already."""
    return {option: value for option, value in changes.items() if value != options.PRESETS[preset][option]}


def all_cases():
    for at, title in CASES.items():
        name, arguments, preset, changes = RECIPES[at]
        call = ", ".join([f"recipe({name!r}", "x", *(f"{key}={value!r}" for key, value in arguments.items())]) + ")"
        # Rows of two frames that are normalized in float32 show little but its rounding.
        short = 1840 if name in ("NeuCodec", "Xcodec2") else 640
        rate = changes.get("sample_rate", 16000)
        for signal in (f"speech {rate} 5000 2", f"white {rate} 4000 1", f"white {rate} {short} 5"):
            kind, _, n, _ = signal.split()
            changed = differences(preset, changes)
            case = Case(f"recipe-{title}-{kind}-{n}", preset, signal, "transformers", call, changed)
            if name == "Phi4Multimodal":
                case.note, case.rounding = "pre-emphasis is in float32, before a transform in float64", 200.0
            yield case


def document():
    """What recipes.json has."""
    cases = list(all_cases())
    return {"recipes": [
        {
            "class": f"{name}FeatureExtractor",
            "settings": references.saved(name, arguments),
            "preset": preset,
            "options": {key: options.as_text(value) for key, value in differences(preset, changes).items()},
            "cases": [case.name for case in cases if at in CASES and case.name.rsplit("-", 2)[0] == f"recipe-{CASES[at]}"],
        }
        for at, (name, arguments, preset, changes) in enumerate(RECIPES)
    ]}
