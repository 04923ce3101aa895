//! WAV, FLAC, MP3 and Ogg Vorbis to blocks of one channel, through symphonia.
//!
//! Strict: a file that ends early, does not match its own checksum or holds a packet that can't be
//! decoded fails as a whole, since features of half a recording look like features of a whole one.

use super::Source;
use crate::failure::Failure;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
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
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| Failure::new("io", sentence(&error)))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Failure::new("io", "this is a folder"));
        }
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        Self::new(file, &hint)
    }

    pub fn new(bytes: impl Read + Send + Sync + 'static, hint: &Hint) -> Result<Self, Failure> {
        // Not as a seekable source: of an MP3 without a length in its header symphonia would then
        // guess one from the first frames, and cut what lies beyond.
        let stream = MediaSourceStream::new(Box::new(ReadOnlySource::new(bytes)), Default::default());
        let format = symphonia::default::get_probe()
            .probe(hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|error| match error {
                Error::IoError(error) if is_of_the_system(&error) => {
                    Failure::new("io", sentence(&error))
                }
                Error::DecodeError(reason) => corrupt_header(reason),
                Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    Failure::new("truncated", "the file ends before its first samples")
                }
                // The decoder's own: it wants to go back, which no file that is whole needs.
                Error::IoError(_) => corrupt_header("a part points to what comes before it"),
                _ => Failure::new("not_audio", "not a WAV, FLAC, MP3 or Ogg Vorbis file"),
            })?;
        let track = Track::of(format.as_ref())?;
        let container = format.format_info().short_name;
        let codec = track.decoder.codec_info().short_name;
        Ok(Self {
            source: Source {
                format: if container == codec { codec.into() } else { format!("{container}/{codec}") },
                sample_rate: track.decoder.codec_params().sample_rate.unwrap_or(0),
                channels: 0,
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

    /// What was read, once the end was reached.
    pub fn into_source(self) -> Result<Source, Failure> {
        if self.source.samples > 0 && self.source.sample_rate == 0 {
            return Err(Failure::new("sample_rate", "the file's sample rate is 0"));
        }
        Ok(self.source)
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
            return Err(Failure::new(
                "unsupported",
                format!(
                    "the sample rate changes from {} Hz to {rate} Hz after {:.2} s",
                    self.source.sample_rate,
                    self.source.seconds()
                ),
            ));
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
            return Err(Failure::new(
                "corrupt",
                format!(
                    "the header promises {:.2} s, but {:.2} s more follow",
                    self.source.seconds(),
                    self.discarded as f64 / f64::from(self.source.sample_rate)
                ),
            ));
        }
        self.verify()
    }

    /// Compares the checksum of the samples, where the format has one (FLAC).
    fn verify(&mut self) -> Result<(), Failure> {
        match self.track.decoder.finalize().verify_ok {
            Some(false) => Err(Failure::new("corrupt", "the samples don't match the file's checksum")),
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
        let found = self.source.seconds();
        let found = if found.is_finite() { found } else { 0.0 };
        let rate = f64::from(self.source.sample_rate);
        Failure::new(
            "truncated",
            match self.track.promised.filter(|_| rate > 0.0) {
                Some(promised) => format!(
                    "the file ends after {found:.2} s of the {:.2} s that its header promises",
                    promised as f64 / rate
                ),
                None => format!("the file ends in the middle of its data, after {found:.2} s"),
            },
        )
    }

    fn corrupt(&self, error: Error) -> Failure {
        let seconds = self.source.seconds();
        let place = if seconds > 0.0 { format!(" after {seconds:.2} s") } else { String::new() };
        match error {
            Error::IoError(error) if is_of_the_system(&error) => Failure::new("io", sentence(&error)),
            Error::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => Failure::new(
                "corrupt",
                format!("corrupt{place}: a part points to what comes before it"),
            ),
            Error::Unsupported(what) => {
                Failure::new("unsupported", format!("not supported{place}: {}", reason(what)))
            }
            Error::DecodeError(what) => {
                Failure::new("corrupt", format!("corrupt{place}: {}", reason(what)))
            }
            // The last packet of a WAV file is what is left of it.
            Error::IoError(_) if self.is_wav() => self.truncated(),
            other => Failure::new("corrupt", format!("corrupt{place}: {other}")),
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
        let unsupported = |what: &str| Failure::new("unsupported", what);
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
                Error::Unsupported(what) => unsupported(&format!("not supported: {}", reason(what))),
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
    Failure::new("corrupt", format!("corrupt header: {}", reason(what)))
}

/// Symphonia's reasons begin with the name of the part that found them.
fn reason(text: &str) -> &str {
    text.split_once(": ").map_or(text, |(_, reason)| reason)
}

/// The operating system's reason, without the number of the error.
fn sentence(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((sentence, _)) => sentence.into(),
        None => text,
    }
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
