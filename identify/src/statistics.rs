//! Extremes, means and lines of values.

/// Lowest and highest of values that are not empty.
pub(crate) fn extremes(values: &[f32]) -> (f32, f32) {
    values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &value| {
        (low.min(value), high.max(value))
    })
}

/// Mean and standard deviation of values that are not empty.
pub(crate) fn moments(values: impl ExactSizeIterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (mean, (values.map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt())
}

/// Slope and intercept of the least-squares line through points (x, y).
pub(crate) fn line(points: impl Iterator<Item = (f64, f64)> + Clone) -> (f64, f64) {
    let n = points.clone().count() as f64;
    let x_mean = points.clone().map(|(x, _)| x).sum::<f64>() / n;
    let y_mean = points.clone().map(|(_, y)| y).sum::<f64>() / n;
    let xx: f64 = points.clone().map(|(x, _)| (x - x_mean).powi(2)).sum();
    let xy: f64 = points.map(|(x, y)| (x - x_mean) * (y - y_mean)).sum();
    let slope = xy / (xx + 1e-30);
    (slope, y_mean - slope * x_mean)
}
