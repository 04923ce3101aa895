//! Floats as text, as Rust itself writes them: the shortest digits that are nearest to the number and to no other.
//!
//! Rust's own code for that is made for speed, and a twentieth of what a browser would load; here only options and
//! errors show numbers. Numerator and denominator of the number are integers of 1,280 bits, and digits come of a long
//! division that stops as soon as the rest is within half the distance to the neighbouring floats (Steele and White,
//! "How to print floating-point numbers accurately", 1990).

use core::fmt::{Display, Formatter, Result, Write};

/// Both kinds of floats, as their bits.
pub(crate) trait Float: Copy {
    /// The bits, and how many of them are the mantissa and the exponent.
    fn bits(self) -> (u64, u32, u32);
}

impl Float for f32 {
    fn bits(self) -> (u64, u32, u32) {
        (self.to_bits().into(), 23, 8)
    }
}

impl Float for f64 {
    fn bits(self) -> (u64, u32, u32) {
        (self.to_bits(), 52, 11)
    }
}

/// As `{}` writes it: `8000`, `0.00001`.
pub(crate) fn plain(number: impl Float) -> impl Display {
    Number::of(number, Form::Plain)
}

/// As `{:?}` writes it, but for the `.0` of integers: `8000`, `1e-5`.
pub(crate) fn short(number: impl Float) -> impl Display {
    Number::of(number, Form::Short)
}

/// As `{:e}` writes it: `8e3`, `1e-5`.
pub(crate) fn scientific(number: impl Float) -> impl Display {
    Number::of(number, Form::Scientific)
}

/// A number that [`plain`] wrote, as [`short`] writes it; another text as it is. Reading the number would be simpler,
/// and Rust's code for that is a tenth of what a browser would load.
pub(crate) fn shortened(text: &str) -> impl Display {
    Shortened(text)
}

struct Shortened<'a>(&'a str);

impl Display for Shortened<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let unsigned = self.0.strip_prefix('-').unwrap_or(self.0);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        let zeros = all().take_while(|digit| *digit == b'0').count();
        let point = whole.len() as i32 - zeros as i32;
        if !all().all(|digit| digit.is_ascii_digit()) || zeros == all().count() || !is_long(point) {
            return f.write_str(self.0);
        }
        if unsigned.len() < self.0.len() {
            f.write_char('-')?;
        }
        let end = all().rev().take_while(|digit| *digit == b'0').count();
        for (place, digit) in all().take(all().count() - end).skip(zeros).enumerate() {
            if place == 1 {
                f.write_char('.')?;
            }
            f.write_char(char::from(digit))?;
        }
        write!(f, "e{}", point - 1)
    }
}

/// Whether a number 0.d₁d₂… · 10^point has an exponent in its short form.
fn is_long(point: i32) -> bool {
    !(-3..=16).contains(&point)
}

#[derive(Clone, Copy)]
enum Form {
    Plain,
    Short,
    Scientific,
}

struct Number {
    bits: u64,
    mantissa_bits: u32,
    exponent_bits: u32,
    form: Form,
}

impl Number {
    fn of(number: impl Float, form: Form) -> Self {
        let (bits, mantissa_bits, exponent_bits) = number.bits();
        Self { bits, mantissa_bits, exponent_bits, form }
    }

    /// Mantissa and exponent in the binary format, without the sign.
    fn fields(&self) -> (u64, u32) {
        let exponent = (self.bits >> self.mantissa_bits) & ((1 << self.exponent_bits) - 1);
        (self.bits & ((1 << self.mantissa_bits) - 1), exponent as u32)
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (fraction, exponent) = self.fields();
        let is_finite = exponent + 1 < 1 << self.exponent_bits;
        if !is_finite && fraction != 0 {
            return f.write_str("NaN");
        }
        if self.bits >> (self.mantissa_bits + self.exponent_bits) != 0 {
            f.write_char('-')?;
        }
        if !is_finite {
            return f.write_str("inf");
        }
        // 0 has one digit, before the point.
        let digits = if fraction == 0 && exponent == 0 {
            Digits { digits: [b'0'; MOST_DIGITS], n: 1, point: 1 }
        } else {
            self.digits()
        };
        match self.form {
            Form::Scientific => digits.write_scientific(f),
            Form::Short if is_long(digits.point) => digits.write_scientific(f),
            Form::Plain | Form::Short => digits.write_plain(f),
        }
    }
}

/// Of 64-bit floats.
const MOST_DIGITS: usize = 17;

/// The number 0.d₁d₂… · 10^point.
struct Digits {
    digits: [u8; MOST_DIGITS],
    n: usize,
    point: i32,
}

impl Digits {
    fn write_plain(&self, f: &mut Formatter<'_>) -> Result {
        let n = self.n as i32;
        if self.point <= 0 {
            f.write_str("0.")?;
        }
        // Zeros are before the first digit or behind the last one.
        for place in self.point.min(0)..n.max(self.point) {
            if place == self.point && place > 0 {
                f.write_char('.')?;
            }
            let digit = if (0..n).contains(&place) { self.digits[place as usize] } else { b'0' };
            f.write_char(char::from(digit))?;
        }
        Ok(())
    }

    fn write_scientific(&self, f: &mut Formatter<'_>) -> Result {
        let leading = Self { point: 1, ..*self };
        leading.write_plain(f)?;
        write!(f, "e{}", self.point - 1)
    }
}

