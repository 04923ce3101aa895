"""Runs the reference libraries and writes conformance/cases.json, inputs/ and expected/.

    python conformance/make/make.py            everything
    python conformance/make/make.py --new      what no stored case has already; the others are kept as they are
    python conformance/make/make.py whisper    checks the cases with this prefix, writes nothing
"""

import itertools
import json
import pathlib
import shutil
import sys

import numpy as np

import accuracy
import bounds
import cases
import options
import recipes
import refusals
import references
import signals
import statistic

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 7_500_000
# How many times the deviation of float32 arithmetic a library may deviate from the oracle before its options
# are considered wrong. torchaudio and SpeechBrain compute the edges of their mel filters in float32.
ROUNDING = {"torchaudio": 100.0, "speechbrain": 100.0}


class Corpus:
    """The files and the list of cases made so far."""

    def __init__(self):
        self.signals, self.files, self.cases = {}, {}, []

    def signal(self, text, integers=False):
        """The samples of a signal such as `speech 16000 8000 1` (kind, rate, length, seed) and its file."""
        kind, rate, n, seed = text.split()
        rate, n, seed = int(rate), int(n), int(seed)
        samples = signals.make(kind, seed, rate, n)
        name = f"inputs/{kind}-{rate}-{n}-{seed}." + ("i16" if integers else "f32")
        if integers:
            samples = signals.to_int16(samples)
        self.files[name] = samples.astype("<i2" if integers else "<f4").tobytes()
        self.signals[name] = {"kind": kind, "seed": seed, "sample_rate": rate, "n_samples": n}
        return (samples.astype(np.float32) / np.float32(32768) if integers else samples), name

    def expected(self, name, values, layout):
        name = f"expected/{name}.f32"
        if name in self.files:
            raise ValueError(f"{name} twice")
        values = values.T if layout == "frame_major" else values
        self.files[name] = np.ascontiguousarray(values, dtype="<f4").tobytes()
        return name

    def write(self, document):
        for folder in ("inputs", "expected"):
            shutil.rmtree(ROOT / folder, ignore_errors=True)
            (ROOT / folder).mkdir()
        for name, data in self.files.items():
            (ROOT / name).write_bytes(data)
        (ROOT / "cases.json").write_text(json_text(document), encoding="utf-8")
        size = sum(map(len, self.files.values())) + (ROOT / "cases.json").stat().st_size
        print(f"{len(self.cases)} cases, {len(self.files)} files, {size:,} bytes")
        if size > LARGEST:
            sys.exit(f"more than {LARGEST:,} bytes")


