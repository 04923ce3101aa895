//! From the powers of a block's bins to rows of its result: filters, logarithms, cepstrum, energy.

use super::Block;
use super::pieces::Piece;
use super::spectrum::Aligned;
use crate::cepstrum;
use crate::compress::Logarithm;
use crate::config::MelConfig;
use crate::error::Error;
use crate::lanes::{Lane, Real, inlined};
use crate::measured::MeasuredLanes;
use crate::mel::{Filterbank, Tap};
use crate::memory;
use alloc::vec::Vec;

/// Bands whose logarithms are computed side by side, as each is one chain of dependent steps.
const GROUP: usize = 8;

/// How rows are computed.
#[derive(Debug)]
pub(crate) struct Bands {
    /// The filters, which have the float of the bin's power in place of its number.
    pub filterbank: Filterbank,
    /// Mel bands, before the cepstrum.
    pub n_bands: usize,
    pub logarithm: Logarithm,
    /// (n_mfcc, n_mels), if the result is cepstra; the bands are a piece of the scratch then.
    pub cepstrum: Option<Vec<f32>>,
    pub cepstrum_tile: Piece,
    /// Row of the log energy, if it is one.
    pub energy_row: Option<usize>,
    energy_floor: f32,
    pub n_rows: usize,
    /// The float of bin 0, which shows samples that no filter sees.
    first_bin: usize,
    /// The floats of all bins, which tell the bins of the filters.
    bins: Vec<u32>,
}

impl Bands {
    /// Of bins whose powers begin at these floats of the scratch.
    pub fn new(config: &MelConfig, mut filterbank: Filterbank, bins: Vec<u32>) -> Result<Self, Error> {
        for tap in &mut filterbank.taps {
            tap.place = Tap::place(bins[tap.index() as usize], tap.is_last());
        }
        let n_rows = config.frame_rows() as usize;
        Ok(Self {
            filterbank,
            n_bands: config.n_mels as usize,
            logarithm: Logarithm::new(config),
            cepstrum: config.n_mfcc.map(|n| cepstrum::matrix(config, n as usize)).transpose()?,
            cepstrum_tile: Piece::default(),
            energy_row: config.use_energy.then(|| cepstrum::energy_row(config, n_rows)),
            energy_floor: config.energy_floor as f32,
            n_rows,
            first_bin: bins[0] as usize,
            bins,
        })
    }

    /// Writes the weights of the filters, (`n_mels`, `n_fft` / 2 + 1) row-major.
    pub fn write_weights(&self, out: &mut [f32]) -> Result<(), Error> {
        let n_bins = self.bins.len();
        // The bin of each float, by which the taps know them.
        let n_floats = self.bins.iter().max().map_or(0, |&last| last as usize + 1);
        let mut bin_of = memory::filled(n_floats, 0)?;
        for (bin, &float) in self.bins.iter().enumerate() {
            bin_of[float as usize] = bin;
        }
        out.fill(0.0);
        for (filter, float, weight) in self.filterbank.weights() {
            out[filter * n_bins + bin_of[float as usize]] = weight;
        }
        Ok(())
    }

    /// The number of weights.
    pub fn n_weights(&self) -> usize {
        self.n_bands.saturating_mul(self.bins.len())
    }

    /// Whether rows are made of several bands, or of something else.
    pub fn mixes(&self) -> bool {
        self.cepstrum.is_some() || self.energy_row.is_some()
    }

