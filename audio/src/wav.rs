//! WAV: RIFF, RIFX, RF64 and BW64, read as forgivingly as RIFF allows.
//!
//! Of the sizes in a header only those that lead to the samples are trusted, and only where the rest
//! of the file bears them out: recorders and pipes leave 0 or the highest number, killed programs an
//! old one. Sources: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications
//! 1.0" (RIFF); EBU Tech 3306 (RF64); ITU-R BS.2088 (BW64).

mod adpcm;
mod format;
mod g711;
mod pcm;

use crate::decode::{Decode, Mixed, State};
use crate::error::{Error, Warning};
use crate::input::Input;
use crate::probe::is_filling;
use format::{Coding, Format, Order};

/// Frames that are decoded at once.
const FRAMES: usize = 1 << 14;

/// Bytes that a length may promise beyond the file's end: writers that count their header, too.
const SLACK: u64 = 64;

/// What comes before the first sample.
pub(crate) struct Head {
    format: Format,
    length: Length,
    /// Samples per channel of a codec with whole blocks, where the header tells them.
    frames: Option<u64>,
}

/// A WAV file.
pub(crate) struct Wav {
    input: Input,
    format: Format,
    /// Bytes of samples that are still to come.
    left: u64,
    length: Length,
    /// Samples per channel of a codec with whole blocks, where the header tells them.
    frames_left: Option<u64>,
    /// The samples of a block, channel by channel within each frame.
    scratch: Vec<i16>,
}

/// What the length of the data chunk says.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Length {
    /// That many bytes.
    Exact(u64),
    /// To the end of the file: written into a pipe.
    ToTheEnd,
    /// To the end of the file: the recorder stopped before it wrote the length.
    NeverWritten,
}

impl Wav {
    /// Reads up to the first sample. The input is at the file's start, which is one of the four
    /// marks.
    pub fn header(input: &mut Input, state: &mut State) -> Result<Head, Error> {
        let truncated = Error::Truncated { found: 0.0, promised: None };
        let Some(head) = input.array::<12>()? else { return Err(truncated) };
        let order = if &head[..4] == b"RIFX" { Order::Big } else { Order::Little };
        let wide = matches!(&head[..4], b"RF64" | b"BW64");
        state.source.container = "wave".into();
        let (mut format, mut samples): (Option<Format>, _) = (None, None);
        let mut wide_length = None;
        loop {
            let Some(chunk) = input.array::<8>()? else {
                return Err(truncated);
            };
            let name: [u8; 4] = [chunk[0], chunk[1], chunk[2], chunk[3]];
            let size = order.u32([chunk[4], chunk[5], chunk[6], chunk[7]]);
            if &name == b"data" {
                let Some(format) = format else {
                    return Err(corrupt("the samples come before their format"));
                };
                let length = Self::length(input, order, size, wide.then_some(wide_length))?;
                return Ok(Self::at_samples(format, length, samples, state));
            }
            let body = input.peek(usize::try_from(size).unwrap_or(usize::MAX).min(64))?;
            let body = &body[..body.len().min(size as usize)];
            match &name {
                b"fmt " if format.is_none() => {
                    if (body.len() as u64) < u64::from(size.min(14)) {
                        return Err(truncated);
                    }
                    format = Some(Format::parse(body, order)?);
                }
                b"fact" => samples = body.first_chunk().map(|&bytes| order.u32(bytes)),
                // The sizes of the file and of the data, in 64 bits each.
                b"ds64" => wide_length = body.get(8..16).and_then(<[u8]>::first_chunk).copied(),
                b"LIST" if body.starts_with(b"wavl") => {
                    return Err(Error::unsupported("WAV with its samples in a list of waves"));
                }
                _ if !is_name(name) => {
                    return Err(corrupt("no chunk starts where the previous one ends"));
                }
                _ => {}
            }
            if input.skip(size.into())? < u64::from(size) {
                return Err(match format {
                    Some(_) => Error::Corrupt {
                        after: 0.0,
                        reason: format!(
                            "the chunk \"{}\" is longer than the file, and no samples come before it",
                            name.escape_ascii()
                        ),
                    },
                    None => truncated,
                });
            }
            skip_pad(input, size)?;
        }
    }

