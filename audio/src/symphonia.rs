//! WAV, FLAC, MP3 and Ogg Vorbis to blocks of one channel, through symphonia.
//!
//! Strict: a file that ends early, does not match its own checksum or holds a packet that can't be
//! decoded fails as a whole, since features of half a recording look like features of a whole one.

use crate::error::Error as Failure;
use crate::source::Source;
use std::io::{ErrorKind, Read};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

/// Programs that write WAV into a pipe leave lengths from this on in the header, since they can't
/// come back to it: ffmpeg 0xFFFFFFFF, SoX 0x7FFFF000 less its header.
const PIPED_LENGTH: u64 = 0x7fff_f000 - 4096;

/// A stretch of decoded audio.
pub struct Block<'a> {
    /// Mean of all channels.
    pub mono: &'a [f32],
    /// In hertz; the same for each block of a file.
    pub sample_rate: u32,
}

/// An open file.
pub struct Decoder {
    format: Box<dyn FormatReader>,
    track: Track,
    /// Samples that the headers told to leave out after the end.
    discarded: u64,
    source: Source,
    planes: Vec<Vec<f32>>,
    mono: Vec<f32>,
}

/// The audio track of a stream.
struct Track {
    decoder: Box<dyn AudioDecoder>,
    id: u32,
    /// Samples that the headers promise, where they do.
    promised: Option<u64>,
}

impl Decoder {
    pub fn new(bytes: impl Read + Send + Sync + 'static) -> Result<Self, Failure> {
        // Not as a seekable source: of an MP3 without a length in its header symphonia would then
        // guess one from the first frames, and cut what lies beyond.
        let stream = MediaSourceStream::new(Box::new(ReadOnlySource::new(bytes)), Default::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| match error {
                Error::IoError(error) if is_of_the_system(&error) => Failure::io(&error),
                Error::DecodeError(reason) => corrupt_header(reason),
                Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    Failure::Truncated { found: 0.0, promised: None }
                }
                // The decoder's own: it wants to go back, which no file that is whole needs.
                Error::IoError(_) => corrupt_header("a part points to what comes before it"),
                _ => Failure::NotAudio,
            })?;
        let track = Track::of(format.as_ref())?;
        let container = format.format_info().short_name;
        let codec = track.decoder.codec_info().short_name;
        Ok(Self {
            source: Source {
                container: container.into(),
                codec: codec.into(),
                sample_rate: track.decoder.codec_params().sample_rate.unwrap_or(0),
                channels: 0,
                bits: track.decoder.codec_params().bits_per_sample,
                promised: track.promised,
                samples: 0,
            },
            format,
            track,
            discarded: 0,
            planes: Vec::new(),
            mono: Vec::new(),
        })
    }

    /// The next block, or `None` at the end of a file that is whole.
    pub fn next_block(&mut self) -> Result<Option<Block<'_>>, Failure> {
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return self.end().map(|()| None),
                Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                    if self.length_unknown() {
                        return Ok(None);
                    }
                    return Err(self.truncated());
                }
                // The next of several streams that were put one after another (Ogg).
                Err(Error::ResetRequired) => {
                    self.verify()?;
                    let before = self.track.promised;
                    self.track = Track::of(self.format.as_ref())?;
                    self.track.promised =
                        before.zip(self.track.promised).map(|(a, b)| a.saturating_add(b));
                    continue;
                }
                Err(error) => return Err(self.corrupt(error)),
            };
            if packet.track_id == self.track.id && self.decode(&packet)? {
                let sample_rate = self.source.sample_rate;
                return Ok(Some(Block { mono: &self.mono, sample_rate }));
            }
        }
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The block that was decoded last.
    pub fn mono(&self) -> &[f32] {
        &self.mono
    }

    /// Decodes and mixes one packet; false if nothing of it is to be heard.
    fn decode(&mut self, packet: &Packet) -> Result<bool, Failure> {
        let buffer = match self.track.decoder.decode(packet) {
            Ok(buffer) => buffer,
            Err(error) => return Err(self.corrupt(error)),
        };
        self.discarded += packet.trim_end.get();
        let (frames, rate) = (buffer.frames(), buffer.spec().rate());
        if frames == 0 {
            return Ok(false);
        }
        buffer.copy_to_vecs_planar(&mut self.planes);
        let channels = buffer.num_planes();
        if self.source.samples == 0 {
            self.source.sample_rate = rate;
        } else if rate != self.source.sample_rate {
            return Err(Failure::unsupported(format!(
                "the sample rate changes from {} Hz to {rate} Hz after {:.2} s",
                self.source.sample_rate,
                self.source.seconds()
            )));
        }
        self.source.channels = self.source.channels.max(channels);
        self.source.samples += frames as u64;
        mix(&self.planes[..channels], &mut self.mono);
        Ok(true)
    }

    /// Holds the file against what its headers said.
    fn end(&mut self) -> Result<(), Failure> {
        if self.track.promised.is_some_and(|promised| self.source.samples < promised)
            && !self.length_unknown()
        {
            return Err(self.truncated());
        }
        // Encoders pad by a few thousand samples; more means that the header is of another file.
        if self.discarded > u64::from(self.source.sample_rate) {
            return Err(self.contradiction(format!(
                "the header promises {:.2} s, but {:.2} s more follow",
                self.source.seconds(),
                self.discarded as f64 / f64::from(self.source.sample_rate)
            )));
        }
        self.verify()
    }

    /// Compares the checksum of the samples, where the format has one (FLAC).
    fn verify(&mut self) -> Result<(), Failure> {
        match self.track.decoder.finalize().verify_ok {
            Some(false) => Err(self.contradiction("the samples don't match the file's checksum")),
            _ => Ok(()),
        }
    }

    fn is_wav(&self) -> bool {
        self.format.format_info().short_name == "wave"
    }

    fn length_unknown(&self) -> bool {
        if !self.is_wav() {
            return false;
        }
        let frame = self.track.decoder.codec_params().bits_per_sample.unwrap_or(8) / 8
            * self.source.channels.max(1) as u32;
        self.track.promised.is_none_or(|promised| promised.saturating_mul(frame.into()) >= PIPED_LENGTH)
    }

    fn truncated(&self) -> Failure {
        let promised = self.track.promised.filter(|_| self.source.sample_rate > 0);
        Failure::Truncated {
            found: self.source.seconds(),
            promised: promised.map(|samples| self.source.seconds_of(samples)),
        }
    }

    fn contradiction(&self, reason: impl Into<String>) -> Failure {
        Failure::Corrupt { after: self.source.seconds(), reason: reason.into() }
    }

    fn corrupt(&self, error: Error) -> Failure {
        match error {
            Error::IoError(error) if is_of_the_system(&error) => Failure::io(&error),
            Error::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => {
                self.contradiction("a part points to what comes before it")
            }
            Error::Unsupported(what) => Failure::unsupported(reason(what)),
            Error::DecodeError(what) => self.contradiction(reason(what)),
            // The last packet of a WAV file is what is left of it.
            Error::IoError(_) if self.is_wav() => self.truncated(),
            other => self.contradiction(other.to_string()),
        }
    }
}

