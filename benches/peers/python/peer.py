"""The Python libraries to compare mojo-audio with, one function each.

A function imports its library, makes plans, windows and filters beforehand, and returns the
name of its package, the call that is timed, and how its result becomes (bands, frames). Whisper's
logarithm and levels are added where a library ends at the mel bands."""

import importlib.metadata
import os
import pathlib
import sys
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python"))
from serve import arguments, serve  # noqa: E402

NAME, FOLDER, THREADS = arguments()
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402

RATE, N_FFT, HOP_LENGTH, N_MELS = 16000, 400, 160, 80


def same(result):
    return result


def torch_with_threads():
    import torch

    torch.set_num_threads(THREADS)
    torch.set_grad_enabled(False)
    return torch


def leveled(mel):
    """Whisper's logarithm and levels of mel bands, in place if NumPy can."""
    np.log10(np.maximum(mel, np.float32(1e-10), out=mel), out=mel)
    np.maximum(mel, mel.max() - np.float32(8.0), out=mel)
    mel += np.float32(4.0)
    mel *= np.float32(0.25)
    return mel


def openai_whisper():
    torch = torch_with_threads()
    import whisper.audio

    # The library caches the filters.
    return "openai-whisper", lambda x: whisper.audio.log_mel_spectrogram(torch.from_numpy(x)), same


def transformers_numpy():
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor()
    return "transformers", lambda x: extractor._np_extract_fbank_features(x[None], "cpu")[0], same


def transformers_torch():
    torch_with_threads()
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor()
    return "transformers", lambda x: extractor._torch_extract_fbank_features(x[None])[0], same


def faster_whisper():
    from faster_whisper.feature_extractor import FeatureExtractor

    extractor = FeatureExtractor()
    # Its default padding of one hop is for its own decoder.
    return "faster-whisper", lambda x: extractor(x, padding=0), same


def librosa():
    import librosa

    filters = librosa.filters.mel(sr=RATE, n_fft=N_FFT, n_mels=N_MELS)

    def compute(x):
        stft = librosa.stft(x, n_fft=N_FFT, hop_length=HOP_LENGTH, pad_mode="reflect")[:, :-1]
        return leveled(filters @ (stft.real**2 + stft.imag**2))

    return "librosa", compute, same


def torchaudio():
    torch = torch_with_threads()
    import torchaudio

    transform = torchaudio.transforms.MelSpectrogram(
        RATE, n_fft=N_FFT, hop_length=HOP_LENGTH, n_mels=N_MELS, norm="slaney", mel_scale="slaney"
    )

    def compute(x):
        mel = transform(torch.from_numpy(x))[:, :-1].clamp_(min=1e-10).log10_()
        return torch.maximum(mel, mel.max() - 8.0).add_(4.0).mul_(0.25)

    return "torchaudio", compute, same


def torchaudio_kaldi():
    torch = torch_with_threads()
    import torchaudio.compliance.kaldi as kaldi

    def compute(x):
        samples = torch.from_numpy(x)[None] * 32768.0
        return kaldi.fbank(samples, num_mel_bins=N_MELS, sample_frequency=RATE)

    return "torchaudio", compute, lambda result: result.T


def _online(feature, samples):
    feature.accept_waveform(RATE, samples)
    feature.input_finished()
    return np.stack([feature.get_frame(i) for i in range(feature.num_frames_ready)])


def kaldi_native_fbank():
    import kaldi_native_fbank as knf

    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = N_MELS
    scale = np.float32(32768.0)
    # It accepts a sequence; a list is the fastest.
    return (
        "kaldi-native-fbank",
        lambda x: _online(knf.OnlineFbank(options), (x * scale).tolist()),
        lambda frames: frames.T,
    )


def kaldi_native_fbank_whisper():
    import kaldi_native_fbank as knf

    options = knf.WhisperFeatureOptions()
    options.dim = N_MELS

    # Its frames are on Kaldi's grid, half a hop later than Whisper's.
    late = HOP_LENGTH // 2

    def compute(x):
        samples = np.concatenate([x[late:0:-1], x])
        frames = _online(knf.OnlineWhisperFbank(options), samples.tolist())[: len(x) // HOP_LENGTH]
        return leveled(np.ascontiguousarray(frames.T))

    return "kaldi-native-fbank", compute, same


PEERS = {
    "openai-whisper": openai_whisper,
    "transformers-numpy": transformers_numpy,
    "transformers-torch": transformers_torch,
    "faster-whisper": faster_whisper,
    "librosa": librosa,
    "torchaudio": torchaudio,
    "torchaudio-kaldi": torchaudio_kaldi,
    "kaldi-native-fbank": kaldi_native_fbank,
    "kaldi-native-fbank-whisper": kaldi_native_fbank_whisper,
}

package, compute, rows = PEERS[NAME]()
serve(FOLDER, importlib.metadata.version(package), compute, rows)
