//! All options at random: `check`, the plan and the stream either take them or name the one at fault.

use crate::input;
use arbitrary::{Arbitrary, Result, Unstructured};
use mojo_audio_core::{Error, MelConfig, OPTIONS};

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    // Bytes that end early are no fault.
    let _ = plan(&mut Unstructured::new(data));
}

fn plan(u: &mut Unstructured<'_>) -> Result<()> {
    let config = input::config(u)?;
    // Every option, as text and back.
    let mut copy = MelConfig::default();
    for option in OPTIONS {
        let text = config.get(option.name).expect("an option of the list");
        copy.set(option.name, &text).expect("its own text");
        assert_eq!(copy.get(option.name), Ok(text));
    }
    assert_eq!(copy.check(), config.check());
    // Large tables take seconds under the sanitizer.
    if u64::from(config.n_fft) * u64::from(config.n_mels) > 1 << 22 {
        return Ok(());
    }
    let Some(extractor) = input::extractor(&config) else { return Ok(()) };
    assert_eq!(extractor.n_mels(), config.n_rows() as usize);
    assert_eq!(extractor.frame_count(0), 0);
    for n in [1, 2, 399, usize::MAX / 2, usize::MAX - 1, usize::MAX, usize::arbitrary(u)?] {
        let _ = extractor.frame_count(n);
    }
    assert!(extractor.empty_filters().iter().all(|band| *band < config.n_mels as usize));
    assert!(extractor.working_memory() > 0);
    match extractor.stream() {
        Ok(stream) => assert_eq!(stream.n_mels(), extractor.n_mels()),
        // What comes before the first frame is kept, and may be half of a hop of any length.
        Err(Error::Allocation { .. }) if config.hop_length > 1 << 20 => {}
        Err(error) => input::check_refusal(&error, None),
    }
    Ok(())
}
