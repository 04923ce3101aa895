"""Mel spectrograms equal to those of the libraries that speech models are trained with.

>>> import mojo_audio, numpy
>>> mel = mojo_audio.mel_spectrogram(numpy.zeros(480000, numpy.float32))  # Whisper's log-mel
>>> mel.shape
(80, 3000)

`MelConfig` has every option, `MelExtractor` is the checked plan of a configuration, which threads can share,
and `MelStream` is one live signal. Every error is a `mojo_audio.Error`, which is a `ValueError`.
"""

from mojo_audio._errors import (
    AllocationError,
    BufferSizeError,
    ClosedError,
    ConfigError,
    EmptyInputError,
    Error,
    FileError,
    FinishedError,
    InputError,
    InternalError,
    MissingFileError,
    SampleError,
    UnknownNameError,
)
from mojo_audio._identified import Candidate, Difference, Identified
from mojo_audio._native import (
    PRESETS,
    MelConfig,
    MelExtractor,
    MelFiles,
    MelStream,
    __version__,
    diff,
    identify,
    load,
    mel_spectrogram,
    mfcc,
    probe,
    row_statistics,
)

__all__ = [
    "PRESETS",
    "AllocationError",
    "BufferSizeError",
    "Candidate",
    "ClosedError",
    "ConfigError",
    "Difference",
    "EmptyInputError",
    "Error",
    "FileError",
    "FinishedError",
    "Identified",
    "InputError",
    "InternalError",
    "MelConfig",
    "MelExtractor",
    "MelFiles",
    "MelStream",
    "MissingFileError",
    "SampleError",
    "UnknownNameError",
    "__version__",
    "diff",
    "identify",
    "load",
    "mel_spectrogram",
    "mfcc",
    "probe",
    "row_statistics",
]
