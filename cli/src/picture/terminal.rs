//! The picture in the terminal: two rows of coloured pixels per line of text, or plain characters.

use super::axis::Tick;
use super::{Values, View, colormap};
use crate::settings::Palette;
use std::fmt::Write;

/// From the lowest to the highest level, by ink.
const PLAIN: &[u8] = b" .:-=+*#%@";

/// Room for the numbers at the left, and the line beside them.
const MARGIN: usize = 8;

/// The picture as lines of at most `columns` characters, the axes included.
pub fn draw(view: &View<'_>, columns: usize, lines: usize, palette: Palette) -> String {
    let width = columns.saturating_sub(MARGIN).max(8);
    let rows = view.grid.n_rows;
    let height = match palette {
        Palette::Plain => lines.min(rows),
        _ => lines.min(rows.div_ceil(2)),
    }
    .max(1);
    let mut labels = vec![String::new(); height];
    let rows_per_line = rows as f64 / height as f64;
    for tick in view.rows.ticks(2.0 * rows_per_line) {
        let from_bottom = ((tick.place / rows_per_line) as usize).min(height - 1);
        labels[height - 1 - from_bottom] = tick.text;
    }
    let mut text = format!("{:>1$}\n", view.rows.name(), MARGIN - 2);
    let image = match palette {
        Palette::Plain => view.image(width, height),
        _ => view.image(width, 2 * height),
    };
    for (line, label) in labels.iter().enumerate() {
        let mark = if label.is_empty() { '|' } else { '+' };
        let _ = write!(text, "{label:>0$} {mark}", MARGIN - 2);
        match palette {
            Palette::Plain => {
                let levels = &image[line * width..][..width];
                let line: String = levels.iter().map(|&level| ink(level)).collect();
                text += line.trim_end();
            }
            _ => {
                let (upper, lower) = image[2 * line * width..][..2 * width].split_at(width);
                half_blocks(&mut text, upper, lower, palette);
            }
        }
        text.push('\n');
    }
    text += &time_axis(&view.time.ticks(width, 10.0), width);
    text += &legend(view, MARGIN + width, palette);
    text
}

fn ink(level: f32) -> char {
    PLAIN[((level * PLAIN.len() as f32) as usize).min(PLAIN.len() - 1)].into()
}

/// A line whose characters are split into an upper and a lower pixel.
fn half_blocks(text: &mut String, upper: &[f32], lower: &[f32], palette: Palette) {
    let mut last = None;
    for (&upper, &lower) in upper.iter().zip(lower) {
        let colors = (colormap::color(upper), colormap::color(lower));
        if last != Some(colors) {
            let _ = match palette {
                Palette::True => {
                    let ([r, g, b], [s, h, c]) = colors;
                    write!(text, "\x1b[38;2;{r};{g};{b};48;2;{s};{h};{c}m")
                }
                _ => {
                    let (upper, lower) = (colormap::indexed(colors.0), colormap::indexed(colors.1));
                    write!(text, "\x1b[38;5;{upper};48;5;{lower}m")
                }
            };
            last = Some(colors);
        }
        text.push('▀');
    }
    *text += "\x1b[0m";
}

/// The line with its marks, and the times below them.
fn time_axis(ticks: &[Tick], width: usize) -> String {
    let mut line = vec![b'-'; width];
    let mut times = vec![b' '; MARGIN + width];
    for (i, tick) in ticks.iter().enumerate() {
        let place = (tick.place as usize).min(width - 1);
        line[place] = b'+';
        let text = if i == 0 { format!("{} s", tick.text) } else { tick.text.clone() };
        let start = (MARGIN + place).min(times.len() - text.len());
        times[start..start + text.len()].copy_from_slice(text.as_bytes());
    }
    let (line, times) = (String::from_utf8_lossy(&line), String::from_utf8_lossy(&times));
    format!("{:>2$}{line}\n{}\n", "+", times.trim_end(), MARGIN)
}

/// The lowest value, the colours up to the highest, the unit; the colours take the room that is left.
fn legend(view: &View<'_>, columns: usize, palette: Palette) -> String {
    let Values { low, high, unit, .. } = &view.values;
    let [low, high] = [*low, *high].map(|value| super::short(value.into()));
    let others = MARGIN + low.len() + " [] ".len() + high.len() + 2 + unit.chars().count();
    let width = columns.saturating_sub(others).clamp(4, 20);
    let levels: Vec<f32> = (0..width).map(|i| i as f32 / (width - 1) as f32).collect();
    let mut ramp = String::new();
    match palette {
        Palette::Plain => ramp.extend(levels.into_iter().map(ink)),
        _ => half_blocks(&mut ramp, &levels, &levels, palette),
    }
    format!("{:>1$}{low} [{ramp}] {high}  {unit}\n", "", MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_and_the_most_ink_stand_for_the_ends() {
        assert_eq!((ink(0.0), ink(0.999), ink(1.0)), (' ', '@', '@'));
    }

    #[test]
    fn times_fit_even_where_the_last_is_at_the_edge() {
        let tick = |place: f64, text: &str| Tick { place, text: text.into() };
        let axis = time_axis(&[tick(0.0, "0"), tick(20.0, "1000")], 20);
        let lines: Vec<&str> = axis.lines().collect();
        assert_eq!(lines[0].len(), MARGIN + 20);
        assert!(lines[1].len() <= MARGIN + 20 && lines[1].ends_with("1000"), "{axis}");
    }
}
