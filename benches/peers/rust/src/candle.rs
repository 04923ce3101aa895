//! Candle's Whisper, as in its example. It always computes half a chunk of silence more.

use crate::{HOP_LENGTH, N_MELS, filters, version};
use candle_transformers::models::whisper::{Config, audio};
use mojo_audio_bench::{Arguments, Result, Rows};

pub fn serve(arguments: &Arguments) -> Result {
    let config = Config {
        num_mel_bins: N_MELS,
        max_source_positions: 1500,
        d_model: 384,
        encoder_attention_heads: 6,
        encoder_layers: 4,
        vocab_size: 51_865,
        max_target_positions: 448,
        decoder_attention_heads: 6,
        decoder_layers: 4,
        suppress_tokens: Vec::new(),
    };
    let filters = filters();
    // It chooses its number of threads itself, so the process is pinned to that number of cores.
    let compute = |samples: &[f32]| (samples.len(), audio::pcm_to_mel(&config, samples, &filters));
    let rows = |(n_samples, data): (usize, Vec<f32>)| {
        let (computed, frames) = (data.len() / N_MELS, n_samples / HOP_LENGTH);
        let rows = data.chunks_exact(computed).flat_map(|row| &row[..frames]).copied().collect();
        Rows { rows: N_MELS, frames, data: rows }
    };
    mojo_audio_bench::serve(arguments, version("candle-transformers"), compute, rows)
}
