"""The log-mel features of a folder of audio files, as a data set of Hugging Face in Parquet.

pip install mojo-audio datasets
python hugging_face.py recordings features.parquet
"""

import sys
from pathlib import Path

import pyarrow as pa
from datasets import Audio, Dataset

import mojo_audio.arrow
from mojo_audio import MelConfig, MelExtractor

EXTRACTOR = MelExtractor(MelConfig.whisper())


def with_features(table: pa.Table) -> pa.Table:
    """Adds the columns `features`, `n_frames` and `error`."""
    features = pa.array(mojo_audio.arrow.compute(EXTRACTOR, table.column("audio")))
    for field, values in zip(features.type, features.flatten(), strict=True):
        table = table.append_column(field, values)
    return table


if __name__ == "__main__":
    folder, output = sys.argv[1:]
    paths = sorted(str(path) for path in Path(folder).iterdir())
    # Files are decoded here, and not by the data set.
    dataset = Dataset.from_dict({"audio": paths}).cast_column("audio", Audio(decode=False))
    dataset = dataset.with_format("arrow").map(with_features, batched=True, batch_size=64)
    dataset.to_parquet(output)
    print(f"{len(dataset)} files")
