"""Feeds any bytes as a `preprocessor_config.json` to the Python package, led by coverage.

`cargo xtask harden fuzz preprocessor` runs it; the package's tests replay what was kept.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def run(data: bytes) -> None:
    """Reads the file, and raises where a promise is broken: it gives a configuration, or refuses a named field."""
    from mojo_audio import ConfigError, MelConfig

    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        Path(file.name).write_bytes(data)
        try:
            config = MelConfig.from_preprocessor_config(file.name)
        except ConfigError as error:
            if not (isinstance(error.field, str) and error.field in str(error) and error.wanted):
                raise AssertionError(f"the refusal does not say what is wrong: {error}") from error
            return
    if MelConfig(**config.to_dict()) != config:
        raise AssertionError(f"not the same from its options: {config}")


def main() -> None:
    import atheris

    # By name, as the package imports it when it is called.
    with atheris.instrument_imports(include=["mojo_audio"]):
        import mojo_audio._preprocessor  # noqa: F401
    atheris.Setup(sys.argv, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
