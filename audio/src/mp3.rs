//! MP3, and layers I and II, through nanomp3.
//!
//! This module finds the frames, so that nothing is skipped in silence: bytes between frames, a number of
//! frames that differs from the one in the first, checksums that don't match.

mod header;

use crate::decode::{Decode, Mixed, State, guarded};
use crate::error::{Error, Warning};
use crate::input::Input;
use header::{Header, LengthTag};
use nanomp3_core::{DecodeError, Decoder, MAX_SAMPLES_PER_FRAME};

/// Bytes before the first frame that may be something else.
const LEADING: usize = 1 << 14;

/// The decoder windows a block by its own kind alone, and is off where the one before has another slope.
pub(crate) const UNFIT: &str = "MP3 with long and short blocks in an order that no encoder makes";

/// Samples by which the decoder is late.
const DECODER_DELAY: usize = 529;

pub(crate) struct Mp3 {
    input: Input,
    decoder: Decoder,
    first: Header,
    tag: Option<LengthTag>,
    /// Frames of sound that were read.
    frames: u64,
    /// Bytes of frames, that of the tag among them.
    bytes: u64,
    /// Bytes between frames that are no frame and no tag.
    junk: u64,
    /// The kinds of the last blocks of each channel.
    blocks: [Option<u8>; 2],
    /// Whether any sound could be decoded.
    sounded: bool,
    /// Samples of the start that are still to be left out.
    skip: usize,
    /// Samples that are kept back, as they may be the encoder's.
    held: Vec<f32>,
    hold: usize,
    /// Whether checksums of frames are looked at: those of some encoders are all wrong.
    checked: Option<bool>,
    pcm: Vec<f32>,
}

impl Mp3 {
    /// Whether the input starts with frames, or reaches them after a few bytes of something else. Those
    /// are returned as a number.
    pub fn find(input: &mut Input) -> Result<Option<usize>, Error> {
        let window = input.peek(LEADING + 4 * 4096)?;
        // Frames that follow each other; fewer only at the start of a short file.
        let follow = |mut at: usize| {
            let start = at;
            let mut first = None;
            for count in 0.. {
                let header = window.get(at..).and_then(Header::parse);
                let ends = at == window.len() || is_tag(&window[at.min(window.len())..]);
                match (header, first) {
                    (Some(header), None) => first = Some(header),
                    (Some(header), Some(first)) if header.is_like(&first) => {}
                    _ => return count > 0 && ends && (start == 0 || count > 2),
                }
                match header.map_or(0, |header| header.length) {
                    // The bit rate is not told: taken for a frame if it stands at the very start.
                    0 => return start == 0 && window[1] >> 1 & 3 == 1,
                    length => at += length,
                }
                if count >= 3 {
                    return true;
                }
                if at > window.len() {
                    // Cut off within the frame; the decoder says so.
                    return count > 0 || start == 0;
                }
            }
            false
        };
        Ok((0..LEADING.min(window.len())).find(|&at| window[at] == 0xff && follow(at)))
    }

    /// Opens a file at its first frame, after `junk` bytes of something else.
    pub fn open(mut input: Input, junk: usize, state: &mut State) -> Result<Self, Error> {
        input.consume(junk);
        let Some(first) = Header::parse(input.peek(4)?) else {
            return Err(Error::Internal { reason: "an MP3 file without a frame was opened".into() });
        };
        if first.length == 0 {
            return Err(Error::unsupported("MP3 of free format, whose headers have no bit rate"));
        }
        let name = ["mp1", "mp2", "mp3"][usize::from(first.layer) - 1];
        state.source.container = name.into();
        state.source.codec = name.into();
        state.source.sample_rate = first.sample_rate;
        let mut mp3 = Self {
            input,
            decoder: Decoder::new(),
            first,
            tag: None,
            frames: 0,
            bytes: 0,
            junk: junk as u64,
            blocks: [None; 2],
            sounded: false,
            skip: 0,
            held: Vec::new(),
            hold: 0,
            checked: None,
            pcm: vec![0.0; MAX_SAMPLES_PER_FRAME],
        };
        let frame = mp3.input.peek(first.length)?;
        let tag = frame.get(..first.length).and_then(|frame| first.length_tag(frame));
        if let Some(tag) = tag {
            mp3.input.consume(first.length);
            mp3.bytes += first.length as u64;
            let (delay, padding) = tag.trim.map_or((0, 0), |(delay, padding)| {
                (delay + DECODER_DELAY, padding.saturating_sub(DECODER_DELAY))
            });
            mp3.skip = delay;
            mp3.hold = padding;
            state.source.promised = tag.frames.filter(|&frames| frames > 0).map(|frames| {
                (u64::from(frames) * first.samples as u64).saturating_sub((delay + padding) as u64)
            });
            mp3.tag = Some(tag);
        }
        Ok(mp3)
    }

