//! One signal on its way through the filters: what was received and may still be needed.

use super::design::{Design, GROUP, HALF_BAND_SIDE, Path, Short, Table, certain, needed};
use super::kernels::{GROUPS, Group, SLACK, Step};
use crate::error::Error;
use crate::memory;
use crate::signal::Sample;
use alloc::vec::Vec;

/// Half of the half-band filter, as places.
const SIDE: i64 = HALF_BAND_SIDE as i64;

/// Samples of the faster rate that go through all steps at a time: few enough for the caches, enough
/// that what the steps repeat at the borders does not count.
const PIECE: u64 = 8192;

/// Values by their place, the first ones let go as room is needed. The places behind the known ones
/// hold anything: kernels read and write whole vectors.
struct Line {
    values: Vec<f32>,
    origin: i64,
    len: usize,
    /// Values behind the known ones that always have room.
    slack: usize,
}

impl Line {
    fn new(capacity: usize, slack: usize) -> Result<Self, Error> {
        Ok(Self { values: memory::filled(capacity + slack, 0.0)?, origin: 0, len: 0, slack })
    }

    fn none() -> Self {
        Self { values: Vec::new(), origin: 0, len: 0, slack: 0 }
    }

    /// Starts anew at a place.
    fn start(&mut self, origin: i64) {
        (self.origin, self.len) = (origin, 0);
    }

    /// The first place that is not known.
    fn end(&self) -> i64 {
        self.origin + self.len as i64
    }

    /// Drops what is before `needed` if there is no room for `n` more values.
    fn make_room(&mut self, n: usize, needed: i64) {
        if self.len + n + self.slack > self.values.len() {
            let gone = (needed - self.origin).clamp(0, self.len as i64) as usize;
            self.values.copy_within(gone..self.len, 0);
            self.origin += gone as i64;
            self.len -= gone;
        }
    }

    /// The values from `place` on, and the slack after them.
    fn at(&self, place: i64) -> &[f32] {
        &self.values[(place - self.origin) as usize..]
    }

    fn at_mut(&mut self, place: i64) -> &mut [f32] {
        &mut self.values[(place - self.origin) as usize..]
    }

    fn grow_to(&mut self, end: i64) {
        self.len = (end - self.origin) as usize;
    }
}

/// A signal that is being resampled, from some output on.
pub(crate) struct State {
    input: Line,
    /// On the way down: the intermediate signal's even and odd samples. On the way up, `even` holds
    /// all of it.
    even: Line,
    odd: Line,
    /// Dealt inputs, groups of the short filter, or the half-band filter's outputs.
    work: Vec<f32>,
    /// The next output.
    next: i64,
    /// Inputs at a time.
    pub piece: usize,
}

impl State {
    /// The state at the start of a signal.
    pub fn new(design: &Design) -> Result<Self, Error> {
        let (from, to) = (u64::from(design.from), u64::from(design.to));
        let (l, m, half) = match &design.path {
            Path::Down(Some(short)) | Path::Up(Some(short)) => (short.l, short.m, short.half),
            _ => (1, 1, 0),
        };
        // Inputs of the short filter that its outputs reach over, with those that fill up a vector of
        // pairs at either side.
        let reach = (2 * half + 40 * (m / l + 1)) as usize + SLACK;
        let slack = SLACK + 2 * GROUP;
        let piece = match design.path {
            Path::Same => PIECE,
            // Long enough that a vector of outputs is worth its reach.
            Path::Down(_) => PIECE.max(32 * from / to),
            Path::Up(_) => (PIECE * from / to).max(1),
        };
        let n = piece as usize;
        let taps = 2 * HALF_BAND_SIDE;
        let (input, even, odd, work);
        match &design.path {
            Path::Same => {
                (input, even, odd) = (Line::none(), Line::none(), Line::none());
                work = Vec::new();
            }
            Path::Down(short) => {
                let pairs = (piece * to).div_ceil(from) as usize + 4;
                input = Line::new(n + reach, reach)?;
                even = Line::new(pairs + 2 * taps, slack + taps)?;
                odd = Line::new(pairs + 2 * taps, slack + taps)?;
                let room = match short.as_ref().map(|short| &short.table) {
                    None | Some(Table::Planes { planes: 0, .. }) => 0,
                    Some(Table::Planes { planes, taps }) => {
                        planes * (pairs + taps.len().div_ceil(*planes) + GROUP)
                    }
                    Some(_) => 2 * (pairs + GROUP),
                };
                work = memory::filled(room, 0.0)?;
            }
            Path::Up(short) => {
                input = Line::new(n + taps, slack + taps)?;
                (even, odd) = if short.is_some() {
                    (Line::new(2 * n + reach, reach)?, Line::none())
                } else {
                    (Line::none(), Line::none())
                };
                let outputs = (piece * to).div_ceil(from) as usize + 4;
                work = memory::filled(outputs.max(n) + 2 * GROUP, 0.0)?;
            }
        }
        let mut state = Self { input, even, odd, work, next: 0, piece: n };
        state.start(design, 0);
        Ok(state)
    }

