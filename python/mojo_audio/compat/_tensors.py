"""torch's tensors as arrays, and back. torch is imported only where a tensor is given or asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from mojo_audio.compat._errors import refused


def is_tensor(value: object) -> bool:
    """Whether it is a tensor of torch, which must have been imported to make one."""
    return "torch" in sys.modules and isinstance(value, torch().Tensor)


def torch() -> Any:
    """The library."""
    return import_module("torch")


def array(value: Any, name: str) -> npt.NDArray[Any]:
    """The audio as an array, without a copy if it is a tensor.

    Raises
    ------
    ConfigError
        The tensor is on another device than the CPU, or its gradient would be lost.
    """
    if not is_tensor(value):
        return np.asarray(value)
    if value.device.type != "cpu":
        raise refused(name, f"one on {value.device}", "a tensor on the CPU")
    if value.requires_grad and torch().is_grad_enabled():
        raise refused(name, "one that does", "a tensor that doesn't require a gradient")
    values: npt.NDArray[Any] = value.detach().numpy()
    return values


def like(result: npt.NDArray[Any], given: object) -> Any:
    """The result as a tensor if one was given."""
    return tensor(result) if is_tensor(given) else result


def tensor(result: npt.NDArray[Any]) -> Any:
    """The result as a tensor that shares its memory."""
    return torch().from_numpy(result)
