"""openai-whisper's own distance from the float64 oracle, on 30 seconds of each kind of signal."""

import numpy as np

import bounds
import options
import oracle
import references
import signals

RATE, LENGTH = 16000, 480000
KINDS = [("speech", 11), ("white", 12), ("chirp", 0), ("quiet", 13), ("clipped", 14), ("tone", 0)]


def measure():
    """One entry for each kind and number of bands."""
    entries = []
    for kind, seed in KINDS:
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
            print(f"accuracy {kind:10} {n_mels:3}: {entries[-1]['max']:.2e}, mean {entries[-1]['mean']:.2e}")
    return entries
