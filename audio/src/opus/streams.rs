//! Channels of several Opus streams, whose packets come as one (RFC 7845, section 5.1.1).

use opus_rs::OpusDecoder;

/// A channel without sound.
const SILENT: u8 = 255;

/// The decoders of a file's streams, of which the first have two channels each and the others one.
pub(super) struct Streams {
    decoders: Vec<OpusDecoder>,
    coupled: usize,
    /// For each channel, which of the streams' channels it is.
    mapping: Vec<u8>,
    /// A stream's packet in the form that it has alone.
    packet: Vec<u8>,
    /// A stream's samples.
    pcm: Vec<f32>,
}

impl Streams {
    pub fn new(
        sample_rate: i32,
        streams: usize,
        coupled: usize,
        mapping: &[u8],
    ) -> Result<Self, &'static str> {
        if streams == 0 || coupled > streams || mapping.is_empty() {
            return Err("a wrong number of streams");
        }
        if mapping.iter().any(|&slot| slot != SILENT && usize::from(slot) >= streams + coupled) {
            return Err("a wrong order of the channels");
        }
        let decoder = |stream| OpusDecoder::new(sample_rate, if stream < coupled { 2 } else { 1 });
        let decoders = (0..streams).map(decoder).collect::<Result<_, _>>()?;
        Ok(Self { decoders, coupled, mapping: mapping.into(), packet: Vec::new(), pcm: Vec::new() })
    }

    pub fn channels(&self) -> usize {
        self.mapping.len()
    }

    /// Decodes a packet of all streams, which ends with that of the last, to samples of all channels, one after
    /// another; gives the number of each channel.
    pub fn decode(&mut self, packet: &[u8], out: &mut [f32]) -> Result<usize, &'static str> {
        let channels = self.mapping.len();
        let longest = out.len() / channels;
        let (last, mut rest) = (self.decoders.len() - 1, packet);
        let mut samples = None;
        out.fill(0.0);
        for (stream, decoder) in self.decoders.iter_mut().enumerate() {
            let packet = if stream == last {
                rest
            } else {
                rest = take_first(rest, &mut self.packet).ok_or("it ends too soon")?;
                &self.packet
            };
            // The decoder would take it for a lost one.
            let Some(&toc) = packet.first() else { return Err("it ends too soon") };
            if has_short_frames(toc) {
                return Err(SHORT_FRAMES);
            }
            let coupled = stream < self.coupled;
            let width = if coupled { 2 } else { 1 };
            self.pcm.resize(longest * width, 0.0);
            let len = decoder.decode(packet, longest, &mut self.pcm)?;
            if *samples.get_or_insert(len) != len {
                return Err("its streams differ in length");
            }
            let first = if coupled { 2 * stream } else { self.coupled + stream };
            for (channel, &slot) in self.mapping.iter().enumerate() {
                let Some(from) = usize::from(slot).checked_sub(first).filter(|&from| from < width)
                else {
                    continue;
                };
                let from = self.pcm.iter().skip(from).step_by(width).take(len);
                for (to, from) in out.iter_mut().skip(channel).step_by(channels).zip(from) {
                    *to = *from;
                }
            }
        }
        Ok(samples.unwrap_or_default())
    }
}

/// Why a packet of such frames is not decoded.
pub(crate) const SHORT_FRAMES: &str = "Opus with frames of 2.5 or 5 ms";

/// Whether a packet with this first byte has frames of 2.5 or 5 ms (RFC 6716, section 3.1), which opus-rs decodes
/// wrongly: two channels of 5 ms are off by up to 0.8.
pub(super) fn has_short_frames(toc: u8) -> bool {
    toc >= 0x80 && toc & 0x10 == 0
}

