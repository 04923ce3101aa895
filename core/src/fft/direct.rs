//! Transforms of an odd prime size, straight from the definition.
//!
//! X[k] = x[0] + Σ_j (x[j] + x[n−j]) cos(2π jk / n) − i Σ_j (x[j] − x[n−j]) sin(2π jk / n), j up to
//! n / 2: the sums and differences are made once, and output n − k is output k with the second sum's
//! sign turned. O(n²), for the primes that sizes in use have (7, 11, 19, 29 …); sizes with large ones are
//! left to [`chirp`](super::chirp).

use super::codelets::{RealOutput, pair};
use crate::lanes::rows::Rows;
use crate::lanes::{Complex, Real};

/// A real transform of `circle.len()` inputs.
///
/// # Safety
/// `scratch` has as many rows as there are inputs.
#[inline(always)]
pub(crate) unsafe fn real<V: Real>(
    circle: &[[V::Element; 2]],
    scratch: Rows<V>,
    x: impl Fn(usize) -> V,
    out: &mut impl RealOutput<V>,
) {
    let n = circle.len();
    let half = n / 2;
    let first = x(0);
    let mut total = first;
    for j in 1..=half {
        let (sum, difference) = pair(x(j), x(n - j));
        total = total.add(sum);
        // SAFETY: 2j − 1 ≤ n − 2, within the scratch.
        unsafe {
            scratch.store(2 * j - 2, sum);
            scratch.store(2 * j - 1, difference);
        }
    }
    out.real(0, total);
    for k in 1..=half {
        let mut re = first;
        let mut im = V::constant(0.0);
        let mut at = 0;
        for j in 0..half {
            at += k;
            if at >= n {
                at -= n;
            }
            let [cos, sin] = circle[at];
            // SAFETY: as above.
            unsafe {
                re = scratch.load(2 * j).mul_add(V::splat(cos), re);
                im = scratch.load(2 * j + 1).neg_mul_add(V::splat(sin), im);
            }
        }
        out.complex(k, Complex::new(re, im));
    }
}

/// A complex transform of `circle.len()` inputs.
///
/// # Safety
/// `scratch` has twice as many rows as there are inputs.
#[inline(always)]
pub(crate) unsafe fn complex<V: Real>(
    circle: &[[V::Element; 2]],
    scratch: Rows<V>,
    load: impl Fn(usize) -> Complex<V>,
    mut store: impl FnMut(usize, Complex<V>),
) {
    let n = circle.len();
    let half = n / 2;
    let first = load(0);
    let mut total = first;
    for j in 1..=half {
        let (x, y) = (load(j), load(n - j));
        let sum = x.add(y);
        total = total.add(sum);
        // SAFETY: complex number 2j − 1 ≤ n − 2, within the scratch.
        unsafe {
            scratch.store_complex(2 * j - 2, sum);
            scratch.store_complex(2 * j - 1, x.sub(y));
        }
    }
    store(0, total);
    let zero = V::constant(0.0);
    for k in 1..=half {
        let mut even = first;
        let mut odd = Complex::new(zero, zero);
        let mut at = 0;
        for j in 0..half {
            at += k;
            if at >= n {
                at -= n;
            }
            let [cos, sin] = circle[at];
            // SAFETY: as above.
            unsafe {
                even = scratch.load_complex(2 * j).mul_add(V::splat(cos), even);
                odd = scratch.load_complex(2 * j + 1).mul_add(V::splat(sin), odd);
            }
        }
        store(k, even.sub_i(odd));
        store(n - k, even.add_i(odd));
    }
}
