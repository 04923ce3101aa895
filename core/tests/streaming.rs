//! Streams give the bits of the whole input, for any chunking.

mod support;

use mojo_audio_core::{
    Error, InstructionSet, MelExtractor, MelSpectrogram, Overrides, PRESETS, Sample,
};
use support::streams::{Chunks, stream_all};
use support::{assert_same_frames, config, extractor, frames, in_parallel, must_end, signals};

/// How each preset is made streamable.
fn streamable(preset: &str) -> &'static [(&'static str, &'static str)] {
    match preset {
        "whisper" => &[("reference", "fixed"), ("reference_value", "1.5")],
        "whisper-large-v3" | "granite-speech" | "openwakeword" => &[("reference", "none")],
        "wespeaker" | "seamless-m4t" | "speech2text" => &[("normalize", "none")],
        "parakeet" => &[("normalize", "none"), ("mask_tail", "false")],
        "clap" => &[("pad_to_mode", "zeros"), ("pad_to", "30000")],
        _ => &[],
    }
}

const CHUNKINGS: [Chunks; 7] = [
    Chunks::Of(1),
    Chunks::Of(7),
    Chunks::Of(160),
    Chunks::Of(161),
    Chunks::Of(4096),
    Chunks::Random(700),
    Chunks::Of(usize::MAX),
];

fn check<S: Sample + 'static>(
    preset: &str,
    options: &[(&str, &str)],
    samples: &[S],
    chunkings: &[Chunks],
) {
    let extractor = extractor(preset, options);
    let whole = frames(&extractor.compute(samples).unwrap());
    let mut stream = extractor.stream().unwrap();
    for chunks in chunkings {
        let what = format!("{preset} {options:?}, {} samples, {chunks:?}", samples.len());
        stream.reset();
        let pieces = chunks.split(samples);
        assert_same_frames(&stream_all(&mut stream, &pieces, &what), &whole, &what);
    }
}

/// A preset, its options, and the samples.
type Case = (&'static str, Vec<(&'static str, &'static str)>, Vec<f32>);

/// Checks in a thread of its own, as a stream that stops taking samples would never return.
fn check_all(cases: Vec<Case>, chunkings: &'static [Chunks]) {
    let failures = in_parallel(&cases, |(preset, options, samples)| {
        let what = format!("{preset} {options:?}, {} samples", samples.len());
        let (preset, options, samples) = (*preset, options.clone(), samples.clone());
        let work = move || check(preset, &options, &samples, chunkings);
        let panic = std::panic::catch_unwind(|| must_end(&what, work)).err()?;
        let text = panic.downcast_ref::<String>().cloned();
        Some(text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.into())).unwrap_or(what))
    });
    let failures: Vec<String> = failures.into_iter().flatten().collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn speech(n: usize) -> Vec<f32> {
    signals::make("speech", 3, 16_000, n)
}

#[test]
fn every_preset() {
    let cases = PRESETS.iter().map(|&preset| (preset, streamable(preset).to_vec(), speech(12_345)));
    check_all(cases.collect(), &CHUNKINGS);
}

#[test]
fn every_preset_int16() {
    let samples = signals::to_int16(&speech(9_000));
    for &preset in PRESETS {
        let samples = samples.clone();
        must_end(preset, move || check(preset, streamable(preset), &samples, &CHUNKINGS));
    }
}

/// A frame that comes on its own has its lanes inside, and the transform other factors for each size: the bits are
/// those of the whole on every instruction set.
#[test]
fn a_frame_at_a_time() {
    const SIZES: [u32; 22] = [
        16, 24, 40, 48, 72, 80, 96, 112, 144, 176, 200, 240, 256, 272, 400, 464, 480, 512, 560, 600,
        1024, 1200,
    ];
    const OPTIONS: [&[(&str, &str)]; 6] = [
        &[],
        &[("power", "1"), ("log", "ln"), ("log_floor_mode", "add")],
        &[("power", "0.7"), ("layout", "frame_major")],
        &[("n_mfcc", "13"), ("use_energy", "true"), ("raw_energy", "false")],
        &[("n_mfcc", "13"), ("layout", "frame_major"), ("log", "db")],
        &[("remove_dc_offset", "true"), ("preemphasis", "0.97"), ("preemphasis_mode", "frame")],
    ];
    let samples = speech(4_000);
    for (n_fft, options) in SIZES.iter().flat_map(|n| OPTIONS.map(|options| (*n, options))) {
        let mut config = config("whisper", options);
        config.set("reference", "none").unwrap();
        (config.n_fft, config.n_mels) = (n_fft, 20 + n_fft % 7);
        for set in InstructionSet::available() {
            let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
            let extractor = MelExtractor::with_overrides(&config, overrides).unwrap();
            let whole = frames(&extractor.compute(&samples).unwrap());
            for hops in [1, 2] {
                let what = format!("n_fft {n_fft}, {options:?} on {set:?}, {hops} hops at a time");
                let pieces: Vec<_> = samples.chunks(160 * hops).collect();
                let mut stream = extractor.stream().unwrap();
                assert_same_frames(&stream_all(&mut stream, &pieces, &what), &whole, &what);
            }
        }
    }
}

