"""Extractors for the Whisper settings of transformers and faster-whisper."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from mojo_audio import MelConfig, MelExtractor
from mojo_audio._native import quiet_extractor

F_MAX = 8_000.0
"""Upper edge of Whisper's bands in hertz, at any sample rate."""


@lru_cache(maxsize=16)
def extractor(
    sample_rate: int,
    n_fft: int,
    hop_length: int,
    n_mels: int,
    pad_end: int = 0,
    bin_frequencies: Literal["exact", "linspace"] = "exact",
) -> MelExtractor:
    return quiet_extractor(
        MelConfig.whisper(
            sample_rate=sample_rate,
            n_fft=n_fft,
            hop_length=hop_length,
            n_mels=n_mels,
            f_max=F_MAX,
            pad_end=pad_end,
            bin_frequencies=bin_frequencies,
        )
    )
