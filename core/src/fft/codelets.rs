//! Discrete Fourier transforms of the small sizes that longer ones are made of, on vectors.
//!
//! All are exp(−2πi jk / n), unscaled. The complex ones give every output; the real ones give outputs
//! 0 to n / 2, the rest being their conjugates. Constants that would be products stand as ratios (a
//! tangent for a sine), so that nearly every multiplication is fused into an addition.

use crate::lanes::{Complex, Real};

const SQRT_HALF: f64 = core::f64::consts::FRAC_1_SQRT_2;
/// sin 60°.
const SIN_60: f64 = 0.866_025_403_784_438_6;
/// sin 72°; sin 144°; sin 144° / sin 72°; √5 / 4.
const SIN_72: f64 = 0.951_056_516_295_153_6;
const SIN_144: f64 = 0.587_785_252_292_473_1;
const SIN_144_PER_SIN_72: f64 = 0.618_033_988_749_894_8;
const SQRT_5_QUARTER: f64 = 0.559_016_994_374_947_5;
/// cos 22.5° and tan 22.5°.
const COS_22: f64 = 0.923_879_532_511_286_7;
const TAN_22: f64 = 0.414_213_562_373_095;

#[inline(always)]
pub(crate) fn dft2<V: Real>(x: [Complex<V>; 2]) -> [Complex<V>; 2] {
    [x[0].add(x[1]), x[0].sub(x[1])]
}

#[inline(always)]
pub(crate) fn dft3<V: Real>(x: [Complex<V>; 3]) -> [Complex<V>; 3] {
    let sum = x[1].add(x[2]);
    let difference = x[1].sub(x[2]);
    let middle = sum.neg_mul_add(V::constant(0.5), x[0]);
    let sin = V::constant(SIN_60);
    [
        x[0].add(sum),
        Complex::new(difference.im.mul_add(sin, middle.re), difference.re.neg_mul_add(sin, middle.im)),
        Complex::new(difference.im.neg_mul_add(sin, middle.re), difference.re.mul_add(sin, middle.im)),
    ]
}

#[inline(always)]
pub(crate) fn dft4<V: Real>(x: [Complex<V>; 4]) -> [Complex<V>; 4] {
    let even = x[0].add(x[2]);
    let even_odd = x[0].sub(x[2]);
    let odd = x[1].add(x[3]);
    let odd_odd = x[1].sub(x[3]);
    [even.add(odd), even_odd.sub_i(odd_odd), even.sub(odd), even_odd.add_i(odd_odd)]
}

/// After C. M. Rader's and S. Winograd's forms: 14 additions and 18 fused multiply-adds.
#[inline(always)]
pub(crate) fn dft5<V: Real>(x: [Complex<V>; 5]) -> [Complex<V>; 5] {
    let outer = x[1].add(x[4]);
    let inner = x[2].add(x[3]);
    let outer_odd = x[1].sub(x[4]);
    let inner_odd = x[2].sub(x[3]);
    let sum = outer.add(inner);
    let root = V::constant(SQRT_5_QUARTER);
    let middle = sum.neg_mul_add(V::constant(0.25), x[0]);
    let difference = outer.sub(inner);
    let near = difference.mul_add(root, middle);
    let far = difference.neg_mul_add(root, middle);
    let ratio = V::constant(SIN_144_PER_SIN_72);
    let near_odd = inner_odd.mul_add(ratio, outer_odd);
    // Its negative, as not every CPU subtracts from a product.
    let minus_far_odd = outer_odd.neg_mul_add(ratio, inner_odd);
    let sin = V::constant(SIN_72);
    [
        x[0].add(sum),
        Complex::new(near_odd.im.mul_add(sin, near.re), near_odd.re.neg_mul_add(sin, near.im)),
        Complex::new(minus_far_odd.im.neg_mul_add(sin, far.re), minus_far_odd.re.mul_add(sin, far.im)),
        Complex::new(minus_far_odd.im.mul_add(sin, far.re), minus_far_odd.re.neg_mul_add(sin, far.im)),
        Complex::new(near_odd.im.neg_mul_add(sin, near.re), near_odd.re.mul_add(sin, near.im)),
    ]
}

