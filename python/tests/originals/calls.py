"""Calls of libraries that need torch or a newer Python, which the tests' environment doesn't have, with their recorded
results.

Each call is an expression that is evaluated twice: by `record.py` with the library's own names, and by the tests with
those of the drop-in. `t` makes a tensor (for the drop-in an array, and a tensor where torch is installed).
"""

from __future__ import annotations

import inspect
import json
import random
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results.npz"
ABOUT = FOLDER / "about.json"


def signal(n: int, seed: int = 0) -> np.ndarray:
    """Coloured noise of full scale 0.5, the same as that of the other tests."""
    noise = np.random.default_rng(seed).standard_normal(n).cumsum()
    noise -= np.linspace(noise[0], noise[-1], n)
    return (noise / max(np.abs(noise).max(), 1e-9) / 2).astype(np.float32)


X = signal(2400, 1)
STEREO = np.stack([X, signal(2400, 2) / 100])
PAIR = np.stack([X, signal(2400, 2)])
LENGTHS = np.array([2400, 1500])
INPUTS: dict[str, Any] = {
    "np": np,
    "x": X,
    "stereo": STEREO,
    "loud": STEREO * 32768,
    "pair": PAIR,
    "followed": np.where(np.arange(2400) < LENGTHS[:, None], PAIR, np.float32(0)),
    "lengths": LENGTHS,
    "random": random,
    # Powers of two channels, and signals that are loud and quiet.
    "power": np.abs(np.random.default_rng(4).standard_normal((2, 128, 9))) * np.array([1.0, 1e-9])[:, None, None],
    "channels": np.stack([signal(8000, 3), signal(8000, 4) / 1000]),
}

_KALDI = {
    "fbank": "loud",
    "fbank small": "stereo",
    "fbank 80": "loud, num_mel_bins=80",
    "fbank float64": "np.float64(1) * loud",
    "fbank energy": "loud, use_energy=True",
    "fbank energy last": "loud, use_energy=True, htk_compat=True, raw_energy=False, energy_floor=0.0",
    "fbank htk": "loud, htk_compat=True",
    **{f"fbank {name}": f"loud, window_type='{name}'" for name in ("hanning", "hamming", "rectangular", "blackman")},
    "fbank blackman_coeff": "loud, window_type='blackman', blackman_coeff=0.4",
    "fbank edges": "loud, snip_edges=False",
    "fbank mean": "loud, subtract_mean=True",
    "fbank channel": "loud, channel=1",
    "fbank not rounded": "loud, frame_length=30.0, round_to_power_of_two=False",
    "fbank 8000": "loud, sample_frequency=8000.0, high_freq=-200.0, frame_shift=12.5",
    "fbank plain": "loud, preemphasis_coefficient=0.0, remove_dc_offset=False",
    "fbank band": "loud, low_freq=0, high_freq=7600.0",
    "fbank short": "loud, min_duration=1.0",
    "fbank linear": "loud, use_log_fbank=False",
    "fbank magnitude": "loud, use_power=False",
    "mfcc": "loud",
    "mfcc 20": "loud, num_ceps=20, cepstral_lifter=0.0",
    "mfcc 23": "loud, num_ceps=23, cepstral_lifter=10.0",
    "mfcc energy": "loud, use_energy=True",
    "mfcc last": "loud, htk_compat=True, subtract_mean=True",
}

_MEL = {
    "": "",
    "frames": "n_fft=512, win_length=400, hop_length=160, n_mels=40",
    "normalized": "normalized=True, n_mels=20",
    "frame length": "normalized='frame_length', n_mels=20",
    "magnitude": "power=1.0, n_mels=20",
    "not centred": "center=False, n_mels=20",
    "never padded": "center=False, pad_mode='circular', n_mels=20",
    "pad": "pad=100, n_mels=20",
    "constant": "pad_mode='constant', n_mels=20",
    "replicate": "pad_mode='replicate', n_mels=20",
    "slaney": "norm='slaney', mel_scale='slaney', n_mels=20",
    "rate": "sample_rate=22255, n_mels=20",
    "band": "f_min=100.0, f_max=7000.0, n_mels=20",
    "hamming": "window_fn=torch.hamming_window, n_mels=20",
    "blackman": "window_fn=torch.blackman_window, wkwargs={'periodic': False}, n_mels=20",
}

