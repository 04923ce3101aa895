//! Which format the first bytes of a file are in.

use crate::error::Error;
use crate::input::Input;

/// Extensions of the names of audio files that are read, for programs that search folders: first those of
/// the formats that are decoded here, then those that ffmpeg decodes. Not those of films. Which format a
/// file is in, its first bytes say.
pub const EXTENSIONS: &[&str] = &[
    "wav", "wave", "bwf", "rf64", "flac", "mp3", "mp2", "mp1", "mpga", "ogg", "oga", "opus", "m4a",
    "m4b", "aac", "webm", "mka", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "wma", "amr", "wv",
    "ape", "tta", "tak", "mpc", "dsf", "dff", "ac3", "sph", "spx", "voc",
];

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Wav,
    Flac,
    Ogg,
    /// After that many bytes of something else.
    Mp3(usize),
    /// A format that is not decoded here.
    Other(Other),
}

/// A format that is not decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Other {
    /// What people call it.
    pub name: &'static str,
    /// What ffmpeg calls it, if it reads it.
    pub ffmpeg: Option<&'static str>,
}

/// Where a mark is, what it is, and what it marks.
const MARKS: &[(usize, &[u8], &str, &str)] = &[
    (4, b"ftyp", "MP4 (M4A)", "mov"),
    (4, b"moov", "QuickTime", "mov"),
    (4, b"mdat", "QuickTime", "mov"),
    (4, b"wide", "QuickTime", "mov"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska or WebM", "matroska"),
    (8, b"AIFF", "AIFF", "aiff"),
    (8, b"AIFC", "AIFF-C", "aiff"),
    (8, b"AVI ", "AVI", "avi"),
    (0, b".snd", "AU", "au"),
    (0, b"caff", "CAF", "caf"),
    (0, b"riff\x2e\x91\xcf\x11", "Wave64", "w64"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA (ASF)", "asf"),
    (0, b"#!AMR", "AMR", "amr"),
    (0, b"ADIF", "AAC (ADIF)", "aac"),
    (0, b"wvpk", "WavPack", "wv"),
    (0, b"MAC ", "Monkey's Audio", "ape"),
    (0, b"TTA1", "True Audio", "tta"),
    (0, b"tBaK", "TAK", "tak"),
    (0, b"MPCK", "Musepack", "mpc8"),
    (0, b"MP+", "Musepack", "mpc"),
    (0, b"DSD ", "DSF (DSD)", "dsf"),
    (0, b"FRM8", "DSDIFF (DSD)", "iff"),
    (0, b"FLV\x01", "Flash video", "flv"),
    (0, b"\x00\x00\x01\xba", "MPEG program stream", "mpeg"),
    (0, b".RMF", "RealMedia", "rm"),
    (0, b"NIST_1A", "NIST SPHERE", "nistsphere"),
    (0, b"Creative Voice File\x1a", "VOC", "voc"),
    (0, b"\x0b\x77", "AC-3", "ac3"),
    (0, b"MThd", "MIDI", ""),
];

/// Finds the format. Tags before the file's own mark are passed over.
pub(crate) fn probe(input: &mut Input) -> Result<Kind, Error> {
    let mut tagged = false;
    while let Some(length) = id3v2(input.peek(10)?) {
        tagged = true;
        input.skip(length)?;
    }
    if tagged {
        // Some writers fill up with zeros beyond the length that they tell.
        while input.peek(1)?.first() == Some(&0) {
            input.consume(1);
        }
    }
    let head = input.peek(512)?;
    match head {
        [b'R', b'I', b'F', b'F' | b'X', ..] | [b'R' | b'B', b'F' | b'W', b'6', b'4', ..]
            if head.get(8..12).is_none_or(|form| form == b"WAVE") =>
        {
            return Ok(Kind::Wav);
        }
        [b'f', b'L', b'a', b'C', ..] => return Ok(Kind::Flac),
        [b'O', b'g', b'g', b'S', ..] => return Ok(Kind::Ogg),
        _ => {}
    }
    for &(at, mark, name, ffmpeg) in MARKS {
        if head.get(at..).is_some_and(|head| head.starts_with(mark)) {
            return Ok(Kind::Other(Other { name, ffmpeg: (!ffmpeg.is_empty()).then_some(ffmpeg) }));
        }
    }
    // Packets of 188 bytes, each with the same mark.
    if [0, 188, 376].iter().all(|&at| head.get(at) == Some(&0x47)) {
        return Ok(Kind::Other(Other { name: "MPEG transport stream", ffmpeg: Some("mpegts") }));
    }
    // AAC in frames: the mark of MPEG audio, of layer 0, twice.
    if let Some(length) = adts(head)
        && head.get(length..).is_none_or(|next| next.is_empty() || adts(next).is_some())
    {
        return Ok(Kind::Other(Other { name: "AAC (ADTS)", ffmpeg: Some("aac") }));
    }
    if let Some(junk) = crate::mp3::Mp3::find(input)? {
        return Ok(Kind::Mp3(junk));
    }
    Err(if tagged && input.at_end()? {
        Error::Truncated { found: 0.0, promised: None }
    } else {
        Error::NotAudio
    })
}

/// The length of the ID3v2 tag that the bytes start with: seven bits in each byte, and ten for its
/// header. A footer has ten more. Where a writer used all eight bits, so it is read.
pub(crate) fn id3v2(bytes: &[u8]) -> Option<u64> {
    let head = bytes.first_chunk::<10>()?;
    if !head.starts_with(b"ID3") || head[3] == 0xff || head[4] == 0xff {
        return None;
    }
    let bits = if head[6..].iter().all(|byte| byte & 0x80 == 0) { 7 } else { 8 };
    let size = head[6..].iter().fold(0, |size, &byte| size << bits | u64::from(byte));
    Some(size + if head[5] & 0x10 == 0 { 10 } else { 20 })
}

/// Whether bytes behind the sound are nothing to speak of: a tag, zeros, or none.
pub(crate) fn is_filling(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
        || [&b"TAG"[..], b"ID3", b"APETAGEX", b"LYRICS"].iter().any(|tag| bytes.starts_with(tag))
}

/// The length of the ADTS frame that the bytes start with.
fn adts(bytes: &[u8]) -> Option<usize> {
    let head = bytes.first_chunk::<6>()?;
    let rate = head[2] >> 2 & 15;
    if head[0] != 0xff || head[1] & 0xf6 != 0xf0 || rate > 12 {
        return None;
    }
    let length = usize::from(head[3] & 3) << 11 | usize::from(head[4]) << 3 | usize::from(head[5] >> 5);
    (length > 7).then_some(length)
}
