"""Features of columns of audio, through Arrow's C data interface.

`compute` takes any object with `__arrow_c_array__` or `__arrow_c_stream__` and returns one. pyarrow isn't needed,
and fits: with it, this is the function of a batch in data sets of Hugging Face, Ray, Spark and Dask.

>>> import mojo_audio.arrow, pyarrow
>>> column = pyarrow.array([[0.0] * 16000], pyarrow.list_(pyarrow.float32()))
>>> features = pyarrow.array(mojo_audio.arrow.compute(mojo_audio.MelExtractor(), column))
>>> features.field("n_frames").to_pylist()
[100]
"""

from mojo_audio._native import Features
from mojo_audio._native import compute_column as compute

__all__ = ["Features", "compute"]