    /// Stores the rows of a block's result. `energy` is that of the frames.
    ///
    /// # Safety
    /// As of [`compute`](super::compute), after the spectrum.
    #[inline(always)]
    pub unsafe fn store<V: Lane>(&self, block: &mut Block<'_>, energy: V) {
        let aligned = Aligned::NEW;
        aligned.keep();
        // SAFETY: the result has a row for each band (and the energy), or the tile has.
        unsafe {
            let tile = block.rows::<V>(self.cepstrum_tile);
            let (mut to, stride) = match self.cepstrum {
                Some(_) => (tile.as_ptr(), V::N),
                None => (block.out, block.out_stride),
            };
            if self.energy_row == Some(0) && self.cepstrum.is_none() {
                to = to.add(stride);
            }
            let mut witness = V::load(block.all::<V>().at(self.first_bin)).mul(V::splat(0.0));
            witness = energy.mul_add(V::splat(0.0), witness);
            self.store_bands::<V>(block, to, stride, witness);

            if let Some(matrix) = &self.cepstrum {
                let mut poison = V::load(block.measured.poison.as_ptr());
                for (row, weights) in matrix.chunks_exact(self.n_bands).enumerate() {
                    let mut sum = V::splat(0.0);
                    for (mel, &weight) in weights.iter().enumerate() {
                        sum = tile.load(mel).mul_add(V::splat(weight), sum);
                    }
                    poison = sum.mul_add(V::splat(0.0), poison);
                    sum.store(block.out.add(row * block.out_stride));
                }
                poison.store(block.measured.poison.as_mut_ptr());
            }
            if let Some(row) = self.energy_row {
                let mut lanes = [0.0; 16];
                energy.store(lanes.as_mut_ptr());
                let at = block.out.add(row * block.out_stride);
                for (lane, &energy) in lanes[..V::N].iter().enumerate() {
                    *at.add(lane) = self.log_energy(energy);
                }
            }
        }
    }

    /// Filters and logarithms, from `to` on, `stride` apart. `witness` is NaN where anything overflowed before.
    ///
    /// # Safety
    /// As of [`compute`](super::compute).
    #[inline(always)]
    unsafe fn store_bands<V: Lane>(
        &self,
        block: &mut Block<'_>,
        mut to: *mut f32,
        stride: usize,
        witness: V,
    ) {
        let zero = V::splat(0.0);
        let scratch = block.floats.cast_const();
        let levels = block.levels;
        let (lowest_level, subtracted) = (V::splat(levels.lowest), V::splat(levels.subtracted));
        // Compilers would keep a group's energies in registers otherwise, and those of its filters in memory.
        let mut tile = [Aligned::NEW; GROUP];
        let tile = core::hint::black_box(tile.as_mut_ptr()).cast::<f32>();
        let MeasuredLanes { highest, lowest, poison } = &mut block.measured;
        // SAFETY: measured are sixteen lanes; taps are in the scratch, their list ends with the last band's; there is
        // a vector's room in each row of the result, and in each of the tile.
        unsafe {
            let mut high = V::load(highest.as_ptr());
            let mut low = V::load(lowest.as_ptr());
            let mut bad = V::load(poison.as_ptr()).add(witness);
            let mut energies = Energies::<V>::new(&self.filterbank.taps, scratch);
            let mut left = self.n_bands;
            while left > 0 {
                let count = left.min(GROUP);
                left -= count;
                let mut finish = inlined(
                    #[inline(always)]
                    |i: usize| {
                        let energy = energies.next();
                        bad = energy.mul_add(zero, bad);
                        energy.store(tile.add(i * V::N));
                    },
                );
                // Compilers unroll a number of bands that they know, and so tell their branches apart.
                if count == GROUP {
                    for i in 0..GROUP {
                        finish(i);
                    }
                } else {
                    for i in 0..count {
                        finish(i);
                    }
                }
                let Some(energies) = self.logarithm.energies::<V, GROUP>(tile) else {
                    // No logarithm, but a line.
                    for i in 0..count {
                        let value = self.logarithm.line(V::load(tile.add(i * V::N)));
                        bad = value.mul_add(zero, bad);
                        high = high.max(value);
                        let value = value.max(lowest_level).sub(subtracted);
                        low = low.min(value);
                        value.store(to);
                        to = to.wrapping_add(stride);
                    }
                    continue;
                };
                let values = self.logarithm.of(energies);
                if count == GROUP && levels.subtracted == 0.0 {
                    for value in values {
                        high = high.max(value);
                        let value = value.max(lowest_level);
                        low = low.min(value);
                        value.store(to);
                        to = to.wrapping_add(stride);
                    }
                    continue;
                }
                for (i, value) in values.into_iter().enumerate() {
                    value.store(tile.add(i * V::N));
                }
                for i in 0..count {
                    let value = V::load(tile.add(i * V::N));
                    high = high.max(value);
                    let value = value.max(lowest_level).sub(subtracted);
                    low = low.min(value);
                    value.store(to);
                    to = to.wrapping_add(stride);
                }
            }
            high.store(highest.as_mut_ptr());
            low.store(lowest.as_mut_ptr());
            bad.store(poison.as_mut_ptr());
        }
    }

