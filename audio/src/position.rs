//! Where the samples of an Ogg stream are in its time: what to leave out at its start and end, and
//! whether all are there.

use crate::decode::State;
use crate::error::{Error, Warning};

/// Samples by which a position may be off without a sample missing: less than the longest packet.
const TOLERANCE: u64 = 8_192;

/// The time of one stream, in samples.
#[derive(Default)]
pub(crate) struct Position {
    /// The position of the stream's first sample, once a page said one. Streams that are cut out of
    /// longer ones do not start at 0.
    start: Option<u64>,
    /// Samples that were decoded.
    decoded: u64,
    /// The position at which the last page says that the stream ends.
    end: Option<u64>,
}

impl Position {
    /// Takes note of a packet that was decoded to some samples. Returns how many samples before it, of
    /// those since the stream's start, are to be left out, and how many of its own are to stay.
    ///
    /// `ahead` is how many of the decoded samples come after the position that a page would give the packet's
    /// end. A decoder may give samples before pages count them, once no later packet changes them.
    ///
    /// A first page with a position lower than the samples in it means that the stream starts before
    /// time 0 (the Vorbis specification, appendix A.2).
    pub fn add(
        &mut self,
        samples: u64,
        ahead: u64,
        granule: Option<u64>,
        end: Option<u64>,
    ) -> (u64, u64) {
        let before = self.decoded;
        self.decoded += samples;
        self.end = end.or(self.end);
        let mut leading = 0;
        if let (None, Some(granule)) = (self.start, granule.or(end)) {
            let counted = self.decoded.saturating_sub(ahead);
            match granule.checked_sub(counted) {
                _ if end.is_some() => self.start = Some(0),
                Some(start) => self.start = Some(start),
                None => {
                    leading = counted - granule;
                    self.decoded -= leading;
                    self.start = Some(0);
                }
            }
        }
        let stay = match (self.end, self.start) {
            (Some(end), Some(start)) => (end - start.min(end)).saturating_sub(before).min(samples),
            _ => samples,
        };
        (leading, stay)
    }

    /// Whether the time of the first sample is known.
    pub fn is_known(&self) -> bool {
        self.start.is_some()
    }

    /// Holds the stream's length against what its last page says.
    pub fn finish(&self, sample_rate: u32, state: &mut State) -> Result<(), Error> {
        let (Some(start), Some(end)) = (self.start, self.end) else { return Ok(()) };
        let missing = end.saturating_sub(start + self.decoded);
        if missing > TOLERANCE {
            let seconds = missing as f64 / f64::from(sample_rate.max(1));
            return Err(state.corrupt(format!("{seconds:.2} s are missing before the stream's end")));
        }
        if missing > 0 {
            state.warnings.push(Warning::Short { samples: missing });
        }
        Ok(())
    }
}
