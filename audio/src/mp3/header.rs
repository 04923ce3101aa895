//! Headers of MPEG audio frames (ISO 11172-3, 13818-3 and the extension to lower rates), and the
//! frame that encoders put first to tell the length.

use crate::checksum;

/// The header of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// 1 to 3.
    pub layer: u8,
    /// 0: MPEG-1; 1: MPEG-2; 2: lower rates still.
    version: u8,
    pub sample_rate: u32,
    /// Bytes of the frame; 0 if it does not say its bit rate.
    pub length: usize,
    /// Samples per channel.
    pub samples: usize,
    mono: bool,
    protected: bool,
}

impl Header {
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let word = u32::from_be_bytes(*bytes.first_chunk()?);
        let version = [2, 3, 1, 0][(word >> 19 & 3) as usize];
        let layer = 4 - (word >> 17 & 3) as u8;
        let (rate, speed) = ((word >> 10 & 3) as usize, (word >> 12 & 15) as usize);
        // Emphasis 2 does not exist.
        if word >> 21 != 0x7ff
            || version == 3
            || layer == 4
            || rate == 3
            || speed == 15
            || word & 3 == 2
        {
            return None;
        }
        const SPEEDS: [[u16; 15]; 5] = [
            [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
            [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
            [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
            [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
        ];
        let table = match (version, layer) {
            (0, layer) => usize::from(layer) - 1,
            (_, 1) => 3,
            _ => 4,
        };
        let bits_per_second = usize::from(SPEEDS[table][speed]) * 1_000;
        let sample_rate = [44_100, 48_000, 32_000][rate] >> version;
        let samples = match (layer, version) {
            (1, _) => 384,
            (3, 1..) => 576,
            _ => 1152,
        };
        let padding = (word >> 9 & 1) as usize;
        let length = match layer {
            _ if bits_per_second == 0 => 0,
            1 => (12 * bits_per_second / sample_rate as usize + padding) * 4,
            _ => samples / 8 * bits_per_second / sample_rate as usize + padding,
        };
        Some(Self {
            layer,
            version,
            sample_rate,
            length,
            samples,
            mono: word >> 6 & 3 == 3,
            protected: word >> 16 & 1 == 0,
        })
    }

    /// Whether both can be of one stream.
    pub fn is_like(&self, other: &Self) -> bool {
        (self.layer, self.version, self.sample_rate) == (other.layer, other.version, other.sample_rate)
            && (self.length == 0) == (other.length == 0)
    }

    /// Bytes of the part that says how the rest is coded, in layer III.
    fn side_length(&self) -> usize {
        match (self.version, self.mono) {
            (0, false) => 32,
            (0, true) | (_, false) => 17,
            _ => 9,
        }
    }

    /// Whether the frame matches its checksum, if it has one that is checked here (layer III).
    pub fn matches(&self, frame: &[u8]) -> Option<bool> {
        if !self.protected || self.layer != 3 {
            return None;
        }
        let side = frame.get(6..6 + self.side_length())?;
        let sum = checksum::sixteen(checksum::sixteen(0xffff, &frame[2..4]), side);
        Some(sum == u16::from_be_bytes([frame[4], frame[5]]))
    }

    /// Whether each block of layer III overlaps the one before it in the way that both are coded, in each
    /// channel; `before` holds the kinds of the last blocks, and is brought up to date. Encoders make no
    /// others, but the format allows them.
    pub fn blocks_fit(&self, frame: &[u8], before: &mut [Option<u8>; 2]) -> bool {
        if self.layer != 3 {
            return true;
        }
        let start = if self.protected { 6 } else { 4 };
        let Some(side) = frame.get(start..start + self.side_length()) else { return true };
        let bits = |at: usize, count: usize| {
            (at..at + count).fold(0, |value, bit| value << 1 | (side[bit / 8] >> (7 - bit % 8) & 1))
        };
        let channels = if self.mono { 1 } else { 2 };
        // Of each granule and channel: how long it is, and where it says that its blocks are not the usual.
        let (granules, first, length, switched) = match (self.version, channels) {
            (0, 1) => (2, 9 + 5 + 4, 59, 33),
            (0, _) => (2, 9 + 3 + 8, 59, 33),
            (_, 1) => (1, 8 + 1, 63, 38),
            _ => (1, 8 + 2, 63, 38),
        };
        let mut fit = true;
        for part in 0..granules * channels {
            let at = first + part * length + switched;
            let kind = if bits(at, 1) == 1 { bits(at + 1, 2) } else { 0 };
            // 0 is long, 1 goes from long to short, 2 is short, 3 goes back.
            if let Some(before) = before[part % channels].replace(kind) {
                fit &= matches!(before, 1 | 2) == matches!(kind, 2 | 3);
            }
        }
        fit
    }

    /// What the frame tells of the file, if it is there for that and holds no sound.
    pub fn length_tag(&self, frame: &[u8]) -> Option<LengthTag> {
        if self.layer != 3 {
            return None;
        }
        let word = |at: usize| frame.get(at..)?.first_chunk().map(|&bytes| u32::from_be_bytes(bytes));
        // Of Fraunhofer's encoder: at a fixed place.
        if frame.get(36..40) == Some(b"VBRI") {
            return Some(LengthTag { frames: word(50), bytes: word(46), trim: None });
        }
        let start = [4, 6].into_iter().map(|head| head + self.side_length());
        let start =
            start.into_iter().find(|&at| matches!(frame.get(at..at + 4), Some(b"Xing" | b"Info")))?;
        let flags = word(start + 4)?;
        let mut at = start + 8;
        let mut field = |flag: u32, length: usize| {
            let here = (flags & flag != 0).then_some(at);
            at += if here.is_some() { length } else { 0 };
            here
        };
        let (frames, bytes) = (field(1, 4).and_then(word), field(2, 4).and_then(word));
        field(4, 100);
        field(8, 4);
        // LAME's addition: 9 letters of a name, 12 bytes of other things, two numbers of 12 bits.
        let addition = frame.get(at..at + 24).filter(|addition| addition[0] != 0);
        let trim = addition.map(|addition| {
            let [a, b, c] = [addition[21], addition[22], addition[23]].map(usize::from);
            (a << 4 | b >> 4, (b & 15) << 8 | c)
        });
        Some(LengthTag { frames, bytes, trim })
    }
}

/// What the first frame tells of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LengthTag {
    /// Frames that follow.
    pub frames: Option<u32>,
    /// Bytes of all frames, this one among them.
    pub bytes: Option<u32>,
    /// Samples that the encoder put before and behind the sound.
    pub trim: Option<(usize, usize)>,
}