_CEPSTRA = {
    "": "n_mfcc=13, melkwargs={'n_mels': 40}",
    "log": "log_mels=True, n_mfcc=13, melkwargs={'n_mels': 40}",
    "not orthonormal": "norm=None, n_mfcc=5, melkwargs={'n_mels': 20, 'window_fn': torch.hamming_window}",
    "log not orthonormal": "norm=None, log_mels=True, n_mfcc=5, melkwargs={'n_mels': 20}",
}

_FIXED = "normalize={'fixed_mean': np.arange(128.0).tolist(), 'fixed_std': np.arange(1.0, 129.0).tolist()}"

# Arguments of NeMo's preprocessor, which is called in eval mode with two signals.
_NEMO = {
    "": "",
    "parakeet": "window_size=0.025, n_fft=512, features=80, pad_to=0",
    "samples": "window_size=None, window_stride=None, n_window_size=400, n_window_stride=100",
    "rate": "sample_rate=22050, features=40, lowfreq=50, highfreq=8000",
    "odd transform": "n_fft=401, features=32",
    "hamming": "window='hamming'",
    "blackman": "window='blackman'",
    "bartlett": "window='bartlett'",
    "all": "normalize='all_features'",
    "fixed": _FIXED,
    "none": "normalize=None",
    "name": "normalize='none'",
    "no preemphasis": "preemph=None",
    "no preemphasis all": "preemph=None, normalize='all_features'",
    "preemphasis 0": "preemph=0.0",
    "preemphasis 2": "preemph=2.0",
    "clamp": "log_zero_guard_type='clamp', log_zero_guard_value='tiny'",
    "clamp level": "log_zero_guard_type='clamp', log_zero_guard_value=1e-4, normalize=None",
    "eps": "log_zero_guard_value='eps', normalize=None",
    "linear": "log=False",
    "magnitude": "mag_power=1.0, normalize=None",
    "power": "mag_power=1.5",
    "pad": "pad_to=7, pad_value=-3.5",
    "not padded": "pad_to=-1, pad_value=1",
    "spliced": "frame_splicing=3, normalize='all_features'",
    "spliced none": "frame_splicing=2, normalize=None",
    "exact": "exact_pad=True",
    "exact all": "exact_pad=True, normalize='all_features', pad_to=0",
    "exact no preemphasis": "exact_pad=True, preemph=None",
    "exact cut": "exact_pad=True, window_stride=None, n_window_stride=600",
    "hop": "window_stride=None, n_window_stride=600",
    "norm": "mel_norm=None",
    "norm 1": "mel_norm=1",
    "deprecated": "use_torchaudio=True",
    "narrow in eval": "nb_augmentation_prob=1.0, n_fft=512",
}

