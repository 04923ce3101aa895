"""The log-mel features of a folder of audio files, computed by a cluster of Dask, as Parquet.

pip install mojo-audio "dask[distributed]" pyarrow
python dask_futures.py recordings features
"""

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from dask.distributed import Client

import mojo_audio.arrow
from mojo_audio import MelConfig, MelExtractor

BATCH = 64  # files in one task and one file of Parquet


def write_features(paths: list[str], output: str, extractor: MelExtractor) -> int:
    """Writes a file of Parquet, and returns how many of its rows have an error."""
    audio = pa.array(paths, pa.string())
    # One thread, because Dask runs as many of these at once as there are cores.
    features = pa.array(mojo_audio.arrow.compute(extractor, audio, threads=1))
    names = ["path", *(field.name for field in features.type)]
    pq.write_table(pa.table([audio, *features.flatten()], names=names), output)
    n_good: int = features.field("error").null_count
    return len(paths) - n_good


if __name__ == "__main__":
    folder, output = sys.argv[1:]
    paths = sorted(str(path) for path in Path(folder).iterdir())
    batches = [paths[start : start + BATCH] for start in range(0, len(paths), BATCH)]
    outputs = [f"{output}/{number:05}.parquet" for number in range(len(batches))]
    Path(output).mkdir()
    # A cluster on this machine; the address of a scheduler as argument is another's.
    with Client() as client:
        extractor = MelExtractor(MelConfig.whisper())
        failed = sum(client.gather(client.map(write_features, batches, outputs, extractor=extractor)))
    print(f"{len(paths)} files, {failed} of them with an error")
