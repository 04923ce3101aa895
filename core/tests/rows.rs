//! What follows the plain result: `log_ceiling`, `log` `pcen`, `normalize`, `delta_win_length`, means and factors of rows; and
//! the options that say which frames count, `frame_margin` and `n_frames_multiple_of`.

mod support;

use mojo_audio_core::config::{Layout, Log};
use mojo_audio_core::{Error, MelConfig, MelExtractor, Overrides};
use support::oracle;
use support::streams::{Chunks, streamed};
use support::{assert_same_frames, config, extractor, frames, signals};

type Options = &'static [(&'static str, &'static str)];

fn noise(n: usize) -> Vec<f32> {
    signals::make("speech", 5, 16_000, n)
}

/// The plain result, with all that is measured over it.
const PLAIN: &[(&str, Options)] = &[
    ("whisper", &[]),
    ("kaldi-fbank", &[]),
    ("whisper", &[("subtract_reference", "true"), ("pad_to", "9000")]),
    ("kaldi-fbank", &[("n_mfcc", "13"), ("use_energy", "true"), ("normalize", "variance")]),
    ("parakeet", &[]),
];

/// The definition, frame by frame; each order is made of the one before it.
fn with_deltas(plain: &[Vec<f32>], reach: usize, order: usize) -> Vec<Vec<f32>> {
    let mut parts = vec![plain.to_vec()];
    for before in 0..order {
        parts.push(deltas(&parts[before], reach));
    }
    (0..plain.len()).map(|t| parts.iter().flat_map(|part| part[t].clone()).collect()).collect()
}

fn deltas(plain: &[Vec<f32>], reach: usize) -> Vec<Vec<f32>> {
    let squares: usize = (1..=reach).map(|k| k * k).sum();
    let unit = 1.0 / (2 * squares) as f32;
    let slope = |t: usize, row: usize| {
        (1..=reach).fold(0.0, |sum, k| {
            let after = plain[(t + k).min(plain.len() - 1)][row];
            sum + k as f32 * unit * (after - plain[t.saturating_sub(k)][row])
        })
    };
    (0..plain.len()).map(|t| (0..plain[t].len()).map(|row| slope(t, row)).collect()).collect()
}

/// Stacks of `size` frames, the last of them filled with 1.5.
fn stacked(frames: &[Vec<f32>], size: usize) -> Vec<Vec<f32>> {
    let length = frames.first().map_or(0, Vec::len) * size;
    let mut stacks: Vec<Vec<f32>> = frames.chunks(size).map(<[_]>::concat).collect();
    stacks.iter_mut().for_each(|stack| stack.resize(length, 1.5));
    stacks
}

#[test]
fn deltas_follow_the_rows_they_are_of() {
    for (preset, options) in PLAIN {
        let plain = extractor(preset, options);
        for n in [401, 700, 2_000, 5_003] {
            let samples = noise(n);
            let plain = frames(&plain.compute(&samples).unwrap());
            for (reach, order, size, layout) in [
                (1, 1, 1, "mel_major"),
                (4, 1, 1, "frame_major"),
                (1, 1, 2, "mel_major"),
                (30, 1, 3, "frame_major"),
                (2, 2, 1, "frame_major"),
                (1, 2, 3, "mel_major"),
                (9, 2, 2, "frame_major"),
            ] {
                let (length, stack) = (format!("{}", 2 * reach + 1), format!("{size}"));
                let order_text = order.to_string();
                let own = [
                    ("delta_win_length", &*length),
                    ("delta_order", &*order_text),
                    ("stack", &*stack),
                    ("stack_fill", "1.5"),
                    ("layout", layout),
                ];
                let both = MelExtractor::new(&config(preset, &[*options, &own].concat())).unwrap();
                let expected = stacked(&with_deltas(&plain, reach, order), size);
                let what = format!("{preset} {options:?} {own:?}, {n} samples");
                assert_eq!(both.frame_count(n), expected.len(), "{what}");
                assert_same_frames(&frames(&both.compute(&samples).unwrap()), &expected, &what);
                #[cfg(feature = "std")]
                {
                    let threads = both.compute_parallel(&samples, 3).unwrap();
                    assert_same_frames(&frames(&threads), &expected, &what);
                }
                if both.stream().is_ok() {
                    for chunks in [Chunks::Random(900), Chunks::Of(7), Chunks::Of(usize::MAX)] {
                        let live = streamed(&both, &samples, chunks, &what);
                        assert_same_frames(&live, &expected, &what);
                    }
                }
            }
        }
    }
}

