"""torchaudio's mel spectrograms, without torchaudio: `compliance.kaldi.fbank` and `.mfcc`,
`transforms.MelSpectrogram` and `.MFCC`.

Tensors in, tensors out; arrays in, arrays out, for which torch is not imported. Nothing has a gradient.

>>> import numpy
>>> from mojo_audio.compat import torchaudio
>>> torchaudio.transforms.MelSpectrogram(16000)(numpy.zeros((2, 16000), numpy.float32)).shape
(2, 128, 81)
"""

from mojo_audio.compat.torchaudio import compliance, transforms

__all__ = ["compliance", "transforms"]