    /// Whether the decoder is right for every frame of a file that was opened for this. Where another file
    /// starts in it, decoding fails anyway, and says so.
    pub fn decodable(mut self) -> Result<bool, Error> {
        while let Some(header) = self.next_frame()? {
            let Some(frame) = self.input.peek(header.length)?.get(..header.length) else { break };
            if starts_another(self.frames, &header, frame) {
                break;
            }
            if !header.blocks_fit(frame, &mut self.blocks) {
                return Ok(false);
            }
            self.input.consume(header.length);
            self.frames += 1;
        }
        Ok(true)
    }

    /// Goes to the next frame. `None` at the end of the file.
    fn next_frame(&mut self) -> Result<Option<Header>, Error> {
        let mut expected = true;
        loop {
            let window = self.input.peek(2 * 4096)?;
            if window.is_empty() {
                return Ok(None);
            }
            if let Some(header) = Header::parse(window).filter(|header| header.length > 0) {
                let like = header.is_like(&self.first);
                if expected && like {
                    return Ok(Some(header));
                }
                // Elsewhere, or of another kind, only if another follows.
                let next = window.get(header.length..).unwrap_or_default();
                let follows = Header::parse(next).is_some_and(|next| next.is_like(&header));
                if follows || (like && (next.is_empty() || is_tag(next))) {
                    return Ok(Some(header));
                }
            }
            if let Some(length) = tag_length(window) {
                self.input.skip(length)?;
                continue;
            }
            expected = false;
            if window[0] != 0 {
                self.junk += 1;
            }
            let next = window[1..].iter().position(|&byte| byte == 0xff || is_tag_start(byte));
            let count = next.map_or(window.len(), |at| at + 1);
            let junk = window[1..count].iter().filter(|&&byte| byte != 0).count();
            self.junk += junk as u64;
            self.input.consume(count);
        }
    }

    /// Holds the file against what its first frame told.
    fn end(&mut self, state: &mut State, out: &mut Mixed) -> Result<(), Error> {
        let tag = self.tag;
        let told = tag.and_then(|tag| tag.frames).filter(|&frames| frames > 0).map(u64::from);
        // Some encoders count the first frame too, as the number of bytes shows.
        let all_bytes =
            tag.and_then(|tag| tag.bytes).is_some_and(|bytes| u64::from(bytes) == self.bytes);
        match told {
            Some(told) if told > self.frames && !(all_bytes && told == self.frames + 1) => {
                return Err(state.truncated());
            }
            Some(told) if told < self.frames => {
                let promised = state.source.promised.unwrap_or(0);
                state.warnings.push(Warning::Count { promised: state.source.seconds_of(promised) });
            }
            _ => {}
        }
        // What is left is the encoder's, unless the header is of another file.
        if told.is_none_or(|told| told >= self.frames) || all_bytes {
            self.held.clear();
        }
        if self.junk > 0 {
            if told != Some(self.frames) && self.frames > 0 && self.junk > LEADING as u64 {
                return Err(
                    state.corrupt(format!("{} bytes between two frames belong to neither", self.junk))
                );
            }
            state.warnings.push(Warning::Skipped { bytes: self.junk });
        }
        state.source.samples += self.held.len() as u64;
        out.floats.append(&mut self.held);
        Ok(())
    }

    /// Counts what follows a first frame in the middle of the file: that of another file.
    fn another(&mut self, state: &State) -> Result<Error, Error> {
        let mut samples = 0;
        while let Some(header) = self.next_frame()? {
            samples += header.samples as u64;
            if self.input.skip(header.length as u64)? < header.length as u64 {
                break;
            }
        }
        let promised = state.source.promised.unwrap_or(state.source.samples);
        Ok(state.corrupt(format!(
            "the header promises {:.2} s, but {:.2} s more follow: another MP3 file starts there",
            state.source.seconds_of(promised),
            state.source.seconds_of(samples)
        )))
    }
}

