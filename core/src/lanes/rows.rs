//! Scratch as rows of vectors, bounds-checked in debug builds.

use super::{Complex, Real};

/// A piece of scratch memory, seen as rows of one vector each.
pub(crate) struct Rows<V: Real> {
    start: *mut V::Element,
    /// In elements.
    len: usize,
}

impl<V: Real> Clone for Rows<V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Real> Copy for Rows<V> {}

impl<V: Real> Rows<V> {
    /// # Safety
    /// `start` stays valid for reads and writes of `len` elements while the rows are used.
    #[inline(always)]
    pub unsafe fn new(start: *mut V::Element, len: usize) -> Self {
        Self { start, len }
    }

    /// The rows from `row` on.
    ///
    /// # Safety
    /// `row` is at most the number of rows.
    #[inline(always)]
    pub unsafe fn from(self, row: usize) -> Self {
        debug_assert!(row * V::ROW <= self.len);
        // SAFETY: the caller's.
        Self { start: unsafe { self.start.add(row * V::ROW) }, len: self.len - row * V::ROW }
    }

    /// The rows from `row` on, of which none may be left.
    #[inline(always)]
    pub fn past(self, row: usize) -> Self {
        let len = self.len.saturating_sub(row * V::ROW);
        Self { start: self.start.wrapping_add(row * V::ROW), len }
    }

    /// Part `index` of every vector.
    ///
    /// # Safety
    /// A vector has as many parts.
    #[inline(always)]
    pub unsafe fn part(self, index: usize) -> Rows<V::Part> {
        let before = index * V::Part::N;
        // SAFETY: the caller's.
        Rows { start: unsafe { self.start.add(before) }, len: self.len.saturating_sub(before) }
    }

    /// Stores 32-bit floats, those of part `index`, to the start of the row at an element.
    ///
    /// # Safety
    /// The row is inside; what its start held of that part and those before it is not used again.
    #[inline(always)]
    pub unsafe fn store_f32_at(self, element: usize, index: usize, value: V::Part) {
        // SAFETY: the caller's; floats are no larger than elements.
        unsafe { value.store_f32(self.at(element).cast::<f32>().add(index * V::Part::N)) };
    }

    #[inline(always)]
    pub fn as_ptr(self) -> *mut V::Element {
        self.start
    }

    /// Where the vector at any element is, aligned or not.
    ///
    /// # Safety
    /// The vector is inside the rows.
    #[inline(always)]
    pub unsafe fn at(self, element: usize) -> *mut V::Element {
        debug_assert!(element + V::N <= self.len);
        // SAFETY: the caller's.
        unsafe { self.start.add(element) }
    }

    /// The same, counted in bytes.
    ///
    /// # Safety
    /// The vector is inside the rows.
    #[inline(always)]
    pub unsafe fn at_byte(self, byte: usize) -> *mut V::Element {
        debug_assert!(byte / size_of::<V::Element>() + V::N <= self.len);
        // SAFETY: the caller's.
        unsafe { self.start.byte_add(byte) }
    }

    /// # Safety
    /// `row` is inside.
    #[inline(always)]
    pub unsafe fn load(self, row: usize) -> V {
        // SAFETY: the caller's.
        unsafe { V::load(self.at(row * V::ROW)) }
    }

    /// # Safety
    /// `row` is inside.
    #[inline(always)]
    pub unsafe fn store(self, row: usize, value: V) {
        // SAFETY: the caller's.
        unsafe { value.store(self.at(row * V::ROW)) }
    }

    /// Where a row begins, for vectors of 32-bit floats in rows of any format.
    ///
    /// # Safety
    /// `row` is inside.
    #[inline(always)]
    pub unsafe fn row(self, row: usize) -> *mut f32 {
        // SAFETY: the caller's.
        unsafe { self.at(row * V::ROW) }.cast()
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

    /// A complex number: real parts from that element on, imaginary ones in the row after it.
    ///
    /// # Safety
    /// Both are inside.
    #[inline(always)]
    pub unsafe fn load_complex_at(self, element: usize) -> Complex<V> {
        // SAFETY: the caller's.
        unsafe { Complex::new(V::load(self.at(element)), V::load(self.at(element + V::ROW))) }
    }

    /// # Safety
    /// Both rows are inside.
    #[inline(always)]
    pub unsafe fn store_complex_at(self, element: usize, value: Complex<V>) {
        // SAFETY: the caller's.
        unsafe {
            value.re.store(self.at(element));
            value.im.store(self.at(element + V::ROW));
        }
    }
}