    /// The logarithm of a frame's energy, as Kaldi limits it.
    fn log_energy(&self, energy: f32) -> f32 {
        let log = libm::logf(energy.max(f32::EPSILON));
        if self.energy_floor > 0.0 { log.max(libm::logf(self.energy_floor)) } else { log }
    }

    /// Floats that the bands of a block of `lanes` frames take where the result is computed from them; else 0.
    pub fn cepstrum_room(&self, lanes: usize) -> usize {
        if self.cepstrum.is_some() { self.n_bands * lanes } else { 0 }
    }
}

/// The energies of the bands, one after the other.
pub(super) struct Energies<V> {
    tap: *const Tap,
    powers: *const f32,
    /// That of the next band, without what falls.
    falling: V,
}

impl<V: Real<Element = f32>> Energies<V> {
    /// # Safety
    /// `powers` is valid for reads of a vector at the place of each tap.
    #[inline(always)]
    pub unsafe fn new(taps: &[Tap], powers: *const f32) -> Self {
        let mut energies = Self { tap: taps.as_ptr(), powers, falling: V::splat(0.0) };
        // The first segment finishes none.
        // SAFETY: the caller's; there is a segment more than there are bands.
        unsafe { energies.next() };
        energies
    }

    /// Over the next segment, the next band rises, the one before it falls, and is finished.
    ///
    /// # Safety
    /// As of [`new`](Self::new), for each of the bands once.
    #[inline(always)]
    pub unsafe fn next(&mut self) -> V {
        let mut rising = V::splat(0.0);
        let mut add = inlined(
            #[inline(always)]
            |tap: *const Tap, byte: usize| {
                // SAFETY: the caller's.
                unsafe {
                    let power = V::load(self.powers.byte_add(byte));
                    rising = power.mul_add(V::splat((*tap).rising), rising);
                    self.falling = power.mul_add(V::splat((*tap).falling), self.falling);
                }
            },
        );
        loop {
            let tap = self.tap;
            // SAFETY: the caller's; the last tap of a segment is marked.
            unsafe {
                self.tap = tap.add(1);
                let place = (*tap).place as usize;
                if place.is_multiple_of(2) {
                    add(tap, place);
                    return core::mem::replace(&mut self.falling, rising);
                }
                // The mark stays in the address, and a constant takes it off.
                add(tap, place - 1);
            }
        }
    }
}

/// Copies a tile, a row of one vector for each band, to frames whose bands stand together.
///
/// # Safety
/// The machine has the instruction set of `V`; `tile` is valid for reads of `n_rows` vectors, `to` for
/// writes of `n_frames` · `n_rows` floats; `n_frames` is at most `N`.
#[inline(always)]
pub(crate) unsafe fn store_frames<V: Lane>(
    tile: *const f32,
    n_rows: usize,
    to: *mut f32,
    n_frames: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        if n_frames == V::N && n_rows >= V::N {
            let mut row = 0;
            while row < n_rows {
                // The last step overlaps the one before it.
                let at = row.min(n_rows - V::N);
                V::transpose::<false>(tile.add(at * V::N), V::N, to.add(at), n_rows);
                row += V::N;
            }
        } else {
            for frame in 0..n_frames {
                for row in 0..n_rows {
                    *to.add(frame * n_rows + row) = *tile.add(row * V::N + frame);
                }
            }
        }
    }
}