#[test]
fn short_signals() {
    let mut cases = Vec::new();
    for pad_mode in ["reflect", "constant", "replicate", "symmetric"] {
        // The last three lengths are around half a frame and a whole one.
        for n in [1, 2, 3, 5, 31, 100, 199, 200, 201, 399, 400, 401] {
            let options =
                vec![("reference", "none"), ("pad_mode", pad_mode), ("drop_last_frame", "false")];
            cases.push(("whisper", options.clone(), speech(n)));
            let mut kaldi = vec![("snip_edges", "false"), ("pad_mode", pad_mode)];
            cases.push(("kaldi-fbank", kaldi.clone(), speech(n)));
            kaldi.push(("pad_to", "500"));
            cases.push(("kaldi-fbank", kaldi, speech(n)));
        }
    }
    check_all(cases, &[Chunks::Of(1), Chunks::Of(7), Chunks::Random(300), Chunks::Of(usize::MAX)]);
}

#[test]
fn options_that_concern_the_ends() {
    let n = 5_003;
    let whisper = |options: &[(&'static str, &'static str)]| {
        let mut all = vec![("reference", "none")];
        all.extend(options);
        ("whisper", all, speech(n))
    };
    let mut cases = vec![
        whisper(&[("pad_to", "8000")]),
        whisper(&[("pad_to", "5100")]),
        whisper(&[("pad_to", "100")]),
        whisper(&[("pad_end", "77"), ("pad_to", "5100")]),
        whisper(&[("pad_end", "200")]),
        whisper(&[("n_frames", "10")]),
        whisper(&[("n_frames", "1")]),
        whisper(&[("n_frames", "200")]),
        whisper(&[("n_frames", "200"), ("layout", "frame_major")]),
        whisper(&[("layout", "frame_major")]),
        whisper(&[("drop_last_frame", "false")]),
        whisper(&[("center", "false")]),
        whisper(&[("center", "false"), ("drop_last_frame", "false")]),
        whisper(&[("center", "false"), ("hop_length", "1000")]),
        whisper(&[("center", "false"), ("hop_length", "1000"), ("drop_last_frame", "false")]),
        whisper(&[("hop_length", "401"), ("drop_last_frame", "false")]),
        whisper(&[("hop_length", "5000"), ("drop_last_frame", "false")]),
        whisper(&[("hop_length", "1"), ("n_mels", "5")]),
        whisper(&[("n_fft", "401")]),
        whisper(&[("n_fft", "401"), ("win_length", "300"), ("drop_last_frame", "false")]),
        whisper(&[("center_pad", "half_overlap")]),
        whisper(&[("center_pad", "half_overlap"), ("hop_length", "399"), ("pad_mode", "symmetric")]),
        whisper(&[("frame_span", "window"), ("win_length", "301")]),
        whisper(&[("preemphasis", "0.97")]),
        whisper(&[("preemphasis", "0.97"), ("pad_to", "9000")]),
        whisper(&[("dither", "0.01"), ("dither_seed", "7")]),
        whisper(&[("dither", "0.01"), ("preemphasis", "0.5"), ("pad_to", "9000")]),
        whisper(&[("n_mfcc", "13")]),
        whisper(&[("precision", "double")]),
        whisper(&[("power", "1.5")]),
        whisper(&[("n_fft", "509"), ("hop_length", "100")]),
    ];
    for pad_mode in ["reflect", "constant", "replicate", "symmetric"] {
        cases.push(whisper(&[("pad_mode", pad_mode)]));
        cases.push(whisper(&[("pad_mode", pad_mode), ("n_fft", "4096"), ("drop_last_frame", "false")]));
    }
    for hop in ["1", "3", "159", "400", "401", "900"] {
        cases.push(("kaldi-fbank", vec![("snip_edges", "false"), ("hop_length", hop)], speech(2_000)));
        cases.push(("kaldi-fbank", vec![("hop_length", hop)], speech(2_000)));
    }
    cases.push(("kaldi-fbank", vec![("use_energy", "true"), ("layout", "frame_major")], speech(n)));
    cases.push((
        "kaldi-fbank",
        vec![("n_mfcc", "13"), ("use_energy", "true"), ("htk_compat", "true")],
        speech(n),
    ));
    cases.push(("kaldi-fbank", vec![("dither", "1"), ("snip_edges", "false")], speech(n)));
    // The dropped frame is so far behind the last one kept that all samples between must be forgotten.
    let sparse = vec![
        ("reference", "none"),
        ("center", "false"),
        ("hop_length", "30000"),
        ("n_fft", "64"),
        ("n_mels", "8"),
    ];
    cases.push(("whisper", sparse, speech(100_000)));
    // The same where that frame counts after all, or where either end is mirrored.
    for pad_mode in ["reflect", "constant", "replicate", "symmetric"] {
        for (preset, option, value) in [
            ("whisper", "center", "true"),
            ("whisper", "pad_to", "30000"),
            ("kaldi-fbank", "snip_edges", "false"),
        ] {
            for n in [11_900, 12_000, 12_031, 12_064, 12_065, 14_999] {
                let sparse =
                    [("hop_length", "3000"), ("n_fft", "64"), ("win_length", "64"), ("n_mels", "8")];
                let mut options = vec![("reference", "none"), ("pad_mode", pad_mode), (option, value)];
                options.extend([("drop_last_frame", "true")].into_iter().chain(sparse));
                cases.push((preset, options, speech(n)));
            }
        }
    }
    // Pushes that go on long after the last frame.
    cases.push(("ast", vec![], speech(200_000)));
    cases.push(("kaldi-fbank", vec![("n_frames", "2")], speech(100_000)));
    check_all(cases, &[Chunks::Of(61), Chunks::Random(2_000), Chunks::Of(usize::MAX)]);
}

