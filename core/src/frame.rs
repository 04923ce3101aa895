//! Where frames begin, and how many there are.

use crate::config::{CenterPad, FrameSpan, MelConfig, PadMode, PadToMode};

/// The frames of a configuration, on an axis where 0 is the signal's first sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    /// Samples between frames.
    pub hop: usize,
    /// Samples that belong to a frame.
    pub span: usize,
    /// Samples that are read from a frame's start on (those past `span` meet zeros).
    pub n_fft: usize,
    /// How far before sample 0 the first frame starts; negative if it starts after.
    pub lead: i64,
    center_pad: usize,
    rounded: bool,
    drop_last: bool,
    at_most: usize,
    pad_start: u64,
    pad_end: u64,
    pad_to: u64,
    pads_with_copies: bool,
    pad_multiple: u64,
    /// Samples that the signal must have after a frame.
    margin: usize,
    /// What the number of frames is a multiple of, if it is rounded up.
    count_multiple: Option<u64>,
}

impl Framing {
    pub fn new(config: &MelConfig) -> Self {
        let n_fft = config.n_fft as usize;
        let hop = config.hop_length as usize;
        let span = match config.frame_span {
            FrameSpan::Fft => n_fft,
            FrameSpan::Window => config.window_length() as usize,
        };
        let center_pad = match config.center_pad {
            _ if !config.center => 0,
            CenterPad::HalfFrame => span / 2,
            CenterPad::HalfOverlap => (n_fft - hop) / 2,
        };
        let lead = if config.snip_edges {
            center_pad as i64
        } else {
            // Kaldi, feature-window.cc: the middle of frame t is at (t + ½) · hop.
            (span / 2) as i64 - (hop / 2) as i64
        };
        let lead = lead + config.pad_start as i64;
        Self {
            hop,
            span,
            n_fft,
            lead,
            center_pad,
            rounded: !config.snip_edges,
            drop_last: config.drop_last_frame,
            at_most: config.n_frames.map_or(usize::MAX, |n| n as usize),
            pad_start: config.pad_start,
            pad_end: config.pad_end,
            pad_to: config.pad_to.unwrap_or(0),
            pads_with_copies: config.pad_to_mode == PadToMode::Repeat,
            pad_multiple: config.pad_to_multiple_of.map_or(1, u64::from),
            margin: config.frame_margin as usize,
            count_multiple: config.n_frames_multiple_of.map(u64::from),
        }
    }

    /// Length of the signal with its padding, without `pad_start`.
    pub fn padded_length(&self, n_samples: u64) -> u64 {
        let length = n_samples.saturating_add(self.pad_start).saturating_add(self.pad_end);
        let length = length.max(self.pad_to);
        let length = length.checked_next_multiple_of(self.pad_multiple).unwrap_or(length);
        // The middle of the last frame is a sample of the signal.
        let last = self.whole_frames(length).map_or(0, |frames| frames.saturating_sub(1));
        let middle = last.saturating_mul(self.hop as u64);
        length.max(if last > 0 { middle.saturating_add(1) } else { 0 }) - self.pad_start
    }

    /// The frames that count where their number is rounded up, for a signal of this length.
    fn whole_frames(&self, length: u64) -> Option<u64> {
        self.count_multiple.map(|multiple| {
            let frames = length / self.hop as u64;
            frames.checked_next_multiple_of(multiple).unwrap_or(frames)
        })
    }

    /// How many frames are computed from a signal of `n_samples` samples.
    pub fn count(&self, n_samples: u64) -> usize {
        let length = self.padded_length(n_samples).saturating_add(self.pad_start);
        let hop = self.hop as u64;
        let frames = if self.rounded {
            length.saturating_add(hop / 2) / hop
        } else {
            let reach = length.saturating_add(2 * self.center_pad as u64);
            let needed = (self.span + self.margin) as u64;
            reach.checked_sub(needed).map_or(0, |rest| 1 + rest / hop)
        };
        // What was padded for the last frame adds no whole hop.
        let frames = self.whole_frames(length).map_or(frames, |whole| whole.min(frames));
        let frames = if self.drop_last { frames.saturating_sub(1) } else { frames };
        usize::try_from(frames).unwrap_or(usize::MAX).min(self.at_most)
    }

    /// The frames that start in the signal, or have their middle there if they are centred, where `pad_to` appends
    /// zeros; otherwise all.
    pub fn unpadded(&self, n_samples: u64) -> usize {
        let length = n_samples.saturating_add(self.pad_start).saturating_add(self.pad_end);
        if length >= self.pad_to || self.pads_with_copies {
            return usize::MAX;
        }
        usize::try_from(length.div_ceil(self.hop as u64)).unwrap_or(usize::MAX)
    }

    /// Whether a signal has no frames past `frame`, however long it is.
    pub fn is_end(&self, frame: usize) -> bool {
        frame >= self.at_most
    }

    /// How many samples may come after the last one of a frame before it is sure that the frame
    /// counts.
    pub fn delay(&self) -> usize {
        let waits = self.drop_last || self.rounded || self.count_multiple.is_some();
        self.margin + if waits { self.hop } else { 0 }
    }

    /// Start of a frame.
    pub fn start(&self, frame: usize) -> i64 {
        (frame as i64).saturating_mul(self.hop as i64) - self.lead
    }

    /// Frames whose samples are known once the signal has `length` samples, whatever its end will be.
    pub fn certain(&self, length: u64, pad_mode: PadMode) -> usize {
        // The first frame reaches over the beginning, and may show samples mirrored at it.
        let before = u64::try_from(self.lead).unwrap_or(0);
        let mirrored = match pad_mode {
            _ if before == 0 => 0,
            PadMode::Constant => 0,
            PadMode::Replicate => 1,
            PadMode::Reflect => before + 1,
            PadMode::Symmetric => before,
        };
        if length < mirrored {
            return 0;
        }
        let length_reached = i64::try_from(length).unwrap_or(i64::MAX).saturating_add(self.lead);
        let reach = length_reached - self.span as i64;
        let whole = u64::try_from(reach).map_or(0, |reach| 1 + reach / self.hop as u64);
        usize::try_from(whole).unwrap_or(usize::MAX).min(self.count(length))
    }
}
