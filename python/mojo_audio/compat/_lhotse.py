"""Extractors for lhotse's configurations, without lhotse."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mojo_audio import ConfigError, MelConfig, MelExtractor
from mojo_audio._native import quiet_extractor
from mojo_audio.compat import _kaldi


def extractor(config: Any, cepstrum: dict[str, Any]) -> MelExtractor | None:
    """What computes a configuration's features; None if the engine doesn't have its settings."""
    window = int(config.frame_length * config.sampling_rate)
    shift = int(config.frame_shift * config.sampling_rate)
    n_fft = _kaldi.padded(window) if config.round_to_power_of_two else window
    if (
        config.dither != 0.0
        or config.use_energy
        or not config.torchaudio_compatible_mel_scale
        # lhotse's Blackman window has a period of its own.
        or config.window_type not in ("povey", "hanning", "hamming", "rectangular")
        # Where one of them is odd, lhotse's first frame begins one sample later than Kaldi's.
        or (window - shift) // 2 != window // 2 - shift // 2
        or n_fft % 2
    ):
        return None
    try:
        options = _kaldi.config(
            sample_rate=config.sampling_rate,
            win_length=window,
            hop_length=shift,
            n_fft=n_fft,
            remove_dc_offset=config.remove_dc_offset,
            preemphasis=config.preemph_coeff,
            snip_edges=config.snip_edges,
            power=1.0 if config.use_fft_mag else 2.0,
            f_min=config.low_freq,
            f_max=config.high_freq,
            n_mels=config.num_filters,
            **cepstrum,
        )
        return _kaldi.extractor(options, config.window_type, 0.42)
    except ConfigError:
        return None


def whisper(n_mels: int) -> MelExtractor:
    """What computes `WhisperFbank`."""
    return quiet_extractor(MelConfig.whisper(n_mels=n_mels, layout="frame_major"))


def whisper_features(extractor: MelExtractor, signal: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Whisper's log-mel (n_frames, n_mels), with a frame of zeros where lhotse rounds the number of frames up."""
    features = extractor(signal)
    hop = extractor.config.hop_length
    missing = (len(signal) + hop // 2) // hop - len(features)
    return np.pad(features, ((0, max(missing, 0)), (0, 0)))
