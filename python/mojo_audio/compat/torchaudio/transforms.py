"""torchaudio's transforms. They are plain objects, not modules of torch, and have no gradient."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mojo_audio import MelConfig
from mojo_audio._native import quiet_extractor
from mojo_audio.compat import _cepstrum, _tensors
from mojo_audio.compat._errors import refused

__all__ = ["MFCC", "MelSpectrogram", "hann_window"]

_PAD_MODES: dict[str, Literal["reflect", "constant", "replicate"]] = {
    "reflect": "reflect",
    "constant": "constant",
    "replicate": "replicate",
}
_NORMS: dict[bool | str, Literal["none", "window", "frame_length"]] = {
    False: "none",
    True: "window",
    "window": "window",
    "frame_length": "frame_length",
}


def hann_window(window_length: int) -> npt.NDArray[np.float64]:
    """A periodic Hann window, which `torch.hann_window` is."""
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window_length) / window_length)


class _Transform:
    """What a program does with a module on the CPU."""

    def forward(self, waveform: Any) -> Any:
        raise NotImplementedError

    def __call__(self, waveform: Any) -> Any:
        return self.forward(waveform)

    def eval(self) -> Any:
        """Changes nothing."""
        return self

    def to(self, device: Any) -> Any:
        """Changes nothing: the only device is the CPU, and the only type is float32."""
        if str(device) != "cpu":
            raise refused("device", str(device), "cpu")
        return self


class MelSpectrogram(_Transform):
    """Mel spectrograms, as `torchaudio.transforms.MelSpectrogram` computes them.

    Parameters
    ----------
    window_fn
        A function that makes a window from its length and `wkwargs`: torch's, this module's, any.
    onesided
        Draws a warning, like the original's, and has no effect there either.
    Others
        As in torchaudio. `power` must be more than 0.

    Raises
    ------
    ConfigError
        A value that torchaudio refuses, `pad_mode` "circular", `power` None or not more than 0, an `f_max` above half the
        sample rate, a broken `sample_rate`, a window longer or shorter than `win_length`.
    """

    def __init__(
        self,
        sample_rate: int = 16000,
        n_fft: int = 400,
        win_length: int | None = None,
        hop_length: int | None = None,
        f_min: float = 0.0,
        f_max: float | None = None,
        pad: int = 0,
        n_mels: int = 128,
        window_fn: Callable[..., Any] = hann_window,
        power: float = 2.0,
        normalized: bool | str = False,
        wkwargs: dict[str, Any] | None = None,
        center: bool = True,
        pad_mode: str = "reflect",
        onesided: bool | None = None,
        norm: str | None = None,
        mel_scale: str = "htk",
    ) -> None:
        if onesided is not None:
            warnings.warn("onesided is deprecated and has no effect", stacklevel=2)
        if pad < 0:
            raise refused("pad", pad, "at least 0")
        if center and pad_mode not in _PAD_MODES:
            raise refused("pad_mode", pad_mode, f"one of {', '.join(_PAD_MODES)}")
        if normalized not in _NORMS:
            raise refused("normalized", normalized, "a bool, 'window' or 'frame_length'")
        # 0 and less would count from half the rate, as in Kaldi.
        if f_max is not None and f_max <= f_min:
            raise refused("f_max", f_max, f"more than f_min, {f_min},")
        if power is None:
            raise refused("power", power, "a number")
        if norm not in (None, "slaney"):
            raise refused("norm", norm, "None or 'slaney'")
        if mel_scale not in ("htk", "slaney"):
            raise refused("mel_scale", mel_scale, "'htk' or 'slaney'")
        self.sample_rate = sample_rate
        self.n_fft = n_fft
        self.win_length = n_fft if win_length is None else win_length
        self.hop_length = self.win_length // 2 if hop_length is None else hop_length
        self.f_min, self.f_max = f_min, f_max
        self.pad = pad
        self.n_mels = n_mels
        self.power = power
        self.normalized = normalized
        config = MelConfig.torchaudio(
            sample_rate=sample_rate,
            n_fft=n_fft,
            win_length=self.win_length,
            hop_length=self.hop_length,
            f_min=f_min,
            # torchaudio rounds half the rate down.
            f_max=float(sample_rate // 2) if f_max is None else f_max,
            n_mels=n_mels,
            power=power,
            spectrum_norm=_NORMS[normalized],
            center=center,
            pad_mode=_PAD_MODES[pad_mode] if center else "reflect",
            mel_norm="none" if norm is None else "slaney",
            mel_scale="htk" if mel_scale == "htk" else "slaney",
        )
        window = None
        if window_fn is not hann_window or wkwargs:
            window = _tensors.array(window_fn(self.win_length, **(wkwargs or {})), "window_fn")
        self._window = window
        self._extractor = quiet_extractor(config, window=window)
        empty = len(self._extractor.empty_filters())
        if empty:
            warnings.warn(
                f"{empty} of {n_mels} mel bands contain no FFT bin; choose fewer n_mels or a larger n_fft", stacklevel=2
            )

    def _audio(self, waveform: Any) -> npt.NDArray[Any]:
        audio = _tensors.array(waveform, "waveform")
        if _tensors.is_tensor(waveform) and audio.dtype != np.float32:
            raise refused("waveform", str(audio.dtype), "of float32")
        return np.pad(audio, [(0, 0)] * (audio.ndim - 1) + [(self.pad, self.pad)]) if self.pad else audio

    def forward(self, waveform: Any) -> Any:
        """The spectrogram (..., n_mels, n_frames) of audio (..., n_samples): a tensor of float32 on the CPU or
        an array, and the result likewise."""
        return _tensors.like(self._extractor(self._audio(waveform), axis=-1), waveform)


class MFCC(_Transform):
    """Mel-frequency cepstra, as `torchaudio.transforms.MFCC` computes them.

    Raises
    ------
    ConfigError
        A value that torchaudio or `MelSpectrogram` refuses.
    """

    def __init__(
        self,
        sample_rate: int = 16000,
        n_mfcc: int = 40,
        dct_type: int = 2,
        norm: str | None = "ortho",
        log_mels: bool = False,
        melkwargs: dict[str, Any] | None = None,
    ) -> None:
        if dct_type != 2:
            raise refused("dct_type", dct_type, "2")
        if norm not in ("ortho", None):
            raise refused("norm", norm, "'ortho' or None")
        self.sample_rate = sample_rate
        self.n_mfcc = n_mfcc
        self.dct_type = dct_type
        self.norm = norm
        self.log_mels = log_mels
        self.top_db = 80.0
        self.MelSpectrogram = MelSpectrogram(sample_rate=sample_rate, **(melkwargs or {}))
        n_mels = self.MelSpectrogram.n_mels
        if n_mfcc > n_mels:
            raise refused("n_mfcc", n_mfcc, f"at most n_mels, {n_mels},")
        self._basis = _cepstrum.dct(n_mfcc, n_mels, 2, norm == "ortho").astype(np.float32)
        # The whole pipeline in one pass, for what the engine has.
        self._single = None
        if norm == "ortho":
            mel = self.MelSpectrogram
            levels: dict[str, Any] = (
                {"log": "ln", "log_floor": 1e-6, "log_floor_mode": "add"}
                if log_mels
                else {"log": "db", "log_floor": 1e-10, "reference": "whole_input", "top_db": self.top_db}
            )
            config = mel._extractor.config.replace(n_mfcc=n_mfcc, **levels)
            self._single = quiet_extractor(config, window=mel._window)

    def forward(self, waveform: Any) -> Any:
        """The cepstra (..., n_mfcc, n_frames) of audio (..., n_samples), as with `MelSpectrogram`. The 80 dB count
        from the maximum of all channels of (n_channels, n_samples), and of each item before those."""
        audio = self.MelSpectrogram._audio(waveform)
        alone = audio.ndim == 1 or (audio.ndim >= 2 and audio.shape[-2] == 1)
        if self._single is not None and (alone or self.log_mels):
            return _tensors.like(self._single(audio, axis=-1), waveform)
        mel = self.MelSpectrogram._extractor(audio, axis=-1)
        if self.log_mels:
            levels = np.log(mel + np.float32(1e-6))
        else:
            levels = _cepstrum.decibels(mel, 1e-10, self.top_db, tuple(range(mel.ndim))[-3:])
        return _tensors.like(np.matmul(self._basis, levels), waveform)