/// Two transforms of 4, on the even and on the odd inputs.
#[inline(always)]
pub(crate) fn dft8<V: Real>(x: [Complex<V>; 8]) -> [Complex<V>; 8] {
    let even = dft4([x[0], x[2], x[4], x[6]]);
    let odd = dft4([x[1], x[3], x[5], x[7]]);
    let half = V::constant(SQRT_HALF);
    // odd[1] · (1 − i) and odd[3] · (−1 − i), their common factor √½ left to the last addition.
    let one = Complex::new(odd[1].re.add(odd[1].im), odd[1].im.sub(odd[1].re));
    let three = Complex::new(odd[3].im.sub(odd[3].re), odd[3].re.add(odd[3].im));
    [
        even[0].add(odd[0]),
        one.mul_add(half, even[1]),
        even[2].sub_i(odd[2]),
        Complex::new(three.re.mul_add(half, even[3].re), three.im.neg_mul_add(half, even[3].im)),
        even[0].sub(odd[0]),
        one.neg_mul_add(half, even[1]),
        even[2].add_i(odd[2]),
        Complex::new(three.re.neg_mul_add(half, even[3].re), three.im.mul_add(half, even[3].im)),
    ]
}

/// Sum and difference of two inputs.
#[inline(always)]
pub(crate) fn pair<V: Real>(x: V, y: V) -> (V, V) {
    (x.add(y), x.sub(y))
}

/// Outputs of a real transform: the real ones (the first, and the last of an even size) and the
/// complex ones between.
pub(crate) trait RealOutput<V> {
    fn real(&mut self, k: usize, value: V);
    fn complex(&mut self, k: usize, value: Complex<V>);
}

#[inline(always)]
pub(crate) fn real_dft2<V: Real>(x: impl Fn(usize) -> V, out: &mut impl RealOutput<V>) {
    let (sum, difference) = pair(x(0), x(1));
    out.real(0, sum);
    out.real(1, difference);
}

#[inline(always)]
pub(crate) fn real_dft3<V: Real>(x: impl Fn(usize) -> V, out: &mut impl RealOutput<V>) {
    let first = x(0);
    let (sum, difference) = pair(x(1), x(2));
    out.real(0, first.add(sum));
    let re = sum.neg_mul_add(V::constant(0.5), first);
    out.complex(1, Complex::new(re, difference.mul(V::constant(-SIN_60))));
}

#[inline(always)]
pub(crate) fn real_dft4<V: Real>(x: impl Fn(usize) -> V, out: &mut impl RealOutput<V>) {
    let (even, even_odd) = pair(x(0), x(2));
    let (odd, odd_odd) = pair(x(3), x(1));
    out.real(0, even.add(odd));
    out.complex(1, Complex::new(even_odd, odd_odd));
    out.real(2, even.sub(odd));
}

#[inline(always)]
pub(crate) fn real_dft5<V: Real>(x: impl Fn(usize) -> V, out: &mut impl RealOutput<V>) {
    let first = x(0);
    let ((outer, outer_odd), (inner, inner_odd)) = (pair(x(1), x(4)), pair(x(2), x(3)));
    let sum = outer.add(inner);
    let difference = outer.sub(inner);
    let root = V::constant(SQRT_5_QUARTER);
    let middle = sum.neg_mul_add(V::constant(0.25), first);
    let (sin_72, minus_72, minus_144) =
        (V::constant(SIN_72), V::constant(-SIN_72), V::constant(-SIN_144));
    let near = Complex::new(
        difference.mul_add(root, middle),
        inner_odd.mul_add(minus_144, outer_odd.mul(minus_72)),
    );
    let far = Complex::new(
        difference.neg_mul_add(root, middle),
        inner_odd.mul_add(sin_72, outer_odd.mul(minus_144)),
    );
    out.real(0, first.add(sum));
    out.complex(1, near);
    out.complex(2, far);
}

