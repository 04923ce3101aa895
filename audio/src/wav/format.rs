//! The chunk that says how samples are coded.

use super::adpcm::WEIGHTS;
use crate::error::Error;

/// The order of the bytes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Lowest first: RIFF, RF64 and BW64.
    Little,
    /// Highest first: RIFX.
    Big,
}

impl Order {
    pub fn u16(self, bytes: [u8; 2]) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    pub fn u32(self, bytes: [u8; 4]) -> u32 {
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    pub fn u64(self, bytes: [u8; 8]) -> u64 {
        match self {
            Self::Little => u64::from_le_bytes(bytes),
            Self::Big => u64::from_be_bytes(bytes),
        }
    }
}

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Integers of that many bytes, signed but for one byte; the highest bit is the highest of the
    /// sample, whatever number of bits count.
    Integer {
        bytes: usize,
    },
    Float {
        bytes: usize,
    },
    ALaw,
    MuLaw,
    /// ADPCM of Microsoft's, in blocks.
    Microsoft {
        block: usize,
        frames: usize,
    },
    /// ADPCM of the Interactive Multimedia Association, in blocks.
    Ima {
        block: usize,
        frames: usize,
    },
}

impl Coding {
    /// Samples per channel of the smallest piece that can be decoded.
    pub fn frames_per_block(self) -> usize {
        match self {
            Self::Microsoft { frames, .. } | Self::Ima { frames, .. } => frames,
            _ => 1,
        }
    }

    /// Samples per channel of a last block that is cut short.
    pub fn frames_in(self, bytes: usize, channels: usize) -> usize {
        match self {
            // A header of 7 bytes with two samples, then half a byte for each.
            Self::Microsoft { .. } => match bytes.checked_sub(7 * channels) {
                Some(rest) => 2 + 2 * rest / channels,
                None => 0,
            },
            // A header of 4 bytes with one sample, then 8 samples in 4 bytes of each channel in turn.
            Self::Ima { .. } => match bytes.checked_sub(4 * channels) {
                Some(rest) => 1 + rest / (4 * channels) * 8,
                None => 0,
            },
            _ => 0,
        }
    }
}

/// The format of the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    pub coding: Coding,
    pub order: Order,
    pub channels: usize,
    pub sample_rate: u32,
    /// Bits of a sample that count.
    pub bits: Option<u32>,
}

/// Tags of `mmreg.h` that are not decoded here, so that errors can name them.
const OTHERS: [(u16, &str); 29] = [
    (0x0005, "IBM CVSD"),
    (0x0008, "DTS"),
    (0x0010, "OKI ADPCM"),
    (0x0014, "G.723 ADPCM"),
    (0x0016, "Yamaha ADPCM"),
    (0x0020, "Yamaha ADPCM"),
    (0x0022, "TrueSpeech"),
    (0x0031, "GSM 6.10"),
    (0x0040, "G.721 ADPCM"),
    (0x0042, "G.723.1"),
    (0x0045, "G.726 ADPCM"),
    (0x0050, "MPEG layer 1 or 2"),
    (0x0055, "MP3"),
    (0x0061, "Duck DK4 ADPCM"),
    (0x0062, "Duck DK3 ADPCM"),
    (0x0064, "G.726 ADPCM"),
    (0x0065, "G.722"),
    (0x0083, "G.729"),
    (0x0092, "Dolby AC-3"),
    (0x00ff, "AAC"),
    (0x0160, "Windows Media Audio"),
    (0x0161, "Windows Media Audio"),
    (0x0162, "Windows Media Audio"),
    (0x0163, "Windows Media Audio"),
    (0x1610, "AAC"),
    (0x2000, "Dolby AC-3"),
    (0x566f, "Vorbis"),
    (0x704f, "Opus"),
    (0xf1ac, "FLAC"),
];

/// The end of a GUID that stands for a tag, and that of ambisonics, which is coded alike.
const GUIDS: [[u8; 14]; 2] = [
    [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71],
    [0, 0, 0x21, 0x07, 0xd3, 0x11, 0x86, 0x44, 0xc8, 0xc1, 0xca, 0, 0, 0],
];

