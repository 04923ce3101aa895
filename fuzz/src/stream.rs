//! Random chunking against the whole, bit for bit; what is refused leaves no trace.

use crate::input;
use arbitrary::{Result, Unstructured};
use mojo_audio_core::config::{Layout, Normalize, PadToMode, Reference};
use mojo_audio_core::{Error, MelSpectrogram, MelStream};

/// Runs the target on any bytes.
pub fn run(data: &[u8]) {
    // Bytes that end early are no fault.
    let _ = compare(&mut Unstructured::new(data));
}

fn compare(u: &mut Unstructured<'_>) -> Result<()> {
    let mut config = input::small_config(u)?;
    if let Some(extractor) = input::extractor(&config)
        && let Err(error @ Error::Config { .. }) = extractor.stream()
    {
        input::check_refusal(&error, None);
        // What its text asks for.
        if config.reference == Reference::WholeInput {
            config.reference = Reference::Fixed;
        }
        config.normalize = Normalize::None;
        config.mask_tail = false;
        config.normalize_input = false;
        config.pad_to_mode = PadToMode::Zeros;
    }
    let Some(extractor) = input::extractor(&config) else { return Ok(()) };
    let mut stream = match extractor.stream() {
        Ok(stream) => stream,
        Err(error) => panic!("{error:?} where nothing needs the whole input; {config:?}"),
    };
    for _ in 0..2 {
        let samples = input::signal(u)?;
        if !input::is_quick(&extractor, samples.len()) {
            return Ok(());
        }
        let (taken, pieces) = feed(u, &mut stream, &samples)?;
        let ended = stream.finish();
        if taken.is_empty() {
            assert_eq!(ended, Err(Error::EmptyInput));
        } else {
            let last = ended.expect("an end");
            let whole = extractor.compute(&taken).expect("what a stream takes");
            input::check_result(&whole, &extractor, taken.len());
            let joined = join(pieces.iter().chain([&last]), &whole);
            input::check_same(&joined, whole.data(), "stream", &config);
            assert_eq!(stream.finish(), Err(Error::Finished));
            assert_eq!(stream.frames_after(1), 0);
            assert_eq!(stream.push(&[0.0_f32]), Err(Error::Finished));
        }
        stream.reset();
    }
    Ok(())
}

/// Pushes a signal in pieces; returns the number of samples taken and the frames.
fn feed(
    u: &mut Unstructured<'_>,
    stream: &mut MelStream,
    samples: &[f32],
) -> Result<(Vec<f32>, Vec<MelSpectrogram>)> {
    let (mut taken, mut pieces) = (Vec::new(), Vec::new());
    let mut rest = samples;
    while !rest.is_empty() {
        let most = *u.choose(&[3, 40, 500, 3000])?;
        let (mut chunk, later) = rest.split_at(u.int_in_range(0..=most)?.min(rest.len()));
        if chunk.is_empty() && u.is_empty() {
            chunk = rest;
            rest = &[];
        } else {
            rest = later;
        }
        let expected = stream.frames_after(chunk.len());
        if u.ratio(1, 8)? {
            let mut out = vec![0.0; expected * stream.n_mels()];
            if out.pop().is_some() {
                let short = stream.push_into(chunk, &mut out);
                assert!(matches!(short, Err(Error::BufferSize { .. })), "{short:?}");
            }
        }
        let pushed = if u.ratio(1, 4)? {
            let ints: Vec<i16> = chunk.iter().map(|sample| (sample * 32_768.0) as i16).collect();
            let pushed = stream.push(&ints);
            if pushed.is_ok() {
                taken.extend(input::floats(&ints));
            }
            pushed
        } else {
            let pushed = stream.push(chunk);
            if pushed.is_ok() {
                taken.extend_from_slice(chunk);
            }
            pushed
        };
        match pushed {
            Ok(piece) => {
                assert_eq!(piece.n_frames(), expected);
                pieces.push(piece);
            }
            Err(Error::Sample { index, value, limit }) => {
                assert!(index >= taken.len() && index < taken.len() + chunk.len(), "sample {index}");
                assert!(!value.is_finite() || value.abs() > limit, "{value:e}, limit {limit:e}");
            }
            Err(error) => panic!("{error:?} for a push"),
        }
    }
    Ok((taken, pieces))
}

/// The pieces in the order of the whole.
fn join<'a>(pieces: impl Iterator<Item = &'a MelSpectrogram>, whole: &MelSpectrogram) -> Vec<f32> {
    let pieces: Vec<_> = pieces.collect();
    match whole.layout() {
        Layout::FrameMajor => pieces.iter().flat_map(|piece| piece.data()).copied().collect(),
        Layout::MelMajor => (0..whole.n_mels())
            .flat_map(|row| {
                pieces.iter().flat_map(move |piece| {
                    let n = piece.n_frames();
                    &piece.data()[row * n..][..n]
                })
            })
            .copied()
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mojo_audio_core::{MelConfig, MelExtractor};

    #[test]
    fn pieces_are_joined_in_either_layout() {
        for layout in [Layout::MelMajor, Layout::FrameMajor] {
            let config = MelConfig { layout, ..MelConfig::librosa() };
            let extractor = MelExtractor::new(&config).expect("a preset");
            let samples: Vec<f32> = (0..9000).map(|i| (i as f32).sin()).collect();
            let whole = extractor.compute(&samples).expect("a result");
            let mut stream = extractor.stream().expect("a stream");
            let first = stream.push(&samples).expect("frames");
            let last = stream.finish().expect("frames");
            assert!(first.n_frames() > 1 && last.n_frames() > 1);
            assert_eq!(join([&first, &last].into_iter(), &whole), whole.data());
            assert_ne!(join([&last, &first].into_iter(), &whole), whole.data());
        }
    }
}