/// librosa's definition, over the energies of a band.
fn divided_by_average(config: &MelConfig, energies: &[f32]) -> Vec<f64> {
    let (rate, hop) = (f64::from(config.sample_rate), f64::from(config.hop_length));
    let frames = config.pcen_time_constant * rate / hop;
    let new = ((1.0 + 4.0 * frames * frames).sqrt() - 1.0) / (2.0 * frames * frames);
    let (bias, power) = (config.pcen_bias, config.pcen_power);
    let mut average = 1.0;
    let next = |&energy: &f32| {
        average = (1.0 - new) * average + new * f64::from(energy);
        let divided = f64::from(energy) / (config.pcen_eps + average).powf(config.pcen_gain);
        let value = if power == 0.0 {
            divided.ln_1p()
        } else {
            (divided + bias).powf(power) - bias.powf(power)
        };
        (value + config.offset) * config.scale
    };
    energies.iter().map(next).collect()
}

#[test]
fn pcen_follows_the_energies_of_each_band() {
    let ways: &[Options] = &[
        &[],
        &[("input_scale", "46340.95"), ("pcen_time_constant", "0.06")],
        &[("pcen_gain", "0"), ("pcen_power", "1"), ("offset", "-1"), ("scale", "2")],
        &[("pcen_gain", "1"), ("pcen_bias", "0"), ("pcen_eps", "0.001"), ("pad_end", "3000")],
        &[("pcen_power", "0"), ("power", "1"), ("input_rate", "22050"), ("precision", "single")],
    ];
    for options in ways {
        let common: Options = &[("log", "pcen"), ("n_mels", "20"), ("hop_length", "300")];
        let config = config("librosa", &[common, *options].concat());
        let before = MelConfig { log: Log::None, offset: 0.0, scale: 1.0, ..config.clone() };
        for n in [1, 2_000, 5_003] {
            let samples = noise(n);
            let energies = MelExtractor::new(&before).unwrap().compute(&samples).unwrap();
            let own = MelExtractor::new(&config).unwrap();
            let mel = own.compute(&samples).unwrap();
            let what = format!("{options:?}, {n} samples");
            assert_eq!(mel.n_frames(), energies.n_frames(), "{what}");
            for (row, band) in energies.data().chunks_exact(energies.n_frames()).enumerate() {
                for (t, expected) in divided_by_average(&config, band).into_iter().enumerate() {
                    let value = f64::from(mel.get(row, t));
                    let most = 1e-7 * expected.abs().max(config.scale * config.offset.abs()) + 1e-15;
                    assert!((value - expected).abs() <= most, "{what}: {value} for {expected}");
                }
            }
            let expected = frames(&mel);
            for layout in [Layout::MelMajor, Layout::FrameMajor] {
                let own = MelExtractor::new(&MelConfig { layout, ..config.clone() }).unwrap();
                assert_same_frames(&frames(&own.compute(&samples).unwrap()), &expected, &what);
                #[cfg(feature = "std")]
                {
                    let threads = own.compute_parallel(&samples, 3).unwrap();
                    assert_same_frames(&frames(&threads), &expected, &what);
                }
                for chunks in [Chunks::Random(900), Chunks::Of(7), Chunks::Of(usize::MAX)] {
                    let live = streamed(&own, &samples, chunks, &what);
                    assert_same_frames(&live, &expected, &what);
                }
                // Deltas and stacks are made of these rows.
                let more = MelConfig {
                    delta_win_length: Some(5),
                    stack: 2,
                    stack_fill: 1.5,
                    layout,
                    ..config.clone()
                };
                let own = MelExtractor::new(&more).unwrap();
                let stacks = stacked(&with_deltas(&expected, 2, 1), 2);
                assert_same_frames(&frames(&own.compute(&samples).unwrap()), &stacks, &what);
                let live = streamed(&own, &samples, Chunks::Random(900), &what);
                assert_same_frames(&live, &stacks, &what);
                // Frames that are filled up are no energies.
                let filled = expected.len() as u32 + 3;
                let own = MelConfig { n_frames: Some(filled), layout, ..config.clone() };
                let own = MelExtractor::new(&own).unwrap();
                let missing = vec![(config.offset * config.scale) as f32; mel.n_mels()];
                let filled = [&expected[..], &vec![missing; 3]].concat();
                assert_same_frames(&frames(&own.compute(&samples).unwrap()), &filled, &what);
                let live = streamed(&own, &samples, Chunks::Random(900), &what);
                assert_same_frames(&live, &filled, &what);
            }
        }
    }
}

