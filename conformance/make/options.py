"""Every option with its default, the presets, and the form of both as text."""

from table import DEFAULT
from table import PRESETS as CHANGES

PRESETS = {name: DEFAULT | changes for name, changes in CHANGES.items()}


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
