"""Audio that says its sample rate: in which forms, and what becomes of another rate than the configuration's."""

from __future__ import annotations

from collections import UserDict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import assert_bits, signal

import mojo_audio
from mojo_audio import InputError, MelConfig, MelExtractor

EXTRACTOR = MelExtractor()
X = signal(8000)
I16 = signal(8000, dtype=np.int16)
MEL = EXTRACTOR(X)


class AudioSamples:
    """As torchcodec's: (n_channels, n_samples)."""

    def __init__(self, data: Any, sample_rate: int) -> None:
        self.data, self.sample_rate = data, sample_rate


class AudioDecoder:
    def __init__(self, samples: AudioSamples) -> None:
        self.samples = samples

    def get_all_samples(self) -> AudioSamples:
        return self.samples


def forms(x: np.ndarray, rate: Any) -> list[Any]:
    samples = AudioSamples(x[None], rate)
    return [
        (x, rate),
        (x[None], rate),  # torchaudio.load
        (memoryview(x), rate),
        {"array": x, "sampling_rate": rate, "path": "a.wav"},
        UserDict(array=x, sampling_rate=rate),
        samples,
        AudioDecoder(samples),
        SimpleNamespace(data=x, sample_rate=rate),
    ]


@pytest.mark.parametrize("rate", [16_000, np.int64(16_000), 16_000.0, np.float32(16_000)])
def test_forms(rate: Any) -> None:
    for audio in forms(X, rate):
        assert_bits(EXTRACTOR(audio), MEL)
    assert_bits(EXTRACTOR((X.tolist(), rate)), MEL)
    wanted = EXTRACTOR(I16)
    for audio in (*forms(I16, rate), (I16.astype("<i2").tobytes(), rate), (bytearray(I16.tobytes()), rate)):
        assert_bits(EXTRACTOR(audio), wanted)
    for mel in EXTRACTOR.batch([*forms(X, rate), X], 2):
        assert_bits(mel, MEL)
    assert_bits(mojo_audio.mel_spectrogram((X, rate)), MEL)
    assert_bits(mojo_audio.mfcc((X, rate)), mojo_audio.mfcc(X))
    out = np.empty_like(MEL)
    assert EXTRACTOR((X, rate), out) is out
    assert_bits(out, MEL)


def test_a_pair_of_numbers_is_two_samples() -> None:
    pair = MelExtractor(MelConfig.whisper(pad_mode="constant"))
    assert_bits(pair((0.5, 0.25)), pair([0.5, 0.25]))
    assert_bits(pair((np.float32(0.5), np.float32(0.25))), pair([0.5, 0.25]))


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_other_rates(rate: int) -> None:
    """The bits that the engine computes with `input_rate`."""
    wanted = MelExtractor(MelConfig(input_rate=rate))(X)
    message = f"audio must have the configuration's sample rate, 16000 Hz, got {rate} Hz: pass resample=True"
    for audio in forms(X, rate):
        assert_bits(EXTRACTOR(audio, resample=True), wanted)
        with pytest.raises(InputError, match=message):
            EXTRACTOR(audio)
    out = np.empty_like(wanted)
    assert EXTRACTOR((X, rate), out, resample=True) is out
    assert_bits(out, wanted)
    two = np.stack([X, X[::-1]])
    assert_bits(EXTRACTOR((two, rate), axis=-1, resample=True)[0], wanted)
    assert_bits(EXTRACTOR((two.T, rate), axis=0, resample=True)[0], wanted)
    mixed = EXTRACTOR.batch([X, (X, rate), (I16, rate), (X, 16_000)], 2, resample=True)
    integers = MelExtractor(MelConfig(input_rate=rate))(I16)
    for mel, one in zip(mixed, [MEL, wanted, integers, MEL], strict=True):
        assert_bits(mel, one)
    with pytest.raises(InputError, match=f"^clip 1: {message}") as caught:
        EXTRACTOR.batch([X, (X, rate)])
    assert (caught.value.clip, caught.value.field) == (1, "audio")
    assert_bits(mojo_audio.mel_spectrogram((X, rate), resample=True), wanted)
    with pytest.raises(InputError, match=message):
        mojo_audio.mel_spectrogram((X, rate))
    kaldi = MelExtractor(MelConfig.kaldi_fbank(n_mfcc=13, input_rate=rate))(X)
    assert_bits(mojo_audio.mfcc((X, rate), resample=True), kaldi)
    with pytest.raises(InputError, match=message):
        mojo_audio.mfcc((X, rate))


def test_a_resampled_tone_is_that_tone() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000) / 2
    same = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000) / 2
    got = EXTRACTOR((tone, 48_000), resample=True)[:, 10:-10]
    # In the bands of the tone; elsewhere both have rounding errors only.
    wanted = EXTRACTOR(same)[:, 10:-10]
    loud = wanted > wanted.max() - 0.5
    assert loud.any() and np.abs(got - wanted)[loud].max() < 1e-4


def test_the_rate_of_the_input_is_the_one_that_counts() -> None:
    extractor = MelExtractor(MelConfig(input_rate=44_100))
    assert_bits(extractor((X, 44_100)), extractor(X))
    with pytest.raises(InputError, match="sample rate, 44100 Hz, got 16000 Hz"):
        extractor((X, 16_000))


def test_streams() -> None:
    stream = MelExtractor(MelConfig.kaldi_fbank()).stream()
    plain = MelExtractor(MelConfig.kaldi_fbank()).stream()
    assert_bits(stream.push((I16.tobytes(), 16_000)), plain.push(I16))
    message = "sample rate, 16000 Hz, got 48000 Hz: set input_rate=48000 in the configuration of a stream"
    with pytest.raises(InputError, match=message):
        stream.push((X, 48_000))
    assert_bits(stream.push(X), plain.push(X))


def test_refusals() -> None:
    for audio, message in [
        ((X, 0), "its sample rate must be a whole number, at least 1 Hz, got 0"),
        ((X, 16_000.5), "whole number.*got 16000.5"),
        ((X, "16000"), "whole number.*got '16000'"),
        ((X, True), "whole number.*got True"),
        ((X, None), "whole number.*got None"),
        ((b"abc", 16_000), "audio as bytes must be little-endian int16 samples"),
        ({"array": X}, 'it has no "sampling_rate"'),
        ({"sampling_rate": 16_000}, 'it has no "array"'),
        ((np.stack([X, X]), 16_000), r"audio must be one signal, got an array of shape \(2, 8000\)"),
        (AudioSamples(np.stack([X, X]), 16_000), "audio must be one signal"),
    ]:
        with pytest.raises(InputError, match=message) as caught:
            EXTRACTOR(audio)  # type: ignore[arg-type]
        assert caught.value.field == "audio"
    with pytest.raises(InputError, match="audio can't be resampled: from must be from 1000 to 768000 hertz, got 10"):
        EXTRACTOR((X, 10), resample=True)
    with pytest.raises(mojo_audio.EmptyInputError):
        EXTRACTOR(([], 48_000), resample=True)
    bad = X.copy()
    bad[7] = np.inf
    with pytest.raises(mojo_audio.SampleError) as caught_sample:
        EXTRACTOR((bad, 48_000), resample=True)
    assert caught_sample.value.index == 7
