//! FLAC (RFC 9639), native and in Ogg.
//!
//! Our own, because the crates that decode it are wrong or silent where 32-bit samples are coded as
//! middle and side, or where the file is damaged. Every frame is checked against its checksums and its
//! number, the whole against its number of samples and its MD5.

mod bits;
mod frame;

use crate::checksum;
use crate::decode::{Decode, Mixed, State};
use crate::error::{Error, Warning};
use crate::input::Input;
use crate::probe::is_filling;
use bits::{Bits, Fault};
use frame::{Header, Subframe};
use md5::{Digest, Md5};
use std::sync::{Arc, Mutex};

/// Bytes between the metadata and the first frame that are searched, where a block's length is wrong.
const SEARCHED: u64 = 1 << 25;

/// What the block STREAMINFO says.
#[derive(Clone, Copy, Debug)]
struct Info {
    sample_rate: u32,
    channels: usize,
    bits: u32,
    samples: Option<u64>,
    md5: Option<[u8; 16]>,
}

pub(crate) struct Flac {
    input: Input,
    info: Info,
    /// Frames that were read.
    frames: u64,
    md5: Option<Md5>,
    channels: Vec<Subframe>,
    bytes: Vec<u8>,
    /// What was odd about the pages that the frames lay in, if they did.
    warnings: Option<Arc<Mutex<Vec<Warning>>>>,
}

impl Flac {
    /// Adds warnings from elsewhere at the end.
    pub fn with_warnings(mut self, warnings: Arc<Mutex<Vec<Warning>>>) -> Self {
        self.warnings = Some(warnings);
        self
    }

    /// Reads up to the first frame. The input is at the mark `fLaC`.
    pub fn open(mut input: Input, state: &mut State) -> Result<Self, Error> {
        input.skip(4)?;
        let mut info = None;
        loop {
            let Some([kind, a, b, c]) = input.array()? else { return Err(state.truncated()) };
            let length = u32::from_be_bytes([0, a, b, c]);
            if kind & 0x7f == 0 && info.is_none() {
                let Some(&body) = input.peek(34)?.first_chunk::<34>() else {
                    return Err(state.truncated());
                };
                if length < 34 {
                    return Err(state.corrupt("the block STREAMINFO is too short"));
                }
                info = Some(Info::parse(&body));
            }
            // Pictures, comments and the like are no sound, whatever is wrong with them.
            if input.skip(length.into())? < u64::from(length) {
                return Err(state.truncated());
            }
            if kind & 0x80 != 0 {
                break;
            }
        }
        let Some(info) = info else { return Err(state.corrupt("there is no block STREAMINFO")) };
        if info.bits < 4 || info.sample_rate == 0 {
            return Err(
                state.corrupt(format!("{} bits per sample at {} Hz", info.bits, info.sample_rate))
            );
        }
        let source = &mut state.source;
        source.codec = "flac".into();
        source.sample_rate = info.sample_rate;
        source.channels = info.channels;
        source.bits = Some(info.bits);
        source.promised = info.samples;
        let mut flac = Self {
            input,
            info,
            frames: 0,
            md5: info.md5.map(|_| Md5::new()),
            channels: vec![Subframe::default(); info.channels],
            bytes: Vec::new(),
            warnings: None,
        };
        flac.find_first(state)?;
        Ok(flac)
    }

    /// Goes to the first frame, which is right here unless the length of a block is wrong.
    fn find_first(&mut self, state: &State) -> Result<(), Error> {
        let mut searched = 0;
        loop {
            let window = self.input.peek(frame::LONGEST_HEADER)?;
            if window.is_empty() {
                // No frame at all: no samples, if none are promised.
                return match self.info.samples {
                    None if searched == 0 => Ok(()),
                    _ => Err(state.truncated()),
                };
            }
            if Header::parse(window).is_some_and(|header| header.number == 0) {
                return Ok(());
            }
            if searched >= SEARCHED {
                return Err(state.corrupt("no frame starts where the metadata ends"));
            }
            // To the next byte that a frame may start with.
            let next = window[1..].iter().position(|&byte| byte == 0xff);
            let count = next.map_or(window.len(), |at| at + 1);
            // At the very start only a frame of another number may be here: its predecessors are missing.
            if searched == 0 && Header::parse(window).is_some() {
                return Err(state.corrupt("the first frames are missing"));
            }
            self.input.consume(count);
            searched += count as u64;
        }
    }

