"""The cases: a preset, the options that differ from it, a signal, and the call to the reference library.

Signals are written `kind sample_rate n_samples seed`. The call is evaluated with the names of
references.py. If no library has an option directly, the call is built from library functions.
"""

from dataclasses import dataclass, field


@dataclass
class Case:
    name: str
    preset: str
    signal: object
    library: str
    call: str
    options: dict = field(default_factory=dict)
    kind: str = "single"
    note: str = ""
    # How many times the deviation of float32 arithmetic the library may deviate from the oracle.
    rounding: float = 10.0


def presets():
    """Each preset unchanged, on different kinds of signal and awkward lengths."""
    table = {
        ("whisper", "openai-whisper", "openai(x)", 16000): [
            ("speech", 8000), ("white", 7919), ("chirp", 8000), ("impulse", 4001), ("silence", 1600), ("dc", 2000),
            ("clipped", 6000), ("quiet", 4000), ("tone", 4000), ("tones", 4000), ("square", 3000),
            ("white", 201), ("white", 399), ("white", 400), ("white", 401), ("speech", 481),
        ],
        ("whisper-large-v3", "openai-whisper", "openai(x, n_mels=128)", 16000): [
            ("speech", 8000), ("white", 4799), ("chirp", 8000), ("impulse", 2001), ("quiet", 2500), ("clipped", 4000),
            ("white", 400),
        ],
        ("librosa", "librosa", "librosa.feature.melspectrogram(y=x)", 22050): [
            ("speech", 11025), ("white", 7001), ("chirp", 9000), ("impulse", 5000), ("silence", 2000), ("tone", 6000),
            ("dc", 3000), ("clipped", 6000), ("white", 1), ("white", 2), ("white", 100), ("white", 2047),
        ],
        ("torchaudio", "torchaudio", "transforms.MelSpectrogram()(tensor(x))", 16000): [
            ("speech", 8000), ("white", 7919), ("chirp", 8000), ("tones", 4000), ("clipped", 6000), ("impulse", 4001),
            ("quiet", 4000), ("white", 401),
        ],
        ("kaldi-fbank", "kaldi-native-fbank", "knf_fbank(x * 32768, mel={'num_bins': 80})", 16000): [
            ("speech", 8000), ("white", 7919), ("chirp", 8000), ("impulse", 4001), ("silence", 1600), ("dc", 2000),
            ("clipped", 6000), ("quiet", 4000), ("tones", 4000), ("white", 399), ("white", 400), ("white", 401),
        ],
        ("parakeet", "transformers", "extract('Parakeet', x).T", 16000): [
            ("speech", 8000), ("white", 7919), ("clipped", 6000), ("tones", 4000), ("impulse", 4001), ("quiet", 4000),
            ("white", 481),
        ],
        ("hifigan", "torch", "hifigan(x)", 22050): [
            ("speech", 11025), ("white", 7001), ("chirp", 9000), ("impulse", 5000), ("clipped", 6000), ("quiet", 3000),
        ],
        ("speecht5", "transformers", "speecht5(x)", 16000): [
            ("speech", 8000), ("white", 7919), ("impulse", 4001), ("quiet", 4000), ("chirp", 8000), ("white", 100),
            ("white", 1023),
        ],
        ("clap", "transformers", "clap(x)", 48000): [("white", 20000)],
        ("ast", "transformers", "extract('AST', x, 'input_values').T", 16000): [("speech", 8000)],
    }
    for (preset, library, call, rate), chosen in table.items():
        for kind, n in chosen:
            yield Case(f"{preset}-{kind}-{n}", preset, f"{kind} {rate} {n} {n % 7}", library, call)

    for kind, n in [("white", 8000), ("clipped", 6000), ("chirp", 8000), ("tones", 16000)]:
        call = "extract('AST', x, 'input_values', max_length=40).T"
        yield Case(f"ast-{kind}-{n}", "ast", f"{kind} 16000 {n} {n % 7}", "transformers", call, {"n_frames": 40})
    for kind, n in [("speech", 24000), ("white", 20000), ("chirp", 10001), ("tone", 100), ("impulse", 15000)]:
        call = "clap(x, arguments={'max_length': 30000})"
        yield Case(f"clap-{kind}-{n}-to-30000", "clap", f"{kind} 48000 {n} {n % 7}", "transformers", call, {"pad_to": 30000})

    # The same presets in other libraries.
    for kind, n in [("speech", 8000), ("white", 7919), ("quiet", 4000)]:
        signal = f"{kind} 16000 {n} {n % 7}"
        yield Case(f"whisper-{kind}-{n}-faster-whisper", "whisper", signal, "faster-whisper", "faster(x)")
        yield Case(f"whisper-{kind}-{n}-transformers", "whisper", signal, "transformers", "whisper_numpy(x)")
        call = "kaldi.fbank(tensor(x) * 32768, num_mel_bins=80).T"
        yield Case(f"kaldi-fbank-{kind}-{n}-torchaudio", "kaldi-fbank", signal, "torchaudio", call)
    call = "extract('Whisper', x, feature_size=128, arguments={'padding': 'do_not_pad'})"
    yield Case("whisper-large-v3-speech-transformers", "whisper-large-v3", "speech 16000 8000 6", "transformers", call)
    for n in (160, 161, 200):
        yield Case(f"whisper-white-{n}-transformers", "whisper", f"white 16000 {n} {n % 7}", "transformers", "whisper_numpy(x)")


LIBROSA = "librosa.feature.melspectrogram(y=x{})"
LOG = {"log": "ln", "log_floor": 1e-5}


def librosa(name, signal, arguments, note="", **options):
    """One call of librosa.feature.melspectrogram; `sr` follows the signal."""
    rate = int(signal.split()[1])
    if rate != 22050:
        arguments = f"sr={rate}, {arguments}".removesuffix(", ")
        options = {"sample_rate": rate} | options
    call = LIBROSA.format(f", {arguments}" if arguments else "")
    return Case(name, "librosa", signal, "librosa", call, options, note=note)