/// Takes the first of several packets, each of which tells its length (RFC 6716, appendix B), and gives the others. It
/// is changed to the form without the length.
fn take_first<'a>(packets: &'a [u8], alone: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (&toc, rest) = packets.split_first()?;
    alone.clear();
    alone.push(toc);
    let (len, rest) = match toc & 3 {
        0 => length(rest)?,
        1 => length(rest).map(|(each, rest)| (2 * each, rest))?,
        2 => {
            let (first, after) = length(rest)?;
            alone.extend(&rest[..rest.len() - after.len()]);
            let (second, rest) = length(after)?;
            (first + second, rest)
        }
        _ => {
            let (&kind, mut rest) = rest.split_first()?;
            alone.push(kind);
            let mut padding = 0;
            let mut is_padded = kind & 0x40 != 0;
            while is_padded {
                let (&more, after) = rest.split_first()?;
                alone.push(more);
                is_padded = more == 255;
                padding += usize::from(more.min(254));
                rest = after;
            }
            let frames = usize::from(kind & 0x3f);
            let mut all = 0;
            let differ = kind & 0x80 != 0;
            for _ in 1..if differ { frames } else { 1 } {
                let (len, after) = length(rest)?;
                alone.extend(&rest[..rest.len() - after.len()]);
                all += len;
                rest = after;
            }
            let (last, rest) = length(rest)?;
            (padding + if differ { all + last } else { frames * last }, rest)
        }
    };
    let (data, rest) = rest.split_at_checked(len)?;
    alone.extend(data);
    Some(rest)
}

/// The length of a frame, and what follows (section 3.2.1).
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match *bytes {
        [len @ ..252, ref rest @ ..] => Some((len.into(), rest)),
        [low, high, ref rest @ ..] => Some((usize::from(low) + 4 * usize::from(high), rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first packet of some, alone.
    fn first(packets: &[u8]) -> Option<(Vec<u8>, &[u8])> {
        let mut alone = vec![7];
        let rest = take_first(packets, &mut alone)?;
        Some((alone, rest))
    }

    #[test]
    fn each_kind_of_packet_loses_its_length() {
        // One frame, two of one size, two of two sizes.
        assert_eq!(first(&[0x78, 2, 10, 11, 9]), Some((vec![0x78, 10, 11], &[9][..])));
        assert_eq!(first(&[0x79, 1, 10, 11, 9]), Some((vec![0x79, 10, 11], &[9][..])));
        assert_eq!(first(&[0x7a, 1, 2, 10, 11, 12, 9]), Some((vec![0x7a, 1, 10, 11, 12], &[9][..])));
        // Three of one size, three of three sizes, and one with padding of 1 and then of 254 + 1.
        assert_eq!(first(&[0x7b, 3, 1, 10, 11, 12, 9]), Some((vec![0x7b, 3, 10, 11, 12], &[9][..])));
        let differ = [0x7b, 0x83, 1, 0, 2, 10, 11, 12, 9];
        assert_eq!(first(&differ), Some((vec![0x7b, 0x83, 1, 0, 10, 11, 12], &[9][..])));
        assert_eq!(first(&[0x7b, 0x41, 1, 1, 10, 0, 9]), Some((vec![0x7b, 0x41, 1, 10, 0], &[9][..])));
        let mut long = vec![0x7b, 0x41, 255, 1, 1, 10];
        long.resize(long.len() + 255, 0);
        let expected: Vec<u8> = [&long[..4], &long[5..]].concat();
        long.push(9);
        assert_eq!(first(&long), Some((expected, &[9][..])));
        // Lengths of two bytes, and a frame of no bytes.
        let mut long = vec![0x78, 252, 1];
        long.resize(long.len() + 256, 5);
        assert_eq!(first(&long).map(|(alone, rest)| (alone.len(), rest.len())), Some((257, 0)));
        assert_eq!(first(&[0x78, 0, 9]), Some((vec![0x78], &[9][..])));
    }

    #[test]
    fn packets_that_are_too_short_are_none() {
        for packets in
            [&[][..], &[0x78], &[0x78, 2, 10], &[0x7a, 1], &[0x7b], &[0x7b, 0x41], &[0x78, 252]]
        {
            assert_eq!(first(packets), None, "{packets:?}");
        }
    }
}
