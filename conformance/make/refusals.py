"""What must be refused, and with which error. Written by hand, without a library.

`call` says which call must fail: `new` (preset, options by text, extractor), `compute` (with a wrong input)
or `stream` (the extractor can't stream). The field of a `config` error is the option that has to change.
"""

import numpy as np

# preset, options, field
OPTIONS = [
    ("whisper", {"sample_rate": "0"}, "sample_rate"),
    ("whisper", {"n_fft": "0"}, "n_fft"),
    ("whisper", {"n_fft": "1"}, "n_fft"),
    ("whisper", {"n_fft": "65537"}, "n_fft"),
    ("whisper", {"win_length": "0"}, "win_length"),
    ("whisper", {"win_length": "401"}, "win_length"),
    ("kaldi-fbank", {"n_fft": "256"}, "win_length"),
    ("whisper", {"hop_length": "0"}, "hop_length"),
    ("hifigan", {"hop_length": "1025"}, "center_pad"),
    ("whisper", {"n_mels": "0"}, "n_mels"),
    ("whisper", {"n_mels": "4097"}, "n_mels"),
    ("whisper", {"f_min": "-1"}, "f_min"),
    ("whisper", {"f_min": "8000"}, "f_min"),
    ("whisper", {"f_min": "5000", "f_max": "4000"}, "f_min"),
    ("whisper", {"f_min": "NaN"}, "f_min"),
    ("whisper", {"f_min": "inf"}, "f_min"),
    ("whisper", {"f_max": "8000.5"}, "f_max"),
    ("hifigan", {"sample_rate": "8000"}, "f_max"),
    ("whisper", {"f_max": "-8000"}, "f_max"),
    ("whisper", {"f_max": "NaN"}, "f_max"),
    ("whisper", {"f_max": "inf"}, "f_max"),
    ("whisper", {"power": "0"}, "power"),
    ("whisper", {"power": "-2"}, "power"),
    ("whisper", {"power": "NaN"}, "power"),
    ("whisper", {"power": "inf"}, "power"),
    ("whisper", {"power": "1e39"}, "power"),
    ("hifigan", {"magnitude_eps": "-1e-9"}, "magnitude_eps"),
    ("hifigan", {"magnitude_eps": "NaN"}, "magnitude_eps"),
    ("whisper", {"snip_edges": "false"}, "snip_edges"),
    ("whisper", {"pad_to": "0"}, "pad_to"),
    ("whisper", {"pad_to": "18446744073709551615"}, "pad_to"),
    ("whisper", {"pad_end": "18446744073709551615"}, "pad_end"),
    ("clap", {"pad_end": "1"}, "pad_end"),
    ("kaldi-fbank", {"input_scale": "0"}, "input_scale"),
    ("kaldi-fbank", {"input_scale": "-1"}, "input_scale"),
    ("kaldi-fbank", {"input_scale": "NaN"}, "input_scale"),
    ("kaldi-fbank", {"input_scale": "inf"}, "input_scale"),
    ("kaldi-fbank", {"dither": "-1"}, "dither"),
    ("kaldi-fbank", {"dither": "NaN"}, "dither"),
    ("whisper", {"dither": "1e18"}, "dither"),
    ("torchaudio", {"win_length": "2", "window_periodic": "false", "spectrum_norm": "window"}, "spectrum_norm"),
    ("ast", {"n_mfcc": "13"}, "n_frames"),
    ("ast", {"use_energy": "true"}, "n_frames"),
    ("whisper", {"precision": "half"}, "precision"),
    ("whisper", {"offset": "-1e10"}, "offset"),
    ("whisper", {"scale": "1e10"}, "scale"),
    ("whisper", {"reference": "fixed", "reference_value": "1e10"}, "reference_value"),
    ("whisper", {"top_db": "1e10"}, "top_db"),
    ("kaldi-fbank", {"preemphasis": "-0.97"}, "preemphasis"),
    ("kaldi-fbank", {"preemphasis": "1.5"}, "preemphasis"),
    ("kaldi-fbank", {"preemphasis": "NaN"}, "preemphasis"),
    ("parakeet", {"preemphasis": "inf"}, "preemphasis"),
    ("whisper", {"log_floor": "0"}, "log_floor"),
    ("whisper", {"log_floor": "-1e-10"}, "log_floor"),
    ("parakeet", {"log_floor": "0"}, "log_floor"),
    ("whisper", {"log_floor": "NaN"}, "log_floor"),
    ("whisper", {"reference": "fixed", "reference_value": "NaN"}, "reference_value"),
    ("whisper", {"reference": "fixed", "reference_value": "inf"}, "reference_value"),
    ("whisper", {"top_db": "0"}, "top_db"),
    ("whisper", {"top_db": "-80"}, "top_db"),
    ("whisper", {"top_db": "NaN"}, "top_db"),
    ("whisper", {"log": "none"}, "top_db"),
    ("librosa", {"subtract_reference": "true", "reference": "whole_input"}, "subtract_reference"),
    ("whisper", {"offset": "NaN"}, "offset"),
    ("whisper", {"offset": "-inf"}, "offset"),
    ("whisper", {"scale": "0"}, "scale"),
    ("whisper", {"scale": "-0.25"}, "scale"),
    ("whisper", {"scale": "inf"}, "scale"),
    ("kaldi-fbank", {"n_mfcc": "0"}, "n_mfcc"),
    ("kaldi-fbank", {"n_mfcc": "81"}, "n_mfcc"),
    ("kaldi-fbank", {"n_mfcc": "13", "lifter": "-22"}, "lifter"),
    ("kaldi-fbank", {"n_mfcc": "13", "lifter": "NaN"}, "lifter"),
    ("kaldi-fbank", {"use_energy": "true", "energy_floor": "-1"}, "energy_floor"),
    ("kaldi-fbank", {"use_energy": "true", "energy_floor": "NaN"}, "energy_floor"),
    ("ast", {"n_frames": "0"}, "n_frames"),
    ("parakeet", {"normalize_ddof": "2"}, "normalize_ddof"),
    ("parakeet", {"normalize_eps": "-1e-5"}, "normalize_eps"),
    ("parakeet", {"normalize_eps": "NaN"}, "normalize_eps"),
    # Text that is not a value of the option's type.
    ("whisper", {"n_mels": "eighty"}, "n_mels"),
    ("whisper", {"n_mels": "-1"}, "n_mels"),
    ("whisper", {"n_mels": "80.5"}, "n_mels"),
    ("whisper", {"n_mels": "none"}, "n_mels"),
    ("whisper", {"n_fft": "4294967296"}, "n_fft"),
    ("whisper", {"win_length": ""}, "win_length"),
    ("whisper", {"pad_to": "-5"}, "pad_to"),
    ("whisper", {"f_max": "8k"}, "f_max"),
    ("whisper", {"center": "yes"}, "center"),
    # Values of other libraries, which ours has under another name or not at all.
    ("whisper", {"window": "hanning"}, "window"),
    ("whisper", {"pad_mode": "edge"}, "pad_mode"),
    ("whisper", {"mel_scale": "mel"}, "mel_scale"),
    ("whisper", {"log": "log2"}, "log"),
    ("whisper", {"reference": "max"}, "reference"),
    ("whisper", {"layout": "MEL_MAJOR"}, "layout"),
    # Rates that can't be resampled.
    ("whisper", {"input_rate": "0"}, "input_rate"),
    ("whisper", {"input_rate": "999"}, "input_rate"),
    ("whisper", {"input_rate": "768001"}, "input_rate"),
    ("kaldi-fbank", {"stack": "0"}, "stack"),
    ("kaldi-fbank", {"stack": "257"}, "stack"),
    ("kaldi-fbank", {"stack_stride": "0"}, "stack_stride"),
    ("kaldi-fbank", {"stack": "2", "stack_edge": "pad"}, "stack_edge"),
    ("kaldi-fbank", {"stack": "2", "stack_fill": "inf"}, "stack_fill"),
    ("ast", {"stack": "2"}, "n_frames"),
    ("parakeet", {"stack": "2", "stack_edge": "drop"}, "normalize"),
    ("parakeet", {"stack": "3", "stack_stride": "2", "normalize": "none"}, "mask_tail"),
    ("whisper", {"max_length": "0"}, "max_length"),
    ("whisper", {"pad_start": "1"}, "pad_start"),
    ("clap", {"pad_start": "1"}, "pad_start"),
    ("whisper", {"pad_to_multiple_of": "0"}, "pad_to_multiple_of"),
    ("clap", {"pad_to_multiple_of": "2"}, "pad_to_multiple_of"),
    ("whisper", {"input_rate": "44100.5"}, "input_rate"),
    ("whisper", {"power": "1", "magnitude_eps_mode": "max"}, "magnitude_eps_mode"),
    ("whisper", {"frame_margin": "401"}, "frame_margin"),
    ("kaldi-fbank", {"snip_edges": "false", "frame_margin": "1"}, "frame_margin"),
    ("whisper", {"n_frames_multiple_of": "2"}, "drop_last_frame"),
    ("torchaudio", {"n_frames_multiple_of": "0"}, "n_frames_multiple_of"),
    ("kaldi-fbank", {"n_frames_multiple_of": "2"}, "center"),
    ("kaldi-fbank", {"delta_win_length": "1"}, "delta_win_length"),
    ("kaldi-fbank", {"delta_win_length": "4"}, "delta_win_length"),
    ("kaldi-fbank", {"delta_win_length": "3", "stack": "2", "stack_edge": "drop"}, "delta_win_length"),
    ("ast", {"delta_win_length": "3"}, "n_frames"),
    ("kaldi-fbank", {"delta_win_length": "3", "delta_order": "0"}, "delta_order"),
    ("kaldi-fbank", {"delta_win_length": "3", "delta_order": "3"}, "delta_order"),
    ("kaldi-fbank", {"delta_order": "2"}, "delta_order"),
    ("whisper", {"log_ceiling": "1e-11"}, "log_ceiling"),
    ("librosa", {"log_ceiling": "1"}, "log_ceiling"),
    ("whisper", {"n_mfcc": "13", "log_ceiling": "1"}, "log_ceiling"),
    ("kaldi-fbank", {"normalize": "mean", "normalize_over": "band"}, "normalize_over"),
    ("whisper", {"sample_rate": "999", "input_rate": "16000"}, "sample_rate"),
    ("librosa", {"log": "pcen", "top_db": "80"}, "top_db"),
    ("librosa", {"log": "pcen", "subtract_reference": "true"}, "subtract_reference"),
    ("librosa", {"log": "pcen", "n_mfcc": "13"}, "n_mfcc"),
    ("librosa", {"log": "pcen", "use_energy": "true"}, "use_energy"),
    ("librosa", {"log": "pcen", "stack": "7", "stack_stride": "6"}, "log"),
    ("librosa", {"log": "pcen", "pcen_gain": "1.5"}, "pcen_gain"),
    ("librosa", {"log": "pcen", "pcen_bias": "-1"}, "pcen_bias"),
    ("librosa", {"log": "pcen", "pcen_power": "-0.5"}, "pcen_power"),
    ("librosa", {"log": "pcen", "pcen_time_constant": "0"}, "pcen_time_constant"),
    ("librosa", {"log": "pcen", "pcen_eps": "0"}, "pcen_eps"),
]

