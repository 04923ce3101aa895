"""Every option with its default, the presets, and the form of both as text."""

DEFAULT = {
    "sample_rate": 16000, "n_fft": 400, "win_length": None, "hop_length": 160, "n_mels": 80,
    "f_min": 0.0, "f_max": None, "window": "hann", "window_periodic": True, "precision": "single", "power": 2.0,
    "magnitude_eps": 0.0, "spectrum_norm": "none", "center": True, "center_pad": "half_frame",
    "pad_mode": "reflect", "snip_edges": True, "frame_span": "fft", "drop_last_frame": True,
    "pad_end": 0, "pad_to": None, "pad_to_mode": "zeros", "input_scale": 1.0,
    "normalize_input": False, "dither": 0.0, "dither_seed": 0, "preemphasis": 0.0,
    "preemphasis_mode": "signal", "remove_dc_offset": False, "mel_scale": "slaney",
    "mel_norm": "slaney", "triangle_domain": "hz", "bin_frequencies": "exact", "log": "log10",
    "log_floor": 1e-10, "log_floor_mode": "clamp", "reference": "whole_input",
    "reference_value": 0.0, "top_db": 80.0, "subtract_reference": False, "offset": 4.0,
    "scale": 0.25, "n_mfcc": None, "lifter": 0.0, "lifter_kind": "kaldi", "use_energy": False,
    "raw_energy": True, "energy_floor": 0.0, "htk_compat": False, "n_frames": None,
    "normalize": "none", "normalize_ddof": 1, "normalize_eps": 1e-5, "mask_tail": False,
    "layout": "mel_major", "input_rate": None, "stack": 1, "stack_stride": None, "stack_edge": "fill",
    "stack_fill": 0.0, "max_length": None, "pad_start": 0, "pad_to_multiple_of": None,
    "magnitude_eps_mode": "add", "frame_margin": 0, "n_frames_multiple_of": None, "delta_win_length": None,
    "normalize_over": "row", "pcen_gain": 0.98, "pcen_bias": 2.0, "pcen_power": 0.5, "pcen_time_constant": 0.4,
    "pcen_eps": 1e-6, "delta_order": 1, "log_ceiling": None,
}

LINEAR = DEFAULT | {
    "drop_last_frame": False, "log": "none", "reference": "none", "top_db": None, "offset": 0.0, "scale": 1.0,
}

KALDI = LINEAR | {
    "n_fft": 512, "win_length": 400, "f_min": 20.0, "window": "povey", "window_periodic": False,
    "center": False, "pad_mode": "symmetric", "frame_span": "window", "input_scale": 32768.0,
    "preemphasis": 0.97, "preemphasis_mode": "frame", "remove_dc_offset": True,
    "mel_scale": "kaldi", "mel_norm": "none", "triangle_domain": "mel", "log": "ln",
    "log_floor": 2.0**-23,
}

PRESETS = {
    "whisper": DEFAULT,
    "whisper-large-v3": DEFAULT | {"n_mels": 128},
    "librosa": LINEAR | {
        "sample_rate": 22050, "n_fft": 2048, "hop_length": 512, "n_mels": 128, "pad_mode": "constant",
        "precision": "double",
    },
    "torchaudio": LINEAR | {
        "hop_length": 200, "n_mels": 128, "mel_scale": "htk", "mel_norm": "none",
        "bin_frequencies": "linspace",
    },
    "kaldi-fbank": KALDI,
    "parakeet": LINEAR | {
        "n_fft": 512, "win_length": 400, "window_periodic": False, "pad_mode": "constant",
        "preemphasis": 0.97, "log": "ln", "log_floor": 2.0**-24, "log_floor_mode": "add",
        "normalize": "deviation", "mask_tail": True,
    },
    "hifigan": LINEAR | {
        "sample_rate": 22050, "n_fft": 1024, "hop_length": 256, "f_max": 8000.0,
        "center_pad": "half_overlap", "power": 1.0, "magnitude_eps": 1e-9, "log": "ln",
        "log_floor": 1e-5,
    },
    "speecht5": LINEAR | {
        "n_fft": 1024, "hop_length": 256, "f_min": 80.0, "f_max": 7600.0, "power": 1.0,
        "bin_frequencies": "linspace", "log": "log10", "precision": "double",
    },
    "ast": KALDI | {
        "n_mels": 128, "window": "hann", "input_scale": 1.0, "n_frames": 1024,
        "offset": 4.2677393, "scale": 1.0 / (4.5689974 * 2.0),
    },
    "clap": LINEAR | {
        "sample_rate": 48000, "n_fft": 1024, "hop_length": 480, "n_mels": 64, "f_max": 14000.0,
        "pad_to": 480000, "pad_to_mode": "repeat", "bin_frequencies": "linspace", "log": "db",
        "precision": "double",
    },
}


def resolve(preset, changes):
    """The preset's options with `changes`, all of which must be options that differ from it."""
    base = PRESETS[preset]
    for name, value in changes.items():
        if name not in base:
            raise KeyError(f"no option {name}")
        if value == base[name]:
            raise ValueError(f"{name}={value} is what preset {preset} has already")
    return base | changes


def as_text(value):
    """A value in the form that the library reads from text."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else repr(value)
