//! Where the cycles of a frame go, by stage and instruction set.

use super::criterion::{self, Times};

/// Instruction sets, and the frames of a block of each.
const SETS: [(&str, f64); 3] = [("Avx512", 16.0), ("Avx2", 8.0), ("Sse2", 4.0)];

/// Names in the bench, and in the table.
const STAGES: [(&str, &str); 6] = [
    ("Samples", "samples side by side"),
    ("First", "window and first stage"),
    ("Columns", "columns and powers"),
    ("Bands", "mel filters and logarithm"),
    ("Levels", "levels"),
    ("Whole", "all but the levels, as they run"),
];

/// The table, with its heading; nothing if no stage was measured.
pub fn rows(times: &Times) -> Vec<[String; 4]> {
    let Some(cycle) = criterion::cycle(times) else { return Vec::new() };
    if !times.keys().any(|name| name.starts_with("stage/")) {
        return Vec::new();
    }
    let cell = |stage: &str, (set, frames): (&str, f64)| {
        times.get(&format!("stage/{set}/{stage}")).map_or_else(String::new, |time| {
            let cycles = time.divided(frames).over(cycle);
            format!("{:.0} ({:.0})", cycles.median, cycles.minimum)
        })
    };
    let row = |name: &str, [a, b, c]: [String; 3]| [name.to_string(), a, b, c];
    let heading = row("a frame's cycles, median (minimum)", SETS.map(|(set, _)| set.to_string()));
    let stages = STAGES.map(|(stage, name)| row(name, SETS.map(|set| cell(stage, set))));
    [heading].into_iter().chain(stages).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::statistic::Statistic;

    #[test]
    fn cycles_are_of_a_frame() {
        let of = |median: f64, minimum: f64| Statistic { median, minimum };
        let times = Times::from([
            ("clock/6000-cycles".into(), of(3000.0, 1500.0)),
            ("stage/Avx2/Samples".into(), of(80.0, 40.0)),
        ]);
        let rows = rows(&times);
        assert_eq!(rows[0][2], "Avx2");
        assert_eq!(rows[1], ["samples side by side", "", "20 (20)", ""]);
        assert!(super::rows(&Times::new()).is_empty());
    }
}