def librosa_pieces():
    """Time and frequency: rates, sizes, windows, padding, filters."""
    for rate in (8000, 11025, 22255, 44100, 48000):
        yield librosa(f"rate-{rate}", f"speech {rate} 6000 1", "")
    for n_fft, hop in ((441, 110), (509, 127), (551, 138), (1024, 256), (600, 150), (1021, 300), (4096, 1000), (64, 16), (7, 3),
                       (2, 1)):
        n = 6000 if n_fft > 64 else 50 * hop
        n_mels = 40 if n_fft > 64 else 2
        yield librosa(f"n-fft-{n_fft}", f"white 22050 {n} 2", f"n_fft={n_fft}, hop_length={hop}, n_mels={n_mels}",
                      n_fft=n_fft, hop_length=hop, n_mels=n_mels)
    for win in (400, 301, 512, 2, 1):
        yield librosa(f"win-length-{win}", "speech 16000 5000 2", f"n_fft=512, win_length={win}, hop_length=160, n_mels=40",
                      n_fft=512, win_length=win, hop_length=160, n_mels=40)
    yield librosa("hop-beyond-window", "speech 16000 6000 2", "n_fft=512, win_length=300, hop_length=400, n_mels=40",
                  n_fft=512, win_length=300, hop_length=400, n_mels=40)
    yield librosa("hop-beyond-n-fft", "white 16000 6001 2", "n_fft=512, hop_length=701, n_mels=40",
                  n_fft=512, hop_length=701, n_mels=40)
    yield librosa("hop-1", "white 16000 60 2", "n_fft=128, hop_length=1, n_mels=20", n_fft=128, hop_length=1, n_mels=20)
    for n_mels in (1, 13, 200):
        yield librosa(f"n-mels-{n_mels}", "white 22050 4000 3", f"n_mels={n_mels}", n_mels=n_mels)
    yield librosa("f-min", "chirp 22050 6000 0", "fmin=312.5", f_min=312.5)
    yield librosa("f-max", "chirp 22050 6000 0", "fmax=7600.0", f_max=7600.0)
    yield librosa("f-min-f-max", "white 16000 6000 0", "fmin=20.0, fmax=7999.5", f_min=20.0, f_max=7999.5)

    for window, own in (("hamming", "hamming"), ("blackman", "blackman"), ("boxcar", "rectangular")):
        yield librosa(f"window-{own}", "speech 22050 6000 3", f"window='{window}'", window=own)
        yield librosa(f"window-{own}-tones", "tones 16000 4000 4", f"n_fft=400, hop_length=160, n_mels=80, window='{window}'",
                      window=own, n_fft=400, hop_length=160, n_mels=80)
    yield librosa("window-povey", "speech 22050 6000 3", "window=np.hanning(2048) ** 0.85",
                  window="povey", window_periodic=False)
    yield librosa("window-povey-periodic", "speech 22050 6000 3", "window=scipy.signal.get_window('hann', 2048) ** 0.85",
                  window="povey")
    for window in ("hann", "hamming", "blackman"):
        changes = {} if window == "hann" else {"window": window}
        yield librosa(f"window-{window}-symmetric", "tones 22050 4000 5",
                      f"n_fft=551, hop_length=200, window=scipy.signal.get_window('{window}', 551, fftbins=False)",
                      n_fft=551, hop_length=200, window_periodic=False, **changes)

    yield librosa("power-1", "speech 22050 6000 3", "power=1.0", power=1.0)
    yield librosa("power-1.5", "speech 22050 6000 3", "power=1.5", power=1.5)
    yield librosa("power-3", "white 22050 4000 3", "power=3.0", power=3.0)
    yield librosa("center-false", "speech 22050 6000 3", "center=False", center=False)
    yield librosa("center-false-n-fft", "white 22050 2048 6", "center=False", center=False)
    for mode, own in (("reflect", "reflect"), ("edge", "replicate"), ("symmetric", "symmetric")):
        yield librosa(f"pad-mode-{own}", "speech 22050 5000 6", f"pad_mode='{mode}'", pad_mode=own)
        for n in (1, 2, 3, 100):
            yield librosa(f"pad-mode-{own}-{n}", f"white 16000 {n} 6", f"n_fft=512, hop_length=128, n_mels=40, pad_mode='{mode}'",
                          n_fft=512, hop_length=128, n_mels=40, pad_mode=own)
    yield librosa("pad-mode-constant-odd", "dc 11025 3000 6", "n_fft=509, hop_length=100, n_mels=40",
                  n_fft=509, hop_length=100, n_mels=40)
    yield Case("center-pad-half-overlap", "librosa", "speech 22050 6000 3", "librosa",
               "librosa.feature.melspectrogram(y=np.pad(x, (2048 - 512) // 2, mode='reflect'), center=False)",
               {"center_pad": "half_overlap", "pad_mode": "reflect"})
    yield Case("center-pad-half-overlap-odd", "librosa", "white 22050 5000 5", "librosa",
               "librosa.feature.melspectrogram(y=np.pad(x, (1023 - 200) // 2), n_fft=1023, hop_length=200, center=False)",
               {"center_pad": "half_overlap", "n_fft": 1023, "hop_length": 200})

    yield librosa("mel-scale-htk", "speech 22050 6000 3", "htk=True", mel_scale="htk")
    yield librosa("mel-scale-htk-band", "white 16000 6000 7", "htk=True, norm=None, fmin=125.0, fmax=7500.0",
                  mel_scale="htk", mel_norm="none", f_min=125.0, f_max=7500.0)
    yield librosa("mel-norm-none", "speech 22050 6000 3", "norm=None", mel_norm="none")
    yield librosa("empty-filters", "white 22050 4000 3", "n_fft=256, hop_length=128, n_mels=128",
                  note="many filters hold no bin: their rows are 0", n_fft=256, hop_length=128)
    yield Case("drop-last-frame", "librosa", "speech 22050 6000 3", "librosa", LIBROSA.format("") + "[:, :-1]",
               {"drop_last_frame": True})
    yield Case("preemphasis-signal", "librosa", "speech 22050 6000 3", "librosa",
               "librosa.feature.melspectrogram(y=scipy.signal.lfilter([1.0, -0.95], [1.0], x))", {"preemphasis": 0.95})
    yield Case("input-scale", "librosa", "speech 22050 6000 3", "librosa", "librosa.feature.melspectrogram(y=x * 0.3)",
               {"input_scale": 0.3})
    yield Case("pad-end-librosa", "librosa", "white 22050 3001 7", "librosa",
               "librosa.feature.melspectrogram(y=np.pad(x, (0, 999)), center=False)", {"pad_end": 999, "center": False})
    yield Case("normalize-input-librosa", "librosa", "speech 22050 4000 7", "librosa",
               "librosa.feature.melspectrogram(y=(x - x.mean()) / np.sqrt(x.var() + 1e-7))", {"normalize_input": True})


def levels():
    """Logarithms, floors, references, dynamic range."""
    to_db = "librosa.power_to_db(" + LIBROSA.format("") + ", {})"
    signal = "speech 22050 6000 3"

    def db(name, arguments, signal=signal, **options):
        return Case(name, "librosa", signal, "librosa", to_db.format(arguments), {"log": "db"} | options)

    yield db("log-db", "top_db=None")
    yield db("top-db-80", "top_db=80.0", reference="whole_input", top_db=80.0)
    yield db("top-db-45.5", "top_db=45.5", reference="whole_input", top_db=45.5)
    yield db("log-floor", "amin=1e-4, top_db=None", log_floor=1e-4)
    yield db("subtract-reference", "ref=np.max, top_db=80.0",
             reference="whole_input", top_db=80.0, subtract_reference=True)
    yield db("subtract-reference-alone", "ref=np.max, top_db=None", reference="whole_input", subtract_reference=True)
    yield db("subtract-reference-silence", "ref=np.max, top_db=80.0", signal="silence 22050 2000 0",
             reference="whole_input", top_db=80.0, subtract_reference=True)
    yield db("subtract-reference-fixed", "ref=0.01, top_db=None",
             reference="fixed", reference_value=-20.0, subtract_reference=True)
    magnitude = LIBROSA.format(", power=1.0")
    yield Case("log-db-magnitude", "librosa", signal, "librosa", f"librosa.amplitude_to_db({magnitude}, top_db=None)",
               {"log": "db_magnitude", "power": 1.0, "log_floor": 1e-5})
    yield Case("log-db-magnitude-max", "librosa", signal, "librosa",
               f"librosa.amplitude_to_db({magnitude}, ref=np.max, top_db=60.0)",
               {"log": "db_magnitude", "power": 1.0, "log_floor": 1e-5, "reference": "whole_input", "top_db": 60.0,
                "subtract_reference": True})
    yield Case("log-ln", "librosa", signal, "librosa", f"np.log(np.maximum({LIBROSA.format('')}, 1e-5))", dict(LOG))
    yield Case("log-ln-top-db", "librosa", signal, "librosa",
               f"level(np.log(np.maximum({LIBROSA.format('')}, 1e-5)), 50 * np.log(10) / 10, 0.0, 1.0)",
               LOG | {"reference": "whole_input", "top_db": 50.0})
    yield Case("log10", "librosa", signal, "librosa", f"np.log10(np.maximum({LIBROSA.format('')}, 1e-8))",
               {"log": "log10", "log_floor": 1e-8})
    yield Case("log-floor-add", "librosa", signal, "librosa", f"np.log({LIBROSA.format('')} + 1e-3)",
               {"log": "ln", "log_floor": 1e-3, "log_floor_mode": "add"})
    yield Case("log-none-whisper", "whisper", "speech 16000 6000 2", "transformers",
               "span_mel(x, 16000, 400, 400, 160, 80)[:, :-1]",
               {"log": "none", "reference": "none", "top_db": None, "offset": 0.0, "scale": 1.0})
    base = "span_mel(x, 16000, 400, 400, 160, 80, mel_floor=1e-10, log_mel='log10')"
    yield Case("reference-none", "whisper", "speech 16000 6000 2", "transformers", f"({base}[:, :-1] + 4.0) / 4.0",
               {"reference": "none", "top_db": None, "precision": "double"})
    for kind, n in (("chirp", 8000), ("tones", 4000), ("speech", 8000)):
        yield Case(f"precision-double-{kind}", "whisper", f"{kind} 16000 {n} 0", "transformers", "whisper_numpy(x)",
                   {"precision": "double"})
    yield Case("precision-single", "librosa", "speech 22050 9000 2", "librosa",
               "librosa.power_to_db(librosa.feature.melspectrogram(y=x))",
               {"precision": "single", "log": "db", "reference": "whole_input", "top_db": 80.0})
    yield Case("drop-last-frame-false", "whisper", "speech 16000 6000 2", "transformers", f"level({base})",
               {"drop_last_frame": False})
    yield Case("offset", "whisper", "speech 16000 6000 2", "transformers", f"level({base}[:, :-1], offset=1.25)",
               {"offset": 1.25})
    yield Case("scale", "whisper", "speech 16000 6000 2", "transformers", f"level({base}[:, :-1], scale=0.5)",
               {"scale": 0.5})
    yield Case("top-db-whisper", "whisper", "chirp 16000 6000 3", "transformers", f"level({base}[:, :-1], top=4.0)",
               {"top_db": 40.0})
    for kind, n in (("speech", 8000), ("quiet", 4000), ("clipped", 4000)):
        yield Case(f"reference-fixed-{kind}", "whisper-large-v3", f"{kind} 16000 {n} 3", "transformers",
                   "extract('VoxtralRealtime', x)", {"reference": "fixed", "reference_value": 1.5})
    yield Case("reference-fixed-other", "whisper-large-v3", "speech 16000 5000 2", "transformers",
               "extract('VoxtralRealtime', x, global_log_mel_max=-0.5)", {"reference": "fixed", "reference_value": -0.5})


