//! Many times of the same thing, in two numbers.

/// In nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistic {
    pub median: f64,
    pub minimum: f64,
}

impl Statistic {
    /// Of one time or more.
    pub fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        let n = times.len();
        let minimum = *times.first()?;
        Some(Self { median: f64::midpoint(times[(n - 1) / 2], times[n / 2]), minimum })
    }

    /// The time of one of `parts` equal parts.
    pub fn divided(self, parts: f64) -> Self {
        Self { median: self.median / parts, minimum: self.minimum / parts }
    }

    /// How many times as long as another.
    pub fn over(self, other: Self) -> Self {
        Self { median: self.median / other.median, minimum: self.minimum / other.minimum }
    }
}

/// With three digits or so.
pub fn rounded(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// A time in the unit that suits it.
pub fn time(nanoseconds: f64) -> String {
    if nanoseconds < 1e3 {
        format!("{} ns", rounded(nanoseconds))
    } else if nanoseconds < 1e5 {
        format!("{} µs", rounded(nanoseconds / 1e3))
    } else {
        format!("{} ms", rounded(nanoseconds / 1e6))
    }
}

/// Shown where nothing was measured.
pub fn none() -> String {
    "–".into()
}

/// The median and, in brackets, the minimum.
pub fn milliseconds(time: Option<Statistic>) -> String {
    time.map_or_else(none, |time| {
        format!("{} ({})", rounded(time.median / 1e6), rounded(time.minimum / 1e6))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        let statistic = Statistic::of(vec![4.0, 1.0, 3.0, 2.0]);
        assert_eq!(statistic, Some(Statistic { median: 2.5, minimum: 1.0 }));
        assert_eq!(Statistic::of(Vec::new()), None);
    }

    #[test]
    fn times_have_their_unit() {
        let texts = [412.0, 14_900.0, 331_000.0, 6.8e6].map(time);
        assert_eq!(texts, ["412 ns", "14.9 µs", "0.331 ms", "6.80 ms"]);
    }
}
