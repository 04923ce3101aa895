//! A spectrogram of any length in columns of bounded number, for a picture of it.

use super::Grid;
use mojo_audio_core::config::Layout;

/// Twice as many as the widest picture has pixels.
const COLUMNS: usize = 2 * crate::args::Size::MOST;

/// Means of as many neighbouring frames as are needed for no more columns than [`COLUMNS`].
pub struct Overview {
    n_rows: usize,
    layout: Layout,
    /// Sums over the frames of each column, column by column.
    sums: Vec<f32>,
    per_column: usize,
    /// Frames in the last column.
    in_last: usize,
}

impl Overview {
    pub fn new(n_rows: usize, layout: Layout) -> Self {
        Self { n_rows, layout, sums: Vec::new(), per_column: 1, in_last: 1 }
    }

    /// Adds the next frames.
    pub fn add(&mut self, values: &[f32], n_frames: usize) {
        let n_rows = self.n_rows;
        for frame in 0..n_frames {
            if self.in_last == self.per_column {
                if self.sums.len() == COLUMNS * n_rows {
                    self.halve();
                }
                self.sums.resize(self.sums.len() + n_rows, 0.0);
                self.in_last = 0;
            }
            self.in_last += 1;
            let start = self.sums.len() - n_rows;
            for (row, sum) in self.sums[start..].iter_mut().enumerate() {
                *sum += match self.layout {
                    Layout::MelMajor => values[row * n_frames + frame],
                    Layout::FrameMajor => values[frame * n_rows + row],
                };
            }
        }
    }

    /// Puts every two columns together.
    fn halve(&mut self) {
        let n_rows = self.n_rows;
        let half = self.sums.len() / 2;
        for column in 0..half / n_rows {
            for row in 0..n_rows {
                let (a, b) = (2 * column * n_rows + row, (2 * column + 1) * n_rows + row);
                self.sums[column * n_rows + row] = self.sums[a] + self.sums[b];
            }
        }
        self.sums.truncate(half);
        self.per_column *= 2;
        self.in_last = self.per_column;
    }

    /// The means.
    pub fn grid(&mut self) -> Grid<'_> {
        let n_columns = self.sums.len() / self.n_rows.max(1);
        for (column, sums) in self.sums.chunks_mut(self.n_rows.max(1)).enumerate() {
            let count = if column + 1 == n_columns { self.in_last } else { self.per_column };
            for sum in sums {
                *sum /= count as f32;
            }
        }
        // The sums are means now.
        (self.per_column, self.in_last) = (1, 1);
        Grid { values: &self.sums, n_rows: self.n_rows, n_columns, layout: Layout::FrameMajor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_means_and_no_more_than_the_widest_picture_needs() {
        for (n_frames, per_column) in [(5, 1), (COLUMNS, 1), (COLUMNS + 1, 2), (3 * COLUMNS, 4)] {
            let mut overview = Overview::new(2, Layout::MelMajor);
            let frames: Vec<usize> = (0..n_frames).collect();
            for frames in frames.chunks(1000) {
                // The second row is twice the first.
                let row = |factor: usize| frames.iter().map(move |i| (i * factor) as f32);
                let values: Vec<f32> = row(1).chain(row(2)).collect();
                overview.add(&values, frames.len());
            }
            let grid = overview.grid();
            assert_eq!(grid.n_columns, n_frames.div_ceil(per_column));
            for column in [0, 1, grid.n_columns / 2, grid.n_columns - 1] {
                let end = ((column + 1) * per_column).min(n_frames);
                let mean = (column * per_column + end - 1) as f32 / 2.0;
                assert_eq!(grid.get(0, column), mean, "column {column} of {n_frames} frames");
                assert_eq!(grid.get(1, column), 2.0 * mean);
            }
        }
    }
}
