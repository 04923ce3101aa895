"""Reads a model's `preprocessor_config.json`.

Each family has a function that says which settings become which option, which don't affect the features, and
which values are supported. Any other setting is an error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from mojo_audio._errors import ConfigError

Options = dict[str, Any]

# Settings of transformers' base class for the padding of batches, the type of the result, or the class that
# reads the file.
_NO_FEATURE = frozenset(
    {
        "feature_extractor_type",
        "processor_class",
        "auto_map",
        "padding_side",
        "padding_value",
        "return_attention_mask",
        "return_tensors",
        "transformers_version",
        "_name_or_path",
    }
)

# transformers always spaces the bins from 0 to half the sample rate, rounded down.
_LINSPACE = "linspace"


def read(source: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[str, Options]:
    """The preset, and the options to change in it."""
    settings = _Settings(_load(source))
    kind = settings.take("feature_extractor_type", None)
    if kind is None and "preprocessor" in settings:
        # transformers 5 keeps the settings of all of a model's preprocessors in one file.
        raise _refused("preprocessor", "…", "the settings of the feature extractor alone")
    family = _FAMILIES.get(kind) if isinstance(kind, str) else None
    if family is None:
        raise _refused("feature_extractor_type", kind, f"one of {', '.join(_FAMILIES)}")
    preset, options = family(settings)
    settings.finish(str(kind))
    return preset, options


def _load(source: str | os.PathLike[str] | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        return source
    path = os.fspath(source)
    if os.path.isdir(path):
        path = os.path.join(path, "preprocessor_config.json")
    with open(path, encoding="utf-8") as file:
        try:
            settings = json.load(file)
        except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, a number or nesting too long
            raise _refused("source", path, f"a JSON file ({error})") from error
    if not isinstance(settings, dict):
        raise _refused("source", path, "a JSON object of settings")
    return settings


def _refused(field: str, value: object, wanted: str) -> ConfigError:
    # A file may have a setting without a name.
    error = ConfigError(f"{field or repr(field)}: {value!r} can't be honoured; {wanted} is wanted")
    error.field, error.value, error.wanted = field, repr(value), wanted
    return error


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refused(name, value, "a number")
    # Python's JSON reader accepts infinities, NaN and integers of any length.
    if not abs(value) <= sys.float_info.max:
        raise _refused(name, value, "a finite number")
    return value


class _Settings:
    """The settings of a file, crossed off as they are read."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)

    def __contains__(self, name: str) -> bool:
        return name in self._settings

    def take(self, name: str, default: Any) -> Any:
        return self._settings.pop(name, default)

    def number(self, name: str, default: float) -> float:
        return _number(name, self.take(name, default))

    def integer(self, name: str, default: int) -> int:
        value = self.number(name, default)
        if value != int(value):
            raise _refused(name, value, "an integer")
        return int(value)

    def flag(self, name: str, default: bool) -> bool:
        value = self.take(name, default)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise _refused(name, value, "true or false")
        return value

    def only(self, name: str, *allowed: Any) -> None:
        """A setting that must have one of the supported values; the first is its default."""
        value = self.take(name, allowed[0])
        # 1 is not a flag, and true is not a number.
        if not any(value == wanted and type(value) is type(wanted) for wanted in allowed):
            raise _refused(name, value, " or ".join(repr(wanted) for wanted in allowed))

    def follows(self, name: str, value: int) -> None:
        """A setting that transformers computes from others when it saves them."""
        given = self.take(name, value)
        if given != value:
            raise _refused(name, given, f"{value}, which follows from the other settings,")

    def drop(self, *names: str) -> None:
        for name in names:
            self._settings.pop(name, None)

    def finish(self, kind: str) -> None:
        """Fails if a setting has not been read."""
        for name, value in self._settings.items():
            if name not in _NO_FEATURE:
                raise _refused(name, value, f"a setting that {kind} is known to have")