impl Decode for Mp3 {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        let Some(header) = self.next_frame()? else {
            self.end(state, out)?;
            self.tag = None;
            self.hold = 0;
            // Once more, which then ends at once, if there is something left to hand over.
            return Ok(false);
        };
        let told = self.tag.and_then(|tag| tag.frames).map(u64::from);
        let window = self.input.peek(header.length)?;
        let Some(frame) = window.get(..header.length) else {
            if told == Some(self.frames) {
                // All frames are there: what follows only looks like one.
                self.junk += window.len() as u64;
                self.input.skip(u64::MAX)?;
                return Ok(true);
            }
            return Err(state.truncated());
        };
        if starts_another(self.frames, &header, frame) {
            return Err(self.another(state)?);
        }
        let matches = header.matches(frame);
        match (matches, self.checked) {
            (Some(false), Some(true)) => {
                return Err(state.corrupt("a frame does not match its checksum"));
            }
            (Some(matches), None) => self.checked = Some(matches),
            _ => {}
        }
        state.format(header.sample_rate, 0)?;
        if !header.blocks_fit(frame, &mut self.blocks) {
            return Err(Error::Unsupported { reason: UNFIT.into(), ffmpeg: true });
        }
        let decode = || self.decoder.decode(frame, &mut self.pcm);
        let (_, decoded) = guarded(state, "an MP3 frame", decode)?;
        let channels = match decoded {
            Ok(info) => {
                self.sounded = true;
                info.channels.num().into()
            }
            // What the first frames need was cut off.
            Err(DecodeError::ReservoirUnavailable(info)) if !self.sounded => {
                let channels = usize::from(info.channels.num());
                self.pcm[..header.samples * channels].fill(0.0);
                match state.warnings.first_mut() {
                    Some(Warning::Silenced { samples }) => *samples += header.samples as u64,
                    _ => state.warnings.insert(0, Warning::Silenced { samples: header.samples as u64 }),
                }
                channels
            }
            Err(DecodeError::ReservoirUnavailable(_)) => {
                return Err(state.corrupt("a frame refers to earlier data that is missing"));
            }
            Err(error) => return Err(state.corrupt(format!("an MP3 frame: {error}"))),
        };
        state.format(header.sample_rate, channels)?;
        out.f32(channels, self.pcm[..header.samples * channels].iter().copied());
        self.input.consume(header.length);
        self.frames += 1;
        self.bytes += header.length as u64;
        let skip = self.skip.min(out.floats.len());
        self.skip -= skip;
        self.held.extend_from_slice(&out.floats[skip..]);
        out.floats.clear();
        let ready = self.held.len().saturating_sub(self.hold);
        out.floats.extend(self.held.drain(..ready));
        state.source.samples += ready as u64;
        Ok(true)
    }
}

/// Whether a frame tells a length after frames of sound: it is the first one of another file.
fn starts_another(frames: u64, header: &Header, frame: &[u8]) -> bool {
    frames > 0 && header.length_tag(frame).is_some_and(|tag| tag.frames.is_some())
}

fn is_tag_start(byte: u8) -> bool {
    matches!(byte, b'T' | b'A' | b'I' | b'L')
}

fn is_tag(bytes: &[u8]) -> bool {
    tag_length(bytes).is_some()
}

/// The length of the tag that the bytes start with: ID3v1, ID3v2, APE, Lyrics3.
fn tag_length(bytes: &[u8]) -> Option<u64> {
    if let Some(length) = crate::probe::id3v2(bytes) {
        return Some(length);
    }
    if bytes.starts_with(b"TAG+") {
        return Some(227);
    }
    if bytes.starts_with(b"TAG") {
        return Some(128);
    }
    if bytes.starts_with(b"APETAGEX") {
        let field = |at: usize| bytes.get(at..)?.first_chunk().map(|&field| u32::from_le_bytes(field));
        // The length counts the footer. Where this is a footer itself, its header is gone.
        let is_header = field(20)? >> 29 & 1 == 1;
        return Some(if is_header { 32 + u64::from(field(12)?) } else { 32 });
    }
    if bytes.starts_with(b"LYRICSBEGIN") {
        let ends = [&b"LYRICS200"[..], b"LYRICSEND"];
        let end = bytes.windows(9).position(|end| ends.contains(&end));
        return Some(end.map_or(11, |end| end as u64 + 9));
    }
    None
}
