//! The program whose instructions are counted: `cargo xtask counts` runs it for each case and instruction set.
//!
//! Only the instructions inside `measured` count. Everything is computed once before, so that plans and the
//! first use of memory don't count, unless the case is about them. Callgrind finds `measured` by its name. With
//! `breakpoints` as a third argument there is one before it and one after it, and it computes a tenth. With
//! `unmeasured` it is not called: what another counter finds with it and without it differs by what it takes.

use mojo_audio_core::config::{Layout, Reference};
use mojo_audio_core::{InstructionSet, MelConfig, MelExtractor, Overrides};
use std::error::Error;
use std::hint::black_box;

/// Ten seconds: 1,000 frames.
const N_SAMPLES: usize = 160_000;

/// Name and configuration of the cases that compute ten seconds.
fn whole(name: &str) -> Option<MelConfig> {
    let whisper = MelConfig::whisper();
    Some(match name {
        "whisper" | "whisper-int16" => whisper,
        "whisper-large-v3" => MelConfig::whisper_large_v3(),
        "whisper-frame-major" => MelConfig { layout: Layout::FrameMajor, ..whisper },
        "whisper-n-fft-512" => MelConfig { n_fft: 512, ..whisper },
        "kaldi-fbank" => MelConfig::kaldi_fbank(),
        "parakeet" => MelConfig::parakeet(),
        _ => return None,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [set, case, way @ ..] = arguments.as_slice() else {
        return Err("expected: SET CASE [breakpoints|unmeasured]".into());
    };
    let way = match way {
        [] => Way::Plain,
        [way] if way == "breakpoints" && cfg!(target_arch = "x86_64") => Way::Breakpoints,
        [way] if way == "unmeasured" => Way::Unmeasured,
        other => {
            return Err(format!("expected breakpoints, on x86-64, or unmeasured, got {other:?}").into());
        }
    };
    let set = InstructionSet::available()
        .find(|it| format!("{it:?}").eq_ignore_ascii_case(set))
        .ok_or_else(|| format!("this machine has no {set}, as the program sees it"))?;
    let overrides = Overrides { instruction_set: Some(set), ..Overrides::default() };
    let mut samples = audio();
    if let Way::Breakpoints = way {
        // Each step takes a microsecond and more.
        samples.truncate(N_SAMPLES / 10);
    }
    if let Some(config) = whole(case) {
        let extractor = MelExtractor::with_overrides(&config, overrides)?;
        let mut out = vec![0.0; extractor.n_mels() * extractor.frame_count(samples.len())];
        if case == "whisper-int16" {
            let samples: Vec<i16> = samples.iter().map(|x| (x * 32_767.0) as i16).collect();
            return twice(way, || extractor.compute_into(black_box(&samples), &mut out).map(drop));
        }
        return twice(way, || extractor.compute_into(black_box(&samples), &mut out).map(drop));
    }
    match case.as_str() {
        "plan" => twice(way, || {
            MelExtractor::with_overrides(black_box(&MelConfig::whisper()), overrides).map(drop)
        }),
        "push-160" | "kaldi-push-160" => {
            let whisper = || MelConfig {
                reference: Reference::Fixed,
                reference_value: 1.5,
                ..MelConfig::whisper()
            };
            let config = if case == "push-160" { whisper() } else { MelConfig::kaldi_fbank() };
            let mut stream = MelExtractor::with_overrides(&config, overrides)?.stream()?;
            let mut out = vec![0.0; 80 * 8];
            twice(way, || {
                for chunk in samples.chunks_exact(160).take(samples.len() / 1600) {
                    stream.push_into(black_box(chunk), &mut out)?;
                }
                Ok(())
            })
        }
        _ => Err(format!("no case: {case}").into()),
    }
}

type Done = Result<(), mojo_audio_core::Error>;

/// How the measured part is told from the rest.
#[derive(Clone, Copy)]
enum Way {
    Plain,
    Breakpoints,
    Unmeasured,
}

/// Once to warm up, once to be counted.
fn twice(way: Way, mut work: impl FnMut() -> Done) -> Result<(), Box<dyn Error>> {
    work()?;
    match way {
        Way::Plain => measured(&mut work)?,
        Way::Breakpoints => {
            breakpoint();
            measured(&mut work)?;
            breakpoint();
        }
        Way::Unmeasured => {}
    }
    Ok(())
}

fn breakpoint() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: it only stops, for who traces the program.
    unsafe {
        std::arch::asm!("int3");
    }
}

#[inline(never)]
fn measured(work: &mut dyn FnMut() -> Done) -> Done {
    black_box(work())
}

/// Silence, noise, and louder noise, the same on every machine. The highest value is at the end, so the low
/// values before it have to be raised then.
fn audio() -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / 16_777_216.0 - 0.5
    };
    let gain = |i: usize| match 10 * i / N_SAMPLES {
        0 => 0.0,
        9 => 1.0,
        _ => 0.5,
    };
    (0..N_SAMPLES).map(|i| gain(i) * noise()).collect()
}
