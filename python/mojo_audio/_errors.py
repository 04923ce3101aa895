"""What can be refused, each with what came and what was wanted."""


class Error(ValueError):
    """Why something was refused; the message names the option, argument or sample."""

    code: str = "error"
    """A short name of the kind of error, the same in every language."""


class ConfigError(Error):
    """An option has a value that is not allowed, by itself or together with another."""

    code = "config"
    field: str
    """Name of the option."""
    value: str
    """Its value, as text."""
    wanted: str
    """What it may be."""


class UnknownNameError(Error):
    """There is no option or preset of that name."""

    code = "unknown_name"
    what: str
    """What was looked up: `option` or `preset`."""
    name: str
    """The name that was not found."""
    known: list[str]
    """The names there are."""


class InputError(Error):
    """An argument is no audio, or no place for a result: its type, its shape or its memory."""

    code = "input"


class EmptyInputError(Error):
    """The input has no samples."""

    code = "empty_input"


class SampleError(Error):
    """A sample is not a number, infinite, or so large that its power can't be represented."""

    code = "sample"
    index: int
    """Its place in the input (in a stream: since its start), from 0."""
    value: float
    """The sample."""
    limit: float
    """Largest magnitude that is always taken with this configuration."""


class BufferSizeError(Error):
    """An array has the wrong shape."""

    code = "buffer_size"
    expected: tuple[int, ...]
    """The shape it must have."""
    actual: tuple[int, ...]
    """The shape it has."""


class AllocationError(Error, MemoryError):
    """Memory was refused."""

    code = "allocation"
    bytes: int
    """How many bytes were asked for."""


class FinishedError(Error):
    """The stream was finished or closed, and not reset."""

    code = "finished"


for _class in (
    Error,
    ConfigError,
    UnknownNameError,
    InputError,
    EmptyInputError,
    SampleError,
    BufferSizeError,
    AllocationError,
    FinishedError,
):
    # The name that users import them by, in tracebacks and pickles.
    _class.__module__ = "mojo_audio"
