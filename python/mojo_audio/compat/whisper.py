"""openai-whisper's audio functions, with this package's engine.

>>> from mojo_audio.compat.whisper import log_mel_spectrogram, pad_or_trim
>>> model.decode(log_mel_spectrogram(pad_or_trim(audio)))  # doctest: +SKIP
"""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from mojo_audio import FileError, InputError, MelConfig, MelExtractor, load
from mojo_audio.compat import _cepstrum, _tensors
from mojo_audio.compat._errors import AssertedError, LengthError, UnreadableError, refused, with_field

__all__ = [
    "CHUNK_LENGTH",
    "FRAMES_PER_SECOND",
    "HOP_LENGTH",
    "N_FFT",
    "N_FRAMES",
    "N_SAMPLES",
    "N_SAMPLES_PER_TOKEN",
    "SAMPLE_RATE",
    "TOKENS_PER_SECOND",
    "load_audio",
    "log_mel_spectrogram",
    "pad_or_trim",
]

SAMPLE_RATE = 16000
"""Hertz."""
N_FFT = 400
HOP_LENGTH = 160
CHUNK_LENGTH = 30
"""Seconds."""
N_SAMPLES = CHUNK_LENGTH * SAMPLE_RATE
N_FRAMES = N_SAMPLES // HOP_LENGTH
N_SAMPLES_PER_TOKEN = HOP_LENGTH * 2
FRAMES_PER_SECOND = SAMPLE_RATE // HOP_LENGTH
TOKENS_PER_SECOND = SAMPLE_RATE // N_SAMPLES_PER_TOKEN


def load_audio(file: str, sr: int = SAMPLE_RATE) -> npt.NDArray[np.float32]:
    """The samples of a file, mixed to one channel, as `whisper.load_audio` reads them, by `mojo_audio.load`: most formats
    without the program ffmpeg, with another resampler, and without the rounding to 16 bits.

    Raises
    ------
    FileError
        The file can't be read. It is a `RuntimeError`, too.
    """
    try:
        return load(file, sr)
    except FileError as error:
        unreadable = UnreadableError(*error.args)
        vars(unreadable).update(vars(error))
        raise unreadable from None


def pad_or_trim(array: Any, length: int = N_SAMPLES, *, axis: int = -1) -> Any:
    """The array or tensor with exactly this length along the axis: cut, or filled with zeros at its end, as
    `whisper.pad_or_trim` does it. One that has the length is returned as it is. A negative length is an error."""
    if length < 0:
        raise with_field(LengthError(f"length must be at least 0, got {length}"), "length")
    size = array.shape[axis]
    if size > length:
        # A copy, as in the original: the long signal can be freed.
        kept = [slice(None)] * array.ndim
        kept[axis] = slice(length)
        part = array[tuple(kept)]
        return part.clone() if _tensors.is_tensor(array) else part.copy()
    if size == length:
        return array
    widths = [(0, 0)] * array.ndim
    widths[axis] = (0, length - size)
    if not _tensors.is_tensor(array):
        return np.pad(array, widths)
    return _tensors.torch().nn.functional.pad(array, [width for pair in widths[::-1] for width in pair])


def log_mel_spectrogram(audio: Any, n_mels: int = 80, padding: int = 0, device: Any = None) -> Any:
    """Whisper's log-mel, as `whisper.log_mel_spectrogram` computes it.

    Parameters
    ----------
    audio
        One signal of 16 kHz, (n_samples,), or several, (n_signals, n_samples), whose values all count from the same
        maximum: a tensor on the CPU, an array, or the path of a file, which `load_audio` reads.
    n_mels
        80 or 128.
    padding
        Number of zeros appended to each signal.
    device
        Device that the result is moved to, for which torch is needed.

    Returns
    -------
    A tensor (n_mels, n_samples // 160), or one such for each signal. Where torch is not installed, it is an array.

    Raises
    ------
    InputError
        `n_mels` has another value (an `AssertionError`, too), or `audio` has another shape or no samples.
    FileError
        The file can't be read. It is a `RuntimeError`, too.
    ConfigError
        The tensor is on another device than the CPU, or requires a gradient.
    """
    if n_mels not in (80, 128):
        raise with_field(AssertedError(f"n_mels must be 80 or 128, got {n_mels}"), "n_mels")
    samples = load_audio(audio) if isinstance(audio, str) else _tensors.array(audio, "audio")
    if samples.ndim not in (1, 2):
        message = f"audio must be (n_samples,) or (n_signals, n_samples), got shape {samples.shape}"
        raise with_field(InputError(message), "audio")
    end = max(padding, 0)
    if samples.ndim == 1 or len(samples) == 1:
        mel: npt.NDArray[Any] = _extractor(n_mels, end, True)(samples, axis=-1)
    else:
        # The engine's maximum is that of a signal.
        levels = _cepstrum.decibels(_extractor(n_mels, end, False)(samples, axis=-1), 1e-10, 80.0)
        mel = (levels / np.float32(10) + np.float32(4)) / np.float32(4)
    if find_spec("torch") is None:
        if device is not None:
            raise refused("device", device, "None without torch")
        return mel
    result = _tensors.tensor(mel)
    return result if device is None else result.to(device)


@lru_cache(maxsize=16)
def _extractor(n_mels: int, pad_end: int, leveled: bool) -> MelExtractor:
    config = MelConfig.whisper(n_mels=n_mels, pad_end=pad_end)
    plain: dict[str, Any] = {"log": "none", "reference": "none", "top_db": None, "offset": 0.0, "scale": 1.0}
    return MelExtractor(config if leveled else config.replace(**plain))