def whisper_family():
    """Padding and sizes of the Whisper implementations."""
    for n, padding in ((1, 1600), (2, 1000), (100, 480), (4000, 4000)):
        yield Case(f"pad-end-{n}-{padding}", "whisper", f"white 16000 {n} 4", "openai-whisper",
                   f"openai(x, padding={padding})", {"pad_end": padding})
    yield Case("pad-end-160-faster-whisper", "whisper", "speech 16000 5000 2", "faster-whisper", "faster(x, padding=160)",
               {"pad_end": 160})
    pad = "extract('Whisper', x, arguments={{'padding': 'max_length', 'max_length': {}, 'truncation': False}})"
    for n, length in ((1, 1600), (5000, 9000), (5000, 4000)):
        yield Case(f"pad-to-{n}-{length}", "whisper", f"speech 16000 {n} 4", "transformers", pad.format(length),
                   {"pad_to": length})
    yield Case("pad-to-mode-repeat", "whisper", "speech 16000 3000 4", "openai-whisper",
               "openai(np.pad(np.tile(x, 2), (0, 1500)))", {"pad_to": 7500, "pad_to_mode": "repeat"})
    yield Case("pad-to-mode-zeros", "clap", "speech 48000 12000 4", "transformers",
               "clap(x, padding='pad', arguments={'max_length': 30000})", {"pad_to": 30000, "pad_to_mode": "zeros"})
    normalized = "extract('Whisper', x, arguments={{'padding': {}, 'do_normalize': True}})"
    yield Case("normalize-input", "whisper", "speech 16000 6000 2", "transformers",
               normalized.format("'do_not_pad'"), {"normalize_input": True})
    yield Case("normalize-input-quiet", "whisper", "quiet 16000 4000 4", "transformers",
               normalized.format("'do_not_pad'"), {"normalize_input": True})
    yield Case("normalize-input-padded", "whisper", "speech 16000 5000 2", "transformers",
               normalized.format("'max_length', 'max_length': 9000"), {"normalize_input": True, "pad_to": 9000},
               note="mean and variance are those of the signal without its padding, and the padding stays 0")
    for options in ({"n_mels": 40}, {"hop_length": 100}, {"n_fft": 512}):
        names = {"n_mels": "feature_size"}
        (key, value), = options.items()
        yield Case(f"whisper-{key.replace('_', '-')}-{value}", "whisper", "speech 16000 6000 2", "transformers",
                   f"extract('Whisper', x, {names.get(key, key)}={value}, arguments={{'padding': 'do_not_pad'}})", options)


def torchaudio_cases():
    """torchaudio.transforms: its bins, its norms of the spectrum, MFCC."""
    def mel(name, signal, arguments, post="{}", **options):
        rate = int(signal.split()[1])
        if rate != 16000:
            arguments = f"{rate}, {arguments}".removesuffix(", ")
            options = {"sample_rate": rate} | options
        return Case(name, "torchaudio", signal, "torchaudio",
                    post.format(f"transforms.MelSpectrogram({arguments})(tensor(x))"), options)

    speech = "speech 16000 6000 2"
    yield mel("spectrum-norm-window", speech, "normalized=True", spectrum_norm="window")
    yield mel("spectrum-norm-frame-length", speech, "normalized='frame_length'", spectrum_norm="frame_length")
    yield mel("spectrum-norm-window-hamming", "white 16000 4000 2",
              "n_fft=512, win_length=400, hop_length=160, normalized='window', power=1.0, window_fn=torch.hamming_window",
              spectrum_norm="window", n_fft=512, win_length=400, hop_length=160, power=1.0, window="hamming")
    yield mel("bins-odd-n-fft", speech, "n_fft=441, hop_length=147, n_mels=40", n_fft=441, hop_length=147, n_mels=40)
    yield mel("bins-odd-rate", "white 22255 6000 5", "n_fft=512, n_mels=40",
              n_fft=512, hop_length=256, n_mels=40, f_max=11127.0)
    yield mel("bins-11025", "speech 11025 4000 5", "n_fft=256, n_mels=40, f_max=5512.0",
              n_fft=256, hop_length=128, n_mels=40, f_max=5512.0)
    yield Case("bins-linspace", "librosa", "white 22050 5000 5", "torchaudio",
               "transforms.MelSpectrogram(22050, n_fft=551, hop_length=138, n_mels=40, mel_scale='slaney', norm='slaney',"
               " pad_mode='constant')(tensor(x))",
               {"bin_frequencies": "linspace", "n_fft": 551, "hop_length": 138, "n_mels": 40})
    yield Case("bins-exact", "torchaudio", "white 16000 4000 2", "librosa",
               "librosa.feature.melspectrogram(y=x, sr=16000, n_fft=441, hop_length=147, n_mels=40, htk=True, norm=None,"
               " pad_mode='reflect')",
               {"bin_frequencies": "exact", "n_fft": 441, "hop_length": 147, "n_mels": 40})
    yield mel("torchaudio-power-1", speech, "power=1.0", power=1.0)
    yield mel("torchaudio-power-1.5", speech, "power=1.5", power=1.5)
    yield mel("torchaudio-center-false", speech, "center=False, n_mels=64", center=False, n_mels=64)
    yield mel("torchaudio-win-length", speech, "n_fft=551, win_length=275, hop_length=137, n_mels=40",
              n_fft=551, win_length=275, hop_length=137, n_mels=40)
    yield mel("torchaudio-slaney", speech, "n_mels=80, mel_scale='slaney', norm='slaney'",
              n_mels=80, mel_scale="slaney", mel_norm="slaney")
    yield mel("torchaudio-pad-mode-replicate", speech, "pad_mode='replicate', n_mels=64", pad_mode="replicate", n_mels=64)
    yield mel("torchaudio-window-blackman", speech, "window_fn=torch.blackman_window, n_mels=64",
              window="blackman", n_mels=64)
    yield mel("torchaudio-window-symmetric", speech, "n_mels=64, wkwargs={'periodic': False}",
              window_periodic=False, n_mels=64)
    yield mel("torchaudio-top-db", "speech 16000 6000 2", "n_mels=64", post="transforms.AmplitudeToDB('power', 60.0)({})",
              n_mels=64, log="db", reference="whole_input", top_db=60.0)
    yield mel("torchaudio-db-magnitude", "speech 16000 6000 2", "n_mels=64, power=1.0",
              post="transforms.AmplitudeToDB('magnitude')({})", n_mels=64, power=1.0, log="db_magnitude")
    yield Case("vocos", "vocos", "speech 24000 8000 5", "torchaudio", "vocos(x)")
    yield Case("mfcc-torchaudio-40", "torchaudio", speech, "torchaudio", "transforms.MFCC(16000, 40)(tensor(x))",
               {"n_mfcc": 40, "log": "db", "reference": "whole_input", "top_db": 80.0})
    yield Case("mfcc-torchaudio-log-mels", "torchaudio", speech, "torchaudio",
               "transforms.MFCC(16000, 13, log_mels=True, melkwargs={'n_mels': 64})(tensor(x))",
               {"n_mfcc": 13, "n_mels": 64, "log": "ln", "log_floor": 1e-6, "log_floor_mode": "add"})