CALLS: dict[str, dict[str, str]] = {
    "torchaudio": {
        **{f"kaldi {name}": f"kaldi.{name.split()[0]}(t({rest.split(',')[0]}){rest[rest.find(','):] if ',' in rest else ''})"
           for name, rest in _KALDI.items()},
        **{f"mel {name}": f"transforms.MelSpectrogram({rest})(t(x))" for name, rest in _MEL.items()},
        "mel channels": "transforms.MelSpectrogram(n_mels=20)(t(np.stack([stereo, stereo])))",
        **{f"cepstra {name}": f"transforms.MFCC({rest})(t(x))" for name, rest in _CEPSTRA.items()},
        **{f"cepstra {name} of channels": f"transforms.MFCC({rest})(t(stereo))" for name, rest in _CEPSTRA.items()},
        "cepstra of a batch": "transforms.MFCC(n_mfcc=5)(t(np.stack([stereo, stereo[::-1] / 10])))",
    },
    "openai-whisper": {
        "80": "whisper.log_mel_spectrogram(t(x))",
        "128": "whisper.log_mel_spectrogram(t(x), n_mels=128)",
        "array": "whisper.log_mel_spectrogram(x)",
        "padding": "whisper.log_mel_spectrogram(t(x), padding=1000)",
        "several": "whisper.log_mel_spectrogram(t(stereo), 80, 160)",
        "one of several": "whisper.log_mel_spectrogram(t(stereo[:1]))",
        "cut": "whisper.pad_or_trim(t(stereo), 5)",
        "filled": "whisper.pad_or_trim(t(x[:9]), 15)",
        "cut along an axis": "whisper.pad_or_trim(t(stereo[:, :6]), 1, axis=0)",
        "filled along an axis": "whisper.pad_or_trim(t(stereo[:, :6]), 4, axis=-2)",
        "of the length": "whisper.pad_or_trim(t(stereo[:, :6]), 6)",
        "array cut": "whisper.pad_or_trim(stereo, 5)",
        "array filled": "whisper.pad_or_trim(stereo[:, :6], 9)",
        "constants": "np.array([whisper.SAMPLE_RATE, whisper.N_FFT, whisper.HOP_LENGTH, whisper.CHUNK_LENGTH, "
        "whisper.N_SAMPLES, whisper.N_FRAMES, whisper.N_SAMPLES_PER_TOKEN, whisper.FRAMES_PER_SECOND, "
        "whisper.TOKENS_PER_SECOND])",
    },
    "librosa": {
        **{
            f"levels {shape} {name}": f"librosa.power_to_db({power}{settings})"
            for shape, power in {"of channels": "power", "of one": "power[0]", "of a row": "power[1, 0]"}.items()
            for name, settings in {
                "": "",
                "of the maximum": ", ref=np.max",
                "of the median": ", ref=np.median, top_db=None",
                "over all": ", ref=np.max, axes=None",
                "over the last": ", ref=np.mean, axes=-1, top_db=20.0",
            }.items()
        },
        "levels over one axis": "librosa.power_to_db(power, ref=np.max, axes=(0,))",
        "level": "librosa.power_to_db(0.5)",
        **{
            f"cepstra {name}": f"librosa.feature.mfcc(y=channels{settings})"
            for name, settings in {
                "": "",
                "13": ", sr=16000, n_mfcc=13, n_mels=64",
                "lifter": ", lifter=22",
                "kind 3": ", dct_type=3",
                "not orthonormal": ", norm=None, n_fft=512",
                "of levels": "[0], S=librosa.power_to_db(power, axes=None)",
            }.items()
        },
        "mel": "librosa.feature.melspectrogram(y=channels)",
        "mel of one": "librosa.feature.melspectrogram(y=x, sr=16000, n_fft=400, hop_length=160, n_mels=40, pad_mode='reflect')",
        "mel magnitude": "librosa.feature.melspectrogram(y=x, power=1.0, htk=True, norm=None, center=False)",
        "filters": "librosa.filters.mel(sr=16000, n_fft=400, n_mels=80)",
    },
    "nemo_toolkit": {
        **{
            f"features {name}": f"nemo({settings}).eval()(input_signal=t(pair), length=t(lengths))[0]"
            for name, settings in _NEMO.items()
        },
        **{
            f"lengths {name}": f"nemo({_NEMO[name]}).eval()(input_signal=t(pair), length=t(lengths))[1]"
            for name in ("", "rate", "odd transform", "exact", "exact cut")
        },
        **{
            f"{which} {name}": f"nemo({settings}).eval()(input_signal=t(pair[[0, 1, 0, 1, 0]]), "
            f"length=t(np.array([160, 0, 159, -500, 5000])))[{place}]"
            for name, settings in (("", ""), ("all", "normalize='all_features'"), ("exact", "exact_pad=True"))
            for place, which in enumerate(("features of odd lengths", "odd lengths"))
        },
        "features followed by zeros": "nemo(preemph=None).eval()(input_signal=t(followed), length=t(lengths))[0]",
        "features of integers": "nemo(normalize=None).eval()(input_signal=t((pair * 32767).astype(np.int16)), "
        "length=t(lengths))[0]",
        "features of float64": "nemo().eval()(input_signal=t(pair.astype(np.float64)), length=t(lengths))[0]",
        "features of a few samples": "nemo().eval()(input_signal=t(pair[:, :5]), length=t(np.array([5, 3])))[0]",
        "features while training": "nemo(dither=0.0).train()(input_signal=t(pair), length=t(lengths))[0]",
        "features augmented": "nemo(dither=0.0, normalize=None, n_fft=512, nb_augmentation_prob=0.5, "
        "rng=random.Random(3))(input_signal=t(pair[[0, 1, 0, 1]]), length=t(lengths[[0, 1, 0, 1]]))[0]",
        "features not augmented": "nemo(dither=0.0, n_fft=512, nb_augmentation_prob=1.0, nb_max_freq=8000)"
        "(input_signal=t(pair), length=t(lengths))[0]",
        "filters": "nemo(features=40, n_fft=512).filter_banks",
    },
    # What the drop-ins override, of classes that need torch.
    "transformers": {
        "ast": "bands('AST', {}, x, 20)",
        "ast cut": "bands('AST', {'num_mel_bins': 40}, x, 9)",
        "clap": "bands('Clap', {}, x, 'mel_filters')",
        "clap slaney": "bands('Clap', {'feature_size': 32, 'top_db': 80}, x, 'mel_filters_slaney')",
        **{
            f"{name}{' batch' if batch else ''}": f"layer('{name}FeatureExtractor', {batch}{more})"
            for name, more, batches in [
                ("Qwen3ASR", "", (False, True)),
                ("MossTranscribeDiarize", "", (False, True)),
                ("Dots3Note", "", (False, True)),
                ("VoxtralRealtime", "", (False, True)),
                ("NemotronAsrStreaming", "", (False, True)),
                ("CohereAsr", "", (False, True)),
                ("FunAsrNano", "", (False,)),
                ("Lasr", "", (False, True)),
                ("Phi4Multimodal", ", 2400", (False,)),
                ("Inkling", "", (False, True)),
                ("GraniteSpeech", "", (False, True)),
                ("GraniteSpeech5", "", (False, True)),
            ]
            for batch in batches
        },
        "clap 16000": "bands('Clap', {'sampling_rate': 16000, 'hop_length': 160, 'frequency_max': 8000}, x, 'mel_filters')",
    },
    "lhotse": {
        **{
            f"{kind} {name}": f"lhotse('{kind}', {settings}, x)"
            for kind in ("Fbank", "Mfcc")
            for name, settings in {
                "default": "{}",
                "filters": "{'num_filters': 30, 'low_freq': 0.0, 'high_freq': 0.0}",
                "snip": "{'snip_edges': True}",
                "magnitude": "{'use_fft_mag': True, 'window_type': 'hamming'}",
                "plain": "{'preemph_coeff': 0.0, 'remove_dc_offset': False, 'window_type': 'rectangular'}",
                "frames": "{'frame_length': 0.03, 'round_to_power_of_two': False, 'window_type': 'hanning'}",
                "8000": "{'sampling_rate': 8000, 'high_freq': -200.0}",
            }.items()
        },
        "Mfcc ceps": "lhotse('Mfcc', {'num_ceps': 20, 'cepstral_lifter': 10}, x)",
        "Whisper": "lhotse('WhisperFbank', {}, x)",
        "Whisper 128": "lhotse('WhisperFbank', {'num_filters': 128}, x[:2390])",
        "Whisper down": "lhotse('WhisperFbank', {}, x[:2319])",
    },
}  # fmt: skip

