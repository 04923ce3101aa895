"""The log-mel features of a folder of audio files, computed by a cluster of Spark, as Parquet.

pip install mojo-audio pyspark pyarrow
python spark_arrow.py recordings features
"""

import sys
from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import SparkSession

import mojo_audio.arrow
from mojo_audio import MelConfig, MelExtractor

EXTRACTOR = MelExtractor(MelConfig.whisper())
SCHEMA = "path string, features array<array<float>>, n_frames bigint, error string"


def with_features(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Replaces the files by the columns `features`, `n_frames` and `error`."""
    for batch in batches:
        # One thread, because Spark runs as many of these at once as there are cores.
        features = pa.array(mojo_audio.arrow.compute(EXTRACTOR, batch.column("content"), threads=1))
        # Spark has no lists of a fixed size.
        mel = features.field("features").cast(pa.list_(pa.list_(pa.float32())))
        columns = [batch.column("path"), mel, features.field("n_frames"), features.field("error")]
        yield pa.record_batch(columns, names=["path", "features", "n_frames", "error"])


if __name__ == "__main__":
    folder, output = sys.argv[1:]
    spark = SparkSession.builder.appName("mel").getOrCreate()
    # Files whose features are in memory at once.
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", 64)
    files = spark.read.format("binaryFile").load(folder).select("path", "content")
    files.mapInArrow(with_features, SCHEMA).write.parquet(output, compression="zstd")
