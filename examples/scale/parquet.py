"""The log-mel features of a folder of audio files, as Parquet.

pip install mojo-audio pyarrow
python parquet.py recordings features.parquet
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

import mojo_audio.arrow
from mojo_audio import MelConfig, MelExtractor

BATCH = 64  # files, whose features are in memory at once
EXTRACTOR = MelExtractor(MelConfig.whisper())


def with_features(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Adds the columns `features`, `n_frames` and `error` to a batch whose column `audio` has paths, files or samples."""
    features = pa.array(mojo_audio.arrow.compute(EXTRACTOR, batch.column("audio")))
    names = [*batch.schema.names, *(field.name for field in features.type)]
    return pa.record_batch([*batch.columns, *features.flatten()], names=names)


if __name__ == "__main__":
    folder, output = sys.argv[1:]
    paths = pa.array(sorted(str(path) for path in Path(folder).iterdir()), pa.string())
    schema = with_features(pa.record_batch({"audio": paths[:0]})).schema
    failed = 0
    with pq.ParquetWriter(output, schema) as writer:
        for start in range(0, len(paths), BATCH):
            batch = with_features(pa.record_batch({"audio": paths[start : start + BATCH]}))
            failed += len(batch) - batch.column("error").null_count
            writer.write_batch(batch)
    print(f"{len(paths)} files, {failed} of them with an error")