UNKNOWN = [
    ("whisper-v4", {}, "whisper-v4"),
    ("Whisper", {}, "Whisper"),
    ("", {}, ""),
    ("whisper", {"n_mel": "80"}, "n_mel"),
    ("whisper", {"hop-length": "160"}, "hop-length"),
    ("whisper", {"fmax": "8000"}, "fmax"),
]

# preset, length, the bad samples by index, the index that the error names
SAMPLES = [
    ("whisper", 800, {57: np.nan}, 57),
    ("whisper", 800, {0: np.inf}, 0),
    ("whisper", 800, {799: -np.inf}, 799),
    ("whisper", 800, {40: np.nan, 10: np.inf}, 10),
    ("whisper", 800, {3: np.finfo(np.float32).max}, 3),
    ("kaldi-fbank", 450, {449: np.nan}, 449),
    ("parakeet", 1, {0: np.nan}, 0),
]

STREAMS = [
    ("whisper", {}, "reference"),
    ("whisper-large-v3", {}, "reference"),
    ("librosa", {"log": "db", "reference": "whole_input", "subtract_reference": "true"}, "reference"),
    ("librosa", {"log": "db", "reference": "whole_input", "top_db": "80", "n_mfcc": "20"}, "reference"),
    ("parakeet", {}, "normalize"),
    ("parakeet", {"normalize": "none"}, "mask_tail"),
    ("kaldi-fbank", {"normalize": "mean"}, "normalize"),
    ("kaldi-fbank", {"normalize": "variance"}, "normalize"),
    ("kaldi-fbank", {"normalize_input": "true"}, "normalize_input"),
    ("clap", {}, "pad_to_mode"),
    ("whisper", {"reference": "none", "pad_to": "16000", "pad_to_mode": "repeat"}, "pad_to_mode"),
]