#[test]
fn a_stream_of_pcen_starts_again() {
    let mut stream = extractor("librosa", &[("log", "pcen")]).stream().unwrap();
    let samples = noise(9_000);
    let mut both = [0, 1].map(|_| {
        let mel = [stream.push(&samples).unwrap(), stream.finish().unwrap()];
        stream.reset();
        mel
    });
    let [first, second] = &mut both;
    assert_eq!(first, second);
}

#[test]
fn pcen_never_overflows_in_silence() {
    // Nothing is compressed here: values are energies times 1e9.
    let options: Options =
        &[("log", "pcen"), ("pcen_gain", "0"), ("pcen_power", "1"), ("scale", "1e9")];
    let own = extractor("librosa", options);
    let loud = |peak: f32| noise(9_000).into_iter().map(|x| x * peak).collect::<Vec<_>>();
    let Err(Error::Sample { limit, .. }) = own.compute(&loud(1e14)) else { panic!("no overflow") };
    assert!(own.compute(&loud(limit)).unwrap().data().iter().all(|value| value.is_finite()));
    let weights = vec![-0.5; 128 * 1025];
    let overrides = Overrides { filterbank: Some(&weights), ..Overrides::default() };
    let error = MelExtractor::with_overrides(own.config(), overrides).unwrap_err().to_string();
    assert_eq!(error, "filterbank must be at least 0 where log is pcen, got -0.5 at 0");
}

#[test]
fn rows_have_means_and_factors_of_their_own() {
    let samples = noise(5_003);
    let more: &[Options] = &[
        &[],
        &[("layout", "frame_major")],
        &[("stack", "3"), ("layout", "frame_major")],
        &[("stack", "7"), ("stack_stride", "6"), ("stack_edge", "repeat"), ("normalize", "none")],
        &[("delta_win_length", "3"), ("stack", "2"), ("stack_fill", "1")],
    ];
    for (preset, options) in PLAIN {
        for more in more {
            let config = config(preset, &[*options, more].concat());
            let Ok(plain) = MelExtractor::new(&config) else { continue };
            let n_rows = plain.n_mels();
            let mean: Vec<f32> = (0..n_rows).map(|row| row as f32 * 0.25 - 3.0).collect();
            let scale: Vec<f32> = (0..n_rows).map(|row| 1.0 / (row as f32 - 2.5)).collect();
            let plain = frames(&plain.compute(&samples).unwrap());
            for (row_mean, row_scale) in
                [(Some(&mean[..]), Some(&scale[..])), (Some(&mean), None), (None, Some(&scale))]
            {
                let overrides = Overrides { row_mean, row_scale, ..Overrides::default() };
                let own = MelExtractor::with_overrides(&config, overrides).unwrap();
                let mut expected = plain.clone();
                for (row, value) in expected.iter_mut().flat_map(|frame| frame.iter_mut().enumerate()) {
                    *value = (*value - row_mean.map_or(0.0, |mean| mean[row]))
                        * row_scale.map_or(1.0, |scale| scale[row]);
                }
                let what = format!("{preset} {options:?} {more:?}");
                assert_same_frames(&frames(&own.compute(&samples).unwrap()), &expected, &what);
                if own.stream().is_ok() {
                    let live = streamed(&own, &samples, Chunks::Random(900), &what);
                    assert_same_frames(&live, &expected, &what);
                }
            }
        }
    }
}

