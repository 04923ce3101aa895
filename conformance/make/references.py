"""The reference libraries, and the pipelines that need more than one expression.

A case's `reference.call` is a Python expression; it is evaluated with these names and with `x`, the
input as a float32 array. Each result is (rows, frames).
"""

import importlib.metadata
import json
import os
import pathlib
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
warnings.filterwarnings("ignore")

import faster_whisper.feature_extractor
import kaldi_native_fbank as knf
import lhotse
import librosa
import numpy as np
import scipy.signal  # noqa: F401 (calls name it)
import sklearn.preprocessing
import speechbrain.lobes.features
import torch
import torchaudio
import torchaudio.compliance.kaldi
import torchlibrosa
import transformers
import whisper.audio
from torchvggish import mel_features
from transformers import audio_utils
from transformers.models.parakeet.feature_extraction_parakeet import ParakeetFeatureExtractor
from transformers.models.voxtral_realtime.feature_extraction_voxtral_realtime import VoxtralRealtimeFeatureExtractor

import resampling

torch.set_num_threads(1)

openai = whisper.audio.log_mel_spectrogram
kaldi = torchaudio.compliance.kaldi
transforms = torchaudio.transforms


def tensor(x):
    """The input for torchaudio's Kaldi functions: (1, n_samples)."""
    return torch.from_numpy(x)[None, :]


def at_rate(x, source, target):
    """The input at another rate, by float64 sums of the documented filters: no library has these."""
    return resampling.resampled(x, source, target).astype(np.float32)


def faster(x, padding=0, **options):
    return faster_whisper.feature_extractor.FeatureExtractor(**options)(x, padding=padding)


def extract(name, x, key="input_features", arguments=None, **options):
    """transformers' feature extractor with that name, called with its options and `arguments`."""
    made = extractor(name)(**options)
    features = made(x, sampling_rate=made.sampling_rate, **(arguments or {}))[key]
    return np.asarray(features[0])


def extractor(name):
    """The class, also if transformers doesn't export it."""
    if name == "Parakeet":
        return ParakeetFeatureExtractor
    if name == "VoxtralRealtime":
        return VoxtralRealtimeFeatureExtractor
    return getattr(transformers, f"{name}FeatureExtractor")


def saved(name, arguments):
    """The settings that the class saves."""
    with tempfile.TemporaryDirectory() as folder:
        extractor(name)(**arguments).save_pretrained(folder)
        return json.loads((pathlib.Path(folder) / "preprocessor_config.json").read_text(encoding="utf-8"))


def recipe(name, x, **arguments):
    """The features of a class that is loaded from the settings it saved."""
    loaded = extractor(name).from_dict(saved(name, arguments))
    if name == "Dots3Note":
        # All frames of the padded signal, of which the class returns a part.
        return loaded._torch_extract_fbank_features(np.pad(x, (0, loaded.n_samples - len(x)))[None], "cpu")[0]
    if name == "Gemma4Audio":
        # The frames that count: the class returns zeros in place of those that reach into the padding. It fails
        # without a batch.
        batch = loaded([x])
        return np.asarray(batch["input_features"][0])[batch["input_features_mask"][0]].T
    key = {"AST": "input_values", "Phi4Multimodal": "audio_input_features"}.get(name, "input_features")
    arguments = {} if name == "GraniteSpeech" else {"sampling_rate": loaded.sampling_rate}
    features = np.asarray(loaded(x, **arguments)[key][0])
    return features if name in ("Qwen3ASR", "VoxtralRealtime") else features.T


def side_by_side(y, size, stride):
    """Windows of `size` frames every `stride`, by torch's unfold; all of them lie within the frames."""
    windows = torch.from_numpy(np.ascontiguousarray(y)).unfold(1, size, stride)
    return windows.permute(2, 0, 1).flatten(0, 1).numpy()


def whisper_numpy(x, **options):
    """transformers' Whisper features from its NumPy path, which it uses without torch."""
    return transformers.WhisperFeatureExtractor(**options)._np_extract_fbank_features(x[None], "cpu")[0]


def speecht5(x, **options):
    extractor = transformers.SpeechT5FeatureExtractor(**options)
    return np.asarray(extractor(audio_target=x, sampling_rate=extractor.sampling_rate)["input_values"][0]).T


