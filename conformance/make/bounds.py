"""The bound on a result's deviation from the reference: three times the effect of rounding on the pipeline.

That is the larger of two deviations from the float64 oracle: the reference library's own, and that of the
oracle computed in float32 (with `precision` double, only the steps before the window, and rounded to float32
at the end). The tested library has no part in it.
"""

import math

import numpy as np

import oracle

FACTOR = 3.0
# The smallest bound, in decades of a logarithm (6e-6 is 1.4e-5 of an energy) and, without a logarithm, as a
# fraction of an energy. Cases of few values need it, because the measured deviations may be small by luck.
LOG10_FLOOR = 6e-6
LINEAR_FLOOR = 2e-6


def rounded_up(value):
    """To three significant digits."""
    if value == 0.0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    return float(f"{math.ceil(value / step - 1e-9) * step:.2e}")


def floor_of(o, truth):
    """The least bound: the logarithm's unit times LOG10_FLOOR, and two float32 steps of the largest value."""
    largest = float(np.abs(truth).max(initial=0.0))
    if o["log"] == "none":
        return largest * 2.0**-23
    if o["log"] == "pcen":
        return largest * LINEAR_FLOOR
    unit = {"ln": math.log(10.0), "log10": 1.0, "db": 10.0, "db_magnitude": 20.0}[o["log"]]
    spread = math.sqrt(o["n_mels"]) if o["n_mfcc"] else 1.0
    return LOG10_FLOOR * unit * abs(o["scale"]) * spread + largest * 2.0**-22


def measure(samples, o, reference):
    """The bound of a case and the deviations it comes from."""
    truth, mel = oracle.mel_spectrogram(samples, o, np.float64)
    if o["precision"] == "double":
        late, _ = oracle.mel_spectrogram(samples, o, np.float64, early=np.float32)
        single = late.astype(np.float32)
    else:
        single, _ = oracle.mel_spectrogram(samples, o, np.float32)
    if truth.shape != reference.shape:
        raise ValueError(f"the reference gives {reference.shape}, the oracle {truth.shape}")
    if truth.size == 0:
        return {"atol": 0.0, "rtol": 0.0, "mean_abs": 0.0}, {"reference": 0.0, "float32": 0.0, "floor": 0.0}
    deviations = [np.abs(reference - truth), np.abs(single - truth)]
    floor = floor_of(o, truth)
    rtol = 0.0
    strong = None
    if not o["n_mfcc"] and not o["use_energy"] and not o["delta_win_length"]:
        strong = np.zeros(truth.shape, dtype=bool)
        known = oracle.strong_bands(mel, o)
        frames = min(known.shape[1], truth.shape[1])
        strong[:, :frames] = known[:, :frames]
    if o["log"] == "none" and not o["n_mfcc"]:
        # Energies: a relative bound from the strong bands, an absolute one for the rest.
        size = np.maximum(np.abs(truth), np.finfo(np.float32).tiny)
        chosen = strong & (truth != 0)
        worst = max(float((d / size)[chosen].max(initial=0.0)) for d in deviations)
        rtol = max(FACTOR * worst, LINEAR_FLOOR)
        rest = max(float((FACTOR * d - rtol * np.abs(truth)).max()) for d in deviations)
        bound = {"atol": max(rest, floor), "rtol": rtol}
    else:
        bound = {"atol": max(*(FACTOR * float(d.max()) for d in deviations), floor), "rtol": 0.0}
    mean_floor = LINEAR_FLOOR / 2.0 * float(np.abs(truth).mean()) if o["log"] == "none" else floor / 5.0
    bound["mean_abs"] = max(*(FACTOR * float(d.mean()) for d in deviations), mean_floor)
    if o["log"] != "none" and strong is not None and strong.any() and not strong.all():
        tight = max(*(FACTOR * float(d[strong].max()) for d in deviations), floor)
        if tight < 0.7 * bound["atol"]:
            bound["atol_within_60db"] = tight
    worst = {"reference": float(deviations[0].max()), "float32": float(deviations[1].max()), "floor": floor}
    return {name: rounded_up(value) for name, value in bound.items()}, worst
