"""Evaluates the recorded calls with the names of a drop-in, and compares the results."""

from __future__ import annotations

import builtins
import importlib.util
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.signal

import mojo_audio
from originals import calls

HAS_TORCH = importlib.util.find_spec("torch") is not None
KINDS = ["array", "tensor"] if HAS_TORCH else ["array"]
"""What `t` makes."""


def _window(name: str) -> Any:
    return lambda n, periodic=True: scipy.signal.get_window(name, n, fftbins=periodic)


def names(kind: str, **modules: Any) -> dict[str, Any]:
    """The names of the calls' expressions."""
    if kind == "tensor":
        import torch

        return calls.INPUTS | modules | {"torch": torch, "t": lambda x: torch.from_numpy(np.ascontiguousarray(x))}
    windows = SimpleNamespace(hamming_window=_window("hamming"), blackman_window=_window("blackman"))
    return calls.INPUTS | modules | {"torch": windows, "t": np.asarray}


def assert_recorded(library: str, name: str, given: dict[str, Any], rtol: float, atol: float, share: float) -> Any:
    """The call's result has the recorded shape and type, and its values within rtol of each, atol, and that share of
    the largest together."""
    ours = eval(calls.CALLS[library][name], given)
    theirs = calls.results()[f"{library}/{name}"]
    a = np.asarray(ours)
    assert (a.shape, a.dtype) == (theirs.shape, theirs.dtype)
    bound = atol + rtol * np.abs(theirs) + share * np.abs(theirs).max(initial=0)
    assert (np.abs(a.astype(np.float64) - theirs) <= bound).all()
    return ours


def assert_refused(library: str, call: str, given: dict[str, Any]) -> None:
    """The call fails with an error that names the argument and is of the original's class, too, if that is Python's."""
    error = getattr(builtins, calls.about()["errors"][call], mojo_audio.Error)
    with pytest.raises(mojo_audio.Error) as caught:
        eval(call, given)
    assert isinstance(caught.value, error)
    assert caught.value.field == calls.REFUSED[library][call]  # type: ignore[attr-defined]
