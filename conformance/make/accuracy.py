"""openai-whisper's own deviation from the float64 oracle, on 30 seconds of each kind of signal.

The largest of 240,000 deviations is a matter of luck: it differs by a factor of two between signals of
one kind. So each kind is measured on several signals, whose medians can be compared."""

import numpy as np

import bounds
import options
import oracle
import references
import signals

RATE, LENGTH = 16000, 480000
KINDS = ["speech", "white", "chirp", "quiet", "clipped", "tone"]
SEEDS = range(7)


def measure():
    """One entry for each kind and number of bands."""
    entries = []
    for kind, seed in ((kind, seed) for kind in KINDS for seed in SEEDS):
        samples = signals.make(kind, seed, RATE, LENGTH)
        for preset, n_mels in (("whisper", 80), ("whisper-large-v3", 128)):
            truth, _ = oracle.mel_spectrogram(samples, options.resolve(preset, {}))
            deviation = np.abs(references.ask(f"openai(x, n_mels={n_mels})", samples) - truth)
            entries.append({
                "signal": {"kind": kind, "seed": seed, "sample_rate": RATE, "n_samples": LENGTH},
                "preset": preset,
                "n_mels": n_mels,
                "n_frames": truth.shape[1],
                "reference": {"library": "openai-whisper", "version": references.version("openai-whisper")},
                "max": bounds.rounded_up(float(deviation.max())),
                "mean": bounds.rounded_up(float(deviation.mean())),
            })
            print(f"accuracy {kind:10} {seed} {n_mels:3}: {entries[-1]['max']:.2e}, mean {entries[-1]['mean']:.2e}")
    return entries