/// Whether reading failed, and not the decoder.
fn is_of_the_system(error: &std::io::Error) -> bool {
    error.raw_os_error().is_some()
}

impl Track {
    /// The audio track of the stream that is up.
    fn of(format: &dyn FormatReader) -> Result<Self, Failure> {
        let unsupported = |what: &str| Failure::unsupported(what);
        let none = "no audio track that can be decoded (WAV, FLAC, MP3, Ogg Vorbis)";
        let track = format.default_track(TrackType::Audio).ok_or_else(|| unsupported(none))?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|parameters| parameters.audio())
            .ok_or_else(|| unsupported(none))?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default().verify(true))
            .map_err(|error| match error {
                Error::DecodeError(what) => corrupt_header(what),
                Error::Unsupported(what) => unsupported(reason(what)),
                other => unsupported(&other.to_string()),
            })?;
        Ok(Self { decoder, id: track.id, promised: track.num_frames })
    }
}

/// Mean of the channels.
fn mix(planes: &[Vec<f32>], mono: &mut Vec<f32>) {
    mono.clear();
    let Some((first, others)) = planes.split_first() else { return };
    mono.extend_from_slice(first);
    if others.is_empty() {
        return;
    }
    for plane in others {
        for (sum, sample) in mono.iter_mut().zip(plane) {
            *sum += sample;
        }
    }
    let scale = 1.0 / planes.len() as f32;
    for sum in mono {
        *sum *= scale;
    }
}

fn corrupt_header(what: &str) -> Failure {
    Failure::Corrupt { after: 0.0, reason: format!("the header: {}", reason(what)) }
}

/// Symphonia's reasons begin with the name of the part that found them.
fn reason(text: &str) -> &str {
    text.split_once(": ").map_or(text, |(_, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_the_mean_of_all_channels() {
        let mut mono = vec![9.0; 7];
        mix(&[vec![0.5, -1.0], vec![0.25, 1.0], vec![0.0, 0.75]], &mut mono);
        assert_eq!(mono, [0.25, 0.25]);
        mix(&[vec![0.5, -1.0]], &mut mono);
        assert_eq!(mono, [0.5, -1.0]);
    }
}
