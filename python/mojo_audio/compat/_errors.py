"""Errors of the drop-ins. Where the original raises another class than `ValueError`, the error is that class,
too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from mojo_audio import ConfigError, FileError, FinishedError, InputError


def refused(field: str, given: object, allowed: str, kind: type[ConfigError] = ConfigError) -> ConfigError:
    """The error of an argument that the original accepts and this package can't honour, or that has a wrong value.

    `given` is shown by its repr, except that a string that says what was given is shown as it is.
    """
    value = given if isinstance(given, str) else repr(given)
    error = kind(f"{field} must be {allowed}, got {value}")
    error.field, error.value, error.expected = field, value, allowed
    error.known, error.closest = [], None
    return error


@contextmanager
def named(names: Mapping[str, str], kind: type[ConfigError] = ConfigError) -> Iterator[None]:
    """Gives errors of the engine's options the names that the original has for them."""
    try:
        yield
    except ConfigError as error:
        if error.field not in names:
            raise
        raise refused(names[error.field], error.value, error.expected, kind) from None


class AssertedConfigError(ConfigError, AssertionError):
    """The original asserts that an argument has another value."""


class AssertedError(InputError, AssertionError):
    """What the original asserts is not so."""


class UnsupportedError(ConfigError, NotImplementedError):
    """The original doesn't support it."""


class ShapeError(InputError, TypeError):
    """The array has a wrong number of axes."""


class NoSamplesError(InputError, IndexError):
    """The array has no samples."""


class LengthError(InputError, RuntimeError):
    """A length is negative."""


class RemovedError(InputError, RuntimeError):
    """The frame was removed."""


class NotReadyError(InputError, IndexError):
    """The frame has not been computed."""


class UnreadableError(FileError, RuntimeError):
    """The file can't be read."""


class StreamFinishedError(FinishedError, RuntimeError):
    """The stream takes no more samples."""


def with_field(error: InputError, field: str) -> InputError:
    """Names the argument that the error is about."""
    error.field = field
    return error