#[test]
fn frames_come_out_as_soon_as_they_are_certain() {
    // Frame t of Whisper reaches to sample 160 t + 200, so it is certain with that many; the first
    // needs its mirrored half, sample 200 included.
    let mut stream = extractor("whisper", &[("reference", "none")]).stream().unwrap();
    let mut given = 0;
    for received in 1..=2_000usize {
        given += stream.push(&[0.25f32]).unwrap().n_frames();
        // The frame of which no further one may come after it would be dropped.
        let whole = if received < 201 { 0 } else { 1 + (received - 200) / 160 };
        assert!(given <= whole, "{received} samples: {given} frames");
        assert!(given + 1 >= whole, "{received} samples: only {given} of {whole} frames");
    }
    // Kaldi's frames need no more than themselves.
    let mut stream = extractor("kaldi-fbank", &[]).stream().unwrap();
    let mut given = 0;
    for received in 1..=2_000usize {
        given += stream.push(&[0.25f32]).unwrap().n_frames();
        assert_eq!(given, if received < 400 { 0 } else { 1 + (received - 400) / 160 }, "{received}");
    }
}

#[test]
fn an_error_takes_nothing() {
    let samples = speech(3_000);
    for preset in ["whisper", "kaldi-fbank", "hifigan"] {
        let extractor = extractor(preset, streamable(preset));
        let whole = frames(&extractor.compute(&samples).unwrap());
        let mut stream = extractor.stream().unwrap();
        let mut all = Vec::new();
        for (index, chunk) in samples.chunks(500).enumerate() {
            for (bad, value) in [(0, f32::NAN), (chunk.len() - 1, f32::INFINITY), (250, f32::MAX)] {
                let mut broken = chunk.to_vec();
                broken[bad] = value;
                let before = (stream.frames_after(500), stream.frames_at_finish());
                match stream.push(&broken) {
                    Err(Error::Sample { index: at, value: named, limit }) => {
                        assert_eq!(at, index * 500 + bad, "place since the stream's start");
                        assert_eq!(named.to_bits(), value.to_bits());
                        assert!(limit.is_finite() && limit > 1.0);
                    }
                    other => panic!("{other:?}"),
                }
                assert_eq!((stream.frames_after(500), stream.frames_at_finish()), before);
            }
            let wanted = stream.frames_after(chunk.len()) * stream.n_mels();
            if wanted > 0 {
                let mut short = vec![0.0; wanted - 1];
                let error = stream.push_into(chunk, &mut short).unwrap_err();
                assert_eq!(
                    error,
                    Error::BufferSize { what: "out", expected: wanted, actual: wanted - 1 }
                );
            }
            all.extend(frames(&stream.push(chunk).unwrap()));
        }
        let wanted = stream.frames_at_finish() * stream.n_mels();
        if wanted > 0 {
            let error = stream.finish_into(&mut vec![0.0; wanted - 1]).unwrap_err();
            assert_eq!(error.code(), "buffer_size");
        }
        all.extend(frames(&stream.finish().unwrap()));
        assert_same_frames(&all, &whole, preset);
    }
}

