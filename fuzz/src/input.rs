//! Configurations and signals made of the fuzzer's bytes, and what is checked of all results.

use arbitrary::{Arbitrary, Result, Unstructured};
use mojo_audio_core::config::OptionKind;
use mojo_audio_core::{Error, MelConfig, MelExtractor, MelSpectrogram, OPTIONS, PRESETS};

/// Samples times bins that a single computation may take: more are slow and show nothing new.
const WORK: usize = 1 << 18;

/// A preset with some of its options changed; often not allowed.
pub fn config(u: &mut Unstructured<'_>) -> Result<MelConfig> {
    let mut config = MelConfig::preset(u.choose(PRESETS)?).expect("a preset of the list");
    for _ in 0..u.int_in_range(0..=8)? {
        let option = u.choose(OPTIONS)?;
        let text = value(u, option.kind, option.optional)?;
        match config.set(option.name, &text) {
            Ok(()) => {
                let kept = config.get(option.name).expect("an option of the list");
                let mut again = config.clone();
                again.set(option.name, &kept).expect("its own text");
                assert_eq!(again.get(option.name), Ok(kept), "{} = {text:?}", option.name);
            }
            Err(error) => check_refusal(&error, Some(option.name)),
        }
    }
    Ok(config)
}

/// Like [`config`], with sizes that are quickly computed.
pub fn small_config(u: &mut Unstructured<'_>) -> Result<MelConfig> {
    let mut config = config(u)?;
    let cut = |size: &mut u32, most: u32| {
        if *size > most {
            *size = *size % most.max(1) + 1;
        }
    };
    cut(&mut config.n_fft, 1100);
    cut(&mut config.n_mels, 150);
    if let Some(win_length) = &mut config.win_length {
        cut(win_length, config.n_fft);
    }
    if let Some(n_mfcc) = &mut config.n_mfcc {
        cut(n_mfcc, config.n_mels);
    }
    if let Some(n_frames) = &mut config.n_frames {
        cut(n_frames, 300);
    }
    config.pad_end = config.pad_end.min(1000);
    config.pad_to = config.pad_to.map(|pad_to| pad_to.min(4000));
    Ok(config)
}

/// The text of a value of a type, mostly one that the type can have.
pub fn value(u: &mut Unstructured<'_>, kind: OptionKind, optional: bool) -> Result<String> {
    if u.ratio(1, 32)? {
        return Ok(String::arbitrary(u)?.chars().take(24).collect());
    }
    if optional && u.ratio(1, 4)? {
        return Ok("none".into());
    }
    Ok(match kind {
        OptionKind::U32 => match u.int_in_range(0..=3)? {
            0 => u32::arbitrary(u)?,
            1 => *u.choose(&[0, 1, 2, 3, 4096, 4097, 65_521, 65_536, 65_537, u32::MAX])?,
            _ => u.int_in_range(0..=600)?,
        }
        .to_string(),
        OptionKind::U64 => match u.int_in_range(0..=3)? {
            0 => u64::arbitrary(u)?,
            1 => *u.choose(&[0, 1, 1 << 32, 1 << 48, (1 << 48) + 1, u64::MAX])?,
            _ => u.int_in_range(0..=5000)?,
        }
        .to_string(),
        OptionKind::F64 => format!("{:?}", number(u)?),
        OptionKind::Bool => u.choose(&["true", "false"])?.to_string(),
        OptionKind::Choice { values, .. } => u.choose(values)?.name.into(),
    })
}

fn number(u: &mut Unstructured<'_>) -> Result<f64> {
    const EDGES: &[f64] = &[
        0.0,
        -0.0,
        1.0,
        2.0,
        0.5,
        -1.0,
        0.97,
        1e-30,
        1e-45,
        1e-300,
        5e-324,
        1e9,
        1.1e9,
        1e30,
        3e38,
        1e39,
        f64::MAX,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        32_768.0,
        8_000.0,
        f32::MIN_POSITIVE as f64,
    ];
    Ok(match u.int_in_range(0..=3)? {
        0 => f64::arbitrary(u)?,
        1 => *u.choose(EDGES)?,
        2 => f64::from(u.int_in_range(0..=10_000)?),
        _ => f64::from(i16::arbitrary(u)?) / 1000.0,
    })
}

/// A short signal: of the fuzzer's own bytes, noise, a constant or silence.
pub fn int_signal(u: &mut Unstructured<'_>) -> Result<Vec<i16>> {
    let n = u.int_in_range(0..=3000)?;
    Ok(match u.int_in_range(0..=3)? {
        0 => (0..n.min(u.len() / 2)).map(|_| i16::arbitrary(u)).collect::<Result<_>>()?,
        1 => vec![0; n],
        2 => vec![i16::arbitrary(u)?; n],
        _ => {
            let mut state = u64::arbitrary(u)? | 1;
            let next = || {
                // xorshift64, Marsaglia 2003.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 48) as i16
            };
            std::iter::repeat_with(next).take(n).collect()
        }
    })
}

