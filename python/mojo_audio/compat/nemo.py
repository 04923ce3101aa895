"""NeMo's mel spectrograms, without NeMo. The preprocessor is a plain object, not a module of torch, and has no gradient."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from mojo_audio import InputError, MelConfig, MelExtractor
from mojo_audio._native import quiet_extractor
from mojo_audio.compat import _kaldi, _tensors
from mojo_audio.compat._errors import NoSamplesError, ShapeError, UnsupportedError, named, refused, with_field
from mojo_audio.compat.librosa import filters

__all__ = ["AudioToMelSpectrogramPreprocessor"]

_WINDOWS = ("hann", "hamming", "blackman", "bartlett")
"""All symmetric. The engine has the first three."""

_GUARDS = {"tiny": float(np.finfo(np.float32).tiny), "eps": float(np.finfo(np.float32).eps)}

_EPS = 1e-5
"""What NeMo adds to a deviation."""

_NAMES = {
    "n_mels": "features",
    "f_min": "lowfreq",
    "f_max": "highfreq",
    "power": "mag_power",
    "log_floor": "log_zero_guard_value",
    "win_length": "n_window_size",
    "hop_length": "n_window_stride",
}
"""NeMo's names of the engine's options."""


class AudioToMelSpectrogramPreprocessor:
    """The features of NeMo's models, as `nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor` computes them.

    >>> preprocessor = AudioToMelSpectrogramPreprocessor(window_size=0.025, n_fft=512, features=80).eval()
    >>> features, lengths = preprocessor(input_signal=np.ones((1, 16000), np.float32), length=np.array([16000]))
    >>> features.shape, lengths.tolist()
    ((1, 80, 112), [100])

    Parameters
    ----------
    window_size, window_stride
        In seconds. None if the next two, in samples, are given.
    window
        "hann", "hamming", "blackman" or "bartlett". NeMo fails with "none", in the call.
    normalize
        "per_feature", "all_features", a dict of `fixed_mean` and `fixed_std`, each with a value for every row of every
        signal of a batch, or anything that NeMo takes for none: None, or another string.
    dither
        Deviation of the noise while `training` is true, as it is until `eval` is called. `torch.manual_seed` fixes it
        for tensors, to the same noise as in NeMo, and `random.seed` for arrays. The caller's tensor doesn't change.
    frame_splicing
        How often the bands are repeated: NeMo stacks each frame on itself.
    use_torchaudio, stft_exact_pad, stft_conv
        Have no effect, as in NeMo. The last two draw a warning.
    Others
        As in NeMo.

    Raises
    ------
    ConfigError
        A value that NeMo refuses: an odd stride with `exact_pad` is a `NotImplementedError`, too. A
        `log_zero_guard_value` or a `mag_power` that is not more than 0, a `sample_rate` that is not a whole number.
    """

    def __init__(
        self,
        sample_rate: int = 16000,
        window_size: float | None = 0.02,
        window_stride: float | None = 0.01,
        n_window_size: int | None = None,
        n_window_stride: int | None = None,
        window: str = "hann",
        normalize: str | Mapping[str, Any] | None = "per_feature",
        n_fft: int | None = None,
        preemph: float | None = 0.97,
        features: int = 64,
        lowfreq: float = 0,
        highfreq: float | None = None,
        log: bool = True,
        log_zero_guard_type: str = "add",
        log_zero_guard_value: float | str = 2**-24,
        dither: float = 1e-5,
        pad_to: int = 16,
        frame_splicing: int = 1,
        exact_pad: bool = False,
        pad_value: float = 0,
        mag_power: float = 2.0,
        rng: random.Random | None = None,
        nb_augmentation_prob: float = 0.0,
        nb_max_freq: float = 4000,
        mel_norm: str | float | None = "slaney",
        use_torchaudio: bool = False,
        stft_exact_pad: bool = False,
        stft_conv: bool = False,
    ) -> None:
        if sample_rate != int(sample_rate):
            raise refused("sample_rate", sample_rate, "a whole number")
        win_length = _samples("window_size", window_size, n_window_size, sample_rate)
        hop_length = _samples("window_stride", window_stride, n_window_stride, sample_rate)
        if window not in _WINDOWS:
            raise refused("window", window, f"one of {', '.join(_WINDOWS)}")
        if normalize and not isinstance(normalize, (str, Mapping)):
            raise refused("normalize", normalize, "a string, a dict or None")
        if log_zero_guard_type not in ("add", "clamp"):
            raise refused("log_zero_guard_type", log_zero_guard_type, "'add' or 'clamp'")
        if isinstance(log_zero_guard_value, str) and log_zero_guard_value not in _GUARDS:
            raise refused("log_zero_guard_value", log_zero_guard_value, "a number, 'tiny' or 'eps'")
        if isinstance(pad_to, str):
            raise refused("pad_to", pad_to, "a number")
        if isinstance(mel_norm, str) and mel_norm != "slaney":
            raise refused("mel_norm", mel_norm, "'slaney', a number or None")
        if stft_exact_pad or stft_conv:
            warnings.warn("stft_exact_pad and stft_conv are deprecated and have no effect", stacklevel=2)
        self.win_length, self.hop_length = win_length, hop_length
        self.n_fft = n_fft or 2 ** math.ceil(math.log2(win_length))
        if exact_pad and hop_length % 2 == 1:
            field = "window_stride" if window_stride else "n_window_stride"
            raise refused(field, hop_length, "an even number of samples with exact_pad", UnsupportedError)
        self.training = True
        self.sample_rate = int(sample_rate)
        self.normalize = normalize or None
        self.preemph = preemph
        self.dither = dither
        self.pad_to, self.pad_value = pad_to, pad_value
        self.frame_splicing = max(frame_splicing, 1)
        self.exact_pad = exact_pad
        self._rng = random.Random() if rng is None else rng
        self._nb_augmentation_prob = nb_augmentation_prob if nb_max_freq < sample_rate / 2 else 0.0
        # What is added to the signal's length at both ends together: less than 0 if the stride is longer than n_fft.
        self._padding = 2 * ((self.n_fft - hop_length) // 2 if exact_pad else self.n_fft // 2)

        highfreq = highfreq or sample_rate / 2
        # The engine's own filterbank wherever it has it.
        ours = mel_norm in ("slaney", None) and 0 <= lowfreq < highfreq <= sample_rate / 2
        value = _GUARDS[log_zero_guard_value] if isinstance(log_zero_guard_value, str) else log_zero_guard_value
        options: dict[str, Any] = {
            "sample_rate": self.sample_rate,
            "n_fft": self.n_fft,
            "win_length": win_length,
            "hop_length": hop_length,
            "window": window if window != "bartlett" else "hann",
            "n_mels": features,
            "f_min": lowfreq if ours else 0.0,
            "f_max": highfreq if ours else None,
            "mel_norm": "none" if mel_norm is None else "slaney",
            "power": mag_power,
            "log": "ln" if log else "none",
            "log_floor": value if log else _GUARDS["eps"],
            "log_floor_mode": log_zero_guard_type,
            "normalize": "none",
            "mask_tail": False,
        }
        tables: dict[str, Any] = {"window": np.bartlett(win_length) if window == "bartlett" else None}
        with named(_NAMES):
            plain = MelConfig.parakeet(**options, center=not exact_pad, preemphasis=0.0, drop_last_frame=False)
            if not ours:
                norm: Any = mel_norm
                bank: dict[str, Any] = {"n_mels": features, "fmin": lowfreq, "fmax": highfreq, "norm": norm}
                tables["filterbank"] = filters.mel(sr=sample_rate, n_fft=self.n_fft, **bank)
            # The bands of a signal that is padded and emphasized already, for what the engine can't do in one pass.
            self._bands = quiet_extractor(plain, **tables)
            # The whole pipeline in one pass. Of a signal's frames the last is not among NeMo's.
            self._single: MelExtractor | None = None
            emphasis = 0.0 if preemph is None else preemph
            apart = self.frame_splicing > 1 or isinstance(self.normalize, Mapping)
            if not apart and not exact_pad and 0 <= emphasis <= 1:
                single: dict[str, Any] = {"preemphasis": emphasis, "drop_last_frame": True}
                if self.normalize in ("per_feature", "all_features"):
                    single |= {"normalize": "deviation", "normalize_eps": _EPS}
                    single["normalize_over"] = "row" if self.normalize == "per_feature" else "all"
                self._single = quiet_extractor(plain.replace(**single), **tables)
            self._narrow: MelExtractor | None = None
            if self._nb_augmentation_prob > 0.0:
                weights = self._bands.filterbank()
                weights[:, int(nb_max_freq / sample_rate * self.n_fft) :] = 0.0
                self._narrow = quiet_extractor(plain, **(tables | {"filterbank": weights}))
        if ours:
            # A band that begins at 0 Hz doesn't count.
            empty = sum(1 for band in self._bands.empty_filters() if band > 0 or lowfreq != 0)
            filters.warn_of_empty(empty, features, stacklevel=3)

    @property
    def featurizer(self) -> Any:
        """The object itself, which has the settings that programs change there: `dither`, `pad_to`, `pad_value`."""
        return self

    @property
    def filter_banks(self) -> npt.NDArray[np.float32]:
        """The filters (1, features, n_fft / 2 + 1)."""
        return self._bands.filterbank()[None]

    def train(self, mode: bool = True) -> Any:
        """Whether noise is added."""
        self.training = mode
        return self

    def eval(self) -> Any:
        """Turns the noise off."""
        return self.train(False)

    def to(self, device: Any) -> Any:
        """Changes nothing: the only device is the CPU, and the only type is float32."""
        if str(device) not in ("cpu", "torch.float32"):
            raise refused("device", str(device), "cpu")
        return self

    def __call__(self, input_signal: Any, length: Any) -> tuple[Any, Any]:
        return self.forward(input_signal, length)

    def forward(self, input_signal: Any, length: Any) -> tuple[Any, Any]:
        """The features and their lengths.

        Parameters
        ----------
        input_signal
            Audio (n_signals, n_samples): a tensor on the CPU or an array. Integers are not scaled.
        length
            The samples of each signal, (n_signals,); those after them are padding.

        Returns
        -------
        (n_signals, features, n_frames) of float32, filled with `pad_value` beyond a signal's length up to a multiple of
        `pad_to`; and the frames of each signal, (n_signals,), of int64. Tensors if `input_signal` is one. Normalized
        rows that don't change are 0, where NeMo divides a rounding error by 1e-5, and has values up to 0.2.

        Raises
        ------
        InputError
            A wrong number of axes (a `TypeError`, too), no samples (an `IndexError`, too), with `exact_pad` less than a
            frame.
        SampleError
            A sample is not finite, where NeMo's features are not.
        ConfigError
            A tensor is on another device than the CPU.
        """
        given = input_signal
        if _tensors.is_tensor(given):
            input_signal = given.detach().float()
        audio = _tensors.array(input_signal, "input_signal").astype(np.float32, copy=False)
        lengths = _tensors.array(length, "length")
        if audio.ndim != 2:
            raise with_field(
                ShapeError(f"input_signal must be (n_signals, n_samples), got shape {audio.shape}"), "input_signal"
            )
        if lengths.shape != (len(audio),):
            raise with_field(ShapeError(f"length must be ({len(audio)},), got shape {lengths.shape}"), "length")
        n_samples = audio.shape[1]
        if n_samples == 0:
            raise with_field(NoSamplesError("input_signal must have at least 1 sample"), "input_signal")
        width = 1 + (n_samples + self._padding - self.n_fft) // self.hop_length
        if width < 1:
            least = self.n_fft - self._padding
            message = f"input_signal must have at least {least} samples with exact_pad, got {n_samples}"
            raise with_field(InputError(message), "input_signal")
        counts = np.floor_divide(lengths + self._padding - self.n_fft, self.hop_length).astype(np.int64)
        counts[lengths == 0] = 0
        padding = -width % self.pad_to if self.pad_to > 0 else 0
        shape = len(audio), self._bands.n_mels * self.frame_splicing, width + padding
        result = np.full(shape, self.pad_value, np.float32)
        self._fill(result, audio, lengths.astype(np.int64), np.clip(counts, 0, width), given)
        return _tensors.like(result, given), _tensors.like(counts, given)

    def _fill(
        self,
        result: npt.NDArray[np.float32],
        audio: npt.NDArray[np.float32],
        lengths: npt.NDArray[np.int64],
        counts: npt.NDArray[np.int64],
        given: Any,
    ) -> None:
        """Writes the frames of all signals that have any."""
        some: list[int] = np.flatnonzero(counts).tolist()
        noisy = self.training and self.dither > 0
        narrow = [self.training and self._narrow is not None and self._rng.random() < self._nb_augmentation_prob
                  for _ in audio]  # fmt: skip
        if self._single is not None and not noisy and not any(narrow) and self._ends(audio, lengths):
            clips = [audio[i, : lengths[i]] for i in some]
            if len(some) == len(audio) > 0:
                self._single.batch(clips, padded=True, out=result, fill=self.pad_value)
                return
            for i, mel in zip(some, self._single.batch(clips), strict=True):
                result[i, :, : counts[i]] = mel
            return
        signals = self._prepared(audio, lengths, given if noisy else None)
        for extractor, chosen in ((self._bands, False), (self._narrow, True)):
            places = [i for i in some if narrow[i] == chosen]
            if extractor is None or not places:
                continue
            for i, mel in zip(places, extractor.batch([signals[i] for i in places]), strict=True):
                mel = np.tile(mel[:, : counts[i]], (self.frame_splicing, 1))
                result[i, :, : counts[i]] = self._normalized(mel, i, len(audio))

    def _ends(self, audio: npt.NDArray[np.float32], lengths: npt.NDArray[np.int64]) -> bool:
        """Whether each signal is one that is followed by zeros."""
        if (lengths > audio.shape[1]).any():
            return False
        # Pre-emphasis masks what follows.
        return self.preemph is not None or not any(
            row[max(n, 0) :].any() for row, n in zip(audio, lengths, strict=True)
        )

    def _prepared(
        self, audio: npt.NDArray[np.float32], lengths: npt.NDArray[np.int64], given: Any | None
    ) -> npt.NDArray[np.float32]:
        """The signals with zeros at both ends, noise (if it is given like what) and pre-emphasis."""
        signals = audio
        if self.exact_pad:
            half = self._padding // 2
            cut = audio[:, max(-half, 0) : audio.shape[1] + min(half, 0)]
            signals = np.pad(cut, ((0, 0), (max(half, 0), max(half, 0))))
        if given is not None:
            signals = signals + np.float32(self.dither) * _noise(signals.shape, given)
        if self.preemph is not None:
            emphasized = signals.copy()
            emphasized[:, 1:] -= np.float32(self.preemph) * signals[:, :-1]
            # NeMo's mask doesn't count the zeros before the signal.
            emphasized[np.arange(signals.shape[1]) >= lengths[:, None]] = 0.0
            signals = emphasized
        return signals

    def _normalized(self, mel: npt.NDArray[np.float32], place: int, n_signals: int) -> npt.NDArray[Any]:
        if self.normalize in ("per_feature", "all_features"):
            values = mel.astype(np.float64)
            axis = 1 if self.normalize == "per_feature" else None
            mean = values.mean(axis=axis, keepdims=True)
            freedom = values.shape[1] - 1 if axis == 1 else values.size - 1
            deviation = np.sqrt(((values - mean) ** 2).sum(axis=axis, keepdims=True) / max(freedom, 1))
            return np.asarray((values - mean) / (deviation + _EPS))
        if isinstance(self.normalize, Mapping) and {"fixed_mean", "fixed_std"} <= self.normalize.keys():
            fixed = []
            for name in ("fixed_mean", "fixed_std"):
                values = np.asarray(self.normalize[name], np.float32)
                if values.size != n_signals * len(mel):
                    message = f"({n_signals}, {len(mel)}) values of {name} for this batch"
                    raise refused("normalize", f"{values.size}", message)
                fixed.append(values.reshape(n_signals, len(mel), 1)[place])
            return np.asarray((mel - fixed[0]) / fixed[1])
        return mel


def _samples(name: str, seconds: float | None, samples: int | None, sample_rate: int) -> int:
    """A length that is given in one of two units."""
    if seconds and samples:
        raise refused(f"n_{name}", samples, f"None with {name}")
    count = int(seconds * sample_rate) if seconds else samples
    if not isinstance(count, int) or count <= 0:
        raise refused(name if seconds else f"n_{name}", count, "a whole number of samples, at least 1")
    return count


def _noise(shape: tuple[int, ...], given: Any) -> npt.NDArray[np.float32]:
    """Gaussian noise of variance 1."""
    if _tensors.is_tensor(given):
        values: npt.NDArray[np.float32] = _tensors.torch().randn(shape).numpy()
        return values
    return np.random.default_rng(_kaldi.seed()).standard_normal(shape, np.float32)