#[test]
fn nothing_is_certain_before_the_first_sample() {
    // The zeros before the signal are more than a frame.
    let extractor = extractor("kaldi-fbank", &[("pad_start", "500")]);
    let samples = speech(1_000);
    let whole = frames(&extractor.compute(&samples).unwrap());
    let mut stream = extractor.stream().unwrap();
    let chunks = [&[], &[], &samples[..1], &samples[1..]];
    assert_eq!(stream.frames_after(0), 0);
    let most = stream.frames_after(usize::MAX);
    assert!(most > usize::MAX / 1_000 && most >= stream.frames_after(usize::MAX / 2), "{most}");
    assert_same_frames(&stream_all(&mut stream, &chunks, "empty chunks first"), &whole, "all");
}

#[test]
fn the_end_is_the_end() {
    let extractor = extractor("whisper", &[("reference", "none")]);
    let samples = speech(1_000);
    let mut stream = extractor.stream().unwrap();
    assert_eq!(stream.finish().unwrap_err(), Error::EmptyInput);
    assert_eq!(stream.push::<f32>(&[]).unwrap().n_frames(), 0);
    assert_eq!(stream.finish().unwrap_err(), Error::EmptyInput);

    let first = stream_all(&mut stream, &[&samples], "first");
    assert_eq!(stream.finish().unwrap_err(), Error::Finished);
    assert_eq!(stream.push(&samples).unwrap_err(), Error::Finished);
    // Fewer frames would be certain than were given.
    assert_eq!(stream.push(&samples[..1]).unwrap_err(), Error::Finished);
    assert_eq!((stream.frames_after(1), stream.frames_at_finish()), (0, 0));
    assert_eq!(stream.push_into(&samples, &mut [0.0; 8_000]).unwrap_err(), Error::Finished);
    assert_eq!(stream.finish_into(&mut [0.0; 8_000]).unwrap_err(), Error::Finished);

    stream.reset();
    assert_eq!(stream_all(&mut stream, &[&samples], "again"), first);
    // In the middle, too.
    stream.reset();
    stream.push(&samples[..700]).unwrap();
    stream.reset();
    assert_eq!(stream_all(&mut stream, &[&samples], "after a reset"), first);
}

#[test]
fn samples_of_both_types_may_alternate() {
    let integers = signals::to_int16(&speech(2_000));
    let floats: Vec<f32> = integers.iter().map(|&x| f32::from(x) / 32768.0).collect();
    let extractor = extractor("kaldi-fbank", &[]);
    let whole = frames(&extractor.compute(&floats).unwrap());
    let mut stream = extractor.stream().unwrap();
    let mut all = Vec::new();
    for (index, (i, f)) in integers.chunks(300).zip(floats.chunks(300)).enumerate() {
        let mel: MelSpectrogram =
            if index % 2 == 0 { stream.push(i).unwrap() } else { stream.push(f).unwrap() };
        all.extend(frames(&mel));
    }
    all.extend(frames(&stream.finish().unwrap()));
    assert_same_frames(&all, &whole, "alternating");
}

#[test]
fn two_streams_of_one_extractor_do_not_touch_each_other() {
    let extractor: MelExtractor = extractor("kaldi-fbank", &[]);
    let (a, b) = (speech(2_000), signals::make("white", 1, 16_000, 2_000));
    let (mut first, mut second) = (extractor.stream().unwrap(), extractor.stream().unwrap());
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    for (x, y) in a.chunks(333).zip(b.chunks(333)) {
        of_a.extend(frames(&first.push(x).unwrap()));
        of_b.extend(frames(&second.push(y).unwrap()));
    }
    of_a.extend(frames(&first.finish().unwrap()));
    of_b.extend(frames(&second.finish().unwrap()));
    assert_same_frames(&of_a, &frames(&extractor.compute(&a).unwrap()), "first");
    assert_same_frames(&of_b, &frames(&extractor.compute(&b).unwrap()), "second");
}

#[test]
fn options_that_need_the_whole_are_named() {
    let refused = |preset, options: &[(&str, &str)]| match extractor(preset, options).stream() {
        Err(Error::Config { field, .. }) => Some(field.into_owned()),
        Err(error) => panic!("{error:?}"),
        Ok(_) => None,
    };
    for preset in PRESETS {
        let expected = match *preset {
            "whisper" | "whisper-large-v3" | "granite-speech" | "openwakeword" => Some("reference"),
            "parakeet" | "wespeaker" | "seamless-m4t" | "speech2text" => Some("normalize"),
            "clap" => Some("pad_to_mode"),
            _ => None,
        };
        assert_eq!(refused(preset, &[]).as_deref(), expected, "{preset}");
    }
    // A frame is given before the stream knows that the mask will lie over it.
    let masked = refused("parakeet", &[("normalize", "none")]);
    assert_eq!(masked.as_deref(), Some("mask_tail"));
    assert_eq!(
        refused("kaldi-fbank", &[("normalize_input", "true")]).as_deref(),
        Some("normalize_input")
    );
    // A reference that nothing refers to needs nothing.
    assert_eq!(refused("librosa", &[("reference", "whole_input")]), None);
}
