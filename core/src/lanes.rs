//! The lane types: vectors whose lanes are consecutive frames, and complex numbers of them.
//!
//! Every step of a block is written once, over these traits; an instruction set is one small file that
//! implements them. As lanes never meet (except in transpositions), a frame's arithmetic depends neither on
//! the number of lanes nor on the lane that holds it: vectors of every width that have a fused multiply-add
//! produce the same bits.

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
pub(crate) mod rows;
#[cfg(any(
    debug_assertions,
    not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))
))]
pub(crate) mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod simd128;
#[cfg(target_arch = "x86_64")]
pub(crate) mod sse2;

/// A number format that vectors can hold.
pub(crate) trait Element: Copy {
    /// The nearest number.
    fn nearest(value: f64) -> Self;

    fn negative(self) -> Self;
}

impl Element for f32 {
    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value as f32
    }

    #[inline(always)]
    fn negative(self) -> Self {
        -self
    }
}

impl Element for f64 {
    #[inline(always)]
    fn nearest(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn negative(self) -> Self {
        -self
    }
}

/// The arithmetic of a Fourier transform, over the lanes of one or more vectors.
///
/// The methods may run only where the CPU has the type's instruction set. That is upheld in one
/// place: values of the type are made only below the entry points of [`Kernel`](crate::kernels::Kernel),
/// which are unsafe to call for this reason.
pub(crate) trait Real: Copy {
    type Element: Element;

    /// Number of lanes; a power of two, at most 16.
    const N: usize;

    /// Elements of a row in memory: the lanes, or those of the vector that this is a part of.
    const ROW: usize;

    /// A register of this vector. Codelets take parts one by one, as they hold all their values in registers.
    type Part: Real<Element = Self::Element>;

    /// How many parts it has.
    const PARTS: usize = Self::N / Self::Part::N;

    fn splat(value: Self::Element) -> Self;

    /// A constant, rounded to the element's format.
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self::splat(Self::Element::nearest(value))
    }

    /// # Safety
    /// `from` is valid for reads of `N` elements; it need not be aligned.
    unsafe fn load(from: *const Self::Element) -> Self;

    /// # Safety
    /// `to` is valid for writes of `N` elements; it need not be aligned.
    unsafe fn store(self, to: *mut Self::Element);

    /// Loads `N` 32-bit floats.
    ///
    /// # Safety
    /// `from` is valid for reads of them.
    unsafe fn load_f32(from: *const f32) -> Self;

    /// Stores the lanes, rounded to 32-bit floats.
    ///
    /// # Safety
    /// `to` is valid for writes of `N` of them.
    unsafe fn store_f32(self, to: *mut f32);

    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    /// self · by + plus, rounded once where the instruction set can.
    fn mul_add(self, by: Self, plus: Self) -> Self;
    /// from − self · by.
    fn neg_mul_add(self, by: Self, from: Self) -> Self;
}

/// A vector of 32-bit floats, with all that the pipeline does besides the transform.
pub(crate) trait Lane: Real<Element = f32> {
    /// As many lanes of 64-bit floats, in twice the registers.
    type Wide: Real<Element = f64>;

    /// Few lanes, for numbers that come one by one: wide vectors would take longer. Rounds as this type does.
    type Narrow: Real<Element = f32>;

    /// The greater of the two, or `other` where this is not a number. Which of them it is where `other` is not a number
    /// depends on the instruction set.
    fn max(self, other: Self) -> Self;
    /// The lesser of the two, likewise.
    fn min(self, other: Self) -> Self;
    fn sqrt(self) -> Self;
    /// (e, m) with self = 2^e · m and m in [1, 2), for positive normal numbers.
    fn split_exponent(self) -> (Self, Self);

    /// The samples, those below [`AUDIBLE_BITS`] as 0.
    fn audible(self) -> Self;

    /// Whether [`prefetch`](Self::prefetch) does anything.
    const PREFETCHES: bool = false;

    /// Requests memory that will be used soon; the address may be invalid.
    #[inline(always)]
    fn prefetch(_: *const f32) {}

    /// Transposes `N` rows of `N` floats: `to[j · to_stride + i] = from[i · from_stride + j]`. Those
    /// below [`AUDIBLE_BITS`] count as 0 if they are samples.
    ///
    /// # Safety
    /// `from` is valid for reads and `to` for writes at all these places.
    #[inline(always)]
    unsafe fn transpose<const SAMPLES: bool>(
        from: *const f32,
        from_stride: usize,
        to: *mut f32,
        to_stride: usize,
    ) {
        for i in 0..Self::N {
            for j in 0..Self::N {
                // SAFETY: the caller's.
                unsafe {
                    let value = *from.add(i * from_stride + j);
                    *to.add(j * to_stride + i) = if SAMPLES { audible(value) } else { value };
                }
            }
        }
    }

