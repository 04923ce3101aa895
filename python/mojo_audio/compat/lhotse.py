"""lhotse's feature extractors, with this package's engine.

>>> from mojo_audio.compat.lhotse import Fbank
>>> cuts.compute_and_store_features(Fbank(), "features")  # doctest: +SKIP

Each class is a subclass of lhotse's own and takes its configuration. Importing this module registers the classes
under names of their own, which manifests of features then have: `mojo-audio-kaldi-fbank`, `mojo-audio-kaldi-mfcc` and
`mojo-audio-whisper-fbank`. lhotse itself computes with dither, energies, mel scales or windows that the engine doesn't
have, on a device other than the CPU, and audio that is shorter than a frame.
"""

from __future__ import annotations

from typing import Any

import lhotse  # type: ignore[import-not-found,import-untyped,unused-ignore]
from lhotse.features.base import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    register_extractor,
)
from lhotse.features.whisper_fbank import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    WhisperFbank as _WhisperFbank,
)

from mojo_audio.compat import _lhotse, _tensors

__all__ = ["Fbank", "Mfcc", "WhisperFbank"]


class _Layer:
    """In place of lhotse's layer: signals (n_signals, n_samples) to features (n_signals, n_frames, n_rows)."""

    def __init__(self, original: Any, config: Any, **cepstrum: Any) -> None:
        self._original = original
        self._extractor = _lhotse.extractor(config, cepstrum)

    @property
    def frame_shift(self) -> Any:
        return self._original.frame_shift

    def to(self, device: Any) -> _Layer:
        self._original.to(device)
        return self

    def __call__(self, x: Any) -> Any:
        extractor = self._extractor
        if extractor is None or x.device.type != "cpu" or x.shape[-1] < extractor.config.window_length:
            return self._original(x)
        features, _ = extractor.batch(x.numpy(), padded=True)
        return _tensors.tensor(features)


def _replace_layer(extractor: Any, **cepstrum: Any) -> None:
    extractor.extractor = _Layer(extractor.extractor, extractor.config, **cepstrum)


@register_extractor  # type: ignore[untyped-decorator,unused-ignore]
class Fbank(lhotse.Fbank):  # type: ignore[misc,unused-ignore]
    """A `lhotse.Fbank` whose features this package computes."""

    name = "mojo-audio-kaldi-fbank"

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        _replace_layer(self)


@register_extractor  # type: ignore[untyped-decorator,unused-ignore]
class Mfcc(lhotse.Mfcc):  # type: ignore[misc,unused-ignore]
    """A `lhotse.Mfcc` whose features this package computes."""

    name = "mojo-audio-kaldi-mfcc"

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        _replace_layer(self, n_mfcc=self.config.num_ceps, lifter=float(self.config.cepstral_lifter))


@register_extractor  # type: ignore[untyped-decorator,unused-ignore]
class WhisperFbank(_WhisperFbank):  # type: ignore[misc,unused-ignore]
    """A `lhotse.features.whisper_fbank.WhisperFbank` whose features this package computes."""

    name = "mojo-audio-whisper-fbank"

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        self._extractor = _lhotse.whisper(self.num_filters)

    def extract(self, samples: Any, sampling_rate: int) -> Any:
        alone = samples.ndim == 1 or (samples.ndim == 2 and samples.shape[0] == 1)
        n = samples.shape[-1]
        if sampling_rate != self.sampling_rate or str(self.device) != "cpu" or not alone or n < self.n_fft:
            return super().extract(samples, sampling_rate)
        signal = _tensors.array(samples, "samples").reshape(-1)
        return _tensors.like(_lhotse.whisper_features(self._extractor, signal), samples)
