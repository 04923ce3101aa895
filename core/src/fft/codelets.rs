//! Discrete Fourier transforms of the small sizes that longer ones are made of, on vectors.
//!
//! All are exp(−2πi jk / n), unscaled. The complex ones give every output; the real ones give outputs
//! 0 to n / 2, the rest being their conjugates. Constants that would be products stand as ratios (a
//! tangent for a sine), so that nearly every multiplication is fused into an addition.

use crate::kernels::lane::{Complex, Real};

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
    let far_odd = outer_odd.mul_sub(ratio, inner_odd);
    let sin = V::constant(SIN_72);
    [
        x[0].add(sum),
        Complex::new(near_odd.im.mul_add(sin, near.re), near_odd.re.neg_mul_add(sin, near.im)),
        Complex::new(far_odd.im.mul_add(sin, far.re), far_odd.re.neg_mul_add(sin, far.im)),
        Complex::new(far_odd.im.neg_mul_add(sin, far.re), far_odd.re.mul_add(sin, far.im)),
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

/// 4 × 4: transforms of 4 over every fourth input, then transforms of 4 across, their twiddles as
/// tangents: 104 additions and 40 fused multiply-adds. Inputs and outputs go through closures, as
/// sixteen complex vectors do not fit any register file.
#[inline(always)]
pub(crate) fn dft16<V: Real>(
    load: impl Fn(usize) -> Complex<V>,
    mut store: impl FnMut(usize, Complex<V>),
) {
    let (half, cos, tan) = (V::constant(SQRT_HALF), V::constant(COS_22), V::constant(TAN_22));
    let a = dft4([load(0), load(4), load(8), load(12)]);
    let b = dft4([load(1), load(5), load(9), load(13)]);
    let c = dft4([load(2), load(6), load(10), load(14)]);
    let d = dft4([load(3), load(7), load(11), load(15)]);

    let row = dft4([a[0], b[0], c[0], d[0]]);
    store(0, row[0]);
    store(4, row[1]);
    store(8, row[2]);
    store(12, row[3]);

    // Row 1: twiddles w, w², w³ with w = exp(−2πi / 16) = cos (1 − i tan).
    let (x, y, z) = (b[1], c[1], d[1]);
    let y = Complex::new(y.re.add(y.im), y.im.sub(y.re));
    let even = y.mul_add(half, a[1]);
    let even_odd = y.neg_mul_add(half, a[1]);
    let x = Complex::new(x.im.mul_add(tan, x.re), x.re.neg_mul_add(tan, x.im));
    let z = Complex::new(z.re.mul_add(tan, z.im), z.im.mul_sub(tan, z.re));
    let row = last_step(even, even_odd, x.add(z), x.sub(z), cos);
    store(1, row[0]);
    store(5, row[1]);
    store(9, row[2]);
    store(13, row[3]);

    // Row 2: w² = √½ (1 − i), w⁴ = −i, w⁶ = −√½ (1 + i).
    let (x, y, z) = (b[2], c[2], d[2]);
    let even = a[2].sub_i(y);
    let even_odd = a[2].add_i(y);
    let x = Complex::new(x.re.add(x.im), x.im.sub(x.re));
    let z = Complex::new(z.im.sub(z.re), z.re.add(z.im));
    let sum = Complex::new(x.re.add(z.re), x.im.sub(z.im));
    let difference = Complex::new(x.re.sub(z.re), x.im.add(z.im));
    let row = last_step(even, even_odd, sum, difference, half);
    store(2, row[0]);
    store(6, row[1]);
    store(10, row[2]);
    store(14, row[3]);

    // Row 3: w³ = cos (tan − i), w⁶, w⁹ = −w.
    let (x, y, z) = (b[3], c[3], d[3]);
    let y = Complex::new(y.im.sub(y.re), y.re.add(y.im));
    let even = Complex::new(y.re.mul_add(half, a[3].re), y.im.neg_mul_add(half, a[3].im));
    let even_odd = Complex::new(y.re.neg_mul_add(half, a[3].re), y.im.mul_add(half, a[3].im));
    let x = Complex::new(x.re.mul_add(tan, x.im), x.im.mul_sub(tan, x.re));
    let z = Complex::new(z.im.mul_add(tan, z.re), z.re.neg_mul_add(tan, z.im));
    let row = last_step(even, even_odd, x.sub(z), x.add(z), cos);
    store(3, row[0]);
    store(7, row[1]);
    store(11, row[2]);
    store(15, row[3]);
}

/// The second half of a transform of 4 whose odd inputs still lack the real factor `by`.
#[inline(always)]
fn last_step<V: Real>(
    even: Complex<V>,
    even_odd: Complex<V>,
    odd: Complex<V>,
    odd_odd: Complex<V>,
    by: V,
) -> [Complex<V>; 4] {
    [
        odd.mul_add(by, even),
        Complex::new(odd_odd.im.mul_add(by, even_odd.re), odd_odd.re.neg_mul_add(by, even_odd.im)),
        odd.neg_mul_add(by, even),
        Complex::new(odd_odd.im.neg_mul_add(by, even_odd.re), odd_odd.re.mul_add(by, even_odd.im)),
    ]
}

/// Inputs of a real transform.
pub(crate) trait RealInput<V> {
    fn at(&self, j: usize) -> V;

    /// Sum and difference of two inputs, of which only the first is rounded before.
    fn pair(&self, i: usize, j: usize) -> (V, V);
}

impl<V: Real, const N: usize> RealInput<V> for [V; N] {
    #[inline(always)]
    fn at(&self, j: usize) -> V {
        self[j]
    }
    #[inline(always)]
    fn pair(&self, i: usize, j: usize) -> (V, V) {
        (self[i].add(self[j]), self[i].sub(self[j]))
    }
}

/// Outputs of a real transform: the real ones (the first, and the last of an even size) and the
/// complex ones between.
pub(crate) trait RealOutput<V> {
    fn real(&mut self, k: usize, value: V);
    fn complex(&mut self, k: usize, value: Complex<V>);
}

#[inline(always)]
pub(crate) fn real_dft2<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    let (sum, difference) = x.pair(0, 1);
    out.real(0, sum);
    out.real(1, difference);
}

