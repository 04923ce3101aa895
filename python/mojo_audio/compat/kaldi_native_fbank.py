"""kaldi-native-fbank's filterbank, cepstrum and Whisper features, frame by frame, with this package's engine.

>>> import numpy
>>> from mojo_audio.compat import kaldi_native_fbank as knf
>>> fbank = knf.OnlineFbank(knf.FbankOptions(frame_opts=knf.FrameExtractionOptions(dither=0.0)))
>>> fbank.accept_waveform(16000, numpy.zeros(1600, numpy.float32))
>>> fbank.input_finished()
>>> fbank.num_frames_ready, fbank.get_frame(0).shape
(8, (23,))
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mojo_audio import MelExtractor
from mojo_audio.compat import _kaldi
from mojo_audio.compat._errors import (
    NotReadyError,
    RemovedError,
    StreamFinishedError,
    named,
    refused,
    with_field,
)

if TYPE_CHECKING:
    # Not there at run time: the package needs NumPy alone.
    from typing_extensions import Self

__all__ = [
    "FbankOptions",
    "FrameExtractionOptions",
    "MelBanksOptions",
    "MfccOptions",
    "OnlineFbank",
    "OnlineMfcc",
    "OnlineWhisperFbank",
    "WhisperFeatureOptions",
]

_ABSENT = frozenset({
    "CmvnAccumulator", "CmvnOptions", "DeltaOptions", "FeatureTransform", "FeatureWindowFunction", "IStft", "MelBanks",
    "NemoFbankOptions", "OnlineNemoFbank", "OnlinePitch", "OnlineRawAudioSamples", "PitchExtractionOptions",
    "ProcessPitchOptions", "RawAudioSamplesOptions", "Rfft", "SpliceOptions", "Stft", "StftConfig", "StftResult",
    "apply_cmvn", "apply_cmvn_", "compute_and_process_kaldi_pitch", "compute_cmvn_stats", "compute_deltas",
    "splice_frames", "transform_features",
})  # fmt: skip
"""The original's names that this module doesn't have."""


def __getattr__(name: str) -> Any:
    if name in _ABSENT:
        raise AttributeError(
            f"mojo_audio.compat.kaldi_native_fbank doesn't have {name}; kaldi_native_fbank itself does", name=name
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


class _Options:
    """What all options have: numbers that are kept as float32, like the original's; dictionaries, also of some of the
    options, or with other names, which have no effect."""

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        kinds = {item.name: item.type for item in fields(self)}  # type: ignore[arg-type]
        if isinstance(value, (int, float)) and kinds.get(name) == "float":
            value = float(np.float32(value))
        object.__setattr__(self, name, value)

    @classmethod
    def from_dict(cls, options: dict[str, Any], /) -> Self:
        made = cls()
        for name, value in options.items():
            if not hasattr(made, name):
                continue
            group = getattr(made, name)
            setattr(made, name, type(group).from_dict(value) if isinstance(group, _Options) else value)
        return made

    def as_dict(self) -> dict[str, Any]:
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}  # type: ignore[arg-type]


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


@dataclass(slots=True)
class FrameExtractionOptions(_Options):
    """How the signal is cut into frames, and what happens to each before its transform."""

    samp_freq: float = 16000.0
    frame_shift_ms: float = 10.0
    frame_length_ms: float = 25.0
    dither: float = 0.00003
    preemph_coeff: float = 0.97
    remove_dc_offset: bool = True
    window_type: str = "povey"
    round_to_power_of_two: bool = True
    blackman_coeff: float = 0.42
    snip_edges: bool = True


@dataclass(slots=True)
class MelBanksOptions(_Options):
    """The filterbank. `vtln_low` and `vtln_high` have no effect, as in the original's streams."""

    num_bins: int = 25
    low_freq: float = 20
    high_freq: float = 0
    vtln_low: float = 100
    vtln_high: float = -500
    debug_mel: bool = False
    htk_mode: bool = False
    is_librosa: bool = False
    norm: str = "slaney"
    use_slaney_mel_scale: bool = True
    floor_to_int_bin: bool = False


def _mel_opts() -> MelBanksOptions:
    return MelBanksOptions(num_bins=23)


@dataclass(slots=True)
class FbankOptions(_Options):
    """Options of `OnlineFbank`."""

    frame_opts: FrameExtractionOptions = field(default_factory=FrameExtractionOptions)
    mel_opts: MelBanksOptions = field(default_factory=_mel_opts)
    use_energy: bool = False
    energy_floor: float = 0
    raw_energy: bool = True
    htk_compat: bool = False
    use_log_fbank: bool = True
    use_log_floor: bool = True
    eps: float = 2**-23
    use_power: bool = True


