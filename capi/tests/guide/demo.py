from ctypes import *
import numpy as np

# Load library
lib = CDLL("libmojo_audio.so")  # or use /usr/local/lib/libmojo_audio.so

# Define structures
class MojoMelConfig(Structure):
    _fields_ = [
        ("sample_rate", c_int32),
        ("n_fft", c_int32),
        ("hop_length", c_int32),
        ("n_mels", c_int32),
    ]

class MojoMelSpectrogram(Structure):
    pass  # Opaque

# Define function signatures
lib.mojo_mel_config_default.restype = MojoMelConfig

lib.mojo_mel_spectrogram_compute.argtypes = [
    POINTER(c_float),
    c_size_t,
    POINTER(MojoMelConfig),
    POINTER(POINTER(MojoMelSpectrogram))
]
lib.mojo_mel_spectrogram_compute.restype = c_int32

lib.mojo_mel_spectrogram_get_shape.argtypes = [
    POINTER(MojoMelSpectrogram),
    POINTER(c_size_t),
    POINTER(c_size_t)
]

lib.mojo_mel_spectrogram_get_data.argtypes = [
    POINTER(MojoMelSpectrogram),
    POINTER(c_float),
    c_size_t
]
lib.mojo_mel_spectrogram_get_data.restype = c_int32

lib.mojo_mel_spectrogram_free.argtypes = [POINTER(MojoMelSpectrogram)]

# Use the library
audio = np.zeros(480000, dtype=np.float32)
config = lib.mojo_mel_config_default()

mel = POINTER(MojoMelSpectrogram)()
status = lib.mojo_mel_spectrogram_compute(
    audio.ctypes.data_as(POINTER(c_float)),
    len(audio),
    byref(config),
    byref(mel)
)

if status != 0:
    print("Error computing mel spectrogram")
else:
    n_mels = c_size_t()
    n_frames = c_size_t()
    lib.mojo_mel_spectrogram_get_shape(mel, byref(n_mels), byref(n_frames))

    print(f"Shape: ({n_mels.value}, {n_frames.value})")

    size = n_mels.value * n_frames.value
    data = np.zeros(size, dtype=np.float32)
    lib.mojo_mel_spectrogram_get_data(
        mel,
        data.ctypes.data_as(POINTER(c_float)),
        size
    )

    mel_2d = data.reshape(n_mels.value, n_frames.value)
    print(f"Mel spectrogram shape: {mel_2d.shape}")

    lib.mojo_mel_spectrogram_free(mel)