impl Format {
    /// Reads the first bytes of the chunk `fmt `; what follows the known fields is left alone.
    pub fn parse(body: &[u8], order: Order) -> Result<Self, Error> {
        let u16_at = |at: usize| Some(order.u16(*body.get(at..)?.first_chunk()?));
        let u32_at = |at: usize| Some(order.u32(*body.get(at..)?.first_chunk()?));
        let corrupt = |reason: String| Error::Corrupt { after: 0.0, reason };
        let (Some(tag), Some(channels), Some(sample_rate), Some(byte_rate), Some(align)) =
            (u16_at(0), u16_at(2), u32_at(4), u32_at(8), u16_at(12))
        else {
            return Err(corrupt(format!("the format chunk has {} bytes, fewer than 14", body.len())));
        };
        // The oldest form ends before the bits.
        let bits = u16_at(14).unwrap_or(0);
        let channels = usize::from(channels);
        let align = usize::from(align);
        if channels == 0 {
            return Err(corrupt("the format has no channel".into()));
        }
        let (mut tag, mut valid) = (tag, bits);
        if tag == 0xfffe {
            let Some(guid) = body.get(24..40) else {
                return Err(corrupt("the extensible format has no codec".into()));
            };
            if !GUIDS.iter().any(|end| guid[2..] == end[..]) {
                return Err(Error::unsupported(format!("WAV with the codec {}", guid_text(guid))));
            }
            tag = order.u16([guid[0], guid[1]]);
            valid = u16_at(18).filter(|&valid| valid > 0 && valid <= bits).unwrap_or(bits);
        }
        let container = container(channels, align, bits, sample_rate, byte_rate);
        let unsupported = |what: &str| Error::unsupported(format!("WAV with {what}"));
        let coding = match tag {
            1 => match container {
                Some(bytes @ 1..=8) => Coding::Integer { bytes },
                _ => return Err(unsupported(&format!("{bits} bits per sample"))),
            },
            3 => match container {
                Some(bytes @ (4 | 8)) if usize::from(bits) == 8 * bytes || bits == 0 => {
                    Coding::Float { bytes }
                }
                _ => return Err(unsupported(&format!("floats of {bits} bits"))),
            },
            6 if bits == 8 || bits == 0 => Coding::ALaw,
            7 if bits == 8 || bits == 0 => Coding::MuLaw,
            6 | 7 => return Err(unsupported(&format!("G.711 of {bits} bits"))),
            2 | 0x11 => {
                let (head, name) = if tag == 2 { (7, "Microsoft ADPCM") } else { (4, "IMA ADPCM") };
                if bits != 4 {
                    return Err(unsupported(&format!("{name} of {bits} bits")));
                }
                if align < head * channels || (tag == 2 && channels > 2) {
                    return Err(corrupt(format!(
                        "{name} with {channels} channels in blocks of {align} bytes"
                    )));
                }
                // The weights of the predictors are in the header, and always the same.
                let own = |(at, &(first, second)): (usize, &(i32, i32))| {
                    [(22, first), (24, second)].iter().any(|&(start, weight)| {
                        u16_at(start + 4 * at).is_some_and(|told| i32::from(told as i16) != weight)
                    })
                };
                let told = usize::from(u16_at(20).unwrap_or(0)).min(WEIGHTS.len());
                if tag == 2 && WEIGHTS[..told].iter().enumerate().any(own) {
                    return Err(unsupported("Microsoft ADPCM with predictors of its own"));
                }
                let block = |frames| (align, frames);
                let whole = |coding: Coding| coding.frames_in(align, channels);
                let (block, frames) = if tag == 2 {
                    block(whole(Coding::Microsoft { block: 0, frames: 0 }))
                } else {
                    block(whole(Coding::Ima { block: 0, frames: 0 }))
                };
                if tag == 2 {
                    Coding::Microsoft { block, frames }
                } else {
                    Coding::Ima { block, frames }
                }
            }
            0 => return Err(unsupported("an unknown codec (tag 0)")),
            _ => {
                let name = OTHERS.iter().find(|(other, _)| *other == tag);
                return Err(match name {
                    Some((_, name)) => unsupported(name),
                    None => unsupported(&format!("the codec 0x{tag:04x}")),
                });
            }
        };
        let bits = match coding {
            Coding::Integer { bytes } => Some(if valid == 0 { 8 * bytes as u32 } else { valid.into() }),
            Coding::Float { bytes } => Some(8 * bytes as u32),
            _ => Some(bits.into()),
        };
        Ok(Self { coding, order, channels, sample_rate, bits })
    }

    /// Bytes of the smallest piece that can be decoded.
    pub fn frame_bytes(&self) -> usize {
        match self.coding {
            Coding::Integer { bytes } | Coding::Float { bytes } => bytes * self.channels,
            Coding::ALaw | Coding::MuLaw => self.channels,
            Coding::Microsoft { block, .. } | Coding::Ima { block, .. } => block,
        }
    }

    /// The codec's name, as ffmpeg names it.
    pub fn name(&self) -> String {
        let end = if self.order == Order::Little { "le" } else { "be" };
        match self.coding {
            Coding::Integer { bytes: 1 } => "pcm_u8".into(),
            Coding::Integer { bytes } => format!("pcm_s{}{end}", 8 * bytes),
            Coding::Float { bytes } => format!("pcm_f{}{end}", 8 * bytes),
            Coding::ALaw => "pcm_alaw".into(),
            Coding::MuLaw => "pcm_mulaw".into(),
            Coding::Microsoft { .. } => "adpcm_ms".into(),
            Coding::Ima { .. } => "adpcm_ima_wav".into(),
        }
    }
}

/// Bytes of each sample: those that the frame's size gives each channel, if the bits fit into them.
/// Where the frame's size is wrong, as the bytes per second show, the bits alone say it.
fn container(channels: usize, align: usize, bits: u16, rate: u32, byte_rate: u32) -> Option<usize> {
    let least = usize::from(bits).div_ceil(8);
    let packed = u64::from(rate) * (channels * least) as u64;
    if least > 0 && u64::from(byte_rate) == packed && align != channels * least {
        return Some(least);
    }
    if align > 0 && align.is_multiple_of(channels) && align / channels >= least {
        return Some(align / channels);
    }
    (least > 0).then_some(least)
}

/// A GUID as it is written.
fn guid_text(guid: &[u8]) -> String {
    let hex = |bytes: &mut dyn Iterator<Item = &u8>| {
        bytes.map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    format!(
        "{}-{}-{}-{}-{}",
        hex(&mut guid[..4].iter().rev()),
        hex(&mut guid[4..6].iter().rev()),
        hex(&mut guid[6..8].iter().rev()),
        hex(&mut guid[8..10].iter()),
        hex(&mut guid[10..].iter())
    )
}