#[inline(always)]
pub(crate) fn real_dft3<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    let first = x.at(0);
    let (sum, difference) = x.pair(1, 2);
    out.real(0, first.add(sum));
    let re = sum.neg_mul_add(V::constant(0.5), first);
    out.complex(1, Complex::new(re, difference.mul(V::constant(-SIN_60))));
}

#[inline(always)]
pub(crate) fn real_dft4<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    let (even, even_odd) = x.pair(0, 2);
    let (odd, odd_odd) = x.pair(3, 1);
    out.real(0, even.add(odd));
    out.complex(1, Complex::new(even_odd, odd_odd));
    out.real(2, even.sub(odd));
}

#[inline(always)]
pub(crate) fn real_dft5<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    let (first, near, far) = real_dft5_values(x.at(0), x.pair(1, 4), x.pair(2, 3));
    out.real(0, first);
    out.complex(1, near);
    out.complex(2, far);
}

/// The transform of 5 from its first input, and sums and differences of the outer and the inner two.
#[inline(always)]
fn real_dft5_values<V: Real>(
    first: V,
    (outer, outer_odd): (V, V),
    (inner, inner_odd): (V, V),
) -> (V, Complex<V>, Complex<V>) {
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
    (first.add(sum), near, far)
}

#[inline(always)]
pub(crate) fn real_dft8<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    real_dft8_to([x.pair(0, 4), x.pair(1, 5), x.pair(2, 6), x.pair(3, 7)], 1, out);
}

/// The transform of 8 from sums and differences of inputs four apart; output k is given as number
/// k · `stride`.
#[inline(always)]
fn real_dft8_to<V: Real>(pairs: [(V, V); 4], stride: usize, out: &mut impl RealOutput<V>) {
    let [(sum_0, odd_0), (sum_1, odd_1), (sum_2, odd_2), (sum_3, odd_3)] = pairs;
    let even = sum_0.add(sum_2);
    let even_odd = sum_1.add(sum_3);
    out.real(0, even.add(even_odd));
    out.real(4 * stride, even.sub(even_odd));
    out.complex(2 * stride, Complex::new(sum_0.sub(sum_2), sum_3.sub(sum_1)));
    let half = V::constant(SQRT_HALF);
    let difference = odd_1.sub(odd_3);
    let total = odd_1.add(odd_3);
    out.complex(
        stride,
        Complex::new(difference.mul_add(half, odd_0), total.mul_sub(V::constant(-SQRT_HALF), odd_2)),
    );
    out.complex(
        3 * stride,
        Complex::new(difference.neg_mul_add(half, odd_0), total.neg_mul_add(half, odd_2)),
    );
}

