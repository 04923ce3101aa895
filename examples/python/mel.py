"""Whisper's mel spectrogram of a 16-bit mono WAV file.

pip install mojo-audio
python mel.py ../data/speech.wav
"""

import sys
import wave
from pathlib import Path

import numpy as np

import mojo_audio

with wave.open(sys.argv[1]) as file:
    if (file.getsampwidth(), file.getnchannels(), file.getframerate()) != (2, 1, 16_000):
        sys.exit(f"{sys.argv[1]} is not 16-bit mono PCM at 16000 Hz")
    samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    if len(samples) != file.getnframes():
        sys.exit(f"{sys.argv[1]} ends before its data chunk does")

mel = mojo_audio.mel_spectrogram(samples)

n_mels, n_frames = mel.shape
name = Path(sys.argv[1]).name
print(f"{name}: {n_mels} x {n_frames} mel frames, mean {mel.mean():.4f}, max {mel.max():.4f}")
