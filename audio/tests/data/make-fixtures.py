"""Makes the files of this folder anew. Needs the Debian packages flac (1.4.2), vorbis-tools (1.4.2), lame
(3.100), opus-tools (0.2) and sox (14.4.2).

Each NAME.s16 is what the format's own reference decoder (oggdec of libvorbis, flac, lame --decode,
opusdec of libopus), or SoX where there is none, makes of the file, as the mean of its channels: 16-bit integers, lowest byte first.
"""

import math
import os
import random
import struct
import subprocess


def run(command):
    subprocess.run(command, shell=True, check=True)


def riff(fmt, data):
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def write_wav(channels, rate, samples):
    """Tones of a height of their own in each channel, with noise."""
    noise = random.Random(channels)
    data = b""
    for i in range(samples):
        for c in range(channels):
            tone = 7000 * math.sin(2 * math.pi * (300 + 170 * c) * i / rate)
            data += struct.pack("<h", int(tone + noise.gauss(0, 200)))
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 * channels, 2 * channels, 16)
    with open("t.wav", "wb") as file:
        file.write(riff(fmt, data))


def write_clicks(rate, samples):
    """Ticks and pauses, for which encoders take shorter blocks."""
    noise = random.Random(5)
    data = b""
    for i in range(samples):
        loud = 9000 if i % 2900 < 60 else 300
        data += struct.pack("<h", int(noise.gauss(0, loud / 3)))
    with open("t.wav", "wb") as file:
        file.write(riff(struct.pack("<HHIIHH", 1, 1, rate, rate * 2, 2, 16), data))


def write_reference(name):
    """The mean of the channels of t.wav."""
    with open("t.wav", "rb") as file:
        wav = file.read()
    channels = struct.unpack("<H", wav[22:24])[0]
    start = wav.index(b"data") + 8
    count = (len(wav) - start) // 2
    values = struct.unpack(f"<{count}h", wav[start : start + 2 * count])
    frames = [values[i : i + channels] for i in range(0, count, channels)]
    with open(f"{name}.s16", "wb") as file:
        file.write(b"".join(struct.pack("<h", round(sum(frame) / channels)) for frame in frames))


# Vorbis: channels coupled in several steps, and not at all.
for name, channels, options in (
    ("vorbis-3", 3, ""),
    ("vorbis-6", 6, ""),
    ("vorbis-uncoupled", 2, "--advanced-encode-option disable_coupling=1"),
):
    write_wav(channels, 16000, 6000)
    run(f"oggenc -Q -q 0 --serial 1 {options} -o {name}.ogg t.wav && oggdec -Q -b 16 -o t.wav {name}.ogg")
    write_reference(name)

# Blocks of two lengths.
write_clicks(32000, 12000)
run("oggenc -Q -q 0 --serial 1 -o vorbis-clicks.ogg t.wav && oggdec -Q -b 16 -o t.wav vorbis-clicks.ogg")
write_reference("vorbis-clicks")

# FLAC: 32-bit samples that are coded as middle and side.
noise = random.Random(4)
data = b""
for i in range(700):
    tone = 2.1e9 * math.sin(i / 9.3)
    data += struct.pack("<2i", *(int(tone + noise.gauss(0, 2e6)) for _ in range(2)))
with open("t.raw", "wb") as file:
    file.write(data)
raw = "--force-raw-format --endian=little --sign=signed --channels=2 --bps=32 --sample-rate=16000"
run(f"flac -s -f -8 -m --no-padding {raw} -o flac-32.flac t.raw")
# The integers themselves.
with open("flac-32.s32", "wb") as file:
    file.write(data)

# MP3: with a header that tells the length, and joint stereo.
write_wav(2, 24000, 12000)
run("lame --quiet --resample 24 -b 64 t.wav mp3-joint.mp3 && lame --quiet --decode mp3-joint.mp3 t.wav")
write_reference("mp3-joint")

# Opus.
write_wav(1, 16000, 8000)
run("opusenc --quiet --serial 1 --bitrate 16 t.wav opus.opus && opusdec --quiet --no-dither opus.opus t.wav --rate 48000")
write_reference("opus")

# Six channels, which are four streams.
write_wav(6, 16000, 3000)
run("opusenc --quiet --serial 1 --bitrate 256 t.wav opus-6.opus")
run("opusdec --quiet --no-dither opus-6.opus t.wav --rate 48000")
write_reference("opus-6")

# ADPCM, which SoX fills up to whole blocks.
for codec in ("ms", "ima"):
    for channels, name in ((1, f"adpcm-{codec}"), (2, f"adpcm-{codec}-stereo")):
        write_wav(channels, 8000, 2401)
        run(f"sox -D t.wav -e {codec}-adpcm {name}.wav && sox -D {name}.wav -e signed -b 16 t.wav")
        write_reference(name)

for file in ("t.wav", "t.raw"):
    os.remove(file)
