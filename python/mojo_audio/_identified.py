"""What `identify` and `diff` return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mojo_audio._native import MelConfig


@dataclass(frozen=True)
class Candidate:
    """One configuration, and how far its features are from those given.

    Attributes
    ----------
    config
        The configuration, with the layout of the features.
    largest, mean
        Largest and mean deviation of the values, in the features' units.
    first_frame
        The frame of this configuration that is the first of the features, where those are a part; else None.
    """

    config: MelConfig
    largest: float
    mean: float
    first_frame: int | None


@dataclass(frozen=True)
class Identified:
    """The result of `identify`. Printed, it is a summary in a few lines.

    Attributes
    ----------
    verdict
        - "found": the configuration makes these features, up to the rounding of float32 arithmetic.
        - "up_to_rounding": it does, up to the rounding of the features themselves.
        - "near": it is the best that was found, but something else differs; `words` say what.
        - "open": this recording (silence, a few frames) doesn't single out a configuration.
        - "not_of_signal": the features are not of this signal.
    found
        Whether the verdict is one of the first two.
    config
        The best configuration; None where none is similar or has features of this shape.
    code
        Python code that makes it, or None.
    largest, mean
        Largest and mean deviation of its features, in the features' units; infinite where there are none.
    rounding
        What the features were rounded to: "float16", a step as of 8-bit quantization, or None.
    first_frame
        The frame of the configuration that is the first of the features, where those are a part; else None.
    row_statistics
        The mean and the scale of each row, y = (x - mean) * scale, where rows have their own, as global CMVN makes
        them; else None. `MelExtractor` takes them as `row_mean` and `row_scale`.
    open
        Options that this recording leaves open: by name, other values that make the same features.
    candidates
        The best configurations, each a `Candidate`, the best first.
    words
        What differs where the verdict is "near", or why nothing was searched, each a sentence.
    complete
        Whether the search ended before its time was over.
    """

    verdict: Literal["found", "up_to_rounding", "near", "open", "not_of_signal"]
    found: bool
    config: MelConfig | None
    code: str | None
    largest: float
    mean: float
    rounding: float | Literal["float16"] | None
    first_frame: int | None
    # Arrays are not equal or unequal as a whole.
    row_statistics: tuple[NDArray[np.float32], NDArray[np.float32]] | None = field(compare=False)
    open: dict[str, tuple[Any, ...]]
    candidates: tuple[Candidate, ...]
    words: tuple[str, ...]
    complete: bool

    def __str__(self) -> str:
        lines: list[str] = [self.verdict]
        if self.code is not None:
            lines += [f"code: {self.code}", f"deviation: largest {self.largest:.2e}, mean {self.mean:.2e}"]
        if self.rounding is not None:
            lines.append(f"rounded to: {self.rounding}")
        if self.first_frame is not None:
            lines.append(f"first frame: {self.first_frame}")
        if self.row_statistics is not None:
            lines.append("rows: each has a mean and a scale of its own, row_statistics")
        for option, values in self.open.items():
            lines.append(f"open: {option}, which could also be {', '.join(map(repr, values))}")
        lines += self.words
        if not self.complete:
            lines.append("the search was not complete; more seconds could find more")
        return "\n".join(lines)


@dataclass(frozen=True)
class Difference:
    """The result of `diff`.

    Attributes
    ----------
    same
        Whether no value differs by more than a hundred-thousandth of the spread of the first matrix.
    largest, mean
        Largest and mean deviation of the values in the frames that both have; infinite if the numbers of rows don't
        match.
    words
        What differs, each a sentence.
    """

    same: bool
    largest: float
    mean: float
    words: tuple[str, ...]


for _class in (Candidate, Difference, Identified):
    _class.__module__ = "mojo_audio"
