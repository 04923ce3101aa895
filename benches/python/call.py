"""Calls of the Python package, as in a user's program: with a preset, or "stream", which pushes to one stream."""

import importlib.metadata

import mojo_audio
from serve import arguments, serve

name, folder, _ = arguments()
if name == "stream":
    call = mojo_audio.MelExtractor(mojo_audio.MelConfig.whisper(reference="none")).stream().push
else:
    call = mojo_audio.MelExtractor(mojo_audio.MelConfig.preset(name))
serve(folder, importlib.metadata.version("mojo-audio"), call)