#[test]
fn means_and_factors_are_checked() {
    let config = config("kaldi-fbank", &[("stack", "2")]);
    let with = |row_mean: Option<&[f32]>, row_scale: Option<&[f32]>| {
        let overrides = Overrides { row_mean, row_scale, ..Overrides::default() };
        MelExtractor::with_overrides(&config, overrides).map(|_| ())
    };
    let wrong = |what| Err(Error::BufferSize { what, expected: 160, actual: 80 });
    assert_eq!(with(Some(&[0.0; 80]), None), wrong("row_mean"));
    assert_eq!(with(None, Some(&[1.0; 80])), wrong("row_scale"));
    assert_eq!(with(Some(&[1e18; 160]), Some(&[-1e18; 160])), Ok(()));
    let mut bad = [1.0; 160];
    for (value, text) in [(f32::NAN, "finite numbers, got NaN at 7"), (-1e19, "got -1e19 at 7")] {
        bad[7] = value;
        for (error, name) in
            [(with(Some(&bad), None), "row_mean"), (with(None, Some(&bad)), "row_scale")]
        {
            let error = error.unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains(text), "{error}");
        }
    }
}

/// The largest deviation from the oracle.
fn off(config: &MelConfig, samples: &[f32]) -> f64 {
    let mel = MelExtractor::new(config).unwrap().compute(samples).unwrap();
    let truth = oracle::mel_spectrogram(config, samples);
    assert_eq!((mel.n_mels(), mel.n_frames()), (truth.rows.len(), truth.n_frames), "{config:?}");
    let mut worst = 0.0f64;
    for (row, values) in truth.rows.iter().enumerate() {
        for (t, expected) in values.iter().enumerate() {
            worst = worst.max((f64::from(mel.get(row, t)) - expected).abs());
        }
    }
    worst
}

#[test]
fn all_rows_can_be_normalized_together() {
    let samples = signals::make("white", 5, 16_000, 5_003);
    let ways: &[Options] = &[
        &[("normalize", "mean")],
        &[("normalize", "deviation"), ("normalize_ddof", "0")],
        &[("normalize", "variance"), ("mask_tail", "true"), ("stack", "2")],
        &[("normalize", "variance"), ("layout", "frame_major"), ("delta_win_length", "5")],
        &[("normalize", "min_max"), ("normalize_eps", "0")],
        &[("normalize", "min_max"), ("normalize_eps", "0.5"), ("layout", "frame_major")],
        &[("normalize", "min_max"), ("mask_tail", "true"), ("stack", "2")],
    ];
    for way in ways {
        let config = config("kaldi-fbank", &[*way, &[("normalize_over", "all")]].concat());
        let off = off(&config, &samples);
        assert!(off < 1e-4, "{way:?}: {off:e}");
        // Rows that are measured together keep their own means.
        let rows = MelConfig { normalize_over: mojo_audio_core::config::NormalizeOver::Row, ..config };
        let of_rows = self::off(&rows, &samples);
        assert!(of_rows < 1e-4, "{way:?}, each row: {of_rows:e}");
        let rows = MelExtractor::new(&rows).unwrap().compute(&samples).unwrap();
        let all = extractor("kaldi-fbank", &[*way, &[("normalize_over", "all")]].concat());
        assert_ne!(all.compute(&samples).unwrap(), rows, "{way:?}");
    }
}

