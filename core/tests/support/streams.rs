//! Live signals: a stream fed in chunks, with what it says beforehand checked against what it returns.

use super::{Random, frames};
use mojo_audio_core::{MelExtractor, MelStream, Sample};

/// Sizes of chunks: one size, or random ones below a limit.
#[derive(Clone, Copy, Debug)]
pub enum Chunks {
    Of(usize),
    Random(usize),
}

impl Chunks {
    pub fn split<S>(self, samples: &[S]) -> Vec<&[S]> {
        let mut random = Random(samples.len() as u64);
        let mut rest = samples;
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let size = match self {
                Chunks::Of(size) => size,
                // Empty ones, too.
                Chunks::Random(limit) => random.below(limit),
            };
            let (chunk, later) = rest.split_at(size.min(rest.len()));
            chunks.push(chunk);
            rest = later;
        }
        chunks
    }
}

/// All frames of a stream, and what it says beforehand checked against what it returns.
pub fn stream_all<S: Sample>(stream: &mut MelStream, chunks: &[&[S]], what: &str) -> Vec<Vec<f32>> {
    let mut all = Vec::new();
    for chunk in chunks {
        let promised = stream.frames_after(chunk.len());
        let mel = stream.push(chunk).unwrap();
        assert_eq!(mel.n_frames(), promised, "{what}: frames_after");
        assert_eq!(mel.n_mels(), stream.n_mels(), "{what}");
        all.extend(frames(&mel));
    }
    let promised = stream.frames_at_finish();
    let mel = stream.finish().unwrap();
    assert_eq!(mel.n_frames(), promised, "{what}: frames_at_finish");
    all.extend(frames(&mel));
    all
}

/// All frames of a signal, from a stream that had half of it before and was reset.
pub fn streamed<S: Sample>(
    extractor: &MelExtractor,
    samples: &[S],
    chunks: Chunks,
    what: &str,
) -> Vec<Vec<f32>> {
    let mut stream = extractor.stream().unwrap();
    stream.push(&samples[..samples.len() / 2]).unwrap();
    stream.reset();
    stream_all(&mut stream, &chunks.split(samples), what)
}
