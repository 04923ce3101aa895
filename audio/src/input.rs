//! The bytes of a file, in order, a window at a time.

use crate::error::Error;
use std::io::{ErrorKind, Read};

/// What is read at once.
const WINDOW: usize = 1 << 16;

/// Bytes that come in order; the next few can be looked at before they are taken.
pub(crate) struct Input {
    reader: Box<dyn Read + Send + Sync>,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    /// Whether bytes that were taken are kept, for `rewind`.
    kept: bool,
}

/// Bytes that are kept at most.
const KEPT: usize = 1 << 20;

impl Input {
    pub fn new(reader: impl Read + Send + Sync + 'static) -> Self {
        Self {
            reader: Box::new(reader),
            buffer: Vec::with_capacity(WINDOW),
            start: 0,
            ended: false,
            kept: true,
        }
    }

    /// Goes back to the file's start; false if it is too far back. Nothing can be kept from then on.
    pub fn rewind(&mut self) -> bool {
        if self.kept {
            self.start = 0;
        }
        std::mem::take(&mut self.kept)
    }

    /// No longer keeps what is taken.
    pub fn commit(&mut self) {
        self.kept = false;
    }

    /// The next bytes: at least `count` of them, unless the file ends before.
    pub fn peek(&mut self, count: usize) -> Result<&[u8], Error> {
        while self.buffer.len() - self.start < count && !self.ended {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..])
    }

    /// The bytes that were looked at last.
    pub fn window(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Takes bytes that were looked at.
    pub fn consume(&mut self, count: usize) {
        debug_assert!(count <= self.buffer.len() - self.start, "only what was looked at is taken");
        self.start += count;
    }

    /// Whether no byte follows.
    pub fn at_end(&mut self) -> Result<bool, Error> {
        Ok(self.peek(1)?.is_empty())
    }

    /// The next `N` bytes, or `None` if the file ends before.
    pub fn array<const N: usize>(&mut self) -> Result<Option<[u8; N]>, Error> {
        let Some(bytes) = self.peek(N)?.first_chunk::<N>().copied() else { return Ok(None) };
        self.consume(N);
        Ok(Some(bytes))
    }

    /// Skips bytes; fewer only if the file ends before. Returns how many.
    pub fn skip(&mut self, count: u64) -> Result<u64, Error> {
        let mut left = count;
        while left > 0 {
            let there = self.peek(1)?.len();
            if there == 0 {
                break;
            }
            let now = usize::try_from(left).map_or(there, |left| left.min(there));
            self.consume(now);
            left -= now as u64;
        }
        Ok(count - left)
    }

    /// Reads once more. A window at a time, whatever length a header claims.
    fn fill(&mut self) -> Result<(), Error> {
        self.kept &= self.buffer.len() < KEPT;
        if !self.kept {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let filled = self.buffer.len();
        self.buffer.try_reserve(WINDOW).map_err(|_| Error::Allocation { samples: 0 })?;
        self.buffer.resize(filled + WINDOW, 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        self.ended = read.map_err(|error| Error::io(&error))? == 0;
        Ok(())
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let window = self.peek(1).map_err(std::io::Error::other)?;
        let count = window.len().min(buffer.len());
        buffer[..count].copy_from_slice(&window[..count]);
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands over three bytes at a time.
    struct Threes(Vec<u8>);

    impl Read for Threes {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(3);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            Ok(count)
        }
    }

    #[test]
    fn bytes_come_in_order_however_they_are_read() {
        let mut input = Input::new(Threes((0..100).collect()));
        assert_eq!(input.peek(5).unwrap()[..5], [0, 1, 2, 3, 4]);
        assert_eq!(input.array::<2>().unwrap(), Some([0, 1]));
        assert_eq!(input.skip(10).unwrap(), 10);
        assert_eq!(input.array::<4>().unwrap(), Some([12, 13, 14, 15]));
        assert_eq!(input.skip(1000).unwrap(), 84);
        assert!(input.at_end().unwrap());
        assert_eq!(input.array::<1>().unwrap(), None);
    }
}