#[test]
fn no_value_is_above_the_ceiling() {
    let ways: &[(&str, Options)] = &[
        ("whisper", &[("log_ceiling", "0.01")]),
        ("whisper", &[("log_ceiling", "0.01"), ("subtract_reference", "true"), ("pad_to", "9000")]),
        ("whisper", &[("log_ceiling", "0.01"), ("top_db", "10"), ("layout", "frame_major")]),
        ("whisper", &[("log_ceiling", "1e-4"), ("reference", "fixed"), ("reference_value", "8")]),
        ("kaldi-fbank", &[("log_ceiling", "1e9"), ("use_energy", "true"), ("stack", "2")]),
        ("kaldi-fbank", &[("log_ceiling", "1e9"), ("use_energy", "true"), ("htk_compat", "true")]),
        ("hifigan", &[("log_ceiling", "1"), ("delta_win_length", "3")]),
        ("speecht5", &[("log_ceiling", "0.5"), ("log_floor_mode", "add"), ("log_floor", "0.3")]),
    ];
    let samples = noise(5_003);
    for (preset, options) in ways {
        let own = config(preset, &[options, &[("precision", "double")][..]].concat());
        let worst = off(&own, &samples);
        assert!(worst < 1e-4, "{preset} {options:?}: {worst:e}");
        // It has an effect.
        let without = MelConfig { log_ceiling: None, ..own.clone() };
        let (own, without) = (MelExtractor::new(&own).unwrap(), MelExtractor::new(&without).unwrap());
        let mel = own.compute(&samples).unwrap();
        assert_ne!(mel, without.compute(&samples).unwrap(), "{preset} {options:?}");
        if own.stream().is_ok() {
            for chunks in [Chunks::Random(900), Chunks::Of(160), Chunks::Of(usize::MAX)] {
                let live = streamed(&own, &samples, chunks, preset);
                assert_same_frames(&live, &frames(&mel), preset);
            }
        }
    }
}

#[test]
fn minimum_and_maximum_become_0_and_1() {
    let samples = noise(5_003);
    let common: Options = &[("normalize", "min_max"), ("normalize_eps", "0")];
    for over in ["row", "all"] {
        for (preset, options) in PLAIN {
            for layout in ["mel_major", "frame_major"] {
                let own = [common, &[("normalize_over", over), ("layout", layout)]].concat();
                let own = extractor(preset, &[options, &own[..], &[("mask_tail", "false")]].concat());
                let mel = own.compute(&samples).unwrap();
                let of = |values: &mut dyn Iterator<Item = f32>| {
                    values.fold((f32::MAX, f32::MIN), |(low, high), y| (low.min(y), high.max(y)))
                };
                let what = format!("{preset} {options:?}, {over}");
                if over == "all" {
                    assert_eq!(of(&mut mel.data().iter().copied()), (0.0, 1.0), "{what}");
                    continue;
                }
                for row in 0..mel.n_mels() {
                    let extremes = of(&mut (0..mel.n_frames()).map(|t| mel.get(row, t)));
                    assert_eq!(extremes, (0.0, 1.0), "{what}, row {row}");
                }
            }
        }
    }
    let silence = extractor("kaldi-fbank", common).compute(&[0.0f32; 2_000]).unwrap();
    assert!(silence.data().iter().all(|value| *value == 0.0));
}

#[test]
fn a_frame_can_need_samples_after_it() {
    for (preset, options) in
        [("kaldi-fbank", &[][..]), ("librosa", &[("center", "false"), ("n_mels", "9")])]
    {
        let plain = extractor(preset, options);
        for margin in ["1", "160", "399"] {
            let own = extractor(preset, &[options, &[("frame_margin", margin)]].concat());
            for n in [401, 560, 561, 2_500, 2_560, 5_003] {
                let (samples, what) = (noise(n), format!("{preset}, {margin} after, {n} samples"));
                let fewer = n - margin.parse::<usize>().unwrap();
                let expected = frames(&plain.compute(&samples[..fewer]).unwrap());
                assert_same_frames(&frames(&own.compute(&samples).unwrap()), &expected, &what);
                let live = streamed(&own, &samples, Chunks::Random(300), &what);
                assert_same_frames(&live, &expected, &what);
            }
        }
    }
}

