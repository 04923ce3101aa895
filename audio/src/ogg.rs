//! Ogg: pages to the packets of one stream, with every page's checksum and number checked (RFC 3533).

use crate::checksum;
use crate::decode::State;
use crate::error::{Error, Warning};
use crate::input::Input;
use crate::probe::is_filling;
use std::collections::VecDeque;
use std::io::Read;
use std::sync::{Arc, Mutex};

/// What a stream's first packet says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Vorbis,
    Opus,
    Flac,
    /// Sound that is not decoded here.
    Other(&'static str),
}

impl Codec {
    /// `None` for what is no sound.
    fn of(packet: &[u8]) -> Option<Self> {
        const STARTS: [(&[u8], Codec); 6] = [
            (b"\x01vorbis", Codec::Vorbis),
            (b"OpusHead", Codec::Opus),
            (b"\x7fFLAC", Codec::Flac),
            (b"Speex   ", Codec::Other("Speex")),
            (b"CELT    ", Codec::Other("CELT")),
            (b"PCM     ", Codec::Other("PCM")),
        ];
        STARTS.iter().find(|(start, _)| packet.starts_with(start)).map(|&(_, codec)| codec)
    }
}

/// A packet of the stream that is read.
pub(crate) struct Packet {
    pub data: Vec<u8>,
    /// The position at its end, on the last packet of a page that says one.
    pub granule: Option<u64>,
    /// The position at which the stream ends, on each packet of the last page.
    pub end: Option<u64>,
    /// Whether a stream starts with it.
    pub first: bool,
}

/// A file of pages. Of streams side by side, the first that is sound is read; of streams one after
/// another, all.
pub(crate) struct Ogg {
    input: Input,
    codec: Option<Codec>,
    serial: u32,
    /// Streams that lie beside it.
    others: Vec<u32>,
    /// Whether the pages that start streams are over.
    started: bool,
    /// The number of the next page.
    sequence: u32,
    /// Whether its last page was read.
    ended: bool,
    partial: Vec<u8>,
    has_partial: bool,
    packets: VecDeque<Packet>,
}

struct Page {
    flags: u8,
    granule: u64,
    serial: u32,
    sequence: u32,
    segments: Vec<u8>,
    body: Vec<u8>,
}

const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

impl Ogg {
    pub fn new(input: Input) -> Self {
        Self {
            input,
            codec: None,
            serial: 0,
            others: Vec::new(),
            started: false,
            sequence: 0,
            ended: true,
            partial: Vec::new(),
            has_partial: false,
            packets: VecDeque::new(),
        }
    }

    /// What the stream is that the next packet is of.
    pub fn codec(&mut self, state: &mut State) -> Result<Codec, Error> {
        while self.packets.is_empty() && self.next_page(state)? {}
        self.codec.ok_or_else(|| Error::unsupported("Ogg without sound"))
    }

    /// The next packet, or `None` at the file's end.
    pub fn packet(&mut self, state: &mut State) -> Result<Option<Packet>, Error> {
        loop {
            if let Some(packet) = self.packets.pop_front() {
                return Ok(Some(packet));
            }
            if !self.next_page(state)? {
                break;
            }
        }
        if self.has_partial {
            return Err(state.truncated());
        }
        if self.codec.is_none() {
            return Err(Error::unsupported("Ogg without sound"));
        }
        if !self.ended {
            self.ended = true;
            state.warnings.push(Warning::NeverClosed { found: state.source.seconds() });
        }
        Ok(None)
    }

    /// The file's bytes.
    pub fn into_input(self) -> Input {
        self.input
    }

    /// Reads one page, whosever it is; false at the file's end.
    fn next_page(&mut self, state: &mut State) -> Result<bool, Error> {
        let Some(page) = self.read_page(state)? else { return Ok(false) };
        if page.flags & FIRST != 0 {
            return self.start(page, state).map(|()| true);
        }
        if self.codec.is_none() {
            let what =
                if self.others.is_empty() { "the first page of a stream is missing" } else { "" };
            return Err(match what {
                "" => Error::unsupported("Ogg without sound"),
                what => state.corrupt(what),
            });
        }
        self.started = true;
        if page.serial != self.serial {
            if self.others.contains(&page.serial) {
                return Ok(true);
            }
            return Err(state.corrupt("a page is of a stream that never started"));
        }
        if self.ended {
            return Err(state.corrupt("a page follows the stream's last"));
        }
        if page.sequence != self.sequence {
            return Err(state.corrupt(format!(
                "page {} is missing: page {} follows page {}",
                self.sequence,
                page.sequence,
                self.sequence.wrapping_sub(1)
            )));
        }
        self.add(page, false, state)?;
        Ok(true)
    }

    /// Takes the first page of a stream.
    fn start(&mut self, page: Page, state: &mut State) -> Result<(), Error> {
        if self.started {
            // All streams before are over.
            if self.has_partial {
                return Err(state.corrupt("a packet is not complete where the next stream starts"));
            }
            if !self.ended {
                state.warnings.push(Warning::NeverClosed { found: state.source.seconds() });
            }
            self.started = false;
            self.others.clear();
            self.ended = true;
        }
        let codec = Codec::of(&page.body);
        // One that is decoded here goes before one that is not.
        let better = codec.is_some() && self.ended;
        if !better {
            self.others.push(page.serial);
            return Ok(());
        }
        if let (Some(before), true) = (self.codec, codec != self.codec) {
            return Err(Error::unsupported(format!(
                "Ogg whose codec changes from {before:?} to {codec:?} after {:.2} s",
                state.source.seconds()
            )));
        }
        self.codec = codec;
        self.serial = page.serial;
        self.sequence = page.sequence;
        self.ended = false;
        self.add(page, true, state)
    }

