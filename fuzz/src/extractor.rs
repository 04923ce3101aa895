//! The extractor: finite results or an error that names a sample, and the same bits whatever way they
//! are asked for.

use crate::input;
use arbitrary::{Arbitrary, Result, Unstructured};
use mojo_audio_core::{Error, InstructionSet, MelExtractor, Overrides};

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    // Bytes that end early are no fault.
    let _ = compute(&mut Unstructured::new(data));
}

fn compute(u: &mut Unstructured<'_>) -> Result<()> {
    let config = input::small_config(u)?;
    let Some(mut extractor) = input::extractor(&config) else { return Ok(()) };
    if u.ratio(1, 8)? {
        match with_tables(u, &extractor)? {
            Some(changed) => extractor = changed,
            None => return Ok(()),
        }
    }
    let ints = input::int_signal(u)?;
    let samples = if bool::arbitrary(u)? { input::signal(u)? } else { input::floats(&ints) };
    for n_samples in [ints.len(), samples.len()] {
        if !input::is_quick(&extractor, n_samples) {
            return Ok(());
        }
    }
    let single = extractor.compute(&samples);
    match &single {
        Ok(mel) => {
            input::check_result(mel, &extractor, samples.len());
            let mut out = vec![0.0; mel.data().len()];
            assert_eq!(extractor.compute_into(&samples, &mut out), Ok(mel.n_frames()));
            input::check_same(&out, mel.data(), "compute_into", &config);
            if out.pop().is_some() {
                let short = extractor.compute_into(&samples, &mut out);
                assert!(matches!(short, Err(Error::BufferSize { .. })), "{short:?}");
            }
        }
        Err(error) => input::check_sample_error(error, &samples, &config),
    }
    let half = &samples[..samples.len() / 2];
    let batch = extractor.compute_batch::<f32, _>(&[half, &samples, half], 2);
    let alone = [extractor.compute(half), single.clone(), extractor.compute(half)];
    for (together, alone) in batch
        .iter()
        .chain([&extractor.compute_parallel(&samples, 2)])
        .zip(alone.iter().chain([&single]))
    {
        input::check_same_outcome(together, alone, "batch or threads", &config);
    }
    let as_floats = extractor.compute(&input::floats(&ints));
    input::check_same_outcome(&extractor.compute(&ints), &as_floats, "int16", &config);
    check_instruction_sets(&extractor, &samples)
}

/// An extractor with a window and a filterbank of any values.
fn with_tables(u: &mut Unstructured<'_>, extractor: &MelExtractor) -> Result<Option<MelExtractor>> {
    let config = extractor.config();
    let (n_mels, n_fft) = (config.n_mels as usize, config.n_fft as usize);
    let mut table = |n: usize| -> Result<Option<Vec<f32>>> {
        if u.ratio(1, 3)? {
            return Ok(None);
        }
        let n = if u.ratio(1, 16)? { u.int_in_range(0..=2 * n)? } else { n };
        let fill = u.int_in_range(-4..=4)? as f32 / 4.0;
        let mut values = vec![fill; n];
        for _ in 0..u.int_in_range(0..=8)?.min(n) {
            values[u.choose_index(n)?] = f32::arbitrary(u)?;
        }
        Ok(Some(values))
    };
    let (window, filterbank) =
        (table(config.window_length() as usize)?, table(n_mels * (n_fft / 2 + 1))?);
    let overrides = Overrides {
        window: window.as_deref(),
        filterbank: filterbank.as_deref(),
        ..Overrides::default()
    };
    match MelExtractor::with_overrides(config, overrides) {
        Ok(extractor) => Ok(Some(extractor)),
        Err(Error::Config { .. } | Error::BufferSize { .. }) => Ok(None),
        Err(error) => panic!("{error:?} for tables"),
    }
}

/// Instruction sets of the same rounding give the same bits.
fn check_instruction_sets(extractor: &MelExtractor, samples: &[f32]) -> Result<()> {
    use InstructionSet::{Avx2, Avx512, Scalar, Sse2};
    let config = extractor.config();
    for pair in [[Avx512, Avx2], [Sse2, Scalar]] {
        if !pair.iter().all(|set| InstructionSet::available().any(|available| available == *set)) {
            continue;
        }
        let [a, b] = pair.map(|set| {
            let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
            let extractor = MelExtractor::with_overrides(config, overrides);
            extractor.and_then(|extractor| extractor.compute(samples))
        });
        input::check_same_outcome(&a, &b, &format!("{pair:?}"), config);
    }
    Ok(())
}