/// The transform of 8 of the sums of inputs eight apart gives the even outputs; the odd ones come
/// from the differences.
#[inline(always)]
pub(crate) fn real_dft16<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    let zero = V::constant(0.0);
    let mut sum = [zero; 8];
    let mut odd = [zero; 8];
    for j in 0..8 {
        (sum[j], odd[j]) = x.pair(j, j + 8);
    }
    let pairs = [sum.pair(0, 4), sum.pair(1, 5), sum.pair(2, 6), sum.pair(3, 7)];
    real_dft8_to(pairs, 2, out);

    // Odd outputs k: cosines meet the differences of odd[j] and odd[8 − j], sines their sums;
    // cos 22.5° is taken out of both, which leaves tan 22.5°.
    let (half, cos, tan) = (V::constant(SQRT_HALF), V::constant(COS_22), V::constant(TAN_22));
    let minus_cos = V::constant(-COS_22);
    let (difference_1, difference_2, difference_3) =
        (odd[1].sub(odd[7]), odd[2].sub(odd[6]), odd[3].sub(odd[5]));
    let (sum_1, sum_2, sum_3) = (odd[1].add(odd[7]), odd[2].add(odd[6]), odd[3].add(odd[5]));
    let near = difference_2.mul_add(half, odd[0]);
    let far = difference_2.neg_mul_add(half, odd[0]);
    let near_cos = difference_3.mul_add(tan, difference_1);
    let far_cos = difference_1.mul_sub(tan, difference_3);
    let near_sin = sum_1.mul_add(tan, sum_3);
    let far_sin = sum_3.neg_mul_add(tan, sum_1);
    let middle = sum_2.mul_add(half, odd[4]);
    let middle_odd = sum_2.mul_sub(half, odd[4]);
    out.complex(1, Complex::new(near_cos.mul_add(cos, near), near_sin.mul_sub(minus_cos, middle)));
    out.complex(7, Complex::new(near_cos.neg_mul_add(cos, near), near_sin.mul_add(minus_cos, middle)));
    out.complex(3, Complex::new(far_cos.mul_add(cos, far), far_sin.mul_sub(minus_cos, middle_odd)));
    out.complex(5, Complex::new(far_cos.neg_mul_add(cos, far), far_sin.mul_add(minus_cos, middle_odd)));
}

/// cos and −sin of 2π j k / 25 for j = 1 to 4 and k = 1, 2.
const TWIDDLES_25: [[(f64, f64); 2]; 4] = [
    [
        (0.968_583_161_128_631_1, -0.248_689_887_164_854_8),
        (0.876_306_680_043_863_6, -0.481_753_674_101_715_3),
    ],
    [
        (0.876_306_680_043_863_6, -0.481_753_674_101_715_3),
        (0.535_826_794_978_996_6, -0.844_327_925_502_015_1),
    ],
    [
        (0.728_968_627_421_411_6, -0.684_547_105_928_688_6),
        (0.062_790_519_529_313_53, -0.998_026_728_428_271_6),
    ],
    [
        (0.535_826_794_978_996_6, -0.844_327_925_502_015_1),
        (-0.425_779_291_565_072_7, -0.904_827_052_466_019_5),
    ],
];

/// 5 × 5. As the input is real, only two of the four complex columns need a transform of 5; its last
/// two outputs are those of the other two columns, conjugated. So outputs come with these numbers k:
pub(crate) const REAL_25_OUTPUTS: [usize; 13] = [0, 1, 2, 22, 21, 5, 6, 7, 17, 16, 10, 11, 12];

#[inline(always)]
pub(crate) fn real_dft25<V: Real>(x: &impl RealInput<V>, out: &mut impl RealOutput<V>) {
    let zero = V::constant(0.0);
    let mut first = [zero; 5];
    let mut near = [Complex::new(zero, zero); 5];
    let mut far = near;
    for j in 0..5 {
        let (a, b, c) = real_dft5_values(x.at(j), x.pair(5 + j, 20 + j), x.pair(10 + j, 15 + j));
        first[j] = a;
        (near[j], far[j]) = (b, c);
        if j > 0 {
            let [(re, im), (re_2, im_2)] = TWIDDLES_25[j - 1];
            near[j] = b.mul(V::constant(re), V::constant(im));
            far[j] = c.mul(V::constant(re_2), V::constant(im_2));
        }
    }
    let (a, b, c) = real_dft5_values(first[0], first.pair(1, 4), first.pair(2, 3));
    out.real(0, a);
    out.complex(5, b);
    out.complex(10, c);
    let row = dft5(near);
    out.complex(1, row[0]);
    out.complex(6, row[1]);
    out.complex(11, row[2]);
    out.complex(9, row[3]);
    out.complex(4, row[4]);
    let row = dft5(far);
    out.complex(2, row[0]);
    out.complex(7, row[1]);
    out.complex(12, row[2]);
    out.complex(8, row[3]);
    out.complex(3, row[4]);
}