def clap(x, arguments=None, truncation="rand_trunc", **options):
    extractor = transformers.ClapFeatureExtractor(truncation=truncation, **options)
    features = extractor(x, sampling_rate=extractor.sampling_rate, **(arguments or {}))["input_features"]
    return np.asarray(features)[0, 0].T


def hifigan(x, sr=22050, n_fft=1024, n_mels=80, hop=256, win=1024, f_min=0, f_max=8000, eps=1e-9, floor=1e-5):
    """The mel spectrogram of HiFi-GAN's training code, with torch and librosa."""
    basis = torch.from_numpy(librosa.filters.mel(sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=f_min, fmax=f_max))
    pad = (n_fft - hop) // 2
    y = torch.nn.functional.pad(tensor(x)[None], (pad, pad), mode="reflect")[0]
    z = torch.stft(y, n_fft, hop, win, torch.hann_window(win), center=False, return_complex=True)
    magnitude = torch.sqrt(torch.view_as_real(z).pow(2).sum(-1) + eps)
    return torch.log(torch.clamp(basis @ magnitude, min=floor))[0]


def _configured(options, groups):
    for name, value in groups.items():
        if isinstance(value, dict):
            _configured(getattr(options, name), value)
        else:
            setattr(options, name, value)
    return options


def _online(feature, rate, x):
    feature.accept_waveform(rate, x.tolist())
    feature.input_finished()
    frames = [feature.get_frame(i) for i in range(feature.num_frames_ready)]
    return np.array(frames, dtype=np.float32).reshape(len(frames), feature.dim).T


def knf_fbank(x, frame=None, mel=None, **options):
    """kaldi-native-fbank's filterbank features; `frame` and `mel` are its frame and mel options."""
    o = _configured(knf.FbankOptions(), {"frame_opts": {"dither": 0.0} | (frame or {}), "mel_opts": mel or {}} | options)
    return _online(knf.OnlineFbank(o), o.frame_opts.samp_freq, x)


def knf_mfcc(x, frame=None, mel=None, **options):
    """kaldi-native-fbank's MFCC; its energy is off by default here."""
    groups = {"frame_opts": {"dither": 0.0} | (frame or {}), "mel_opts": mel or {}, "use_energy": False}
    o = _configured(knf.MfccOptions(), groups | options)
    return _online(knf.OnlineMfcc(o), o.frame_opts.samp_freq, x)


def span_mel(x, sr, win, n_fft, hop, n_mels, f_min=0.0, f_max=None, mel=None, window="hann", periodic=True, **options):
    """transformers' spectrogram() with its mel filters: frames of `win` samples, zeros after them up to n_fft."""
    filters = audio_utils.mel_filter_bank(
        n_fft // 2 + 1, n_mels, f_min, sr / 2 if f_max is None else f_max, sr,
        **(mel or {"norm": "slaney", "mel_scale": "slaney"}),
    )
    shape = audio_utils.window_function(win, window, periodic=periodic)
    options = {"power": 2.0, "mel_floor": 0.0} | options
    return audio_utils.spectrogram(x, shape, win, hop, n_fft, mel_filters=filters, **options)


def level(y, top=8.0, offset=4.0, scale=0.25):
    """Whisper's last steps on base-10 logarithms, with other numbers."""
    return (np.maximum(y, y.max() - top) + offset) * scale


def standardized(y, ddof, eps, valid=None):
    """Each row less its mean, over its deviation + eps; measured on `valid` frames, 0 in the others."""
    y = np.asarray(y)
    measured = y[:, :valid]
    y = (y - measured.mean(axis=1, keepdims=True)) / (measured.std(axis=1, ddof=ddof, keepdims=True) + eps)
    if valid is not None:
        y[:, valid:] = 0
    return y


def with_deltas(y, deltas, order=1):
    """The rows, with those that `deltas` makes of them below; below these, for an order of 2, those it makes of them."""
    parts = [np.asarray(y)]
    for _ in range(order):
        parts.append(np.asarray(deltas(parts[-1])))
    return np.vstack(parts)


def torchaudio_deltas(win_length):
    """torchaudio's deltas of an array."""
    return lambda y: torchaudio.functional.compute_deltas(torch.from_numpy(y), win_length=win_length)


def lhotse_fbank(x):
    """lhotse's features with its defaults."""
    return lhotse.Fbank().extract(x, sampling_rate=16000).T


