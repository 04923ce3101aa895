//! Vorbis in Ogg, through lewton.

mod blocks;
mod books;

use crate::decode::{Decode, Mixed, State, guarded};
use crate::error::Error;
use crate::ogg::{Ogg, Packet};
use crate::position::Position;
use blocks::Blocks;
use lewton::audio::{
    AudioReadError, PreviousWindowRight, get_decoded_sample_count, read_audio_packet_generic,
};
use lewton::header::{IdentHeader, SetupHeader, read_header_ident, read_header_setup};

/// Packets that may go by before a page says where the stream starts.
const EARLY: usize = 64;

pub(crate) struct Vorbis {
    ogg: Ogg,
    /// The packet that starts the next stream, if there is one.
    next: Option<Packet>,
    ident: IdentHeader,
    setup: SetupHeader,
    window: PreviousWindowRight,
    blocks: Blocks,
    position: Position,
}

impl Vorbis {
    pub fn open(mut ogg: Ogg, state: &mut State) -> Result<Self, Error> {
        let Some(first) = ogg.packet(state)? else { return Err(state.truncated()) };
        let (ident, setup) = headers(&mut ogg, &first, state)?;
        state.source.codec = "vorbis".into();
        Ok(Self {
            ogg,
            next: None,
            ident,
            setup,
            window: PreviousWindowRight::new(),
            blocks: Blocks::default(),
            position: Position::default(),
        })
    }

    fn packet(&mut self, state: &mut State) -> Result<Option<Packet>, Error> {
        match self.ogg.packet(state)? {
            Some(packet) if packet.first => {
                self.next = Some(packet);
                Ok(None)
            }
            packet => Ok(packet),
        }
    }
}

/// Reads the three packets that a stream starts with.
fn headers(
    ogg: &mut Ogg,
    first: &Packet,
    state: &mut State,
) -> Result<(IdentHeader, SetupHeader), Error> {
    let ident = guarded(state, "the Vorbis header", || read_header_ident(&first.data))?
        .map_err(|error| state.corrupt(format!("the Vorbis header: {error}")))?;
    // The second holds comments, which are no sound, whatever is wrong with them.
    let (Some(comments), Some(setup)) = (ogg.packet(state)?, ogg.packet(state)?) else {
        return Err(state.truncated());
    };
    if !comments.data.starts_with(b"\x03vorbis") || comments.first || setup.first {
        return Err(state.corrupt("the Vorbis headers are not complete"));
    }
    let sizes = (ident.blocksize_0, ident.blocksize_1);
    books::check(&setup.data)?;
    let decode = || read_header_setup(&setup.data, ident.audio_channels, sizes);
    let setup = guarded(state, "the Vorbis setup", decode)?
        .map_err(|error| state.corrupt(format!("the Vorbis setup: {error}")))?;
    state.format(ident.audio_sample_rate, ident.audio_channels.into())?;
    Ok((ident, setup))
}

impl Decode for Vorbis {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        let mut early = 0;
        loop {
            let Some(packet) = self.packet(state)? else {
                self.position.finish(self.ident.audio_sample_rate, state)?;
                let Some(first) = self.next.take() else { return Ok(!out.floats.is_empty()) };
                (self.ident, self.setup) = headers(&mut self.ogg, &first, state)?;
                self.window = PreviousWindowRight::new();
                self.blocks = Blocks::default();
                self.position = Position::default();
                return Ok(true);
            };
            let before = out.floats.len();
            // Packets without a byte stand for nothing.
            if !packet.data.is_empty() {
                let (ident, setup, window) = (&self.ident, &self.setup, &mut self.window);
                let blocks = &mut self.blocks;
                let decode = || {
                    let planes = read_audio_packet_generic(ident, setup, &packet.data, window)?;
                    blocks.add(ident, get_decoded_sample_count(ident, setup, &packet.data)?);
                    Ok::<_, AudioReadError>(planes)
                };
                let planes: Vec<Vec<f32>> = guarded(state, "a Vorbis packet", decode)?
                    .map_err(|error| state.corrupt(format!("a Vorbis packet: {error}")))?;
                out.planes(&planes);
            }
            let samples = out.floats.len() - before;
            let (leading, stay) =
                self.position.add(samples as u64, self.blocks.ahead(), packet.granule, packet.end);
            out.floats.truncate(before + stay as usize);
            let leading = (leading as usize).min(out.floats.len());
            out.floats.drain(..leading);
            state.source.samples += (out.floats.len() as u64).saturating_sub(before as u64);
            if leading > 0 {
                // What was counted before is gone.
                state.source.samples -= before.saturating_sub(out.floats.len()) as u64;
            }
            early += 1;
            if self.position.is_known() || early >= EARLY {
                return Ok(true);
            }
        }
    }
}