#[test]
fn the_number_of_frames_can_be_rounded_up() {
    let levels = &[("drop_last_frame", "false"), ("reference", "none"), ("precision", "double")];
    for (more, count) in [("1", 1), ("2", 2), ("5", 5)] {
        let options = [&levels[..], &[("n_frames_multiple_of", more)]].concat();
        let extractor = extractor("whisper", &options);
        for n in [1, 159, 160, 161, 320, 480, 1_599, 1_600, 1_601, 4_801] {
            let (samples, what) = (noise(n), format!("multiple of {more}, {n} samples"));
            let n_frames = (n / 160usize).next_multiple_of(count);
            assert_eq!(extractor.frame_count(n), n_frames, "{what}");
            let off = off(extractor.config(), &samples);
            assert!(off < 1e-5, "{what}: {off:e}");
            let whole = frames(&extractor.compute(&samples).unwrap());
            let live = streamed(&extractor, &samples, Chunks::Random(300), &what);
            assert_same_frames(&live, &whole, &what);
        }
    }
}

#[test]
fn what_cannot_hold_is_refused() {
    let cases: &[(&str, Options, &str)] = &[
        ("whisper", &[("frame_margin", "401")], "frame_margin must be at most n_fft, 400"),
        ("whisper", &[("frame_margin", "65537")], "frame_margin must be at most 65536"),
        ("kaldi-fbank", &[("snip_edges", "false"), ("frame_margin", "1")], "frame_margin must be 0"),
        ("whisper", &[("n_frames_multiple_of", "2")], "drop_last_frame must be false"),
        ("kaldi-fbank", &[("n_frames_multiple_of", "2")], "center must be true"),
        ("hifigan", &[("n_frames_multiple_of", "2")], "center_pad must be half_frame"),
        (
            "torchaudio",
            &[("n_frames_multiple_of", "0")],
            "n_frames_multiple_of must be at least 1, or none",
        ),
        ("clap", &[("n_frames_multiple_of", "2")], "pad_to_mode must be zeros"),
        ("torchaudio", &[("n_frames_multiple_of", "2"), ("n_frames", "4")], "n_frames must be none"),
        (
            "torchaudio",
            &[("n_frames_multiple_of", "2"), ("frame_margin", "1")],
            "frame_margin must be 0 where n_frames_multiple_of is set",
        ),
        ("whisper", &[("delta_win_length", "4")], "delta_win_length must be an odd number, or none"),
        ("whisper", &[("delta_win_length", "1")], "delta_win_length must be from 3 to 255, or none"),
        ("ast", &[("delta_win_length", "3")], "n_frames must be none"),
        (
            "whisper",
            &[("log_ceiling", "1e-11")],
            "log_ceiling must be at least log_floor, 1e-10, or none",
        ),
        ("librosa", &[("log_ceiling", "1")], "log_ceiling must be none where log is none"),
        ("whisper", &[("n_mfcc", "13"), ("log_ceiling", "1")], "log_ceiling must be none where n_mfcc"),
        ("whisper", &[("delta_order", "3")], "delta_order must be from 1 to 2, got 3"),
        ("whisper", &[("delta_order", "2")], "delta_order must be 1 where delta_win_length is none"),
        (
            "whisper",
            &[("delta_win_length", "3"), ("stack", "2"), ("stack_edge", "drop")],
            "delta_win_length must be none unless stack_stride equals stack",
        ),
    ];
    for (preset, options, text) in cases {
        let error = MelExtractor::new(&config(preset, options)).unwrap_err().to_string();
        assert!(error.starts_with(text), "{options:?}: {error}");
    }
}
