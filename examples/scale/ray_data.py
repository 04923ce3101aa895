"""The log-mel features of a folder of audio files, computed by a cluster of Ray, as Parquet.

pip install mojo-audio "ray[data]"
python ray_data.py recordings features
"""

import sys

import pyarrow as pa
import ray

import mojo_audio.arrow
from mojo_audio import MelConfig, MelExtractor

EXTRACTOR = MelExtractor(MelConfig.whisper())


def with_features(table: pa.Table) -> pa.Table:
    """Replaces the files by the columns `features`, `n_frames` and `error`."""
    # One thread, because Ray runs as many of these at once as there are cores.
    features = pa.array(mojo_audio.arrow.compute(EXTRACTOR, table.column("bytes"), threads=1))
    table = table.drop_columns(["bytes"])
    for field, values in zip(features.type, features.flatten(), strict=True):
        table = table.append_column(field, values)
    return table


if __name__ == "__main__":
    folder, output = sys.argv[1:]
    files = ray.data.read_binary_files(folder, include_paths=True)
    files.map_batches(with_features, batch_size=64, batch_format="pyarrow").write_parquet(output)