    /// The most outputs that a piece makes certain.
    pub fn most_outputs(&self, design: &Design) -> usize {
        let (from, to) = (u64::from(design.from), u64::from(design.to));
        (self.piece as u64 * to).div_ceil(from) as usize + 2
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        let lines = [&self.input.values, &self.even.values, &self.odd.values, &self.work];
        lines.iter().map(|values| values.capacity() * size_of::<f32>()).sum()
    }

    /// Starts anew, so that output `next` is the first. Returns the place of the first input to be
    /// pushed.
    pub fn start(&mut self, design: &Design, next: u64) -> u64 {
        self.next = next as i64;
        // The intermediate signal begins before the first output, and before time 0, as far as the
        // half-band filter reaches.
        let first = match &design.path {
            Path::Same => self.next,
            Path::Down(short) => {
                let pair = self.next - SIDE;
                for line in [&mut self.even, &mut self.odd] {
                    // The groups of the short filter may begin before that.
                    line.start(pair - GROUP as i64);
                    line.grow_to(pair);
                }
                needed(short.as_ref(), 2 * pair)
            }
            Path::Up(short) => {
                let first = needed(short.as_ref(), self.next).div_euclid(2);
                self.even.start(2 * first);
                first - (SIDE - 1)
            }
        };
        self.input.start(first);
        // Silence before time 0.
        while self.input.end() < 0 {
            let n = self.piece.min(self.input.end().unsigned_abs() as usize);
            self.add_zeros(design, n);
            self.advance(design, &mut []);
        }
        first.max(0) as u64
    }

    /// Takes samples, and writes outputs until `out` is full; returns how many. Of samples larger than
    /// `limit` the first's index is the error; then the state is to be started anew.
    pub fn push<S: Sample>(
        &mut self,
        design: &Design,
        samples: &[S],
        limit: f32,
        out: &mut [f32],
    ) -> Result<usize, usize> {
        let mut written = 0;
        for (index, samples) in samples.chunks(self.piece).enumerate() {
            if let Path::Same = design.path {
                let n = samples.len().min(out.len() - written);
                let to = &mut out[written..written + n];
                S::convert(design.kernel, &samples[..n], to);
                if !to.iter().all(|value| value.abs() <= limit) {
                    return Err(index * self.piece);
                }
                self.next += n as i64;
                written += n;
                continue;
            }
            let to = self.room_for_input(design, samples.len());
            if !S::take(design.kernel, samples, to, limit) {
                return Err(index * self.piece);
            }
            self.input.len += samples.len();
            written += self.advance(design, &mut out[written..]);
        }
        Ok(written)
    }

    /// Fills `out` as if silence followed.
    pub fn finish(&mut self, design: &Design, out: &mut [f32]) {
        // What is certain already comes first: there may have been no room for it.
        let mut written = self.advance(design, out);
        while written < out.len() {
            self.add_zeros(design, self.piece.min(256));
            written += self.advance(design, &mut out[written..]);
        }
    }

    /// Room for `n` samples behind those that were received.
    fn room_for_input(&mut self, design: &Design, n: usize) -> &mut [f32] {
        let needed = match &design.path {
            Path::Same => 0,
            Path::Down(short) => needed(short.as_ref(), 2 * self.even.end()),
            Path::Up(None) => self.next.div_euclid(2) - (SIDE - 1),
            Path::Up(Some(_)) => self.even.end().div_euclid(2) - (SIDE - 1),
        };
        self.input.make_room(n, needed);
        let end = self.input.end();
        &mut self.input.at_mut(end)[..n]
    }