/// A signal of [`int_signal`], with some samples in place of which there is something else.
pub fn signal(u: &mut Unstructured<'_>) -> Result<Vec<f32>> {
    let mut samples = floats(&int_signal(u)?);
    for _ in 0..u.int_in_range(0..=3)? {
        if samples.is_empty() {
            break;
        }
        let at = u.choose_index(samples.len())?;
        samples[at] = if bool::arbitrary(u)? {
            f32::arbitrary(u)?
        } else {
            *u.choose(&[f32::NAN, f32::INFINITY, f32::MAX, f32::MIN, 1e-45, -0.0, 1e18, 1e30])?
        };
    }
    if u.ratio(1, 16)? {
        let scale = f32::arbitrary(u)?;
        samples.iter_mut().for_each(|sample| *sample *= scale);
    }
    Ok(samples)
}

/// The floats that integers count as.
pub fn floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect()
}

/// Whether the extractor computes `n_samples` samples in little time and memory.
pub fn is_quick(extractor: &MelExtractor, n_samples: usize) -> bool {
    let bins = extractor.config().n_fft as usize + 4 * extractor.n_mels();
    extractor.frame_count(n_samples).saturating_mul(bins) <= WORK
}

/// An extractor; none where its configuration is refused, for which there must be a reason.
pub fn extractor(config: &MelConfig) -> Option<MelExtractor> {
    let checked = config.check();
    match MelExtractor::new(config) {
        Ok(extractor) => {
            checked.expect("a plan of what is checked");
            Some(extractor)
        }
        Err(error) => {
            check_refusal(&error, None);
            if let Err(first) = checked {
                assert_eq!(first, error);
            }
            None
        }
    }
}

/// Checks that an error of a configuration names its option, what was given and what is allowed.
pub fn check_refusal(error: &Error, option: Option<&str>) {
    let Error::Config { field, .. } = error else { panic!("{error:?} for a configuration") };
    assert!(OPTIONS.iter().any(|option| option.name == field), "no option {field}");
    assert!(option.is_none_or(|option| option == field), "{error} is not about {option:?}");
    let expected = error.expected().to_string();
    assert!(!expected.is_empty() && error.to_string().contains(&**field));
}

/// Checks that an error of samples names one of them.
pub fn check_sample_error(error: &Error, samples: &[f32], config: &MelConfig) {
    match error {
        Error::EmptyInput => assert!(samples.is_empty()),
        Error::Sample { index, value, limit } => {
            assert_eq!(samples[*index].to_bits(), value.to_bits(), "{error}");
            let is_bad = !value.is_finite() || value.abs() > *limit;
            assert!(is_bad, "sample {index} is {value:e}, not above {limit:e}; {config:?}");
        }
        _ => panic!("{error:?} for samples; {config:?}"),
    }
}

/// Checks a result's shape, and that all of it is finite.
pub fn check_result(mel: &MelSpectrogram, extractor: &MelExtractor, n_samples: usize) {
    let config = extractor.config();
    assert_eq!((mel.n_mels(), mel.n_frames()), (extractor.n_mels(), extractor.frame_count(n_samples)));
    assert_eq!(mel.data().len(), mel.n_mels() * mel.n_frames());
    if let Some(at) = mel.data().iter().position(|value| !value.is_finite()) {
        panic!("value {at} of {n_samples} samples is {}; {config:?}", mel.data()[at]);
    }
}

/// Checks that two results have the same bits.
pub fn check_same(a: &[f32], b: &[f32], what: &str, config: &MelConfig) {
    assert_eq!(a.len(), b.len(), "{what}; {config:?}");
    if let Some(at) = (0..a.len()).find(|at| a[*at].to_bits() != b[*at].to_bits()) {
        panic!("{what}: value {at} is {:?}, not {:?}; {config:?}", a[at], b[at]);
    }
}

/// Checks that two ways to a result give the same bits, or the same refusal (a NaN that it names is
/// equal to itself here).
pub fn check_same_outcome(
    a: &std::result::Result<MelSpectrogram, Error>,
    b: &std::result::Result<MelSpectrogram, Error>,
    what: &str,
    config: &MelConfig,
) {
    match (a, b) {
        (Ok(a), Ok(b)) => check_same(a.data(), b.data(), what, config),
        (Err(a), Err(b)) => assert_eq!(format!("{a:?}"), format!("{b:?}"), "{what}; {config:?}"),
        _ => panic!("{what}: {:?} and {:?}; {config:?}", a.as_ref().err(), b.as_ref().err()),
    }
}
