"""The log-mel features of the audio in a tar file of WebDataset, as such a tar file of arrays.

pip install mojo-audio webdataset
python web_dataset.py recordings.tar features.tar
"""

import itertools
import sys

import webdataset as wds

from mojo_audio import MelConfig, MelExtractor

if __name__ == "__main__":
    source, output = sys.argv[1:]
    extractor = MelExtractor(MelConfig.whisper())
    samples, ahead = itertools.tee(wds.WebDataset(source, shardshuffle=False))
    # The files are read a few samples ahead, and computed by threads, in order.
    mels = extractor.files((sample["wav"] for sample in ahead), errors="return")
    count = failed = 0
    with wds.TarWriter(output) as writer:
        for sample, mel in zip(samples, mels, strict=True):
            count += 1
            if isinstance(mel, Exception):
                failed += 1
                writer.write({"__key__": sample["__key__"], "txt": str(mel)})
            else:
                writer.write({"__key__": sample["__key__"], "npy": mel})
    print(f"{count} files, {failed} of them with an error")