    /// Whether this machine waits so long for loads that cross cache lines, as each load of a vector that fills one
    /// does unless it is aligned, that samples are to be [expanded](Self::expand).
    fn expands() -> bool {
        false
    }

    /// Transposes rows `row` to `row + N` of the samples: calls `store(r, offset, v)` for every r below `N` and
    /// every offset below `OFFSETS`, where lane i of v is `from[(i + offset) · from_stride + row + r]`, or 0
    /// below [`AUDIBLE_BITS`].
    ///
    /// # Safety
    /// `from` is valid for reads at all these places; `OFFSETS` is 1, 2 or 3.
    #[inline(always)]
    unsafe fn expand<const OFFSETS: usize>(
        from: *const f32,
        from_stride: usize,
        row: usize,
        mut store: impl FnMut(usize, usize, Self),
    ) {
        for r in 0..Self::N {
            for offset in 0..OFFSETS {
                let mut lanes = [0.0; 16];
                for (i, lane) in lanes[..Self::N].iter_mut().enumerate() {
                    // SAFETY: the caller's.
                    *lane = unsafe { audible(*from.add((i + offset) * from_stride + row + r)) };
                }
                // SAFETY: no vector has more lanes.
                store(r, offset, unsafe { Self::load(lanes.as_ptr()) });
            }
        }
    }

    /// Copies a column of `n` floats to every `to_stride`-th place, those below [`AUDIBLE_BITS`] as 0.
    ///
    /// # Safety
    /// `from` is valid for reads of `n` floats and `to` for writes at those places.
    #[inline(always)]
    unsafe fn scatter(from: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        for j in 0..n {
            // SAFETY: the caller's.
            unsafe { *to.add(j * to_stride) = audible(*from.add(j)) };
        }
    }

    /// Copies two columns to every `to_stride`-th place and the one after it, those below
    /// [`AUDIBLE_BITS`] as 0.
    ///
    /// # Safety
    /// `a` and `b` are valid for reads of `n` floats and `to` for writes at those places.
    #[inline(always)]
    unsafe fn scatter_pair(a: *const f32, b: *const f32, n: usize, to: *mut f32, to_stride: usize) {
        // SAFETY: the caller's.
        unsafe {
            Self::scatter(a, n, to, to_stride);
            Self::scatter(b, n, to.add(1), to_stride);
        }
    }
}