    /// Ends a file that has no more frames.
    fn end(&mut self, state: &mut State) -> Result<(), Error> {
        let found = state.source.samples;
        let whole = match (self.md5.take(), self.info.md5) {
            (Some(sum), Some(expected)) => sum.finalize()[..] == expected[..],
            _ => false,
        };
        match self.info.samples {
            // The samples are those that were coded; only their number was not written right.
            Some(promised) if promised != found && whole => {
                state.warnings.push(Warning::Count { promised: state.source.seconds_of(promised) });
            }
            Some(promised) if promised > found => return Err(state.truncated()),
            Some(promised) if promised < found && self.info.md5.is_none() => {
                state.warnings.push(Warning::Count { promised: state.source.seconds_of(promised) });
            }
            _ if self.info.md5.is_some() && !whole => {
                return Err(state.corrupt("the samples don't match the file's MD5"));
            }
            _ => {}
        }
        if let Some(Ok(mut warnings)) = self.warnings.take().as_ref().map(|warnings| warnings.lock()) {
            state.warnings.append(&mut warnings);
        }
        let head = self.input.peek(8)?;
        let quiet = is_filling(head);
        if head.starts_with(b"fLaC") {
            return Err(state.corrupt("another FLAC file follows in the same file"));
        }
        if !quiet {
            let bytes = self.input.skip(u64::MAX)?;
            state.warnings.push(Warning::Trailing { bytes });
        }
        Ok(())
    }
}

impl Info {
    fn parse(body: &[u8; 34]) -> Self {
        let packed = u64::from_be_bytes([
            body[10], body[11], body[12], body[13], body[14], body[15], body[16], body[17],
        ]);
        let samples = packed & 0xf_ffff_ffff;
        let md5: [u8; 16] = std::array::from_fn(|i| body[18 + i]);
        Self {
            sample_rate: (packed >> 44) as u32,
            channels: (packed >> 41) as usize % 8 + 1,
            bits: (packed >> 36) as u32 % 32 + 1,
            samples: (samples > 0).then_some(samples),
            md5: (md5 != [0; 16]).then_some(md5),
        }
    }
}

impl Decode for Flac {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        let complete = self.info.samples.is_some_and(|promised| state.source.samples >= promised);
        let window = self.input.peek(frame::LONGEST_HEADER)?;
        let Some(header) = Header::parse(window) else {
            if window.is_empty() || complete || is_filling(window) {
                self.end(state)?;
                return Ok(false);
            }
            // Less than a header, as of a frame that was cut off.
            return Err(if window.len() < frame::LONGEST_HEADER && window[0] == 0xff {
                state.truncated()
            } else {
                state.corrupt("no frame starts where the previous one ends")
            });
        };
        let info = self.info;
        let expected = if header.variable { state.source.samples } else { self.frames };
        if header.number != expected {
            return Err(
                state.corrupt(format!("expected frame {expected}, found frame {}", header.number))
            );
        }
        let (rate, bits) =
            (header.sample_rate.unwrap_or(info.sample_rate), header.bits.unwrap_or(info.bits));
        if (rate, header.channels.count(), bits) != (info.sample_rate, info.channels, info.bits) {
            return Err(Error::unsupported(format!(
                "FLAC that changes to {} channels of {bits} bits at {rate} Hz after {:.2} s",
                header.channels.count(),
                state.source.seconds()
            )));
        }
        let mut bits = Bits::new(&mut self.input, header.length);
        let decoded = frame::decode(&mut bits, &header, info.bits, &mut self.channels);
        let length = decoded.and_then(|()| bits.end()).map_err(|fault| match fault {
            Fault::Ends => state.truncated(),
            Fault::Bad(reason) => state.corrupt(reason),
            Fault::Failed(error) => error,
        })?;
        // With its own checksum at the end, the whole comes to 0.
        if checksum::sixteen(0, &self.input.window()[..length]) != 0 {
            return Err(state.corrupt("a frame does not match its checksum"));
        }
        self.input.consume(length);
        self.frames += 1;
        state.source.samples += header.samples as u64;
        if let Some(md5) = &mut self.md5 {
            self.bytes.clear();
            frame::interleave(&self.channels, info.bits, &mut self.bytes);
            md5.update(&self.bytes);
        }
        frame::mix(&self.channels, info.bits, out);
        Ok(true)
    }
}
