//! Scratch as rows of vectors, bounds-checked in debug builds.

use super::lane::{Complex, Lane};
use core::marker::PhantomData;

/// A piece of scratch memory, seen as rows of one vector each.
pub(crate) struct Rows<V> {
    start: *mut f32,
    /// In floats.
    len: usize,
    lane: PhantomData<V>,
}

impl<V> Clone for Rows<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Rows<V> {}

impl<V: Lane> Rows<V> {
    /// # Safety
    /// `start` stays valid for reads and writes of `len` floats while the rows are used.
    #[inline(always)]
    pub unsafe fn new(start: *mut f32, len: usize) -> Self {
        Self { start, len, lane: PhantomData }
    }

    /// The rows from `row` on.
    ///
    /// # Safety
    /// `row` is at most the number of rows.
    #[inline(always)]
    pub unsafe fn from(self, row: usize) -> Self {
        debug_assert!(row * V::N <= self.len);
        // SAFETY: the caller's.
        Self { start: unsafe { self.start.add(row * V::N) }, len: self.len - row * V::N, ..self }
    }

    #[inline(always)]
    pub fn as_ptr(self) -> *mut f32 {
        self.start
    }

    /// The vector at any float, aligned or not.
    ///
    /// # Safety
    /// It lies inside.
    #[inline(always)]
    pub unsafe fn load_at(self, float: usize) -> V {
        debug_assert!(float + V::N <= self.len);
        // SAFETY: the caller's.
        unsafe { V::load(self.start.add(float)) }
    }

    /// # Safety
    /// `row` lies inside.
    #[inline(always)]
    pub unsafe fn load(self, row: usize) -> V {
        // SAFETY: the caller's.
        unsafe { self.load_at(row * V::N) }
    }

    /// # Safety
    /// `row` lies inside.
    #[inline(always)]
    pub unsafe fn store(self, row: usize, value: V) {
        debug_assert!((row + 1) * V::N <= self.len);
        // SAFETY: the caller's.
        unsafe { value.store(self.start.add(row * V::N)) }
    }

    /// A complex number: real parts in row 2 · `index`, imaginary ones in the next.
    ///
    /// # Safety
    /// Both rows lie inside.
    #[inline(always)]
    pub unsafe fn load_complex(self, index: usize) -> Complex<V> {
        // SAFETY: the caller's.
        unsafe { Complex::new(self.load(2 * index), self.load(2 * index + 1)) }
    }

    /// # Safety
    /// Both rows lie inside.
    #[inline(always)]
    pub unsafe fn store_complex(self, index: usize, value: Complex<V>) {
        // SAFETY: the caller's.
        unsafe {
            self.store(2 * index, value.re);
            self.store(2 * index + 1, value.im);
        }
    }
}
