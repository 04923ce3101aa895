"""How many hours of audio the command turns into features in a second of one core, files in and files out,
and how much memory it takes for five hours.

cargo build --release -p mojo-audio-cli && python3 benches/command.py [PROGRAM]

Makes 842 copies of examples/data/speech.wav (1.21 hours) and one file of five hours in a temporary folder,
runs the command over them with `--jobs 1`, and prints tables in Markdown. Times are CPU time, user and
system, of the whole process; each is the median of five runs, with the least in brackets.
"""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import wave

root = pathlib.Path(__file__).parents[1]
program = sys.argv[1] if len(sys.argv) > 1 else root / "target/release/mojo-audio"
speech = root / "examples/data/speech.wav"
CLIPS = 842


def run(*arguments):
    """CPU seconds and the most memory in MB of a run."""
    process = subprocess.Popen([program, *map(str, arguments)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def throughput(folder):
    with wave.open(str(speech)) as reader:
        hours = CLIPS * reader.getnframes() / reader.getframerate() / 3600
    row("from", "to", "CPU seconds", "hours of audio per second of one core")
    row("---", "---", "---", "---")
    for name in ["wav", "flac", "mp3", "ogg"]:
        source = folder / name
        source.mkdir()
        clip = folder / f"clip.{name}"
        if name == "wav":
            shutil.copy(speech, clip)
        elif shutil.which("ffmpeg"):
            subprocess.run(["ffmpeg", "-loglevel", "error", "-i", speech, clip], check=True)
        else:
            print(f"no {name}: ffmpeg makes it", file=sys.stderr)
            continue
        for i in range(CLIPS):
            shutil.copy(clip, source / f"{i:04}.{name}")
        outs = {".npy": "{}", "tar": "{}/f.tar", "scp": "ark,scp:{0}/f.ark,{0}/f.scp"}
        for where, pattern in outs.items():
            if name != "wav" and where != ".npy":
                continue
            times = []
            for i in range(5):
                # New each time, and removed at the end: after many files were removed, ext4 makes new ones slowly for
                # a minute.
                out = folder / "out" / name / where / str(i)
                out.mkdir(parents=True)
                times.append(run(source, "--out", pattern.format(out), "--jobs", 1)[0])
            seconds, least = statistics.median(times), min(times)
            row(name, where, f"{seconds:.3f} ({least:.3f})", f"{hours / seconds:.1f} ({hours / least:.1f})")


def memory(folder):
    path = folder / "long.wav"
    with wave.open(str(speech)) as reader, wave.open(str(path), "wb") as writer:
        writer.setparams(reader.getparams())
        samples = reader.readframes(reader.getnframes())
        for _ in range(int(5 * 3600 * reader.getframerate() / reader.getnframes())):
            writer.writeframesraw(samples)
    print()
    row("five hours of WAV, one file", "CPU seconds", "memory, MB")
    row("---", "---", "---")
    for preset in ["whisper", "kaldi-fbank"]:
        seconds, megabytes = run(path, "--preset", preset, "--out", folder / "long.npy", "--no-picture")
        row(preset, f"{seconds:.2f}", f"{megabytes:.0f}")


with tempfile.TemporaryDirectory() as name:
    throughput(pathlib.Path(name))
    memory(pathlib.Path(name))
