#!/bin/sh
# Makes speech.wav: synthetic speech, 16 kHz, mono, 16 bits.
# Needs the Debian packages espeak-ng (1.51) and sox (14.4.2).
set -eu
cd "$(dirname "$0")"
espeak-ng -v en-us -s 150 -w speech-22050.wav \
    "This is a mel spectrogram of a voice: see how its sounds change in time."
# Without dither (-D), so that the samples are the same every time.
sox -D speech-22050.wav -r 16000 -c 1 -b 16 speech.wav norm -3
rm speech-22050.wav
