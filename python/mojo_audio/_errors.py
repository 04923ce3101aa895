"""The errors of the package. Their messages say what is wrong and what is allowed."""


class Error(ValueError):
    """The base of all errors. The message names the option, argument or sample."""

    code: str = "error"
    """A short name of the kind of error, the same in every language."""


class ConfigError(Error):
    """An option's value is not allowed, alone or together with another option."""

    code = "config"
    field: str
    """Name of the option."""
    value: str
    """Its value, as text."""
    wanted: str
    """Its allowed values."""


class UnknownNameError(Error):
    """No option or preset has that name."""

    code = "unknown_name"
    what: str
    """What was looked up: `option` or `preset`."""
    name: str
    """The name that was not found."""
    known: list[str]
    """The known names."""


class InputError(Error):
    """An argument isn't audio, or isn't a writable output array: its type, its shape or its memory."""

    code = "input"


class EmptyInputError(Error):
    """The input has no samples."""

    code = "empty_input"


class SampleError(Error):
    """A sample is not finite, or so large that its power can't be represented."""

    code = "sample"
    index: int
    """Index of the sample in the input (in a stream: since its start), from 0."""
    value: float
    """The sample's value."""
    limit: float
    """Largest magnitude that this configuration always accepts."""


class BufferSizeError(Error):
    """An array has the wrong shape."""

    code = "buffer_size"
    expected: tuple[int, ...]
    """The shape it must have."""
    actual: tuple[int, ...]
    """The shape it has."""


class AllocationError(Error, MemoryError):
    """An allocation failed."""

    code = "allocation"
    bytes: int
    """Number of bytes requested."""


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
    # Tracebacks and pickles use the name that users import.
    _class.__module__ = "mojo_audio"
