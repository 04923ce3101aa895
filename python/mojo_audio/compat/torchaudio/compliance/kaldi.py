"""Kaldi's features by torchaudio's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from mojo_audio.compat import _kaldi, _tensors
from mojo_audio.compat._errors import AssertedConfigError, AssertedError, named, refused, with_field

__all__ = ["fbank", "mfcc"]

_NAMES = {
    "n_mels": "num_mel_bins",
    "n_mfcc": "num_ceps",
    "lifter": "cepstral_lifter",
    "f_min": "low_freq",
    "f_max": "high_freq",
    "preemphasis": "preemphasis_coefficient",
    "sample_rate": "sample_frequency",
}
"""torchaudio's names of the engine's options."""


def fbank(
    waveform: Any,
    blackman_coeff: float = 0.42,
    channel: int = -1,
    dither: float = 0.0,
    energy_floor: float = 1.0,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    high_freq: float = 0.0,
    htk_compat: bool = False,
    low_freq: float = 20.0,
    min_duration: float = 0.0,
    num_mel_bins: int = 23,
    preemphasis_coefficient: float = 0.97,
    raw_energy: bool = True,
    remove_dc_offset: bool = True,
    round_to_power_of_two: bool = True,
    sample_frequency: float = 16000.0,
    snip_edges: bool = True,
    subtract_mean: bool = False,
    use_energy: bool = False,
    use_log_fbank: bool = True,
    use_power: bool = True,
    vtln_high: float = -500.0,
    vtln_low: float = 100.0,
    vtln_warp: float = 1.0,
    window_type: str = "povey",
) -> Any:
    """Kaldi's filterbank features, as `torchaudio.compliance.kaldi.fbank` computes them.

    Parameters
    ----------
    waveform
        Audio, (n_channels, n_samples): a tensor on the CPU, or an array, of float32 or float64. Values are float32's
        in any case.
    dither
        Deviation of the noise; its sign doesn't matter. Frames that overlap share it, where torchaudio's have noise of their own.
        `torch.manual_seed` fixes it for tensors, `random.seed` for arrays.
    Others
        As in torchaudio. `vtln_low` and `vtln_high` have no effect without `vtln_warp`.

    Returns
    -------
    (n_frames, num_mel_bins + use_energy), a tensor if `waveform` is one.

    Raises
    ------
    ConfigError
        A value that torchaudio refuses, `vtln_warp` other than 1, a `sample_frequency` that is not a whole number, a
        tensor on another device than the CPU or one that requires a gradient. Where torchaudio asserts something, it is
        an `AssertionError`, too.
    InputError
        `waveform` has another shape or type, or fewer samples than a frame. It is an `AssertionError`, too.
    """
    options: dict[str, Any] = {
        "n_mels": num_mel_bins,
        # Without the energy nothing changes its place.
        "htk_compat": htk_compat and use_energy,
        "log": "ln" if use_log_fbank else "none",
        "power": 2.0 if use_power else 1.0,
    }
    return _features(
        waveform, options, blackman_coeff=blackman_coeff, channel=channel, dither=dither, energy_floor=energy_floor,
        frame_length=frame_length, frame_shift=frame_shift, high_freq=high_freq, low_freq=low_freq,
        min_duration=min_duration, preemphasis_coefficient=preemphasis_coefficient, raw_energy=raw_energy,
        remove_dc_offset=remove_dc_offset, round_to_power_of_two=round_to_power_of_two,
        sample_frequency=sample_frequency, snip_edges=snip_edges, subtract_mean=subtract_mean, use_energy=use_energy,
        vtln_warp=vtln_warp, window_type=window_type,
    )  # fmt: skip


def mfcc(
    waveform: Any,
    blackman_coeff: float = 0.42,
    cepstral_lifter: float = 22.0,
    channel: int = -1,
    dither: float = 0.0,
    energy_floor: float = 1.0,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    high_freq: float = 0.0,
    htk_compat: bool = False,
    low_freq: float = 20.0,
    num_ceps: int = 13,
    min_duration: float = 0.0,
    num_mel_bins: int = 23,
    preemphasis_coefficient: float = 0.97,
    raw_energy: bool = True,
    remove_dc_offset: bool = True,
    round_to_power_of_two: bool = True,
    sample_frequency: float = 16000.0,
    snip_edges: bool = True,
    subtract_mean: bool = False,
    use_energy: bool = False,
    vtln_high: float = -500.0,
    vtln_low: float = 100.0,
    vtln_warp: float = 1.0,
    window_type: str = "povey",
) -> Any:
    """Kaldi's cepstra, as `torchaudio.compliance.kaldi.mfcc` computes them.

    The arguments and errors are those of `fbank`, besides `num_ceps`, at most `num_mel_bins`, and
    `cepstral_lifter`, 0 for none.

    Returns
    -------
    (n_frames, num_ceps), a tensor if `waveform` is one.
    """
    if num_ceps > num_mel_bins:
        raise _asserted("num_ceps", num_ceps, f"at most num_mel_bins, {num_mel_bins},")
    options: dict[str, Any] = {
        "n_mels": num_mel_bins,
        "n_mfcc": num_ceps,
        "lifter": cepstral_lifter,
        "htk_compat": htk_compat,
    }
    return _features(
        waveform, options, blackman_coeff=blackman_coeff, channel=channel, dither=dither, energy_floor=energy_floor,
        frame_length=frame_length, frame_shift=frame_shift, high_freq=high_freq, low_freq=low_freq,
        min_duration=min_duration, preemphasis_coefficient=preemphasis_coefficient, raw_energy=raw_energy,
        remove_dc_offset=remove_dc_offset, round_to_power_of_two=round_to_power_of_two,
        sample_frequency=sample_frequency, snip_edges=snip_edges, subtract_mean=subtract_mean, use_energy=use_energy,
        vtln_warp=vtln_warp, window_type=window_type,
    )  # fmt: skip


def _features(
    waveform: Any,
    options: dict[str, Any],
    *,
    blackman_coeff: float,
    channel: int,
    dither: float,
    energy_floor: float,
    frame_length: float,
    frame_shift: float,
    high_freq: float,
    low_freq: float,
    min_duration: float,
    preemphasis_coefficient: float,
    raw_energy: bool,
    remove_dc_offset: bool,
    round_to_power_of_two: bool,
    sample_frequency: float,
    snip_edges: bool,
    subtract_mean: bool,
    use_energy: bool,
    vtln_warp: float,
    window_type: str,
) -> Any:
    audio = _tensors.array(waveform, "waveform")
    if audio.ndim != 2 or audio.dtype not in (np.float32, np.float64):
        raise _asserted("waveform", f"{audio.dtype} {audio.shape}", "float32 or float64 (n_channels, n_samples)")
    if vtln_warp != 1.0:
        raise refused("vtln_warp", vtln_warp, "1")
    if sample_frequency != int(sample_frequency):
        raise refused("sample_frequency", sample_frequency, "a whole number")
    if max(channel, 0) >= len(audio):
        raise _asserted("channel", channel, f"below {len(audio)}")
    signal = audio[max(channel, 0)]
    window = int(sample_frequency * frame_length * 0.001)
    shift = int(sample_frequency * frame_shift * 0.001)
    n_fft = _kaldi.padded(window) if round_to_power_of_two else window
    for name, value, good, allowed in (
        ("frame_length", frame_length, 2 <= window <= len(signal), f"from 2 to all {len(signal)} samples"),
        ("frame_shift", frame_shift, shift > 0, "at least a sample"),
        ("frame_length", frame_length, n_fft % 2 == 0, "an even number of samples"),
        ("num_mel_bins", options["n_mels"], options["n_mels"] > 3, "at least 4"),
    ):
        if not good:
            raise _asserted(name, value, allowed)
    if window_type in ("hann", "sine"):
        raise refused("window_type", window_type, "a window of torchaudio's")
    if len(signal) < min_duration * sample_frequency:
        return _tensors.like(np.empty(0, audio.dtype), waveform)
    with named(_NAMES, AssertedConfigError):
        config = _kaldi.config(
            sample_rate=int(sample_frequency),
            win_length=window,
            hop_length=shift,
            n_fft=n_fft,
            dither=abs(dither),
            dither_seed=_seed(waveform) if dither else 0,
            preemphasis=preemphasis_coefficient,
            remove_dc_offset=remove_dc_offset,
            snip_edges=snip_edges,
            f_min=low_freq,
            f_max=high_freq,
            use_energy=use_energy,
            raw_energy=raw_energy,
            energy_floor=energy_floor,
            normalize="mean" if subtract_mean else "none",
            **options,
        )
        features = _kaldi.extractor(config, window_type, blackman_coeff)(signal)
    return _tensors.like(features.astype(audio.dtype, copy=False), waveform)


def _seed(waveform: Any) -> int:
    if not _tensors.is_tensor(waveform):
        return _kaldi.seed()
    return int(_tensors.torch().randint(2**63 - 1, ()))


def _asserted(name: str, value: Any, allowed: str) -> Exception:
    return with_field(AssertedError(f"{name} must be {allowed}, got {value}"), name)
