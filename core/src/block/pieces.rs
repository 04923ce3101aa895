//! Pieces of a block's scratch memory.

/// A piece of the scratch memory, in floats from its start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Piece {
    pub start: usize,
    pub len: usize,
}

/// Lays pieces out one after the other.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pub total: usize,
}

impl Pieces {
    /// The next piece, which starts on a cache line.
    pub fn piece(&mut self, len: usize) -> Piece {
        let start = self.total;
        self.total += len.next_multiple_of(16);
        Piece { start, len }
    }
}