    fn add_zeros(&mut self, design: &Design, n: usize) {
        self.room_for_input(design, n).fill(0.0);
        self.input.len += n;
    }

    /// Computes what the input has made certain, as far as there is room for it.
    fn advance(&mut self, design: &Design, out: &mut [f32]) -> usize {
        let written = match &design.path {
            Path::Same => 0,
            Path::Down(short) => self.down(design, short.as_ref(), out),
            Path::Up(None) => self.up_by_two(design, out),
            Path::Up(Some(short)) => self.up(design, short, out),
        };
        self.next += written as i64;
        written
    }

    fn down(&mut self, design: &Design, short: Option<&Short>, out: &mut [f32]) -> usize {
        let kernel = design.kernel;
        let to = certain(short, self.input.end()).div_euclid(2);
        let from = self.even.end();
        if to > from {
            let n = (to - from) as usize;
            let needed = self.next - SIDE;
            self.even.make_room(n, needed - GROUP as i64);
            self.odd.make_room(n, needed - GROUP as i64);
            match short {
                None => kernel.resample(Step::Split {
                    from: &self.input.at(2 * from)[..2 * n],
                    even: self.even.at_mut(from),
                    odd: self.odd.at_mut(from),
                }),
                Some(short) => self.shorten(design, short, from, n),
            }
            self.even.grow_to(to);
            self.odd.grow_to(to);
        }
        let n = (to - (SIDE - 1) - self.next).clamp(0, out.len() as i64) as usize;
        if n > 0 {
            kernel.resample(Step::HalfBand {
                taps: &design.half_band,
                even: Some(self.even.at(self.next)),
                odd: self.odd.at(self.next - SIDE),
                out: &mut out[..n],
            });
        }
        n
    }

    /// The short filter's pairs of outputs from pair `first` on.
    fn shorten(&mut self, design: &Design, short: &Short, first: i64, n: usize) {
        if let Table::Planes { planes, taps } = &short.table {
            let from = self.input.at(*planes as i64 * first + short.first(0));
            let written = n.next_multiple_of(design.kernel.lanes);
            let stride = written + taps.len().div_ceil(*planes);
            let dealt = &mut self.work[..planes * stride];
            design.dealer.resample(Step::Deal { from, planes: *planes, to: dealt, stride, n: stride });
            design.kernel.resample(Step::Planes {
                taps,
                dealt,
                planes: *planes,
                stride,
                n,
                even: self.even.at_mut(first),
                odd: self.odd.at_mut(first),
            });
            return;
        }
        let group = short.group();
        let groups =
            (2 * first).div_euclid(group)..(2 * (first + n as i64) + group - 1).div_euclid(group);
        // Pairs of whole groups; a group of a single output is half of one.
        let start = groups.start * group;
        let len = ((groups.end - groups.start) * group) as usize;
        let work = &mut self.work[..len];
        filter_groups(design, short, &self.input, groups.start, work);
        let skipped = (2 * first - start) as usize;
        design.kernel.resample(Step::Split {
            from: &work[skipped..skipped + 2 * n],
            even: self.even.at_mut(first),
            odd: self.odd.at_mut(first),
        });
    }

    /// The half-band filter between the inputs from `first` on: `n` values, in `work`.
    fn between(&mut self, design: &Design, first: i64, n: usize) {
        design.kernel.resample(Step::HalfBand {
            taps: &design.half_band,
            even: None,
            odd: self.input.at(first - (SIDE - 1)),
            out: &mut self.work[..n],
        });
    }

