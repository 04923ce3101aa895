//! What core takes for 30 s of Whisper's features, for comparison with Swift's and Kotlin's benchmarks.

use mojo_audio_core::{MelConfig, MelExtractor};
use std::time::Instant;

fn main() -> Result<(), mojo_audio_core::Error> {
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as i32 as f32 / u32::MAX as f32
    };
    let samples: Vec<f32> = (0..480_000).map(|_| noise()).collect();
    let extractor = MelExtractor::new(&MelConfig::whisper())?;
    let mut times = Vec::new();
    for round in 0..1000 {
        let start = Instant::now();
        let mel = extractor.compute(&samples)?;
        let time = start.elapsed().as_secs_f64() * 1e3;
        assert_eq!(mel.n_frames(), 3000);
        if round >= 200 {
            times.push(time);
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "core: 30 s in {:.3} ms at least, {:.3} ms in the middle",
        times[0],
        times[times.len() / 2]
    );
    Ok(())
}
