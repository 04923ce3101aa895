//! Numbers of any number of bits, highest bit first.

use crate::error::Error;
use crate::input::Input;

/// Why a frame can't be decoded.
pub(super) enum Fault {
    /// The file ends in it.
    Ends,
    Bad(&'static str),
    /// Reading failed.
    Failed(Error),
}

/// Bytes of a frame at most: several times what the highest numbers of samples, channels and bits take as
/// they are. Zeros without end, as a disk leaves them, would be one number otherwise.
const LONGEST_FRAME: usize = 1 << 24;

/// Reads the bits of one frame, without taking them from the input.
pub(super) struct Bits<'a> {
    input: &'a mut Input,
    /// Bytes of the window that are in `cache`.
    at: usize,
    /// The next bits, from the highest down. Below the `count` that are valid may be some of those that
    /// follow.
    cache: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// From a byte of the window on.
    pub fn new(input: &'a mut Input, at: usize) -> Self {
        Self { input, at, cache: 0, count: 0 }
    }

    /// Fills up to at least 57 valid bits, or as many as there are.
    #[inline]
    fn refill(&mut self) -> Result<(), Fault> {
        if let Some(bytes) = self.input.window().get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            self.cache |= u64::from_be_bytes(*bytes) >> self.count;
            self.at += (63 - self.count as usize) / 8;
            self.count |= 56;
            return Ok(());
        }
        self.refill_slowly()
    }

    #[cold]
    fn refill_slowly(&mut self) -> Result<(), Fault> {
        if self.at > LONGEST_FRAME {
            return Err(Fault::Bad("a frame is longer than any encoder makes it"));
        }
        let window = self.input.peek(self.at + 8).map_err(Fault::Failed)?;
        while self.count <= 56 {
            let Some(&byte) = window.get(self.at) else { break };
            self.cache |= u64::from(byte) << (56 - self.count);
            self.at += 1;
            self.count += 8;
        }
        Ok(())
    }

    /// The next bits, at most 32.
    #[inline]
    pub fn get(&mut self, bits: u32) -> Result<u32, Fault> {
        if self.count < bits {
            self.refill()?;
            if self.count < bits {
                return Err(Fault::Ends);
            }
        }
        if bits == 0 {
            return Ok(0);
        }
        let value = (self.cache >> (64 - bits)) as u32;
        self.drop(bits);
        Ok(value)
    }

    #[inline]
    fn drop(&mut self, bits: u32) {
        self.cache <<= bits;
        self.count -= bits;
    }

    /// The next bits as a number with a sign, at most 33.
    #[inline]
    pub fn signed(&mut self, bits: u32) -> Result<i64, Fault> {
        let (high, low) = if bits > 32 { (self.get(bits - 32)?, 32) } else { (0, bits) };
        let value = u64::from(high) << 32 | u64::from(self.get(low)?);
        if bits == 0 {
            return Ok(0);
        }
        Ok((value << (64 - bits)) as i64 >> (64 - bits))
    }

    /// How many bits are 0 before the next that is 1.
    #[inline]
    pub fn unary(&mut self) -> Result<u32, Fault> {
        let mut zeros = 0;
        loop {
            // Bits below the valid ones may be set too.
            let here = self.cache.leading_zeros();
            if here < self.count {
                self.cache = self.cache << here << 1;
                self.count -= here + 1;
                return Ok(zeros + here);
            }
            zeros += self.count;
            self.cache = self.cache.checked_shl(self.count).unwrap_or(0);
            self.count = 0;
            self.refill()?;
            if self.count == 0 {
                return Err(Fault::Ends);
            }
        }
    }

    /// A number as Rice codes it, with its sign in the lowest bit.
    #[inline]
    pub fn rice(&mut self, parameter: u32) -> Result<i64, Fault> {
        let high = self.unary()?;
        let low = self.get(parameter)?;
        let folded = u64::from(high) << parameter | u64::from(low);
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }

    /// Passes over the rest of the byte and the checksum. Returns the bytes of the whole frame, all of
    /// which are in the window.
    pub fn end(mut self) -> Result<usize, Fault> {
        self.drop(self.count % 8);
        let end = self.at - self.count as usize / 8 + 2;
        if self.input.peek(end).map_err(Fault::Failed)?.len() < end {
            return Err(Fault::Ends);
        }
        Ok(end)
    }
}