# The step of a class that is replaced.
STEPS = {
    "Qwen3ASR": "_torch_extract_fbank_features",
    "MossTranscribeDiarize": "_torch_extract_fbank_features",
    "Dots3Note": "_torch_extract_fbank_features",
    "VoxtralRealtime": "_torch_extract_fbank_features",
    "NemotronAsrStreaming": "_torch_extract_fbank_features",
    "CohereAsr": "_torch_extract_fbank_features",
    "FunAsrNano": "_extract_fbank_features",
    "Lasr": "_torch_extract_fbank_features",
    "Phi4Multimodal": "_torch_extract_fbank_features",
    "Inkling": "_torch_extract_fbank_features",
    "GraniteSpeech": "_extract_mel_spectrograms",
    "GraniteSpeech5": "_extract_features",
}

# Calls that fail, with the argument that this package's error names.
REFUSED: dict[str, dict[str, str]] = {
    "torchaudio": {
        "kaldi.fbank(t(loud), channel=2)": "channel",
        "kaldi.fbank(t(loud[:, :300]))": "frame_length",
        "kaldi.fbank(t(loud), frame_shift=0.01)": "frame_shift",
        "kaldi.fbank(t(loud), frame_length=25.07, round_to_power_of_two=False)": "frame_length",
        "kaldi.fbank(t(loud), num_mel_bins=3)": "num_mel_bins",
        "kaldi.fbank(t(loud), window_type='hann')": "window_type",
        "kaldi.fbank(t(loud), window_type='kaiser')": "window_type",
        "kaldi.mfcc(t(loud), num_ceps=24)": "num_ceps",
        "kaldi.fbank(t(loud), low_freq=-20.0)": "low_freq",
        "kaldi.fbank(t(loud), high_freq=9000.0)": "high_freq",
        "kaldi.mfcc(t(loud), low_freq=5000.0, high_freq=4000.0)": "low_freq",
        "kaldi.fbank(t(loud), preemphasis_coefficient=2.0)": "preemphasis_coefficient",
        "transforms.MelSpectrogram(f_max=-400.0)": "f_max",
        "transforms.MelSpectrogram(norm='htk')": "norm",
        "transforms.MelSpectrogram(mel_scale='kaldi')": "mel_scale",
        "transforms.MFCC(dct_type=3)": "dct_type",
        "transforms.MFCC(norm='backward')": "norm",
        "transforms.MFCC(n_mfcc=129)": "n_mfcc",
    },
    "openai-whisper": {
        "whisper.log_mel_spectrogram(t(x), n_mels=64)": "n_mels",
        "whisper.pad_or_trim(t(x), -1)": "length",
    },
    "librosa": {
        "librosa.power_to_db(power, amin=0)": "amin",
        "librosa.power_to_db(power, top_db=-1)": "top_db",
        "librosa.power_to_db(power, ref=lambda S: S.max())": "ref",
        "librosa.feature.mfcc(y=x, lifter=-1)": "lifter",
    },
    "nemo_toolkit": {
        "nemo(window_size=None)": "n_window_size",
        "nemo(window_stride=None, n_window_stride=160.0)": "n_window_stride",
        "nemo(log_zero_guard_type='mul')": "log_zero_guard_type",
        "nemo(log_zero_guard_value='small').eval()(input_signal=t(pair), length=t(lengths))": "log_zero_guard_value",
        "nemo(exact_pad=True, window_stride=None, n_window_stride=161)": "n_window_stride",
        "nemo()(input_signal=t(x), length=t(lengths[:1]))": "input_signal",
        "nemo()(input_signal=t(pair), length=t(lengths[None]))": "length",
        "nemo()(input_signal=t(pair[:, :0]), length=t(lengths * 0))": "input_signal",
    },
}

