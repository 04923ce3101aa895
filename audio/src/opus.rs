//! Opus in Ogg (RFC 7845), through opus-rs.

mod streams;

use crate::decode::{Decode, Mixed, State, guarded};
use crate::error::Error;
use crate::ogg::{Ogg, Packet};
use crate::position::Position;
use streams::{Streams, has_short_frames};

pub(crate) use streams::SHORT_FRAMES;

/// Opus decodes to this rate, whatever its input was.
const SAMPLE_RATE: u32 = 48_000;

/// Samples of the longest packet, 120 ms.
const LONGEST: usize = 5_760;

pub(crate) struct Opus {
    ogg: Ogg,
    stream: Stream,
    /// The packet after the headers, until it is decoded.
    next: Option<Packet>,
    pcm: Vec<f32>,
}

/// What one stream needs.
struct Stream {
    streams: Streams,
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
        let open = || Streams::new(SAMPLE_RATE as i32, streams, coupled, mapping);
        let streams = guarded(state, "the Opus header", open)?
            .map_err(|error| state.corrupt(format!("the Opus header: {error}")))?;
        match ogg.packet(state)? {
            Some(comments) if comments.data.starts_with(b"OpusTags") => {}
            Some(_) => return Err(state.corrupt("the Opus headers are not complete")),
            None => return Err(state.truncated()),
        }
        state.format(SAMPLE_RATE, count)?;
        Ok(Self {
            streams,
            // In 256ths of a decibel.
            gain: 10.0_f32.powf(f32::from(i16::from_le_bytes(gain)) / (20.0 * 256.0)),
            skip: u16::from_le_bytes(skip).into(),
            position: Position::default(),
        })
    }
}

/// A file up to its first packet of sound.
pub(crate) struct Start {
    stream: Stream,
    next: Option<Packet>,
}

impl Start {
    /// Reads it; `None` if the packet has [`SHORT_FRAMES`].
    pub fn read(ogg: &mut Ogg, state: &mut State) -> Result<Option<Self>, Error> {
        let Some(first) = ogg.packet(state)? else { return Err(state.truncated()) };
        let stream = Stream::start(ogg, &first.data, state)?;
        state.source.codec = "opus".into();
        let next = ogg.packet(state)?;
        let toc = next.as_ref().and_then(|packet| packet.data.first());
        Ok((!toc.is_some_and(|&toc| has_short_frames(toc))).then_some(Self { stream, next }))
    }
}

impl Opus {
    pub fn new(ogg: Ogg, Start { stream, next }: Start) -> Self {
        Self { ogg, stream, next, pcm: Vec::new() }
    }
}

impl Decode for Opus {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        let packet = match self.next.take() {
            None => self.ogg.packet(state)?,
            next => next,
        };
        let packet = match packet {
            Some(packet) if !packet.first => packet,
            next => {
                self.stream.position.finish(SAMPLE_RATE, state)?;
                let Some(first) = next else { return Ok(false) };
                self.stream = Stream::start(&mut self.ogg, &first.data, state)?;
                return Ok(true);
            }
        };
        let stream = &mut self.stream;
        let channels = stream.streams.channels();
        self.pcm.resize(LONGEST * channels, 0.0);
        let decode = || stream.streams.decode(&packet.data, &mut self.pcm);
        let samples = guarded(state, "an Opus packet", decode)?.map_err(|error| match error {
            SHORT_FRAMES => Error::unsupported(error),
            error => state.corrupt(format!("an Opus packet: {error}")),
        })?;
        let (_, stay) = stream.position.add(samples as u64, 0, packet.granule, packet.end);
        let skip = stream.skip.min(stay) as usize;
        stream.skip -= skip as u64;
        let pcm = &self.pcm[skip * channels..stay as usize * channels];
        out.f32(channels, pcm.iter().map(|sample| sample * stream.gain));
        state.source.samples += out.floats.len() as u64;
        Ok(true)
    }
}