    fn up_by_two(&mut self, design: &Design, out: &mut [f32]) -> usize {
        let certain = 2 * (self.input.end() - SIDE);
        let n = (certain - self.next).clamp(0, out.len() as i64) as usize;
        if n == 0 {
            return 0;
        }
        // The first output may be the second of a pair, the last the first of one.
        let first = self.next.div_euclid(2);
        let pairs = ((self.next + n as i64 + 1).div_euclid(2) - first) as usize;
        self.between(design, first, pairs);
        let (mut even, mut odd) = (&self.input.at(first)[..pairs], &self.work[..pairs]);
        let mut out = &mut out[..n];
        if self.next.rem_euclid(2) == 1 {
            out[0] = odd[0];
            (even, odd, out) = (&even[1..], &odd[1..], &mut out[1..]);
        }
        if let (last, [out]) = (out.len() / 2, out.as_chunks_mut::<2>().1) {
            *out = even[last];
        }
        design.kernel.resample(Step::Join { even, odd, to: out });
        n
    }

    fn up(&mut self, design: &Design, short: &Short, out: &mut [f32]) -> usize {
        let (from, to) = (self.even.end().div_euclid(2), self.input.end() - SIDE);
        if to > from {
            let n = (to - from) as usize;
            self.between(design, from, n);
            let needed = short.needed(self.next);
            // Only whole pairs are let go.
            self.even.make_room(2 * n, needed - needed.rem_euclid(2));
            design.kernel.resample(Step::Join {
                even: &self.input.at(from)[..n],
                odd: &self.work[..n],
                to: &mut self.even.at_mut(2 * from)[..2 * n],
            });
            self.even.grow_to(2 * to);
        }
        let certain = short.certain(self.even.end());
        let n = (certain - self.next).clamp(0, out.len() as i64) as usize;
        if n > 0 {
            let group = short.group();
            let first = self.next.div_euclid(group);
            let last = (self.next + n as i64 + group - 1).div_euclid(group);
            let work = &mut self.work[..((last - first) * group) as usize];
            filter_groups(design, short, &self.even, first, work);
            let skipped = (self.next - first * group) as usize;
            out[..n].copy_from_slice(&work[skipped..skipped + n]);
        }
        n
    }
}

/// Fills `out` with the short filter's groups of outputs from group `first` on.
fn filter_groups(design: &Design, short: &Short, input: &Line, first: i64, out: &mut [f32]) {
    match &short.table {
        Table::Planes { .. } => unreachable!("pairs have no groups"),
        Table::Spread { lanes, span, bases, taps } => {
            let n_tables = bases.len() as i64;
            // How many inputs one turn through all tables takes.
            let advance = n_tables * *lanes as i64 / short.l * short.m;
            let group_at = |group: i64| {
                let (turn, table) = (group.div_euclid(n_tables), group.rem_euclid(n_tables) as usize);
                let rows = span * lanes;
                Group {
                    taps: &taps[table * rows..][..rows],
                    from: &input.at(bases[table] + turn * advance)[..*span],
                }
            };
            for (out, first) in out.chunks_mut(GROUPS * lanes).zip((first..).step_by(GROUPS)) {
                let n = out.len() / lanes;
                let mut groups = [Group::NONE; GROUPS];
                for (group, to) in (first..).zip(&mut groups[..n]) {
                    *to = group_at(group);
                }
                design.kernel.resample(Step::Spread { span: *span, groups: &groups[..n], out });
            }
        }
        Table::Interpolated { phases, span, taps } => {
            for (out, group) in out.chunks_exact_mut(GROUP).zip(first..) {
                let j = group * GROUP as i64;
                let phase = (j.rem_euclid(short.l) * short.m).rem_euclid(short.l) * phases;
                let table = (phase / short.l) as usize;
                let t = ((phase % short.l) as f64 / short.l as f64) as f32;
                let rows = span * GROUP;
                design.kernel.resample(Step::Interpolate {
                    span: *span,
                    taps: core::array::from_fn(|i| &taps[(table + i) * rows..][..rows]),
                    // Lagrange's polynomials through −1, 0, 1 and 2.
                    weights: [
                        -t * (t - 1.0) * (t - 2.0) / 6.0,
                        (t + 1.0) * (t - 1.0) * (t - 2.0) / 2.0,
                        -(t + 1.0) * t * (t - 2.0) / 2.0,
                        (t + 1.0) * t * (t - 1.0) / 6.0,
                    ],
                    from: &input.at(short.first(j))[..*span],
                    out,
                });
            }
        }
    }
}
