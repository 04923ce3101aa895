"""faster-whisper's feature extractor, with this package's engine.

>>> from mojo_audio.compat.faster_whisper import FeatureExtractor
>>> model.feature_extractor = FeatureExtractor(**model.feat_kwargs)  # doctest: +SKIP
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from faster_whisper.feature_extractor import (  # type: ignore[import-untyped,unused-ignore]
    FeatureExtractor as _Original,
)

from mojo_audio.compat import _whisper

__all__ = ["FeatureExtractor"]


class FeatureExtractor(_Original):  # type: ignore[misc,unused-ignore]
    """A `faster_whisper.feature_extractor.FeatureExtractor` that computes its log-mel many times faster.

    The constructor, the attributes and the call are faster-whisper's own. faster-whisper itself computes arrays
    of several signals, empty arrays, and signals below 16 kHz. A sample that is not finite raises
    `mojo_audio.SampleError`, where faster-whisper returns features that are not finite.
    """

    def __call__(
        self, waveform: npt.NDArray[Any], padding: int = 160, chunk_length: int | None = None
    ) -> npt.NDArray[np.float32]:
        nyquist = self.sampling_rate / 2
        if waveform.ndim != 1 or waveform.size == 0 or nyquist < _whisper.F_MAX:
            features: npt.NDArray[np.float32] = super().__call__(waveform, padding, chunk_length)
            return features
        if chunk_length is not None:
            self.n_samples = chunk_length * self.sampling_rate
            self.nb_max_frames = self.n_samples // self.hop_length
        extractor = _whisper.extractor(
            self.sampling_rate,
            self.n_fft,
            self.hop_length,
            self.mel_filters.shape[0],
            pad_end=padding or 0,
        )
        # Integers are not scaled, as in faster-whisper.
        return extractor(np.asarray(waveform, dtype=np.float32))
