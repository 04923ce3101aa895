"""Features that comply with other tools."""

from mojo_audio.compat.torchaudio.compliance import kaldi

__all__ = ["kaldi"]
