"""Whisper's mel spectrogram of a 16-bit mono WAV file, with only the C library.

    python mel.py ../data/speech.wav
"""

import os
import sys
import wave
from ctypes import CDLL, POINTER, Structure, byref, c_char_p, c_float, c_int16, c_int32, c_size_t, c_void_p

lib = CDLL("libmojo_audio.so.0" if sys.platform != "darwin" else "libmojo_audio.0.dylib")


class MojoMelConfig(Structure):
    _fields_ = [(name, c_int32) for name in ("sample_rate", "n_fft", "hop_length", "n_mels")]


lib.mojo_audio_last_error.restype = c_char_p
lib.mojo_mel_config_default.restype = MojoMelConfig
lib.mojo_mel_spectrogram_compute.argtypes = [POINTER(c_float), c_size_t, POINTER(MojoMelConfig), POINTER(c_void_p)]
lib.mojo_mel_spectrogram_get_shape.argtypes = [c_void_p, POINTER(c_size_t), POINTER(c_size_t)]
lib.mojo_mel_spectrogram_get_shape.restype = None
lib.mojo_mel_spectrogram_get_data_ptr.argtypes = [c_void_p]
lib.mojo_mel_spectrogram_get_data_ptr.restype = POINTER(c_float)
lib.mojo_mel_spectrogram_free.argtypes = [c_void_p]
lib.mojo_mel_spectrogram_free.restype = None

with wave.open(sys.argv[1]) as file:
    if (file.getsampwidth(), file.getnchannels(), file.getframerate()) != (2, 1, 16_000):
        sys.exit(f"{sys.argv[1]} is not 16-bit mono PCM at 16000 Hz")
    frames = file.readframes(file.getnframes())
    if len(frames) != 2 * file.getnframes():
        sys.exit(f"{sys.argv[1]} ends before its data chunk does")
integers = (c_int16 * (len(frames) // 2)).from_buffer_copy(frames)
samples = (c_float * len(integers))(*(value / 32768 for value in integers))

config = lib.mojo_mel_config_default()
mel = c_void_p()
if lib.mojo_mel_spectrogram_compute(samples, len(samples), byref(config), byref(mel)) != 0:
    sys.exit(lib.mojo_audio_last_error().decode())

n_mels, n_frames = c_size_t(), c_size_t()
lib.mojo_mel_spectrogram_get_shape(mel, byref(n_mels), byref(n_frames))
values = lib.mojo_mel_spectrogram_get_data_ptr(mel)[: n_mels.value * n_frames.value]
lib.mojo_mel_spectrogram_free(mel)

name = os.path.basename(sys.argv[1])
mean = sum(values) / len(values)
print(f"{name}: {n_mels.value} x {n_frames.value} mel frames, mean {mean:.4f}, max {max(values):.4f}")