/// Implements [`Real`] by an instruction set's functions, for a tuple of one or more vectors.
macro_rules! arithmetic {
    // Doubles in two registers, and one of these alone.
    ($wide:ident and $part:ident, $($functions:tt)+) => {
        arithmetic! { $wide, f64, parts: [0, 1], part: $part, $($functions)+ }
        arithmetic! { $part, f64, parts: [0], part: $part, $($functions)+ }
    };
    (
        $type:ty, $element:ty, parts: [$($part:tt),+], part: $one:ty, each: $width:literal, row: $row:literal,
        splat: $splat:expr, load: $load:expr, store: $store:expr,
        load_f32: $load_f32:expr, store_f32: $store_f32:expr,
        add: $add:expr, sub: $sub:expr, mul: $mul:expr,
        mul_add: $mul_add:expr, neg_mul_add: $neg_mul_add:expr $(,)?
    ) => {
        #[allow(unused_unsafe, reason = "some of the functions are safe")]
        impl $crate::lanes::Real for $type {
            type Element = $element;

            const N: usize = [$($part),+].len() * $width;
            const ROW: usize = $row;
            type Part = $one;

            #[inline(always)]
            fn splat(value: $element) -> Self {
                // SAFETY: as for every method of the trait.
                unsafe { Self($({ let _ = $part; $splat(value) }),+) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $element) -> Self {
                // SAFETY: the caller's.
                unsafe { Self($($load(from.add($part * $width))),+) }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $element) {
                // SAFETY: the caller's.
                unsafe { $($store(to.add($part * $width), self.$part);)+ }
            }
            #[inline(always)]
            unsafe fn load_f32(from: *const f32) -> Self {
                // SAFETY: the caller's.
                unsafe { Self($($load_f32(from.add($part * $width))),+) }
            }
            #[inline(always)]
            unsafe fn store_f32(self, to: *mut f32) {
                // SAFETY: the caller's.
                unsafe { $($store_f32(to.add($part * $width), self.$part);)+ }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: as for every method of the trait.
                unsafe { Self($($add(self.$part, other.$part)),+) }
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as for every method of the trait.
                unsafe { Self($($sub(self.$part, other.$part)),+) }
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as for every method of the trait.
                unsafe { Self($($mul(self.$part, other.$part)),+) }
            }
            #[inline(always)]
            fn mul_add(self, by: Self, plus: Self) -> Self {
                // SAFETY: as for every method of the trait.
                unsafe { Self($($mul_add(self.$part, by.$part, plus.$part)),+) }
            }
            #[inline(always)]
            fn neg_mul_add(self, by: Self, from: Self) -> Self {
                // SAFETY: as for every method of the trait.
                unsafe { Self($($neg_mul_add(self.$part, by.$part, from.$part)),+) }
            }
        }
    };
}
use arithmetic;

/// [`Lane::scatter_pair`] on vectors of four: `load` loads them from a column, `store` stores the
/// pairs of the first row and the three after it.
///
/// # Safety
/// As there; the functions may do so there.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128"))]
#[inline(always)]
unsafe fn scatter_fours<V>(
    [a, b]: [*const f32; 2],
    n: usize,
    to: *mut f32,
    to_stride: usize,
    load: impl Fn(*const f32) -> V,
    store: impl Fn([V; 2], *mut f32),
) {
    let whole = n - n % 4;
    // SAFETY: the caller's.
    unsafe {
        for j in (0..whole).step_by(4) {
            store([load(a.add(j)), load(b.add(j))], to.add(j * to_stride));
        }
        for j in whole..n {
            *to.add(j * to_stride) = audible(*a.add(j));
            *to.add(j * to_stride + 1) = audible(*b.add(j));
        }
    }
}

/// The closure itself. Attributes are taken on closures that are arguments only, and one that is not
/// inlined into a kernel makes it several times slower.
#[inline(always)]
pub(crate) fn inlined<F>(closure: F) -> F {
    closure
}

/// The bits of 1.0: those of its exponent, which a mantissa in [1, 2) has too.
const ONE_BITS: i32 = 0x3f80_0000;
/// The bits of a float's mantissa.
const MANTISSA_BITS: i32 = 0x7f_ffff;

/// Bits of a float that are all 0 where its magnitude is below 2^−95. The power of such samples is 0 as
/// a float, and those below 2^−126 are what many CPUs compute with a hundred times slower: a kernel
/// takes them all as 0.
pub(crate) const AUDIBLE_BITS: i32 = 0x7000_0000;

/// The sample, or 0 below [`AUDIBLE_BITS`].
#[inline(always)]
pub(crate) fn audible(sample: f32) -> f32 {
    if sample.to_bits() & AUDIBLE_BITS as u32 == 0 { 0.0 } else { sample }
}

/// A complex number in each lane.
#[derive(Clone, Copy)]
pub(crate) struct Complex<V> {
    pub re: V,
    pub im: V,
}

impl<V: Real> Complex<V> {
    #[inline(always)]
    pub fn new(re: V, im: V) -> Self {
        Self { re, im }
    }

    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        Self::new(self.re.add(other.re), self.im.add(other.im))
    }

    #[inline(always)]
    pub fn sub(self, other: Self) -> Self {
        Self::new(self.re.sub(other.re), self.im.sub(other.im))
    }

    /// self − i · other.
    #[inline(always)]
    pub fn sub_i(self, other: Self) -> Self {
        Self::new(self.re.add(other.im), self.im.sub(other.re))
    }

    /// self + i · other.
    #[inline(always)]
    pub fn add_i(self, other: Self) -> Self {
        Self::new(self.re.sub(other.im), self.im.add(other.re))
    }

    /// self · by + plus, `by` real.
    #[inline(always)]
    pub fn mul_add(self, by: V, plus: Self) -> Self {
        Self::new(self.re.mul_add(by, plus.re), self.im.mul_add(by, plus.im))
    }

    /// from − self · by, `by` real.
    #[inline(always)]
    pub fn neg_mul_add(self, by: V, from: Self) -> Self {
        Self::new(self.re.neg_mul_add(by, from.re), self.im.neg_mul_add(by, from.im))
    }

    /// self · (re + i im).
    #[inline(always)]
    pub fn mul(self, re: V, im: V) -> Self {
        Self::new(self.im.neg_mul_add(im, self.re.mul(re)), self.im.mul_add(re, self.re.mul(im)))
    }

    /// re² + im².
    #[inline(always)]
    pub fn power(self) -> V {
        self.re.mul_add(self.re, self.im.mul(self.im))
    }
}