def json_text(document):
    """One case per line: small, and a change is one line of the diff."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list):
            lines = ",\n".join("    " + json.dumps(item, ensure_ascii=False) for item in value)
            parts.append(f"  {json.dumps(key)}: [\n{lines}\n  ]")
        elif isinstance(value, dict):
            lines = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in value.items())
            parts.append(f"  {json.dumps(key)}: {{\n{lines}\n  }}")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def answer(corpus, case, signal, name, integers=False):
    """Input, expected output and bound of one clip."""
    samples, input_name = corpus.signal(signal, integers)
    o = options.resolve(case.preset, case.options)
    rate = corpus.signals[input_name]["sample_rate"]
    if (o["input_rate"] or o["sample_rate"]) != rate:
        raise ValueError(f"{name}: {o['input_rate']} and {o['sample_rate']} Hz, the signal has {rate}")
    values = references.ask(case.call, samples)
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: the reference gives NaN or infinity")
    bound, worst = bounds.measure(samples, o, values)
    print(
        f"{name:44} {str(values.shape):12} reference {worst['reference']:.1e}"
        f" float32 {worst['float32']:.1e} bound {bound['atol']:.1e} + {bound['rtol']:.1e} |y|"
    )
    allowed = max(ROUNDING.get(case.library, 0.0), case.rounding) * worst["float32"] + worst["floor"]
    if worst["reference"] > allowed:
        raise ValueError(f"{name}: {worst['reference']:.1e} off the oracle, more than rounding: wrong options?")
    return o, {
        "input": input_name,
        "n_samples": len(samples),
        "expected": corpus.expected(name, values, o["layout"]),
        "n_mels": values.shape[0],
        "n_frames": values.shape[1],
        "bound": bound,
    }


def add(corpus, case):
    head = {
        "name": case.name,
        "kind": case.kind,
        "preset": case.preset,
        "options": {name: options.as_text(value) for name, value in case.options.items()},
    }
    reference = {"library": case.library, "version": references.version(case.library), "call": case.call}
    if case.note:
        reference["note"] = case.note
    if case.kind == "batch":
        clips = []
        for i, signal in enumerate(case.signal):
            o, clip = answer(corpus, case, signal, f"{case.name}-{i}")
            clips.append(clip)
        corpus.cases.append(head | {"sample_rate": o["sample_rate"], "clips": clips, "reference": reference})
    else:
        o, clip = answer(corpus, case, case.signal, case.name, integers=case.kind == "int16")
        corpus.cases.append(head | {"sample_rate": o["sample_rate"]} | clip | {"reference": reference})


def stored():
    """The cases that were written before, by name, and what the file has besides."""
    document = json.loads((ROOT / "cases.json").read_text(encoding="utf-8"))
    return {case["name"]: case for case in document["cases"]}, document


def keep(corpus, case, old, signals):
    """Takes over a stored case if the same call on the same input made it, for the same options; else False."""
    clips = [] if old is None else old.get("clips", [old])
    wanted = case.signal if isinstance(case.signal, list) else [case.signal]
    described = [signals[clip["input"]] for clip in clips]
    made = [f"{s['kind']} {s['sample_rate']} {s['n_samples']} {s['seed']}" for s in described]
    if made != wanted or old["kind"] != case.kind or old["reference"]["call"] != case.call:
        return False
    if old["reference"]["version"] != references.version(case.library):
        return False
    texts = {name: options.as_text(value) for name, value in options.resolve(case.preset, case.options).items()}
    before = {name: options.as_text(value) for name, value in options.PRESETS[old["preset"]].items()} | old["options"]
    if texts != before:
        return False
    for clip, signal in zip(clips, wanted):
        corpus.signal(signal, integers=case.kind == "int16")
        corpus.files[clip["expected"]] = (ROOT / clip["expected"]).read_bytes()
    changes = {name: options.as_text(value) for name, value in case.options.items()}
    corpus.cases.append(old | {"preset": case.preset, "options": changes})
    return True


def main():
    only_new = sys.argv[1:] == ["--new"]
    chosen = [] if only_new else sys.argv[1:]
    old, document = stored() if only_new else ({}, {})
    corpus = Corpus()
    for case in itertools.chain(cases.all_cases(), recipes.all_cases()):
        if chosen and not any(case.name.startswith(c) for c in chosen):
            continue
        if not (only_new and keep(corpus, case, old.get(case.name), document["signals"])):
            add(corpus, case)
    if chosen:
        return
    for case in statistic.all_cases():
        if case.name in old:
            corpus.files[old[case.name]["expected"]] = (ROOT / old[case.name]["expected"]).read_bytes()
            corpus.cases.append(old[case.name])
        else:
            corpus.cases.append(statistic.answer(corpus, case))
    for case in refusals.all_cases(corpus):
        corpus.cases.append(case)
    libraries = {name: references.version(name) for name in references.LIBRARIES}
    corpus.write({
        "libraries": libraries | {"numpy": np.__version__},
        "signals": corpus.signals,
        "accuracy": document["accuracy"] if only_new else accuracy.measure(),
        "cases": corpus.cases,
    })
    (ROOT / "recipes.json").write_text(json_text(recipes.document()), encoding="utf-8")


if __name__ == "__main__":
    main()
