"""The float64 truth of a clip, from the plain NumPy pipeline of the conformance cases.

Usage: truth.py CLIP.f32 PRESET RESULT.f64; prints the number of bands and frames."""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "conformance/make"))
import options  # noqa: E402
import oracle  # noqa: E402

clip, preset, result = sys.argv[1:]
samples = np.fromfile(clip, dtype="<f4")
truth, _ = oracle.mel_spectrogram(samples, options.resolve(preset, {}))
truth.astype("<f8").tofile(result)
print(*truth.shape)