@dataclass(slots=True)
class MfccOptions(_Options):
    """Options of `OnlineMfcc`."""

    frame_opts: FrameExtractionOptions = field(default_factory=FrameExtractionOptions)
    mel_opts: MelBanksOptions = field(default_factory=_mel_opts)
    num_ceps: int = 13
    use_energy: bool = True
    energy_floor: float = 0
    raw_energy: bool = True
    cepstral_lifter: float = 22
    htk_compat: bool = False


@dataclass(slots=True)
class WhisperFeatureOptions(_Options):
    """Options of `OnlineWhisperFbank`, which doesn't use `frame_opts`, like the original."""

    frame_opts: FrameExtractionOptions = field(default_factory=FrameExtractionOptions)
    dim: int = 80


class _Online:
    """Frames of a stream, kept until they are popped."""

    def __init__(self, extractor: MelExtractor, samp_freq: float, frame_shift_ms: float) -> None:
        self._stream = extractor.stream()
        self._samp_freq = samp_freq
        self._frame_shift_ms = frame_shift_ms
        self._frames: deque[npt.NDArray[np.float32]] = deque()
        self._removed = 0
        self._has_samples = False
        self._finished = False

    @property
    def dim(self) -> int:
        """Number of values in a frame."""
        return self._stream.n_mels

    @property
    def frame_shift_in_seconds(self) -> float:
        """Seconds from one frame to the next."""
        return self._frame_shift_ms / 1000

    @property
    def num_frames_ready(self) -> int:
        """Number of frames computed since the start, those that were popped among them."""
        return self._removed + len(self._frames)

    def accept_waveform(
        self, sampling_rate: float, waveform: Sequence[float] | npt.NDArray[Any]
    ) -> None:
        """Adds samples. Integers are not scaled, as in the original.

        Raises
        ------
        ConfigError
            `sampling_rate` is not that of the options.
        InputError
            `waveform` is not one signal.
        FinishedError
            `input_finished` was called. It is a `RuntimeError`, too.
        """
        if sampling_rate != self._samp_freq:
            raise refused("sampling_rate", sampling_rate, f"{self._samp_freq:g}, as in the options,")
        if self._finished:
            raise StreamFinishedError("accept_waveform must not be called after input_finished")
        samples = np.asarray(waveform, dtype=np.float32)
        if samples.size or samples.ndim != 1:
            self._has_samples = True
            self._frames.extend(self._stream.push(samples))

    def input_finished(self) -> None:
        """Says that no more samples follow, which can complete more frames."""
        if not self._finished:
            self._finished = True
            if self._has_samples:
                self._frames.extend(self._stream.finish())

    def is_last_frame(self, frame: int) -> bool:
        """Whether the frame with this index is the last one; false until `input_finished`."""
        return self._finished and frame == self.num_frames_ready - 1

    def get_frame(self, frame: int) -> npt.NDArray[np.float32]:
        """The frame with this index, (dim,).

        Raises
        ------
        InputError
            The frame was popped (a `RuntimeError`, too), or has not been computed (an `IndexError`, too).
        """
        at = frame - self._removed
        if at < 0:
            message = f"frame must be at least {self._removed}, as those before it were popped, got {frame}"
            raise with_field(RemovedError(message), "frame")
        if at >= len(self._frames):
            message = f"frame must be below {self.num_frames_ready}, the number of frames, got {frame}"
            raise with_field(NotReadyError(message), "frame")
        return self._frames[at]

    def pop(self, n: int) -> None:
        """Removes the first n frames of those that are kept, or all if they are fewer."""
        for _ in range(min(n, len(self._frames))):
            self._frames.popleft()
            self._removed += 1


class OnlineFbank(_Online):
    """The logarithm of mel energies, as `kaldi_native_fbank.OnlineFbank` computes it.

    Raises
    ------
    ConfigError
        The original refuses an option, or it is one of `debug_mel`, `htk_mode` and `floor_to_int_bin`, which
        must be false.
    """

    def __init__(self, opts: FbankOptions) -> None:
        options = _frame(opts.frame_opts) | _bands(opts.mel_opts)
        options |= {
            "use_energy": opts.use_energy,
            "energy_floor": opts.energy_floor,
            "raw_energy": opts.raw_energy,
            # Without the energy nothing changes its place.
            "htk_compat": opts.htk_compat and opts.use_energy,
            "log": "ln" if opts.use_log_fbank else "none",
            "log_floor": opts.eps,
            "log_floor_mode": "clamp" if opts.use_log_floor else "add",
            "power": 2.0 if opts.use_power else 1.0,
        }
        super().__init__(_extractor(options, opts.frame_opts), opts.frame_opts.samp_freq, opts.frame_opts.frame_shift_ms)


