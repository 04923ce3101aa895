#!/bin/sh
# Makes the files of this folder anew: the first second of examples/data/speech.wav in other formats, and archives of
# NumPy's. Needs the Debian packages sox (14.4.2), flac (1.4.2), lame (3.100) and vorbis-tools (1.4.2), and NumPy
# (2.4.6).
set -eu
cd "$(dirname "$0")"
sox -D ../../../examples/data/speech.wav speech.wav trim 0 1
flac --silent --force --best --no-padding -o speech.flac speech.wav
lame --silent -b 64 speech.wav speech.mp3
oggenc --quiet --quality 6 --serial 1 -o speech.ogg speech.wav
# Without the frame that tells the length (-t), at a changing bit rate.
lame --silent -V 4 -t speech.wav speech-no-header.mp3
sox -D speech.wav -e ms-adpcm speech-adpcm.wav
rm speech.wav
python3 - <<'END'
import numpy as np

mel = np.linspace(-1, 1, 40, dtype=np.float32).reshape(4, 10)
energy = np.asfortranarray((mel * mel).astype(np.float64))
np.savez("stored.npz", mel=mel, energy=energy)
np.savez_compressed("compressed.npz", mel=mel, energy=energy)
END