    /// Cuts a page of the stream into packets.
    fn add(&mut self, page: Page, first: bool, state: &State) -> Result<(), Error> {
        if (page.flags & CONTINUED != 0) != self.has_partial {
            return Err(state.corrupt("a packet lacks its start or its end"));
        }
        self.sequence = page.sequence.wrapping_add(1);
        self.ended = page.flags & LAST != 0;
        let granule = (page.granule != u64::MAX).then_some(page.granule);
        let end = granule.filter(|_| self.ended);
        let mut body = &page.body[..];
        let mut last = None;
        for &length in &page.segments {
            let (segment, rest) = body.split_at(length.into());
            body = rest;
            self.partial.extend_from_slice(segment);
            self.has_partial = length == 255;
            if !self.has_partial {
                let data = std::mem::take(&mut self.partial);
                last = Some(self.packets.len());
                self.packets.push_back(Packet { data, granule: None, end, first });
            }
        }
        if let Some(last) = last {
            self.packets[last].granule = granule;
        }
        if self.ended && self.has_partial {
            return Err(state.corrupt("the last packet is not complete"));
        }
        Ok(())
    }

    fn read_page(&mut self, state: &mut State) -> Result<Option<Page>, Error> {
        if self.input.at_end()? {
            return Ok(None);
        }
        let head = self.input.peek(27)?;
        if !head.starts_with(b"OggS") {
            if self.ended && self.codec.is_some() {
                // Whatever follows the last page is no sound of this format.
                let quiet = is_filling(head);
                let bytes = self.input.skip(u64::MAX)?;
                if !quiet {
                    state.warnings.push(Warning::Trailing { bytes });
                }
                return Ok(None);
            }
            if head.len() < 4 && b"OggS".starts_with(head) {
                return Err(state.truncated());
            }
            return Err(state.corrupt("no page starts where the previous one ends"));
        }
        let Some(&head) = head.first_chunk::<27>() else { return Err(state.truncated()) };
        if head[4] != 0 {
            return Err(state.corrupt(format!("a page has version {}, and only 0 exists", head[4])));
        }
        let segments = usize::from(head[26]);
        let bytes = self.input.peek(27 + segments)?;
        let Some(table) = bytes.get(27..27 + segments) else { return Err(state.truncated()) };
        let table = table.to_vec();
        let length = 27 + segments + table.iter().map(|&length| usize::from(length)).sum::<usize>();
        let Some(page) = self.input.peek(length)?.get(..length) else { return Err(state.truncated()) };
        // The checksum counts as 0 in itself.
        let sum = checksum::ogg(checksum::ogg(checksum::ogg(0, &page[..22]), &[0; 4]), &page[26..]);
        let word = |at: usize| u32::from_le_bytes([page[at], page[at + 1], page[at + 2], page[at + 3]]);
        let read = Page {
            flags: head[5],
            granule: u64::from(word(6)) | u64::from(word(10)) << 32,
            serial: word(14),
            sequence: word(18),
            segments: table,
            body: page[27 + segments..].to_vec(),
        };
        if sum != word(22) {
            return Err(state.corrupt(format!("page {} does not match its checksum", read.sequence)));
        }
        self.input.consume(length);
        Ok(Some(read))
    }
}

/// The packets of FLAC in Ogg, one after another: a native file, once the first packet has lost what the
/// mapping puts before its mark (RFC 9639, 10.1).
pub(crate) struct FlacPackets {
    ogg: Ogg,
    data: Vec<u8>,
    at: usize,
    first: bool,
    warnings: Arc<Mutex<Vec<Warning>>>,
}

impl FlacPackets {
    /// What is found to be odd on the way goes to `warnings`.
    pub fn new(ogg: Ogg, warnings: Arc<Mutex<Vec<Warning>>>) -> Self {
        Self { ogg, data: Vec::new(), at: 0, first: true, warnings }
    }

    fn next(&mut self) -> Result<bool, Error> {
        let mut state = State::default();
        let packet = self.ogg.packet(&mut state)?;
        if let (Ok(mut warnings), false) = (self.warnings.lock(), state.warnings.is_empty()) {
            warnings.append(&mut state.warnings);
        }
        let Some(packet) = packet else { return Ok(false) };
        if packet.first && !self.first {
            return Err(Error::unsupported("several FLAC streams, one after another, in one Ogg file"));
        }
        self.at = if self.first { 9.min(packet.data.len()) } else { 0 };
        self.first = false;
        self.data = packet.data;
        Ok(true)
    }
}

impl Read for FlacPackets {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at == self.data.len() {
            if !self.next().map_err(std::io::Error::other)? {
                return Ok(0);
            }
        }
        let count = (self.data.len() - self.at).min(buffer.len());
        buffer[..count].copy_from_slice(&self.data[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
