"""How many hours of audio become features in a second of CPU time where data sets are made: in `map` of Hugging Face
datasets, by this package and by what is used there otherwise.

`cargo xtask bench --data-sets` installs the libraries and runs it: data_sets.py SPEECH.wav [ROUNDS [SECONDS]]

The data set has clips of 12 seconds, lists of float32, in an Arrow file; `map` writes the features to another. The calls
take turns. CPU time is that of all threads of the process, user and system; each figure is that of the fastest round.
A line has what is called, the features, a version and hours per CPU second, with tabs between them.
"""

import importlib.metadata
import os
import sys
import tempfile
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.filterwarnings("ignore")

import datasets  # noqa: E402
import lhotse  # noqa: E402
import librosa  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402

import mojo_audio.arrow  # noqa: E402
from mojo_audio import MelConfig, MelExtractor  # noqa: E402
from mojo_audio.compat.transformers import WhisperFeatureExtractor  # noqa: E402

torch.set_num_threads(1)
torch.set_grad_enabled(False)

RATE, CLIP = 16000, 12 * 16000
speech = mojo_audio.load(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 3600.0

WHISPER, KALDI = MelExtractor(MelConfig.whisper()), MelExtractor(MelConfig.kaldi_fbank())


BATCH = 16  # rows of a table


def features(extractor, column):
    """The columns of features of a column of audio."""
    result = pa.array(mojo_audio.arrow.compute(extractor, column, threads=1))
    return pa.table(result.flatten(), names=[field.name for field in result.type])


def alone(extractor):
    """The function without `map`, batch by batch."""

    def compute(source, output):
        column = source.data.column("audio")
        for start in range(0, len(column), BATCH):
            features(extractor, column[start : start + BATCH])

    return compute


def mapped(form, function, **arguments):
    def compute(source, output):
        settings = {"remove_columns": ["audio"], "cache_file_name": output, "load_from_cache_file": False}
        source.with_format(form).map(function, **settings, **arguments)
        os.remove(output)

    return compute


def tables(extractor):
    return mapped("arrow", lambda table: features(extractor, table.column("audio")), batched=True, batch_size=BATCH)


def rows(compute):
    """A function of a row with the audio as an array, which is the fastest way."""
    return mapped("numpy", lambda row: {"features": compute(row["audio"])})


def transformers_rows(extractor):
    # Not padded to 30 seconds, which would be other features.
    arguments = {"sampling_rate": RATE, "padding": "do_not_pad", "truncation": False, "return_tensors": "np"}
    return rows(lambda x: extractor(x, **arguments)["input_features"][0])


def whisper_by_librosa(x):
    mel = librosa.feature.melspectrogram(y=x, sr=RATE, n_fft=400, hop_length=160, n_mels=80, pad_mode="reflect")
    levels = np.log10(np.maximum(mel, 1e-10))
    return (np.maximum(levels, levels.max() - 8.0) + 4.0) / 4.0


fbank = lhotse.Fbank()
CALLS = [
    ("`mojo_audio.arrow.compute` alone", "Whisper", "mojo-audio", alone(WHISPER)),
    ("`mojo_audio.arrow.compute`, tables", "Whisper", "mojo-audio", tables(WHISPER)),
    ("`MelExtractor`, rows", "Whisper", "mojo-audio", rows(WHISPER)),
    ("its drop-in for transformers, rows", "Whisper", "mojo-audio", transformers_rows(WhisperFeatureExtractor())),
    ("`WhisperFeatureExtractor`, rows", "Whisper", "transformers", transformers_rows(transformers.WhisperFeatureExtractor())),
    ("`melspectrogram`, rows", "Whisper", "librosa", rows(whisper_by_librosa)),
    ("`mojo_audio.arrow.compute` alone", "Kaldi", "mojo-audio", alone(KALDI)),
    ("`mojo_audio.arrow.compute`, tables", "Kaldi", "mojo-audio", tables(KALDI)),
    ("`Fbank`, rows", "Kaldi", "lhotse", rows(lambda x: fbank.extract(x, RATE))),
]  # fmt: skip


def data_set(folder, n_seconds):
    """Pieces of the recording from other places."""
    count = max(int(n_seconds * RATE / CLIP), 1)
    pieces = [np.resize(np.roll(speech, -997 * n), CLIP) for n in range(count)]
    datasets.Dataset(pa.table({"audio": pa.array(pieces, pa.list_(pa.float32()))})).save_to_disk(folder)
    return datasets.load_from_disk(folder)


with tempfile.TemporaryDirectory() as folder:
    source = data_set(f"{folder}/clips", seconds)
    hours = len(source) * CLIP / RATE / 3600
    best = [float("inf")] * len(CALLS)
    for _ in range(rounds):
        for place, (*_, compute) in enumerate(CALLS):
            start = time.process_time()
            compute(source, f"{folder}/features.arrow")
            best[place] = min(best[place], time.process_time() - start)
    for (what, recipe, package, _), cost in zip(CALLS, best, strict=True):
        version = importlib.metadata.version(package)
        print(f"{what}\t{recipe}\t{package} {version}\t{hours / cost:.3g}")