def _whisper(settings: _Settings) -> tuple[str, Options]:
    rate = settings.integer("sampling_rate", 16_000)
    hop_length = settings.integer("hop_length", 160)
    n_samples = settings.integer("chunk_length", 30) * rate
    if hop_length < 1:
        raise _refused("hop_length", hop_length, "at least 1")
    settings.follows("n_samples", n_samples)
    settings.follows("nb_max_frames", n_samples // hop_length)
    # transformers uses the argument do_normalize of the call, not the setting.
    settings.drop("mel_filters", "do_normalize")
    settings.only("padding_value", 0.0, 0)
    return "whisper", {
        "sample_rate": rate,
        "n_mels": settings.integer("feature_size", 80),
        "hop_length": hop_length,
        "n_fft": settings.integer("n_fft", 400),
        "f_max": 8_000.0,
        "bin_frequencies": _LINSPACE,
        "dither": settings.number("dither", 0.0),
        "pad_to": n_samples,
    }


def _kaldi(settings: _Settings, n_mels: int) -> Options:
    rate = settings.integer("sampling_rate", 16_000)
    if rate != 16_000:
        raise _refused("sampling_rate", rate, "16000, at which frames of 400 samples are 25 ms,")
    settings.drop("mel_filters", "window")
    return {"sample_rate": rate, "n_mels": settings.integer("num_mel_bins", n_mels)}


def _ast(settings: _Settings) -> tuple[str, Options]:
    options = _kaldi(settings, n_mels=128)
    settings.only("feature_size", 1)
    options["n_frames"] = settings.integer("max_length", 1024)
    mean, deviation = settings.number("mean", -4.2677393), settings.number("std", 4.5689974)
    if settings.flag("do_normalize", True):
        if deviation <= 0:
            raise _refused("std", deviation, "more than 0")
        options |= {"offset": -mean, "scale": 1 / (deviation * 2)}
    else:
        options |= {"offset": 0.0, "scale": 1.0}
    return "ast", options


def _clap(settings: _Settings) -> tuple[str, Options]:
    rate = settings.integer("sampling_rate", 48_000)
    n_samples = settings.integer("max_length_s", 10) * rate
    n_fft = settings.integer("fft_window_size", 1024)
    settings.follows("nb_max_samples", n_samples)
    settings.follows("nb_frequency_bins", n_fft // 2 + 1)
    settings.drop("mel_filters", "mel_filters_slaney")
    # In old files; transformers no longer reads them.
    settings.drop("chunk_length_s", "n_fft", "nb_max_frames")
    truncation = settings.take("truncation", "fusion")
    if truncation not in ("fusion", "rand_trunc"):
        raise _refused("truncation", truncation, "'fusion' or 'rand_trunc'")
    padding = settings.take("padding", "repeatpad")
    if padding not in ("repeatpad", "pad"):
        raise _refused("padding", padding, "'repeatpad' or 'pad'")
    # transformers reads it and never uses it.
    settings.drop("top_db")
    options: Options = {
        "sample_rate": rate,
        "n_mels": settings.integer("feature_size", 64),
        "hop_length": settings.integer("hop_length", 480),
        "n_fft": n_fft,
        "f_min": settings.number("frequency_min", 0.0),
        "f_max": settings.number("frequency_max", 14_000.0),
        "pad_to": n_samples,
        "pad_to_mode": "repeat" if padding == "repeatpad" else "zeros",
    }
    if truncation == "fusion":
        options |= {"mel_scale": "htk", "mel_norm": "none"}
    return "clap", options


def _speecht5(settings: _Settings) -> tuple[str, Options]:
    rate = settings.integer("sampling_rate", 16_000)
    win_length = settings.integer("win_length", 64) * rate // 1000
    n_fft = 1 << max(win_length - 1, 1).bit_length()
    settings.only("feature_size", 1)
    settings.only("do_normalize", False, True)  # of waveforms, never of these targets
    settings.follows("sample_size", win_length)
    settings.follows("sample_stride", hop_length := settings.integer("hop_length", 16) * rate // 1000)
    settings.follows("n_fft", n_fft)
    settings.follows("n_freqs", n_fft // 2 + 1)
    settings.drop("mel_filters", "window")
    # In old files; transformers 4.26 and later don't read them.
    settings.only("frame_signal_scale", 1.0)
    settings.only("reduction_factor", 2, 1)
    window = settings.take("win_function", "hann_window")
    windows = {"hann_window": "hann", "hamming_window": "hamming", "boxcar": "rectangular"}
    if not isinstance(window, str) or window not in windows:
        raise _refused("win_function", window, f"one of {', '.join(windows)}")
    return "speecht5", {
        "sample_rate": rate,
        "n_mels": settings.integer("num_mel_bins", 80),
        "hop_length": hop_length,
        "win_length": None if win_length == n_fft else win_length,
        "frame_span": "window",
        "n_fft": n_fft,
        "window": windows[window],
        "f_min": settings.number("fmin", 80.0),
        "f_max": settings.number("fmax", 7_600.0),
        "log_floor": settings.number("mel_floor", 1e-10),
    }


def _parakeet(settings: _Settings) -> tuple[str, Options]:
    settings.drop("mel_filters")
    preemphasis = settings.take("preemphasis", 0.97)
    if preemphasis is not None:
        preemphasis = _number("preemphasis", preemphasis)
    return "parakeet", {
        "sample_rate": settings.integer("sampling_rate", 16_000),
        "n_mels": settings.integer("feature_size", 80),
        "hop_length": settings.integer("hop_length", 160),
        "n_fft": settings.integer("n_fft", 512),
        "win_length": settings.integer("win_length", 400),
        "preemphasis": preemphasis or 0.0,
        "bin_frequencies": _LINSPACE,
    }


def _seamless_m4t(settings: _Settings) -> tuple[str, Options]:
    settings.drop("stride")  # how frames are stacked for the model
    # transformers uses the number of bands instead.
    settings.drop("feature_size")
    options = _kaldi(settings, n_mels=80)
    return "kaldi-fbank", options | {
        "normalize": "variance",
        "normalize_ddof": 1,
        "normalize_eps": 1e-7,
        "precision": "double",
    }


_FAMILIES: dict[str, Callable[[_Settings], tuple[str, Options]]] = {
    "WhisperFeatureExtractor": _whisper,
    "ASTFeatureExtractor": _ast,
    "ClapFeatureExtractor": _clap,
    "SpeechT5FeatureExtractor": _speecht5,
    "ParakeetFeatureExtractor": _parakeet,
    "SeamlessM4TFeatureExtractor": _seamless_m4t,
}
