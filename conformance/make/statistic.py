"""Dither is random, so only the mean over many frames of noise can be compared.

The expected value is the mean of each row over all frames of many runs of the library on silence. The
frames of a case don't overlap, so they are independent, and the bound of a row is five standard
errors of the difference between that mean and the mean of one run.
"""

from dataclasses import dataclass

import numpy as np

import options
import references

RUNS = 40
ERRORS = 5.0


@dataclass
class Statistic:
    name: str
    preset: str
    n_samples: int
    library: str
    call: str
    options: dict


def all_cases():
    apart = {"hop_length": 400, "dither": 1.0}
    yield Statistic(
        "dither-1", "kaldi-fbank", 480000, "kaldi-native-fbank",
        "knf_fbank(x, frame={'dither': 1.0, 'frame_shift_ms': 25.0}, mel={'num_bins': 80})", apart,
    )
    yield Statistic(
        "dither-seed", "kaldi-fbank", 480000, "torchaudio",
        "kaldi.fbank(tensor(x), dither=3.0, frame_shift=25.0, num_mel_bins=40).T",
        {"hop_length": 400, "dither": 3.0, "dither_seed": 20240229, "n_mels": 40},
    )


def answer(corpus, case):
    o = options.resolve(case.preset, case.options)
    references.torch.manual_seed(1)
    silence = np.zeros(case.n_samples, dtype=np.float32)
    runs = np.stack([references.ask(case.call, silence) for _ in range(RUNS)])
    n_frames = runs.shape[2]
    each = runs.transpose(1, 0, 2).reshape(runs.shape[1], -1).astype(np.float64)
    error = each.std(axis=1, ddof=1) * np.sqrt(1.0 / n_frames + 1.0 / (RUNS * n_frames))
    between = runs.mean(axis=2).std(axis=0, ddof=1)
    print(f"{case.name}: standard error {error.min():.3f} to {error.max():.3f}, between runs up to {between.max():.3f}")
    mean = each.mean(axis=1, keepdims=True)
    return {
        "name": case.name,
        "kind": "statistic",
        "preset": case.preset,
        "options": {name: options.as_text(value) for name, value in case.options.items()},
        "sample_rate": o["sample_rate"],
        "input": "silence",
        "n_samples": case.n_samples,
        "expected": corpus.expected(case.name, mean, "mel_major"),
        "n_mels": len(mean),
        "n_frames": n_frames,
        "bound": {"atol_per_row": [round(ERRORS * float(e), 4) for e in error]},
        "reference": {
            "library": case.library,
            "version": references.version(case.library),
            "call": case.call,
            "note": f"mean over the frames of {RUNS} runs",
        },
    }