def vocos(x):
    """Vocos' MelSpectrogramFeatures at 24 kHz."""
    mel = transforms.MelSpectrogram(24000, n_fft=1024, hop_length=256, n_mels=100, center=True, power=1)
    return torch.log(torch.clip(mel(tensor(x)), min=1e-7))


def rmvpe(x):
    """RMVPE's MelSpectrogram, with torch and librosa."""
    basis = torch.from_numpy(librosa.filters.mel(sr=16000, n_fft=1024, n_mels=128, fmin=30, fmax=8000, htk=True))
    z = torch.stft(tensor(x), 1024, 160, 1024, torch.hann_window(1024), center=True, return_complex=True)
    magnitude = torch.sqrt(z.real.pow(2) + z.imag.pow(2))
    return torch.log(torch.clamp(basis @ magnitude, min=1e-5))


def audioset(x, offset):
    """Features of VGGish and YAMNet, by AudioSet's own function."""
    return mel_features.log_mel_spectrogram(
        x.astype(np.float64), audio_sample_rate=16000, log_offset=offset, window_length_secs=0.025,
        hop_length_secs=0.01, num_mel_bins=64, lower_edge_hertz=125, upper_edge_hertz=7500,
    ).T


def openwakeword(x):
    """The layers of openWakeWord's melspectrogram.onnx, and x / 10 + 2 as its program computes after it."""
    spectrum = torchlibrosa.Spectrogram(n_fft=512, win_length=400, hop_length=160, center=False)
    mel = torchlibrosa.LogmelFilterBank(sr=16000, n_fft=512, n_mels=32, fmin=60, fmax=3800, top_db=80.0)
    with torch.no_grad():
        return mel(spectrum(tensor(x)))[0, 0].T / 10 + 2


def wav2lip(x, n_mels=40):
    """Mel spectrograms of Wav2Lip's audio.py: 20 dB below the level, 100 dB onto −4 … 4, clipped."""
    emphasized = scipy.signal.lfilter([1, -0.97], [1], x)
    mel = librosa.feature.melspectrogram(
        y=emphasized, sr=16000, n_fft=800, hop_length=200, n_mels=n_mels, fmin=55, fmax=7600, power=1.0
    )
    return np.clip(8 * ((20 * np.log10(np.maximum(1e-5, mel)) - 20 + 100) / 100) - 4, -4, 4)


def speechbrain_features(name, x, **options):
    """SpeechBrain's features of that name."""
    return getattr(speechbrain.lobes.features, name)(**options)(tensor(x))[0].T


def min_max(y, together=False):
    """Each row from 0 to 1, by scikit-learn; or all values."""
    y = np.asarray(y, dtype=np.float64)
    scale = sklearn.preprocessing.minmax_scale
    return scale(y.ravel()).reshape(y.shape) if together else scale(y, axis=1)


def all_standardized(y, ddof, eps):
    """All values less their mean, over their deviation + eps."""
    y = np.asarray(y)
    return (y - y.mean()) / (y.std(ddof=ddof) + eps)


def parakeet_log_mel(x, **options):
    """NeMo's log-mel before its normalization, as ParakeetFeatureExtractor computes it."""
    emphasized = np.concatenate([x[:1], x[1:] - np.float32(0.97) * x[:-1]])
    return ParakeetFeatureExtractor(**options)._torch_extract_fbank_features(tensor(emphasized))[0].T.numpy()


LIBRARIES = {
    "openai-whisper": "openai-whisper",
    "faster-whisper": "faster-whisper",
    "transformers": "transformers",
    "librosa": "librosa",
    "torchaudio": "torchaudio",
    "torch": "torch",
    "kaldi-native-fbank": "kaldi-native-fbank",
    "lhotse": "lhotse",
    "torchlibrosa": "torchlibrosa",
    "torchvggish": "torchvggish",
    "scikit-learn": "scikit-learn",
    "speechbrain": "speechbrain",
}


def version(library):
    return importlib.metadata.version(LIBRARIES[library])


def ask(call, x):
    """Evaluates the expression; (rows, frames) in float32."""
    answer = eval(call, globals(), {"x": x})
    if isinstance(answer, torch.Tensor):
        answer = answer.numpy()
    answer = np.ascontiguousarray(answer, dtype=np.float32)
    return answer[0] if answer.ndim == 3 else answer