    /// What the length of the data chunk means. `wide` is set in files whose lengths have 64 bits: what
    /// their `ds64` says, if there is one.
    fn length(
        input: &mut Input,
        order: Order,
        size: u32,
        wide: Option<Option<[u8; 8]>>,
    ) -> Result<Length, Error> {
        let unknown = Length::NeverWritten;
        Ok(match (size, wide) {
            (u32::MAX, Some(Some(bytes))) => match order.u64(bytes) {
                0 | u64::MAX => unknown,
                length => Length::Exact(length),
            },
            (u32::MAX, Some(None)) => unknown,
            // ffmpeg and others leave 2^32 - 1, or that less their header; SoX 0x7FFFF000 less its
            // header; ALSA and Android about 2^31.
            (0xffff_f000.. | 0x7fff_e000..=0x8000_0000, _) => Length::ToTheEnd,
            (0, _) => {
                // Nothing, if a chunk follows that is known; otherwise samples.
                let next = input.peek(8)?;
                let empty = next.is_empty() || next.first_chunk().is_some_and(|name| is_known(*name));
                if empty { Length::Exact(0) } else { unknown }
            }
            (size, _) => Length::Exact(size.into()),
        })
    }

    fn at_samples(format: Format, length: Length, samples: Option<u32>, state: &mut State) -> Head {
        let size = format.frame_bytes() as u64;
        let per_block = format.coding.frames_per_block() as u64;
        let all = match length {
            Length::Exact(bytes) => {
                let cut = format.coding.frames_in((bytes % size) as usize, format.channels);
                Some(bytes / size * per_block + cut as u64)
            }
            _ => None,
        };
        // Codecs with blocks fill up the last one. A number that would leave out more is wrong: some
        // programs count all channels, or bytes.
        let samples = samples.map(u64::from).filter(|&samples| {
            all.is_some_and(|all| samples > 0 && samples <= all && all < samples + per_block)
        });
        let source = &mut state.source;
        source.codec = format.name();
        source.sample_rate = format.sample_rate;
        source.channels = format.channels;
        source.bits = format.bits;
        source.promised = samples.or(all);
        Head { format, length, frames: samples }
    }

    /// Reads on after the header.
    pub fn new(input: Input, head: Head) -> Self {
        let Head { format, length, frames: frames_left } = head;
        let left = match length {
            Length::Exact(bytes) => bytes,
            _ => u64::MAX,
        };
        Self { input, format, left, length, frames_left, scratch: Vec::new() }
    }

    /// Ends a file that has no more samples: what its length promised against what is there.
    fn end(&mut self, state: &mut State) -> Result<(), Error> {
        let found = state.source.seconds();
        match self.length {
            Length::ToTheEnd => Ok(()),
            Length::NeverWritten => {
                state.warnings.push(Warning::NeverClosed { found });
                Ok(())
            }
            Length::Exact(length) if self.left > 0 => {
                let promised = state.source.promised.unwrap_or(0);
                // What remains of a frame counts as missing.
                let missing = self.left + self.input.window().len() as u64;
                if missing > SLACK || missing >= length {
                    return Err(Error::Truncated {
                        found,
                        promised: Some(state.source.seconds_of(promised)),
                    });
                }
                let samples = promised.saturating_sub(state.source.samples);
                state.warnings.push(Warning::Short { samples });
                Ok(())
            }
            Length::Exact(length) => self.rest(length, state),
        }
    }

    /// Looks at what follows the samples: chunks, tags of other formats, or more samples, which a
    /// length that was never brought up to date leaves out.
    fn rest(&mut self, length: u64, state: &mut State) -> Result<(), Error> {
        if length & 1 == 1 {
            skip_pad(&mut self.input, 1)?;
        }
        let mut silent = true;
        loop {
            let next = self.input.peek(8)?;
            let Some(&[a, b, c, d, e, f, g, h]) = next.first_chunk() else {
                // Fewer than a chunk's header: fill bytes.
                return Ok(());
            };
            let size = self.format.order.u32([e, f, g, h]);
            if next.starts_with(&[0; 8]) {
                // Zeros, to fill up a block of a disk. They end in anything only if they are samples.
                self.input.consume(8);
                continue;
            }
            if is_filling(&next[..8]) || is_known([a, b, c, d]) {
                return Ok(());
            }
            silent &= is_name([a, b, c, d]);
            if silent {
                // A chunk that is not known: it must end where the file does, or where another starts.
                self.input.consume(8);
                if self.input.skip(size.into())? == u64::from(size) {
                    skip_pad(&mut self.input, size)?;
                    continue;
                }
            }
            break;
        }
        // Count what is left.
        let bytes = self.input.skip(u64::MAX)?;
        let frames =
            bytes / self.format.frame_bytes() as u64 * self.format.coding.frames_per_block() as u64;
        let more = state.source.seconds_of(frames);
        if more > 1.0 {
            return Err(Error::Corrupt {
                after: state.source.seconds(),
                reason: format!(
                    "the header promises {:.2} s, but {more:.2} s more follow",
                    state.source.seconds()
                ),
            });
        }
        state.warnings.push(Warning::Trailing { bytes });
        Ok(())
    }
}

