"""faster-whisper's feature extractor, with this package's engine inside.

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

    Constructor, attributes and call are faster-whisper's own. For an array of several signals, an empty
    one, and below 16 kHz faster-whisper computes as before. Other than there, a sample that is not
    finite is a `mojo_audio.SampleError` instead of features that are not.
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
        # Integers count as they are, as in faster-whisper.
        return extractor(np.asarray(waveform, dtype=np.float32))