class OnlineMfcc(_Online):
    """Mel-frequency cepstra, as `kaldi_native_fbank.OnlineMfcc` computes them; refuses the options that
    `OnlineFbank` refuses."""

    def __init__(self, opts: MfccOptions) -> None:
        if opts.num_ceps > opts.mel_opts.num_bins:
            raise refused("num_ceps", opts.num_ceps, f"at most num_bins, {opts.mel_opts.num_bins},")
        options = _frame(opts.frame_opts) | _bands(opts.mel_opts)
        options |= {
            "n_mfcc": opts.num_ceps,
            "use_energy": opts.use_energy,
            "energy_floor": opts.energy_floor,
            "raw_energy": opts.raw_energy,
            "lifter": opts.cepstral_lifter,
            "htk_compat": opts.htk_compat,
        }
        super().__init__(_extractor(options, opts.frame_opts), opts.frame_opts.samp_freq, opts.frame_opts.frame_shift_ms)


class OnlineWhisperFbank(_Online):
    """Whisper's mel energies without their logarithm, as `kaldi_native_fbank.OnlineWhisperFbank` computes them:
    frame t is centred on the sample (t + 1/2) · 160."""

    def __init__(self, opts: WhisperFeatureOptions) -> None:
        frame = FrameExtractionOptions(
            dither=0.0,
            preemph_coeff=0.0,
            remove_dc_offset=False,
            window_type="hann",
            round_to_power_of_two=False,
            snip_edges=False,
        )
        bands = MelBanksOptions(num_bins=opts.dim, low_freq=0.0, is_librosa=True)
        options = _frame(frame) | _bands(bands) | {"log": "none"}
        super().__init__(_extractor(options, frame), frame.samp_freq, frame.frame_shift_ms)


_NAMES = {
    "n_mels": "num_bins",
    "n_mfcc": "num_ceps",
    "lifter": "cepstral_lifter",
    "f_min": "low_freq",
    "f_max": "high_freq",
    "preemphasis": "preemph_coeff",
    "sample_rate": "samp_freq",
    "win_length": "frame_length_ms",
    "hop_length": "frame_shift_ms",
    "log_floor": "eps",
}
"""kaldi-native-fbank's names of the engine's options."""


def _extractor(options: dict[str, Any], frame: FrameExtractionOptions) -> MelExtractor:
    with named(_NAMES):
        extractor = _kaldi.extractor(_kaldi.config(**options), frame.window_type, frame.blackman_coeff)
    empty = len(extractor.empty_filters())
    if empty:
        allowed = f"so low that each band has a bin of the transform, which {empty} have not"
        raise refused("num_bins", options["n_mels"], allowed)
    return extractor


def _samples(samp_freq: float, milliseconds: float) -> int:
    """Kaldi's own arithmetic, in float32."""
    return int(np.float32(samp_freq) * np.float32(0.001) * np.float32(milliseconds))


def _frame(opts: FrameExtractionOptions) -> dict[str, Any]:
    if opts.samp_freq != int(opts.samp_freq):
        raise refused("samp_freq", opts.samp_freq, "a whole number")
    window = _samples(opts.samp_freq, opts.frame_length_ms)
    n_fft = _kaldi.padded(window) if opts.round_to_power_of_two else window
    if n_fft % 2:
        raise refused("frame_length_ms", opts.frame_length_ms, f"an even number of samples (it is {window})")
    return {
        "sample_rate": int(opts.samp_freq),
        "win_length": window,
        "hop_length": _samples(opts.samp_freq, opts.frame_shift_ms),
        "n_fft": n_fft,
        "dither": opts.dither,
        "dither_seed": _kaldi.seed() if opts.dither else 0,
        "preemphasis": opts.preemph_coeff,
        "remove_dc_offset": opts.remove_dc_offset,
        "snip_edges": opts.snip_edges,
    }


def _bands(opts: MelBanksOptions) -> dict[str, Any]:
    for name in ("debug_mel", "htk_mode"):
        if getattr(opts, name):
            raise refused(name, True, "False")
    if opts.num_bins < 3:
        raise refused("num_bins", opts.num_bins, "at least 3")
    options = {"n_mels": opts.num_bins, "f_min": opts.low_freq, "f_max": opts.high_freq}
    if not opts.is_librosa:
        return options
    if opts.floor_to_int_bin:
        raise refused("floor_to_int_bin", True, "False")
    if opts.norm not in ("", "slaney"):
        raise refused("norm", opts.norm, "'' or 'slaney'")
    return options | {
        "mel_scale": "slaney" if opts.use_slaney_mel_scale else "htk",
        "mel_norm": "slaney" if opts.norm == "slaney" else "none",
        "triangle_domain": "hz",
    }
