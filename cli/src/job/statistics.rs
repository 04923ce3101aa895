//! Lowest, highest and mean value of a result, block by block.

/// Values that are measured side by side, so that none waits for the one before it.
const LANES: usize = 16;

/// What was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Statistics {
    pub min: f32,
    pub max: f32,
    pub mean: f64,
}

/// Measures values as they come.
pub struct Tally {
    min: [f32; LANES],
    max: [f32; LANES],
    sum: [f64; LANES],
    count: u64,
}

impl Tally {
    pub fn new() -> Self {
        Self {
            min: [f32::INFINITY; LANES],
            max: [f32::NEG_INFINITY; LANES],
            sum: [0.0; LANES],
            count: 0,
        }
    }

    pub fn add(&mut self, values: &[f32]) {
        let (groups, rest) = values.as_chunks::<LANES>();
        // Copies, which stay in registers.
        let (mut min, mut max, mut sum) = (self.min, self.max, self.sum);
        for group in groups {
            for i in 0..LANES {
                let value = group[i];
                // Comparisons of numbers, as results are: `f32::min` would look for NaN too.
                min[i] = if value < min[i] { value } else { min[i] };
                max[i] = if value > max[i] { value } else { max[i] };
                sum[i] += f64::from(value);
            }
        }
        for (i, &value) in rest.iter().enumerate() {
            min[i] = min[i].min(value);
            max[i] = max[i].max(value);
            sum[i] += f64::from(value);
        }
        (self.min, self.max, self.sum) = (min, max, sum);
        self.count += values.len() as u64;
    }

    /// `None` if there was no value.
    pub fn statistics(&self) -> Option<Statistics> {
        (self.count > 0).then(|| Statistics {
            min: self.min.into_iter().fold(f32::INFINITY, f32::min),
            max: self.max.into_iter().fold(f32::NEG_INFINITY, f32::max),
            mean: self.sum.iter().sum::<f64>() / self.count as f64,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_any_length_give_the_whole() {
        let values: Vec<f32> = (0..1000).map(|i| ((i * 37) % 1000) as f32 - 400.0).collect();
        let expected = Some(Statistics { min: -400.0, max: 599.0, mean: 99.5 });
        for block in [1, 7, 16, 100, 1000] {
            let mut tally = Tally::new();
            values.chunks(block).for_each(|block| tally.add(block));
            assert_eq!(tally.statistics(), expected, "{block}");
        }
        assert_eq!(Tally::new().statistics(), None);
    }
}
