"""Reads the command's Parquet and Arrow archives with pyarrow, which knows nothing of the command, and
compares them with the NumPy files that the command makes of the same recordings.

python read_tables.py PROGRAM RECORDINGS FOLDER: prints a line for each archive and how many passed.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import traceback

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

program, recordings, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])


def run(*arguments):
    subprocess.run([program, recordings, *arguments], check=True, stdout=subprocess.DEVNULL)


def read(path):
    if path.suffix == ".parquet":
        return pa.parquet.read_table(path)
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def check(archive, dtype, shards):
    run("--out", folder / archive, "--dtype", dtype, *(["--shard-size", "2"] if shards else []))
    name = pathlib.Path(archive)
    paths = sorted(folder.glob(f"{name.stem}-*{name.suffix}")) if shards else [folder / archive]
    table = pa.concat_tables([read(path) for path in paths])
    table.validate(full=True)
    number = {"float32": pa.float32(), "float16": pa.float16()}[dtype]
    frame = pa.list_(pa.field("item", number, nullable=False), 80)
    assert table.schema.names == ["key", "n_frames", "features", "sample_rate", "seconds"], table.schema
    assert table.schema.field("features").type.value_type == frame, table.schema
    recipe = json.loads(table.schema.metadata[b"mojo-audio"])
    assert (recipe["n_mels"], recipe["layout"]) == ("80", "frame_major"), recipe

    expected = {
        path.relative_to(folder / "npy").with_suffix("").as_posix(): np.load(path)
        for path in (folder / "npy").rglob("*.npy")
    }
    assert len(expected) >= 3 and len(set(table["key"].to_pylist())) == len(expected)
    for row in range(table.num_rows):
        matrix = expected[table["key"][row].as_py()]
        features = np.array(table["features"][row].as_py(), np.float32).reshape(-1, 80)
        assert (features == matrix.T.astype(dtype).astype(np.float32)).all(), table["key"][row]
        assert table["n_frames"][row].as_py() == matrix.shape[1]
        assert table["sample_rate"][row].as_py() == 16_000
        assert abs(table["seconds"][row].as_py() - matrix.shape[1] / 100) <= 0.01
    # Shards have the inputs in order, as one archive has them.
    assert table["key"].to_pylist() == sorted(table["key"].to_pylist())


shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
run("--out", folder / "npy")
passed = failed = 0
for archive in ["f.parquet", "f.arrow"]:
    for dtype in ["float32", "float16"]:
        for shards in [False, True]:
            what = f"{archive}, {dtype}, {'in shards' if shards else 'whole'}"
            try:
                check(archive, dtype, shards)
            except Exception:
                traceback.print_exc()
                print(f"FAILED {what}")
                failed += 1
            else:
                print(f"ok {what}")
                passed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