# Functions and classes whose arguments must have the same names, order and defaults.
SIGNATURES: dict[str, list[str]] = {
    "torchaudio": ["kaldi.fbank", "kaldi.mfcc", "transforms.MelSpectrogram", "transforms.MFCC"],
    "openai-whisper": ["whisper.log_mel_spectrogram", "whisper.pad_or_trim", "whisper.load_audio"],
    "nemo_toolkit": ["nemo"],
}


def signature(item: Any) -> str:
    """The arguments' names and defaults. A default that is a function is shown by its name."""
    found = []
    for argument in inspect.signature(item).parameters.values():
        default = argument.default
        value = getattr(default, "__name__", None) or repr(default)
        found.append(argument.name if default is argument.empty else f"{argument.name}={value}")
    return ", ".join(found)


def step_input(name: str, batch: bool) -> np.ndarray:
    """What the step takes: one signal alone or in a batch, or two."""
    if name == "FunAsrNanoFeatureExtractor":
        return X
    return PAIR if batch else X[None]


def settings(extractor: Any) -> dict[str, Any]:
    """The settings of a feature extractor of transformers, without its tables."""
    return {name: value for name, value in vars(extractor).items() if not isinstance(value, np.ndarray)}


def about() -> dict[str, Any]:
    """The versions, signatures and classes of errors that were recorded."""
    return json.loads(ABOUT.read_text("utf-8"))


def results() -> Any:
    """The recorded arrays: `library/call`."""
    return np.load(RESULTS, allow_pickle=False)
