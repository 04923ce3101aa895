"""Calls of the Python package, as its users make them."""

import importlib.metadata

import mojo_audio
from serve import arguments, serve

name, folder, _ = arguments()
extractor = mojo_audio.MelExtractor(mojo_audio.MelConfig.preset(name))
serve(folder, importlib.metadata.version("mojo-audio"), extractor)