impl Number {
    /// The digits of a number that is not 0.
    fn digits(&self) -> Digits {
        let (fraction, exponent) = self.fields();
        let is_normal = exponent > 0;
        let mantissa = fraction | u64::from(is_normal) << self.mantissa_bits;
        // In quarters of a unit of the last place: below a power of two, floats are twice as close.
        let below = if fraction == 0 && exponent > 1 { 1 } else { 2 };
        let bias = (1 << (self.exponent_bits - 1)) - 1 + self.mantissa_bits as i32;
        let power = exponent.max(1) as i32 - bias - 2;
        let (up, down) = (power.max(0) as u32, (-power).max(0) as u32);
        let (mut rest, mut below) = (Big::new(4 * mantissa, up), Big::new(below, up));
        let (mut above, mut unit) = (Big::new(2, up), Big::new(1, down));
        // Halfway between two floats, the one with an even mantissa is read.
        let reaches = |sum: &Big, limit: &Big| {
            if mantissa.is_multiple_of(2) { sum >= limit } else { sum > limit }
        };
        let mut point = 0;
        while reaches(&rest.plus(&above), &unit) {
            unit.times_10();
            point += 1;
        }
        let (mut digits, mut n) = ([0; MOST_DIGITS], 0);
        loop {
            rest.times_10();
            below.times_10();
            above.times_10();
            if n == 0 && !reaches(&rest.plus(&above), &unit) {
                point -= 1;
                continue;
            }
            digits[n] = b'0';
            while rest >= unit {
                rest.subtract(&unit);
                digits[n] += 1;
            }
            n += 1;
            let (can_end, can_end_above) = (reaches(&below, &rest), reaches(&rest.plus(&above), &unit));
            if can_end || can_end_above {
                if can_end_above && (!can_end || rest.plus(&rest) >= unit) {
                    // Behind nines, which become zeros.
                    while n > 0 && digits[n - 1] == b'9' {
                        n -= 1;
                    }
                    if n == 0 {
                        (digits[0], n) = (b'0', 1);
                        point += 1;
                    }
                    digits[n - 1] += 1;
                }
                return Digits { digits, n, point };
            }
        }
    }
}

const WORDS: usize = 40;

/// An integer, its highest word first, so that the order of arrays is that of numbers.
#[derive(Clone, PartialEq, PartialOrd)]
struct Big([u32; WORDS]);

impl Big {
    /// value · 2^power.
    fn new(value: u64, power: u32) -> Self {
        let mut words = [0; WORDS];
        let (place, value) = (WORDS - 1 - power as usize / 32, u128::from(value) << (power % 32));
        for i in 0..3 {
            let word = (value >> (32 * i)) as u32;
            if word > 0 {
                words[place - i] = word;
            }
        }
        Self(words)
    }

    fn times_10(&mut self) {
        let mut carry = 0;
        for word in self.0.iter_mut().rev() {
            carry += 10 * u64::from(*word);
            *word = carry as u32;
            carry >>= 32;
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let (mut sum, mut carry) = (self.clone(), 0);
        for (word, other) in sum.0.iter_mut().zip(&other.0).rev() {
            carry += u64::from(*word) + u64::from(*other);
            *word = carry as u32;
            carry >>= 32;
        }
        sum
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (word, other) in self.0.iter_mut().zip(&other.0).rev() {
            let difference = i64::from(*word) - i64::from(*other) + borrow;
            *word = difference as u32;
            borrow = difference >> 32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};

    /// Compares a number's texts with Rust's.
    macro_rules! check {
        ($name:ident, $float:ty) => {
            fn $name(number: $float) {
                let bits = number.to_bits();
                let debug = format!("{number:?}");
                let expected = debug.strip_suffix(".0").unwrap_or(&debug);
                assert_eq!(plain(number).to_string(), format!("{number}"), "{bits:x}");
                assert_eq!(short(number).to_string(), expected, "{bits:x}");
                assert_eq!(shortened(&format!("{number}")).to_string(), expected, "{bits:x}");
                assert_eq!(scientific(number).to_string(), format!("{number:e}"), "{bits:x}");
            }
        };
    }
    check!(check_32, f32);
    check!(check_64, f64);

    #[test]
    fn what_is_no_number_is_kept() {
        for text in ["", "-", ".", "abc", "1e-9", "0", "-0", "0.0", "1_000", "12 at 3"] {
            assert_eq!(shortened(text).to_string(), text);
        }
    }

    #[test]
    fn numbers_are_written_as_rust_writes_them() {
        for number in
            [0.0, 1.0, 0.5, 9.5, 10.0, 99.99, 1e-4, 1e-5, 9.999_999e-5, 1e15, 1e16, 1e17, 8e3, 5e-324]
        {
            for number in [number, -number, 1.0 / number] {
                check_64(number);
                check_32(number as f32);
            }
        }
        check_64(f64::NAN);
        check_32(f32::NAN);
        // Every power of two and its neighbours, where floats change their distance.
        for exponent in 0..2048_u64 {
            for mantissa in [(exponent << 52).wrapping_sub(1), exponent << 52, (exponent << 52) + 1] {
                check_64(f64::from_bits(mantissa));
            }
        }
        for exponent in 0..256_u32 {
            for mantissa in [(exponent << 23).wrapping_sub(1), exponent << 23, (exponent << 23) + 1] {
                check_32(f32::from_bits(mantissa));
            }
        }
        let mut random = 1_u64;
        for _ in 0..3_000 {
            random =
                random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            check_64(f64::from_bits(random ^ (random >> 32)));
            check_32(f32::from_bits((random >> 32) as u32));
            // Those that people write.
            check_64((random >> 40) as f64 / 1000.0);
        }
    }
}
