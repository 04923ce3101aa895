"""librosa's mel spectrograms, without librosa: `feature.melspectrogram`, `feature.mfcc`, `filters.mel` and
`power_to_db`.

>>> import numpy
>>> from mojo_audio.compat import librosa
>>> mel = librosa.feature.melspectrogram(y=numpy.zeros(22050, numpy.float32), sr=22050)
>>> librosa.power_to_db(mel).shape
(128, 44)
"""

from mojo_audio.compat.librosa import feature, filters
from mojo_audio.compat.librosa._levels import power_to_db
from mojo_audio.compat.librosa.feature import melspectrogram, mfcc

__all__ = ["feature", "filters", "melspectrogram", "mfcc", "power_to_db"]