def refusal(name, call, preset, options, error, **more):
    return {"name": f"refuse-{name}", "kind": "refusal", "call": call, "preset": preset, "options": options, **more, "error": error}


def all_cases(corpus):
    for i, (preset, options, field) in enumerate(OPTIONS):
        yield refusal(f"option-{i + 1}-{field.replace('_', '-')}", "new", preset, options, {"code": "config", "field": field})
    for i, (preset, options, name) in enumerate(UNKNOWN):
        yield refusal(f"unknown-{i + 1}", "new", preset, options, {"code": "unknown_name", "name": name})
    for preset in ("whisper", "librosa", "kaldi-fbank"):
        corpus.files["inputs/empty.f32"] = b""
        yield refusal(f"empty-{preset}", "compute", preset, {}, {"code": "empty_input"}, input="inputs/empty.f32", n_samples=0)
    for i, (preset, n, bad, index) in enumerate(SAMPLES):
        samples = np.full(n, 0.125, dtype="<f4")
        for at, value in bad.items():
            samples[at] = value
        name = f"inputs/bad-{i + 1}.f32"
        corpus.files[name] = samples.tobytes()
        yield refusal(f"sample-{i + 1}", "compute", preset, {}, {"code": "sample", "index": index}, input=name, n_samples=n)
    for i, (preset, options, field) in enumerate(STREAMS):
        yield refusal(f"stream-{i + 1}-{preset}", "stream", preset, options, {"code": "config", "field": field})