impl Decode for Wav {
    fn decode(&mut self, state: &mut State, out: &mut Mixed) -> Result<bool, Error> {
        let size = self.format.frame_bytes();
        let per_block = self.format.coding.frames_per_block();
        let want = (FRAMES / per_block / self.format.channels).max(1) * size;
        let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(want);
        let open_ended = self.open_ended();
        let window = self.input.peek(want)?;
        let there = window.len().min(want);
        let mut bytes = there / size * size;
        let mut frames = bytes / size * per_block;
        // The last block of a codec with blocks may be cut short by its encoder.
        if bytes == 0 && per_block > 1 && there > 0 && (self.left as usize == there || open_ended) {
            frames = self.format.coding.frames_in(there, self.format.channels);
            bytes = there;
        }
        if let Some(left) = self.frames_left {
            frames = usize::try_from(left).unwrap_or(usize::MAX).min(frames);
            self.frames_left = Some(left - frames as u64);
        }
        if bytes == 0 || frames == 0 {
            self.input.consume(there.min(want));
            self.left -= if open_ended { 0 } else { there.min(want) as u64 };
            self.end(state)?;
            return Ok(false);
        }
        let window = &window[..bytes];
        let (channels, order) = (self.format.channels, self.format.order);
        match self.format.coding {
            Coding::Integer { bytes } => pcm::integers(window, channels, bytes, order, out),
            Coding::Float { bytes } => pcm::floats(window, channels, bytes, order, out),
            Coding::ALaw => g711::decode(window, channels, &g711::A_LAW, out),
            Coding::MuLaw => g711::decode(window, channels, &g711::MU_LAW, out),
            Coding::Microsoft { .. } | Coding::Ima { .. } => {
                adpcm::decode(window, &self.format, &mut self.scratch)
                    .map_err(|reason| Error::Corrupt { after: state.source.seconds(), reason })?;
                self.scratch.truncate(frames * channels);
                out.i16(channels, self.scratch.iter().copied());
            }
        }
        self.input.consume(bytes);
        if !open_ended {
            self.left -= bytes as u64;
        }
        state.source.samples += frames as u64;
        Ok(true)
    }
}

impl Wav {
    fn open_ended(&self) -> bool {
        !matches!(self.length, Length::Exact(_))
    }
}

/// Takes the byte that fills a chunk up to an even length. Some writers leave it out: where the next
/// byte is not 0 and starts a chunk's name, it stays.
fn skip_pad(input: &mut Input, size: u32) -> Result<(), Error> {
    if size & 1 == 1 {
        let next = input.peek(5)?;
        let unpadded = next.first().is_some_and(|&byte| byte != 0)
            && next.first_chunk().is_some_and(|name| is_name(*name))
            && !next.get(1..5).and_then(<[u8]>::first_chunk).is_some_and(|name| is_known(*name));
        if !unpadded && !next.is_empty() {
            input.consume(1);
        }
    }
    Ok(())
}

/// Whether four bytes can be the name of a chunk.
fn is_name(name: [u8; 4]) -> bool {
    name.iter().all(|byte| (b' '..=b'~').contains(byte))
}

/// Whether they are the name of a chunk that WAV files have.
fn is_known(name: [u8; 4]) -> bool {
    const KNOWN: [&[u8; 4]; 30] = [
        b"LIST", b"list", b"fact", b"fmt ", b"data", b"JUNK", b"junk", b"PAD ", b"FLLR", b"bext",
        b"iXML", b"axml", b"chna", b"cue ", b"smpl", b"inst", b"plst", b"PEAK", b"id3 ", b"ID3 ",
        b"DISP", b"INFO", b"afsp", b"acid", b"_PMX", b"cart", b"levl", b"umid", b"wavl", b"ds64",
    ];
    KNOWN.contains(&&name)
}

fn corrupt(reason: &str) -> Error {
    Error::Corrupt { after: 0.0, reason: reason.into() }
}