#[inline(always)]
pub(crate) fn real_dft8<V: Real>(x: impl Fn(usize) -> V, out: &mut impl RealOutput<V>) {
    let pairs = [pair(x(0), x(4)), pair(x(1), x(5)), pair(x(2), x(6)), pair(x(3), x(7))];
    real_dft8_to(pairs, 1, out);
}

/// The transform of 8 from sums and differences of inputs four apart; output k is given as number
/// k · `stride`.
#[inline(always)]
fn real_dft8_to<V: Real>(pairs: [(V, V); 4], stride: usize, out: &mut impl RealOutput<V>) {
    let [(sum_0, odd_0), (sum_1, odd_1), (sum_2, odd_2), (sum_3, odd_3)] = pairs;
    let (even, even_odd) = (sum_0.add(sum_2), sum_1.add(sum_3));
    out.real(0, even.add(even_odd));
    out.real(4 * stride, even.sub(even_odd));
    out.complex(2 * stride, Complex::new(sum_0.sub(sum_2), sum_3.sub(sum_1)));
    let difference = odd_1.sub(odd_3).mul(V::constant(SQRT_HALF));
    let total = odd_1.add(odd_3).mul(V::constant(-SQRT_HALF));
    out.complex(stride, Complex::new(odd_0.add(difference), total.sub(odd_2)));
    out.complex(3 * stride, Complex::new(odd_0.sub(difference), total.add(odd_2)));
}

/// The transform of 8 of the sums of inputs eight apart has the even outputs; the odd ones follow from the
/// differences.
///
/// Here and in the transform of 8, products that are both added and subtracted are rounded by themselves: as
/// many additions as multiplications, for which many CPUs have units of their own.
#[inline(always)]
pub(crate) fn real_dft16<V: Real>(x: impl Fn(usize) -> V, out: &mut impl RealOutput<V>) {
    let ((sum_0, odd_0), (sum_4, odd_4)) = (pair(x(0), x(8)), pair(x(4), x(12)));
    let ((sum_2, odd_2), (sum_6, odd_6)) = (pair(x(2), x(10)), pair(x(6), x(14)));
    let ((sum_1, odd_1), (sum_5, odd_5)) = (pair(x(1), x(9)), pair(x(5), x(13)));
    let ((sum_3, odd_3), (sum_7, odd_7)) = (pair(x(3), x(11)), pair(x(7), x(15)));
    let pairs = [pair(sum_0, sum_4), pair(sum_1, sum_5), pair(sum_2, sum_6), pair(sum_3, sum_7)];
    real_dft8_to(pairs, 2, out);

    // Odd outputs k: cosines meet the differences of odd inputs j and 8 − j, sines their sums; cos 22.5° is
    // taken out of both, which leaves tan 22.5°.
    let (half, tan) = (V::constant(SQRT_HALF), V::constant(TAN_22));
    let (cos, minus_cos) = (V::constant(COS_22), V::constant(-COS_22));
    let (difference_1, difference_2, difference_3) =
        (odd_1.sub(odd_7), odd_2.sub(odd_6), odd_3.sub(odd_5));
    let (sum_1, sum_2, sum_3) = (odd_1.add(odd_7), odd_2.add(odd_6), odd_3.add(odd_5));
    let near = difference_2.mul_add(half, odd_0);
    let far = difference_2.neg_mul_add(half, odd_0);
    let near_cos = difference_3.mul_add(tan, difference_1).mul(cos);
    let far_cos = difference_1.neg_mul_add(tan, difference_3).mul(minus_cos);
    let near_sin = sum_1.mul_add(tan, sum_3).mul(minus_cos);
    let far_sin = sum_3.neg_mul_add(tan, sum_1).mul(minus_cos);
    let middle = sum_2.mul_add(half, odd_4);
    let middle_odd = sum_2.neg_mul_add(half, odd_4);
    out.complex(1, Complex::new(near.add(near_cos), near_sin.sub(middle)));
    out.complex(7, Complex::new(near.sub(near_cos), near_sin.add(middle)));
    out.complex(3, Complex::new(far.add(far_cos), far_sin.add(middle_odd)));
    out.complex(5, Complex::new(far.sub(far_cos), far_sin.sub(middle_odd)));
}
