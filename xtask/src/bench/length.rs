//! A plot of the time that a second of audio takes, by the length of the input.

use super::criterion::Times;
use super::statistic::{Statistic, rounded};
use super::targets::by_length;
use crate::Result;
use crate::workspace::Workspace;
use std::fmt::Write as _;

const PAGE: &str = "docs/length.svg";
/// Without the option that asks for it: XML has no two hyphens in a comment.
const COMMAND: &str = "cargo xtask bench";

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 320.0;
/// Margins around the plot.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 48.0;

pub fn draw(workspace: &Workspace, times: &Times) -> Result {
    let points = by_length(times);
    if points.len() < 2 {
        return Err("the plot needs the results of at least two benches named length/…".into());
    }
    workspace.write(PAGE, &svg(&points))
}

fn svg(points: &[(f64, Statistic)]) -> String {
    let (first, last) = (points[0].0.ln(), points[points.len() - 1].0.ln());
    let highest = points.iter().map(|(_, time)| time.median).fold(0.0, f64::max) / 1e3;
    let top = (highest * 1.15 / 5.0).ceil() * 5.0;
    let x = |seconds: f64| LEFT + (seconds.ln() - first) / (last - first) * (WIDTH - LEFT - RIGHT);
    let y = |microseconds: f64| HEIGHT - BOTTOM - microseconds / top * (HEIGHT - TOP - BOTTOM);

    let mut svg = format!(
        "<!-- Written by `{COMMAND}`. -->\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"14\">µs for a second of audio (line: median, dots: minimum)</text>\n"
    );
    let mut line = |text: std::fmt::Arguments<'_>| {
        let _ = writeln!(svg, "{text}");
    };
    for step in 0..=5 {
        let value = top * f64::from(step) / 5.0;
        let (at, right) = (y(value), WIDTH - RIGHT);
        line(format_args!("<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"#ddd\"/>"));
        let (label, below) = (LEFT - 8.0, at + 4.0);
        let text = rounded(value);
        line(format_args!("<text x=\"{label}\" y=\"{below:.1}\" text-anchor=\"end\">{text}</text>"));
    }
    for (seconds, _) in points {
        let (at, below) = (x(*seconds), HEIGHT - BOTTOM + 18.0);
        line(format_args!(
            "<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{}</text>",
            length(*seconds)
        ));
    }
    let (middle, below) = (f64::midpoint(LEFT, WIDTH - RIGHT), HEIGHT - 10.0);
    line(format_args!(
        "<text x=\"{middle}\" y=\"{below}\" text-anchor=\"middle\">length of the input</text>"
    ));
    let path: Vec<_> = points
        .iter()
        .map(|(seconds, time)| format!("{:.1} {:.1}", x(*seconds), y(time.median / 1e3)))
        .collect();
    line(format_args!(
        "<path d=\"M{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>",
        path.join("L")
    ));
    for (seconds, time) in points {
        let (at, height) = (x(*seconds), y(time.minimum / 1e3));
        line(format_args!("<circle cx=\"{at:.1}\" cy=\"{height:.1}\" r=\"3\" fill=\"#06c\"/>"));
    }
    svg.push_str("</svg>\n");
    svg
}

fn length(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds} s")
    } else if seconds < 3600.0 {
        format!("{} min", seconds / 60.0)
    } else {
        format!("{} h", seconds / 3600.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_length_has_its_place() {
        let time = Statistic { median: 10e3, minimum: 9e3 };
        let svg = svg(&[(1.0, time), (60.0, time), (3600.0, time)]);
        for label in ["1 s", "1 min", "1 h"] {
            assert!(svg.contains(&format!(">{label}</text>")), "{label}");
        }
        assert_eq!(svg.matches("<circle").count(), 3);
        let (comment, _) = svg.strip_prefix("<!--").unwrap().split_once("-->").unwrap();
        assert!(!comment.contains("--"), "{comment}");
    }
}
