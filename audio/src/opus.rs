//! Opus in Ogg (RFC 7845), through opus-decoder.

use crate::decode::{Decode, Mixed, State, guarded};
use crate::error::Error;
use crate::ogg::Ogg;
use crate::position::Position;
use opus_decoder::OpusMultistreamDecoder;

/// Opus decodes to this rate, whatever its input was.
const SAMPLE_RATE: u32 = 48_000;

/// Samples of the longest packet, 120 ms.
const LONGEST: usize = 5_760;

pub(crate) struct Opus {
    ogg: Ogg,
    stream: Stream,
    pcm: Vec<f32>,
}

/// What one stream needs.
struct Stream {
    decoder: OpusMultistreamDecoder,
    channels: usize,
    gain: f32,
    /// Samples that are still to be left out, from when the decoder starts.
    skip: u64,
    position: Position,
}

impl Stream {
    /// Reads the stream's first packet, and passes over its comments.
    fn start(ogg: &mut Ogg, head: &[u8], state: &mut State) -> Result<Self, Error> {
        let (Some(&[version, channels]), Some(&skip), Some(&gain), Some(&family)) = (
            head.get(8..).and_then(<[u8]>::first_chunk),
            head.get(10..).and_then(<[u8]>::first_chunk),
            head.get(16..).and_then(<[u8]>::first_chunk),
            head.get(18),
        ) else {
            return Err(state.corrupt("the Opus header is not complete"));
        };
        if version > 15 {
            return Err(Error::unsupported(format!("Opus of version {version}")));
        }
        // The others are ambisonics, whose channels have no mean, and what is not defined yet (RFC 8486).
        if !matches!(family, 0 | 1 | 255) {
            return Err(Error::unsupported(format!("Opus with channels of family {family}")));
        }
        let count = usize::from(channels);
        let (streams, coupled, mapping) = match (family, head.get(19..21 + count)) {
            (0, _) => (1, usize::from(channels == 2), vec![0, 1]),
            (_, Some(table)) => (table[0].into(), table[1].into(), table[2..].to_vec()),
            _ => return Err(state.corrupt("the Opus header is not complete")),
        };
        let mapping = &mapping[..count.min(mapping.len())];
        let open = || OpusMultistreamDecoder::new(SAMPLE_RATE, count, streams, coupled, mapping);
        let decoder = guarded(state, "the Opus header", open)?
            .map_err(|error| state.corrupt(format!("the Opus header: {error}")))?;
        match ogg.packet(state)? {
            Some(comments) if comments.data.starts_with(b"OpusTags") => {}
            Some(_) => return Err(state.corrupt("the Opus headers are not complete")),
            None => return Err(state.truncated()),
        }
        state.format(SAMPLE_RATE, count)?;
        Ok(Self {
            decoder,
            channels: count,
            // In 256ths of a decibel.
            gain: 10.0_f32.powf(f32::from(i16::from_le_bytes(gain)) / (20.0 * 256.0)),
            skip: u16::from_le_bytes(skip).into(),
            position: Position::default(),
        })
    }
}

impl Opus {
    pub fn open(mut ogg: Ogg, state: &mut State) -> Result<Self, Error> {
        let Some(first) = ogg.packet(state)? else { return Err(state.truncated()) };
        let stream = Stream::start(&mut ogg, &first.data, state)?;
        state.source.codec = "opus".into();
        Ok(Self { ogg, stream, pcm: Vec::new() })
    }
}

impl Decode for Opus {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        let packet = match self.ogg.packet(state)? {
            Some(packet) if !packet.first => packet,
            next => {
                self.stream.position.finish(SAMPLE_RATE, state)?;
                let Some(first) = next else { return Ok(false) };
                self.stream = Stream::start(&mut self.ogg, &first.data, state)?;
                return Ok(true);
            }
        };
        let stream = &mut self.stream;
        self.pcm.resize(LONGEST * stream.channels, 0.0);
        // An empty packet would be concealed by the decoder, as if it were lost.
        if packet.data.is_empty() {
            return Err(state.corrupt("an Opus packet is empty"));
        }
        let decode = || stream.decoder.decode_float(&packet.data, &mut self.pcm, false);
        let samples = guarded(state, "an Opus packet", decode)?
            .map_err(|error| state.corrupt(format!("an Opus packet: {error}")))?;
        let (_, stay) = stream.position.add(samples as u64, packet.granule, packet.end);
        let skip = stream.skip.min(stay) as usize;
        stream.skip -= skip as u64;
        let pcm = &self.pcm[skip * stream.channels..stay as usize * stream.channels];
        out.f32(stream.channels, pcm.iter().map(|sample| sample * stream.gain));
        state.source.samples += out.floats.len() as u64;
        Ok(true)
    }
}
