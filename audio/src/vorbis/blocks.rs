//! How far lewton is ahead of a page's position.
//!
//! A page counts samples up to the centre of its last packet's block (the Vorbis I specification, section 4.3.8 and
//! appendix A.2). lewton gives all up to where the next block begins to overlap. If a short block follows a long one,
//! that is later than the centre: by 3/4 of the long block, less 1/4 of the short one, less the half.

use lewton::header::IdentHeader;

/// The last block of a stream.
#[derive(Default)]
pub(super) struct Blocks {
    was_short: bool,
    ahead: u64,
}

impl Blocks {
    /// Takes note of a packet. `samples` is what lewton's `get_decoded_sample_count` says of it: the distance from where
    /// its block begins to overlap with the one before to where the next block begins to overlap with it.
    pub fn add(&mut self, ident: &IdentHeader, samples: usize) {
        let (short, long) = (1 << ident.blocksize_0, 1 << ident.blocksize_1);
        let late = (long - short) / 4;
        let is_short = samples == short / 2;
        // After a short block the overlap begins later, too.
        let start = if self.was_short { late } else { 0 };
        self.ahead = if !is_short && start + samples > long / 2 { late as u64 } else { 0 };
        self.was_short = is_short;
    }

    /// The decoded samples that the position at the packet's end does not count.
    pub fn ahead(&self) -> u64 {
        self.ahead
    }
}
