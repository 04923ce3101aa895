#!/bin/sh
# Makes the files of this folder anew: the first second of examples/data/speech.wav in other formats.
# Needs the Debian packages sox (14.4.2), flac (1.4.2), lame (3.100) and vorbis-tools (1.4.2).
set -eu
cd "$(dirname "$0")"
sox -D ../../../examples/data/speech.wav speech.wav trim 0 1
flac --silent --force --best --no-padding -o speech.flac speech.wav
lame --silent -b 64 speech.wav speech.mp3
oggenc --quiet --quality 6 --serial 1 -o speech.ogg speech.wav
# Without the frame that tells the length (-t), at a changing bit rate.
lame --silent -V 4 -t speech.wav speech-no-header.mp3
sox -D speech.wav -e ms-adpcm speech-adpcm.wav
rm speech.wav