def spans():
    """Frames shorter than the transform, mel filters of mixed kinds, steps within the frame."""
    def span(name, signal, call, **options):
        base = {"sample_rate": 16000, "n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 40}
        return Case(name, "librosa", signal, "transformers",
                    f"span_mel(x, 16000, 400, 512, 160, 40{', ' if call else ''}{call})", base | options)

    signal = "speech 16000 5000 2"
    yield span("frame-span-window", signal, "center=False", frame_span="window", center=False)
    yield span("frame-span-window-center", signal, "pad_mode='constant'", frame_span="window")
    yield span("frame-span-window-center-reflect", "white 16000 3000 6", "", frame_span="window", pad_mode="reflect")
    yield span("frame-span-window-center-short", "white 16000 100 6", "", frame_span="window", pad_mode="reflect")
    yield span("remove-dc-offset", "dc 16000 2000 6", "center=False, remove_dc_offset=True",
               frame_span="window", center=False, remove_dc_offset=True)
    yield span("remove-dc-offset-speech", signal, "pad_mode='constant', remove_dc_offset=True",
               frame_span="window", remove_dc_offset=True)
    yield span("preemphasis-frame", signal, "center=False, preemphasis=0.9, window='hamming'",
               frame_span="window", center=False, window="hamming", preemphasis=0.9, preemphasis_mode="frame")
    yield span("triangle-domain-mel", signal,
               "center=False, mel={'norm': None, 'mel_scale': 'htk', 'triangularize_in_mel_space': True}",
               frame_span="window", center=False, mel_scale="htk", mel_norm="none", triangle_domain="mel")
    yield span("triangle-domain-mel-slaney", signal,
               "center=False, mel={'norm': None, 'mel_scale': 'slaney', 'triangularize_in_mel_space': True}",
               frame_span="window", center=False, mel_norm="none", triangle_domain="mel")
    yield span("triangle-domain-hz-kaldi", signal, "center=False, mel={'norm': None, 'mel_scale': 'kaldi'}",
               frame_span="window", center=False, mel_scale="kaldi", mel_norm="none")
    yield span("mel-scale-kaldi-slaney-norm", signal, "f_min=60.0, f_max=7700.0, center=False, mel={'norm': 'slaney', 'mel_scale': 'kaldi'}",
               frame_span="window", center=False, mel_scale="kaldi", f_min=60.0, f_max=7700.0)
    yield span("power-1-db-magnitude", signal, "center=False, power=1.0, window='hamming', mel_floor=1e-6, log_mel='dB', min_value=1e-6",
               frame_span="window", center=False, power=1.0, window="hamming", log="db_magnitude", log_floor=1e-6)
    yield Case("speecht5-n-mels", "speecht5", "speech 16000 6000 2", "transformers", "speecht5(x, num_mel_bins=40)",
               {"n_mels": 40})
    yield Case("speecht5-window", "speecht5", "white 16000 6000 6", "transformers",
               "speecht5(x, win_function='hamming_window', fmin=20, fmax=7000, mel_floor=1e-3)",
               {"window": "hamming", "f_min": 20.0, "f_max": 7000.0, "log_floor": 1e-3})
    yield Case("clap-fusion", "clap", "speech 48000 12000 4", "transformers",
               "clap(x, truncation='fusion', arguments={'max_length': 30000})",
               {"pad_to": 30000, "mel_scale": "htk", "mel_norm": "none"})
    yield Case("hifigan-eps", "hifigan", "quiet 22050 4000 6", "torch", "hifigan(x, eps=1e-6)", {"magnitude_eps": 1e-6})
    yield Case("hifigan-16000", "hifigan", "speech 16000 6000 2", "torch",
               "hifigan(x, sr=16000, hop=200, win=800, f_min=40, f_max=7600, floor=1e-4)",
               {"sample_rate": 16000, "hop_length": 200, "win_length": 800, "f_min": 40.0, "f_max": 7600.0,
                "log_floor": 1e-4})
    yield Case("hifigan-44100", "hifigan", "white 44100 8000 6", "torch",
               "hifigan(x, sr=44100, n_fft=2048, hop=512, win=2048, n_mels=128, f_min=40, f_max=16000)",
               {"sample_rate": 44100, "n_fft": 2048, "hop_length": 512, "n_mels": 128, "f_min": 40.0, "f_max": 16000.0})
    yield Case("hifigan-short", "hifigan", "white 22050 500 6", "torch", "hifigan(x)")


def kaldi_cases():
    """Kaldi's filterbank features and MFCC, by kaldi-native-fbank and torchaudio."""
    def knf(name, signal, frame="", mel="'num_bins': 80", other="", **options):
        frame = f", frame={{{frame}}}" if frame else ""
        other = f", {other}" if other else ""
        return Case(name, "kaldi-fbank", signal, "kaldi-native-fbank",
                    f"knf_fbank(x * 32768{frame}, mel={{{mel}}}{other})", options)

    def ta(name, signal, arguments, function="fbank", **options):
        return Case(name, "kaldi-fbank", signal, "torchaudio",
                    f"kaldi.{function}(tensor(x) * 32768, {arguments}).T", options)

    signal = "speech 16000 5000 2"
    for window, own in (("hamming", "hamming"), ("blackman", "blackman"), ("hanning", "hann"), ("rectangular", "rectangular")):
        yield knf(f"kaldi-window-{own}", signal, f"'window_type': '{window}'", window=own)
        yield ta(f"kaldi-window-{own}-torchaudio", signal, f"num_mel_bins=40, window_type='{window}'", window=own, n_mels=40)
    for n in (1, 79, 80, 100, 399, 400, 401, 5000):
        yield knf(f"snip-edges-{n}", f"speech 16000 {n} 2", "'snip_edges': False", snip_edges=False)
    yield ta("snip-edges-torchaudio", signal, "num_mel_bins=80, snip_edges=False", snip_edges=False)
    yield knf("snip-edges-wide-hop", signal, "'snip_edges': False, 'frame_shift_ms': 40.0", hop_length=640, snip_edges=False)
    yield knf("snip-edges-odd", "white 11025 4001 2", "'samp_freq': 11025, 'snip_edges': False",
              sample_rate=11025, win_length=275, hop_length=110, snip_edges=False)
    yield knf("kaldi-8000", "speech 8000 4000 2", "'samp_freq': 8000", "'num_bins': 23",
              sample_rate=8000, n_fft=256, win_length=200, hop_length=80, n_mels=23)
    yield ta("kaldi-44100", "speech 44100 8000 2", "num_mel_bins=64, sample_frequency=44100.0",
             sample_rate=44100, n_fft=2048, win_length=1102, hop_length=441, n_mels=64)
    yield knf("kaldi-n-fft-400", signal, "'round_to_power_of_two': False", "'num_bins': 40", n_fft=400, n_mels=40)
    yield ta("kaldi-n-fft-480", signal, "num_mel_bins=40, round_to_power_of_two=False, frame_length=30.0",
             n_fft=480, win_length=480, n_mels=40)
    yield knf("kaldi-band", signal, "", "'num_bins': 40, 'low_freq': 125.0, 'high_freq': -400.0",
              n_mels=40, f_min=125.0, f_max=7600.0)
    yield knf("kaldi-preemphasis", signal, "'preemph_coeff': 0.5", preemphasis=0.5)
    yield knf("kaldi-preemphasis-none", signal, "'preemph_coeff': 0.0", preemphasis=0.0)
    yield knf("kaldi-remove-dc-offset-false", "dc 16000 2000 2", "'remove_dc_offset': False", remove_dc_offset=False)
    yield knf("kaldi-log-floor", "quiet 16000 2000 2", other="eps=0.01", log_floor=0.01)
    yield ta("kaldi-log-none", signal, "num_mel_bins=80, use_log_fbank=False", log="none")
    yield ta("kaldi-power-1", signal, "num_mel_bins=80, use_power=False", power=1.0)
    yield Case("kaldi-input-scale", "kaldi-fbank", signal, "kaldi-native-fbank", "knf_fbank(x, mel={'num_bins': 80})",
               {"input_scale": 1.0})
    yield Case("ast-input-scale", "ast", "speech 16000 5000 2", "transformers",
               "extract('AST', x * 32768, 'input_values', max_length=40).T", {"input_scale": 32768.0, "n_frames": 40})
    yield Case("ast-offset-scale", "ast", "speech 16000 5000 2", "transformers",
               "extract('AST', x, 'input_values', max_length=50, mean=-5.5, std=2.0).T",
               {"n_frames": 50, "offset": 5.5, "scale": 0.25})
    yield Case("ast-unlimited", "ast", "white 16000 4000 2", "torchaudio",
               "(kaldi.fbank(tensor(x), window_type='hanning', num_mel_bins=128).T + 4.2677393) / (4.5689974 * 2)",
               {"n_frames": None})
    yield knf("layout-frame-major", signal, "", "'num_bins': 40", n_mels=40, layout="frame_major")
    yield Case("layout-frame-major-whisper", "whisper", "speech 16000 5000 2", "openai-whisper", "openai(x)",
               {"layout": "frame_major"})

    yield knf("use-energy", signal, other="use_energy=True", use_energy=True)
    yield knf("use-energy-windowed", signal, other="use_energy=True, raw_energy=False", use_energy=True, raw_energy=False)
    yield knf("use-energy-last", signal, other="use_energy=True, htk_compat=True", use_energy=True, htk_compat=True)
    for kind in ("quiet", "silence"):
        yield knf(f"energy-floor-{kind}", f"{kind} 16000 2000 2", other="use_energy=True, energy_floor=100.0",
                  use_energy=True, energy_floor=100.0)
        yield knf(f"use-energy-{kind}", f"{kind} 16000 2000 2", other="use_energy=True", use_energy=True)
    yield ta("use-energy-torchaudio", "speech 16000 5000 2", "num_mel_bins=23, use_energy=True, energy_floor=1.0e9",
             n_mels=23, use_energy=True, energy_floor=1.0e9)
    yield ta("use-energy-torchaudio-last", signal,
             "num_mel_bins=23, use_energy=True, energy_floor=0.0, raw_energy=False, htk_compat=True",
             n_mels=23, use_energy=True, raw_energy=False, htk_compat=True)

    def mfcc(name, signal, other="", mel="", **options):
        other = f", {other}" if other else ""
        mel = f", mel={{{mel}}}" if mel else ""
        base = {"n_mels": 23, "n_mfcc": 13, "lifter": 22.0}
        return Case(name, "kaldi-fbank", signal, "kaldi-native-fbank", f"knf_mfcc(x * 32768{mel}{other})", base | options)

    yield mfcc("mfcc-kaldi", signal)
    yield mfcc("mfcc-kaldi-lifter-10", signal, "cepstral_lifter=10.0", lifter=10.0)
    yield Case("mfcc-kaldi-no-lifter", "kaldi-fbank", signal, "kaldi-native-fbank",
               "knf_mfcc(x * 32768, cepstral_lifter=0.0)", {"n_mels": 23, "n_mfcc": 13})
    yield mfcc("mfcc-kaldi-energy", signal, "use_energy=True", use_energy=True)
    yield mfcc("mfcc-kaldi-energy-last", signal, "use_energy=True, htk_compat=True", use_energy=True, htk_compat=True)
    yield mfcc("mfcc-kaldi-first-last", signal, "htk_compat=True", htk_compat=True)
    yield mfcc("mfcc-kaldi-energy-floor", "quiet 16000 2000 2", "use_energy=True, raw_energy=False, energy_floor=10.0",
               use_energy=True, raw_energy=False, energy_floor=10.0)
    yield mfcc("mfcc-kaldi-all", "white 16000 4000 2", "num_ceps=40", "'num_bins': 40", n_mels=40, n_mfcc=40)
    yield ta("mfcc-torchaudio-kaldi", signal, "", "mfcc", n_mels=23, n_mfcc=13, lifter=22.0)
    yield ta("mfcc-torchaudio-kaldi-last", signal, "num_ceps=20, num_mel_bins=40, htk_compat=True", "mfcc",
             n_mels=40, n_mfcc=20, lifter=22.0, htk_compat=True)

    librosa_mfcc = "librosa.feature.mfcc(y=x{})"
    decibel = {"log": "db", "reference": "whole_input", "top_db": 80.0}
    for name, arguments, options in (
        ("mfcc-librosa", "", {"n_mfcc": 20}),
        ("mfcc-librosa-13", ", n_mfcc=13, n_mels=64", {"n_mfcc": 13, "n_mels": 64}),
        ("mfcc-librosa-lifter", ", lifter=22", {"n_mfcc": 20, "lifter": 22.0, "lifter_kind": "librosa"}),
        ("mfcc-librosa-lifter-5.5", ", n_mfcc=40, lifter=5.5", {"n_mfcc": 40, "lifter": 5.5, "lifter_kind": "librosa"}),
        ("mfcc-librosa-1", ", n_mfcc=1, n_mels=1", {"n_mfcc": 1, "n_mels": 1}),
    ):
        yield Case(name, "librosa", "speech 22050 6000 3", "librosa", librosa_mfcc.format(arguments), decibel | options)


def rows():
    """Normalization of each row over its frames."""
    signal = "speech 16000 6000 2"
    yield Case("normalize-mean", "kaldi-fbank", signal, "torchaudio",
               "kaldi.fbank(tensor(x) * 32768, num_mel_bins=80, subtract_mean=True).T", {"normalize": "mean"})
    yield Case("normalize-mean-energy", "kaldi-fbank", signal, "torchaudio",
               "kaldi.fbank(tensor(x) * 32768, num_mel_bins=80, use_energy=True, energy_floor=0.0, subtract_mean=True).T",
               {"normalize": "mean", "use_energy": True}, note="the energy's mean is subtracted too")
    yield Case("normalize-mean-mfcc", "kaldi-fbank", signal, "torchaudio",
               "kaldi.mfcc(tensor(x) * 32768, subtract_mean=True).T",
               {"normalize": "mean", "n_mels": 23, "n_mfcc": 13, "lifter": 22.0})
    for kind, n in (("speech", 6000), ("white", 4000)):
        yield Case(f"normalize-variance-{kind}", "kaldi-fbank", f"{kind} 16000 {n} 1", "transformers",
                   "extract('SeamlessM4T', x, stride=1, arguments={'pad_to_multiple_of': None}).T",
                   {"normalize": "variance", "normalize_eps": 1e-7})
        yield Case(f"normalize-ddof-{kind}", "kaldi-fbank", f"{kind} 16000 {n} 1", "transformers",
                   "extract('Speech2Text', x).T",
                   {"normalize": "deviation", "normalize_ddof": 0, "normalize_eps": 0.0})
    yield Case("normalize-means-only", "kaldi-fbank", signal, "transformers", "extract('Speech2Text', x, normalize_vars=False).T",
               {"normalize": "mean"})
    yield Case("parakeet-128", "parakeet", signal, "transformers", "extract('Parakeet', x, feature_size=128).T",
               {"n_mels": 128})
    yield Case("parakeet-preemphasis", "parakeet", signal, "transformers", "extract('Parakeet', x, preemphasis=0.8).T",
               {"preemphasis": 0.8})
    yield Case("parakeet-preemphasis-none", "parakeet", signal, "transformers", "extract('Parakeet', x, preemphasis=None).T",
               {"preemphasis": 0.0})
    yield Case("parakeet-padded", "parakeet", "speech 16000 5001 1", "transformers",
               "extract('Parakeet', x, arguments={'padding': 'max_length', 'max_length': 8000}).T", {"pad_to": 8000},
               note="pre-emphasis ends with the signal, the padding is 0; rows are measured over n_samples / hop_length frames")
    yield Case("parakeet-unmasked", "parakeet", signal, "transformers", "standardized(parakeet_log_mel(x), 1, 1e-5)",
               {"mask_tail": False})
    yield Case("parakeet-not-normalized", "parakeet", signal, "transformers", "parakeet_log_mel(x)",
               {"normalize": "none", "mask_tail": False})
    yield Case("parakeet-variance", "parakeet", signal, "transformers",
               "(lambda y: (y - y.mean(1, keepdims=True)) / np.sqrt(y.var(1, ddof=1, keepdims=True) + 1e-3))(parakeet_log_mel(x))",
               {"normalize": "variance", "normalize_eps": 1e-3, "mask_tail": False})
    yield Case("mask-tail", "librosa", "speech 22050 6000 3", "librosa",
               "standardized(np.log(np.maximum(librosa.feature.melspectrogram(y=x), 1e-5)), 0, 0.25, valid=6000 // 512)",
               LOG | {"normalize": "deviation", "normalize_ddof": 0, "normalize_eps": 0.25, "mask_tail": True})


def integers():
    """16-bit samples: the library's input is value / 32768."""
    yield Case("int16-whisper", "whisper", "speech 16000 6000 2", "openai-whisper", "openai(x)", kind="int16")
    yield Case("int16-whisper-clipped", "whisper", "clipped 16000 4000 3", "openai-whisper", "openai(x)", kind="int16")
    yield Case("int16-kaldi", "kaldi-fbank", "speech 16000 6000 2", "kaldi-native-fbank",
               "knf_fbank(x * 32768, mel={'num_bins': 80})", kind="int16")
    yield Case("int16-kaldi-full-scale", "kaldi-fbank", "square 16000 3000 3", "kaldi-native-fbank",
               "knf_fbank(x * 32768, mel={'num_bins': 80})", kind="int16")
    yield Case("int16-parakeet", "parakeet", "speech 16000 6000 2", "transformers", "extract('Parakeet', x).T", kind="int16")
    yield Case("int16-hifigan", "hifigan", "speech 22050 6000 3", "torch", "hifigan(x)", kind="int16")


def batches():
    """Clips of different lengths. The expected output of each is that of the clip alone."""
    lengths = (3000, 201, 4799, 400, 1601)
    yield Case("batch-whisper", "whisper", [f"speech 16000 {n} 5" for n in lengths], "openai-whisper", "openai(x)", kind="batch")
    yield Case("batch-kaldi", "kaldi-fbank", [f"white 16000 {n} 5" for n in (400, 399, 2500, 1203)], "kaldi-native-fbank",
               "knf_fbank(x * 32768, mel={'num_bins': 80})", kind="batch")
    yield Case("batch-parakeet", "parakeet", [f"white 16000 {n} 5" for n in (2500, 640, 1203)], "transformers",
               "extract('Parakeet', x).T", kind="batch")
    yield Case("batch-whisper-padded", "whisper", [f"speech 16000 {n} 5" for n in (1, 3000, 1601)], "openai-whisper",
               "openai(np.pad(x, (0, 3200 - len(x))))", {"pad_to": 3200}, kind="batch")


def input_rates():
    """The library's features of the input resampled by the formula: rates of every kind, up and down."""
    mel = "knf_fbank(at_rate(x, {}, 16000) * 32768, mel={{'num_bins': 80}})"
    table = [
        ("whisper", "speech 48000 9000 1", "openai-whisper", "openai(at_rate(x, 48000, 16000))", {}),
        ("whisper", "white 44100 4001 2", "openai-whisper", "openai(at_rate(x, 44100, 16000))", {}),
        ("whisper", "chirp 8000 2500 3", "openai-whisper", "openai(at_rate(x, 8000, 16000))", {}),
        ("kaldi-fbank", "speech 44100 6000 4", "kaldi-native-fbank", mel.format(44100), {}),
        ("kaldi-fbank", "white 47999 6007 5", "kaldi-native-fbank", mel.format(47999), {}),
        ("kaldi-fbank", "speech 11025 3000 6", "kaldi-native-fbank", mel.format(11025), {}),
        ("kaldi-fbank", "impulse 32000 4001 0", "kaldi-native-fbank", mel.format(32000), {}),
        ("parakeet", "speech 96000 9600 1", "transformers", "extract('Parakeet', at_rate(x, 96000, 16000)).T", {}),
        ("hifigan", "speech 16000 4000 2", "torch", "hifigan(at_rate(x, 16000, 22050))", {}),
    ]
    for preset, signal, library, call, changes in table:
        rate = int(signal.split()[1])
        yield Case(f"input-rate-{rate}-{preset}", preset, signal, library, call, {"input_rate": rate} | changes)
    yield Case("input-rate-48000-int16", "kaldi-fbank", "speech 48000 9000 3", "kaldi-native-fbank", mel.format(48000),
               {"input_rate": 48000}, kind="int16")
    yield Case("input-rate-44100-batch", "whisper", ["speech 44100 4000 1", "white 44100 1500 2", "tones 44100 3001 3"],
               "openai-whisper", "openai(at_rate(x, 44100, 16000))", {"input_rate": 44100}, kind="batch")


def stacks():
    """Frames side by side, as transformers' classes put them; others by torch's unfold."""
    signal = "speech 16000 6000 2"
    seamless = {"normalize": "variance", "normalize_eps": 1e-7, "stack": 2}
    for n in (6000, 6160):
        for layout in ({}, {"layout": "frame_major"}):
            yield Case(f"stack-{n}{'-frame-major' if layout else ''}", "kaldi-fbank", f"speech 16000 {n} 2", "transformers",
                       "extract('SeamlessM4T', x).T", seamless | layout)
    yield Case("stack-fill", "kaldi-fbank", "speech 16000 6160 2", "transformers", "extract('SeamlessM4T', x, padding_value=1.0).T",
               seamless | {"stack_fill": 1.0})
    low = "extract('FunAsrNano', x{}).T"
    kaldi = {"window": "hamming", "input_scale": 1.0}
    for n in (400, 1360, 5000):
        yield Case(f"stack-low-frame-rate-{n}", "kaldi-fbank", f"speech 16000 {n} 2", "transformers", low.format(""),
                   kaldi | {"stack": 7, "stack_stride": 6, "stack_edge": "repeat"})
    yield Case("stack-low-frame-rate-5-1", "kaldi-fbank", "white 16000 2500 2", "transformers",
               low.format(", num_frames_lfr=5, stride_lfr=1, feature_size=20"),
               kaldi | {"stack": 5, "stack_stride": 1, "stack_edge": "repeat", "n_mels": 20})
    fbank = "knf_fbank(x * 32768, mel={'num_bins': 20})"
    yield Case("stack-splice", "kaldi-fbank", "white 16000 2500 3", "kaldi-native-fbank",
               f"side_by_side({fbank}, 3, 1)", {"n_mels": 20, "stack": 3, "stack_stride": 1, "stack_edge": "drop"})
    yield Case("stack-subsampled", "kaldi-fbank", "white 16000 2500 3", "kaldi-native-fbank",
               f"{fbank}[:, ::3]", {"n_mels": 20, "stack_stride": 3})
    yield Case("stack-int16", "kaldi-fbank", signal, "kaldi-native-fbank", f"side_by_side({fbank}, 2, 2)",
               {"n_mels": 20, "stack": 2, "stack_edge": "drop"}, kind="int16")
    yield Case("stack-batch", "kaldi-fbank", [f"speech 16000 {n} 2" for n in (400, 1360, 2000)], "transformers",
               low.format(""), kaldi | {"stack": 7, "stack_stride": 6, "stack_edge": "repeat"}, kind="batch")


def speechbrain_cases():
    """Triangles that are symmetric in hertz, with SpeechBrain's other steps around them."""
    own = {"window": "hamming", "pad_mode": "constant", "triangle_domain": "hz_symmetric", "hop_length": 160}
    levels = own | {"log": "db", "reference": "whole_input", "top_db": 80.0}
    speech, white = "speech 16000 5000 2", "white 16000 2500 3"

    def fbank(name, signal, arguments, **options):
        return Case(f"speechbrain-{name}", "torchaudio", signal, "speechbrain",
                    f"speechbrain_features('Fbank', x, {arguments})", levels | options)

    yield fbank("speech", speech, "n_mels=40", n_mels=40)
    yield fbank("white", white, "n_mels=80", n_mels=80)
    yield fbank("short", "speech 16000 400 2", "n_mels=40", n_mels=40)
    yield fbank("deltas", white, "n_mels=20, deltas=True", n_mels=20, delta_win_length=5, delta_order=2)
    yield fbank("band", speech, "n_mels=23, f_min=60, f_max=7000, n_fft=512", n_mels=23, f_min=60.0, f_max=7000.0, n_fft=512,
                win_length=400)
    yield Case("speechbrain-mfcc", "torchaudio", white, "speechbrain",
               "speechbrain_features('MFCC', x, n_mels=23, n_mfcc=13, context=False)",
               levels | {"n_mels": 23, "n_mfcc": 13, "delta_win_length": 5, "delta_order": 2})


def ceilings():
    """Upper limits of values: Wav2Lip's of 4, and of energies before the logarithm."""
    vocoder = {
        "sample_rate": 16000, "n_fft": 800, "hop_length": 200, "n_mels": 40, "f_min": 55.0, "f_max": 7600.0, "power": 1.0,
        "preemphasis": 0.97, "log": "db_magnitude", "log_floor": 1e-4, "offset": 30.0, "scale": 0.08,
        "log_ceiling": 10.0, "input_scale": 100.0,
    }
    for kind, n in (("speech", 5000), ("white", 2500)):
        seed = 2 if kind == "speech" else 3
        yield Case(f"log-ceiling-{kind}", "librosa", f"{kind} 16000 {n} {seed}", "librosa", "wav2lip(x * 100)", vocoder,
                   note="the formula of Wav2Lip's and SV2TTS's audio.py, with librosa's functions")
    mel = "librosa.feature.melspectrogram(y=x, n_mels=20)"
    own = {"n_mels": 20, "log": "db"}
    yield Case("log-ceiling-top-db", "librosa", "white 22050 4000 3", "librosa",
               f"librosa.power_to_db(np.minimum({mel}, 6.0), ref=np.max, top_db=2.0)",
               own | {"log_ceiling": 6.0, "reference": "whole_input", "top_db": 2.0, "subtract_reference": True})
    yield Case("log-ceiling-add", "librosa", "speech 22050 6000 3", "librosa",
               f"np.log(np.minimum({mel} + 1e-3, 0.01))",
               {"n_mels": 20, "log": "ln", "log_floor": 1e-3, "log_floor_mode": "add", "log_ceiling": 0.01})
    yield Case("log-ceiling-energy", "kaldi-fbank", "white 16000 2500 3", "kaldi-native-fbank",
               "(lambda y: np.vstack([y[:1], np.minimum(y[1:], np.log(2e10))]))"
               "(knf_fbank(x * 32768, mel={'num_bins': 20}, use_energy=True))",
               {"n_mels": 20, "use_energy": True, "log_ceiling": 2e10, "layout": "frame_major"}, kind="int16")


def further_rows():
    """Deltas, and rows that are normalized together or to between 0 and 1."""
    fbank = "knf_fbank(x * 32768, mel={'num_bins': 20})"
    for signal, n in (("speech 16000 5000 2", 3), ("white 16000 2500 3", 9)):
        yield Case(f"delta-{n}-torchaudio", "kaldi-fbank", signal, "torchaudio", f"with_deltas({fbank}, torchaudio_deltas({n}))",
                   {"n_mels": 20, "delta_win_length": n})
    yield Case("delta-librosa", "librosa", "speech 22050 6000 3", "librosa",
               "with_deltas(librosa.power_to_db(librosa.feature.melspectrogram(y=x, n_mels=40)),"
               " lambda y: librosa.feature.delta(y, width=5, mode='nearest'))",
               {"n_mels": 40, "log": "db", "reference": "whole_input", "top_db": 80.0, "delta_win_length": 5})
    yield Case("delta-stack", "kaldi-fbank", "speech 16000 4720 2", "torchaudio",
               f"side_by_side(with_deltas({fbank}, torchaudio_deltas(5)), 2, 2)",
               {"n_mels": 20, "delta_win_length": 5, "stack": 2})
    white = "white 16000 2500 3"
    yield Case("delta-order-2", "kaldi-fbank", white, "torchaudio", f"with_deltas({fbank}, torchaudio_deltas(5), 2)",
               {"n_mels": 20, "delta_win_length": 5, "delta_order": 2})
    mfcc = "knf_mfcc(x * 32768, mel={'num_bins': 23}, num_ceps=13)"
    yield Case("delta-order-2-mfcc", "kaldi-fbank", "speech 16000 5000 2", "torchaudio", f"with_deltas({mfcc}, torchaudio_deltas(3), 2)",
               {"n_mels": 23, "n_mfcc": 13, "lifter": 22.0, "delta_win_length": 3, "delta_order": 2, "layout": "frame_major"})
    yield Case("delta-order-2-librosa", "librosa", "white 22050 4000 3", "librosa",
               "with_deltas(librosa.power_to_db(librosa.feature.melspectrogram(y=x, n_mels=20)),"
               " lambda y: librosa.feature.delta(y, width=7, mode='nearest'), 2)",
               {"n_mels": 20, "log": "db", "reference": "whole_input", "top_db": 80.0, "delta_win_length": 7, "delta_order": 2})
    yield Case("delta-order-2-stack", "kaldi-fbank", white, "torchaudio",
               f"side_by_side(with_deltas({fbank}, torchaudio_deltas(9), 2), 2, 2)",
               {"n_mels": 20, "delta_win_length": 9, "delta_order": 2, "stack": 2}, kind="int16")
    yield Case("normalize-over-all", "parakeet", "speech 16000 5000 2", "transformers",
               "all_standardized(parakeet_log_mel(x), 1, 1e-5)", {"normalize_over": "all", "mask_tail": False})
    yield Case("normalize-over-all-mean", "kaldi-fbank", "white 16000 4000 3", "kaldi-native-fbank",
               "(lambda y: y - y.mean())(knf_fbank(x * 32768, mel={'num_bins': 80}))",
               {"normalize": "mean", "normalize_over": "all"})
    unscaled = {"normalize": "min_max", "normalize_eps": 0.0}
    yield Case("normalize-min-max", "kaldi-fbank", white, "scikit-learn", f"min_max({fbank})", unscaled | {"n_mels": 20})
    decibels = "librosa.power_to_db(librosa.feature.melspectrogram(y=x, n_mels=20))"
    image = {"n_mels": 20, "log": "db", "reference": "whole_input", "top_db": 80.0, "normalize": "min_max", "normalize_over": "all"}
    yield Case("normalize-min-max-all", "librosa", "speech 22050 6000 3", "scikit-learn", f"min_max({decibels}, together=True)",
               image | unscaled)
    yield Case("normalize-min-max-eps", "librosa", "white 22050 4000 3", "librosa",
               f"(lambda y: (y - y.min()) / (y.max() - y.min() + 0.5))({decibels})", image | {"normalize_eps": 0.5})
    yield Case("normalize-min-max-mask", "parakeet", "white 16000 4000 3", "scikit-learn",
               "(lambda y: np.pad(min_max(y[:, :25]), ((0, 0), (0, y.shape[1] - 25))))(parakeet_log_mel(x, feature_size=40))",
               unscaled | {"n_mels": 40})
    yield Case("normalize-min-max-silence", "kaldi-fbank", "silence 16000 1600 4", "scikit-learn", f"min_max({fbank})",
               unscaled | {"n_mels": 20, "layout": "frame_major"})


def pcen_cases():
    """librosa's per-channel energy normalization, with the factor of its examples and without."""
    mel = "librosa.feature.melspectrogram(y=x, n_mels=40{})"
    speech, white = "speech 22050 6000 3", "white 22050 4000 3"
    own = {"log": "pcen", "n_mels": 40}
    # The root of 2^31, as powers are of squares.
    integers = own | {"input_scale": 2.0**15.5}
    whole = f"librosa.pcen({mel.format('')} * 2**31{{}})"
    for name, signal in (("speech", speech), ("white", white), ("impulse", "impulse 22050 5000 2"), ("silence", "silence 22050 2000 5")):
        yield Case(f"pcen-{name}", "librosa", signal, "librosa", whole.format(""), integers)
    for name, arguments, options in (
        ("gain-0", "gain=0.0", {"pcen_gain": 0.0}),
        ("gain-1", "gain=1.0, power=1.0", {"pcen_gain": 1.0, "pcen_power": 1.0}),
        ("bias-0", "bias=0.0", {"pcen_bias": 0.0}),
        ("power-0", "power=0.0", {"pcen_power": 0.0}),
        ("offset", "gain=0.8, bias=10.0, power=0.25", {"pcen_gain": 0.8, "pcen_bias": 10.0, "pcen_power": 0.25, "offset": -1.0, "scale": 2.0}),
    ):
        call = whole.format(f", {arguments}")
        call = f"({call} - 1) * 2" if name == "offset" else call
        yield Case(f"pcen-{name}", "librosa", speech, "librosa", call, integers | options)
    yield Case("pcen-floats", "librosa", white, "librosa", f"librosa.pcen({mel.format('')}, eps=1e-3)", own | {"pcen_eps": 1e-3})
    quick = "librosa.pcen({}, sr=16000, hop_length=160, time_constant=0.06)"
    call = quick.format(mel.format(", sr=16000, n_fft=512, hop_length=160, power=1.0") + " * 2**31")
    quicker = own | {"sample_rate": 16000, "n_fft": 512, "hop_length": 160, "power": 1.0, "input_scale": 2.0**31, "pcen_time_constant": 0.06}
    yield Case("pcen-magnitude", "librosa", "speech 16000 5000 2", "librosa", call, quicker)
    yield Case("pcen-int16", "librosa", "speech 16000 6000 2", "librosa", call, quicker, kind="int16")
    yield Case("pcen-batch", "librosa", [f"speech 16000 {n} 2" for n in (400, 1360, 2000)], "librosa", call, quicker, kind="batch")
    yield Case("pcen-normalize", "librosa", speech, "librosa", f"standardized({whole.format('')}, 0, 1e-5)",
               integers | {"normalize": "deviation", "normalize_ddof": 0})
    yield Case("pcen-stack", "librosa", speech, "librosa",
               "(lambda y: np.vstack([y[:, ::2], y[:, 1::2]]))(with_deltas("
               f"{whole.format('')}, lambda y: librosa.feature.delta(y, width=3, mode='nearest')))",
               integers | {"delta_win_length": 3, "stack": 2, "layout": "frame_major"})


def lengths():
    """Truncation, and padding at the start and to a multiple."""
    call = "extract('Whisper', x, arguments={{'padding': 'max_length', 'max_length': {}, 'truncation': True}})"
    for n in (3000, 4000, 6000):
        yield Case(f"max-length-{n}", "whisper", f"speech 16000 {n} 2", "transformers", call.format(4000),
                   {"max_length": 4000, "pad_to": 4000})
    yield Case("max-length-kaldi", "kaldi-fbank", "speech 16000 6000 2", "kaldi-native-fbank",
               "knf_fbank(x[:2500] * 32768, mel={'num_bins': 80})", {"max_length": 2500})
    yield Case("max-length-input-rate", "kaldi-fbank", "speech 48000 9000 1", "kaldi-native-fbank",
               "knf_fbank(at_rate(x, 48000, 16000)[:2500] * 32768, mel={'num_bins': 80})",
               {"max_length": 2500, "input_rate": 48000})
    yield Case("pad-start", "kaldi-fbank", "speech 16000 3000 2", "kaldi-native-fbank",
               "knf_fbank(np.pad(x, (500, 0)) * 32768, mel={'num_bins': 80})", {"pad_start": 500})
    yield Case("pad-start-constant", "librosa", "speech 22050 3000 2", "librosa",
               "librosa.feature.melspectrogram(y=np.pad(x, (1000, 0)))", {"pad_start": 1000})
    multiple = "extract('Whisper', x, arguments={'padding': 'longest', 'pad_to_multiple_of': 800})"
    for n in (3000, 3200):
        yield Case(f"pad-to-multiple-of-{n}", "whisper", f"speech 16000 {n} 2", "transformers", multiple,
                   {"pad_to_multiple_of": 800})


def upper_edges():
    """Kaldi's high_freq: below 0 it counts from half the rate. 0 is unset in some languages, which means the same."""
    for high in (-400.0, -3000.5):
        yield Case(f"f-max-below-{abs(high):g}", "kaldi-fbank", "speech 16000 4000 2", "kaldi-native-fbank",
                   f"knf_fbank(x * 32768, mel={{'num_bins': 40, 'high_freq': {high}}})", {"n_mels": 40, "f_max": high})


def families():
    """Presets of model families, by the family's own features or its formula with the functions that it calls."""
    speech, white, impulse, short = (
        "speech 16000 5000 2", "white 16000 4000 1", "impulse 16000 4001 4", "speech 16000 2000 2"
    )
    hamming = "kaldi.fbank(tensor(x) * 32768, num_mel_bins=80, window_type='hamming').T"
    ends = "knf_fbank(x, frame={'snip_edges': False}, mel={'num_bins': 80, 'high_freq': -400.0})"
    table = [
        ("icefall", "kaldi-native-fbank", ends, (speech, white, impulse)),
        ("icefall", "lhotse", "lhotse_fbank(x)", (speech, white)),
        ("wespeaker", "torchaudio", f"(lambda y: y - y.mean(dim=1, keepdim=True))({hamming})", (speech, white, impulse, short)),
        ("funasr", "transformers", "extract('FunAsrNano', x * 32768).T", (speech, white, impulse, "speech 16000 400 2")),
        ("seamless-m4t", "transformers", "extract('SeamlessM4T', x).T", (speech, white, "clipped 16000 4000 3", short)),
        ("speech2text", "transformers", "extract('Speech2Text', x).T", (speech, white, "clipped 16000 4000 3", short)),
        ("phi4-multimodal", "transformers", "recipe('Phi4Multimodal', x)", (impulse,)),
        ("gemma3n", "transformers", "recipe('Gemma3nAudio', x)", (speech, white, impulse, short)),
        ("granite-speech", "transformers", "recipe('GraniteSpeech', x)", (impulse,)),
        ("voxtral-realtime", "transformers", "recipe('VoxtralRealtime', x)", (impulse,)),
        ("vocos", "torchaudio", "vocos(x)", ("white 24000 4000 1", "impulse 24000 4001 4", "speech 24000 3000 2")),
        ("bigvgan", "torch", "hifigan(x, sr=24000, n_mels=100, f_max=None)",
         ("speech 24000 8000 5", "white 24000 4000 1", "impulse 24000 4001 4", "speech 24000 3000 2")),
        ("rmvpe", "torch", "rmvpe(x)", (speech, white, impulse, short)),
        ("vggish", "torchvggish", "audioset(x, 0.01)", (speech, white, impulse, short)),
        ("yamnet", "torchvggish", "audioset(x, 0.001)", (speech, white, impulse, short)),
        ("openwakeword", "torchlibrosa", "openwakeword(x * 32768)", (speech, white, impulse, short)),
        ("wav2lip", "librosa", "wav2lip(x, n_mels=80)", (speech, white, impulse, short)),
    ]
    for preset, library, call, chosen in table:
        for signal in chosen:
            kind, _, n, _ = signal.split()
            suffix = "-lhotse" if library == "lhotse" else ""
            case = Case(f"{preset}-{kind}-{n}{suffix}", preset, signal, library, call)
            if preset == "phi4-multimodal":
                case.note, case.rounding = "pre-emphasis is in float32, before a transform in float64", 200.0
            elif preset == "seamless-m4t":
                case.note = "rows are normalized in float32, after a transform in float64"
            yield case


def all_cases():
    for group in (presets, librosa_pieces, levels, whisper_family, torchaudio_cases, spans, kaldi_cases, rows, integers, batches,
                  input_rates, stacks, ceilings, speechbrain_cases, further_rows, pcen_cases, lengths, upper_edges, families):
        yield from group()
