//! The picture as a PNG file: mel axis in hertz, time in seconds, colour bar with its unit.

use super::{View, axis, colormap};
use crate::args::Size;
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};
use std::io::{self, Write};

const FONT: (FontWeight, RasterHeight) = (FontWeight::Regular, RasterHeight::Size16);
const LETTER: usize = get_raster_width(FONT.0, FONT.1);
const LINE: usize = FONT.1.val();
const INK: [u8; 3] = [0x20, 0x20, 0x20];
const PAPER: u8 = 0xff;

/// Room around the spectrogram: title and units, numbers of the rows, times, colour bar.
const TOP: usize = 3 * LINE + 8;
const LEFT: usize = 7 * LETTER + 12;
const BOTTOM: usize = 2 * LINE + 20;
const RIGHT: usize = GAP + BAR + 9 * LETTER + 12;
const GAP: usize = 16;
const BAR: usize = 18;
const MARK: usize = 5;

// The smallest picture must have room for a spectrogram.
const _: () = assert!(LEFT + RIGHT + 100 <= Size::LEAST && TOP + BOTTOM + 100 <= Size::LEAST);

/// Writes the picture, titled, as an RGB image of exactly the given size.
pub fn write(out: impl Write, view: &View<'_>, title: &str, size: Size) -> io::Result<()> {
    write_all(out, &[(view, title)], size)
}

/// Writes titled pictures, each of the given size, one below the other as one RGB image.
pub fn write_all(out: impl Write, views: &[(&View<'_>, &str)], size: Size) -> io::Result<()> {
    let mut encoder = png::Encoder::new(out, size.width as u32, (size.height * views.len()) as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    let pixels: Vec<u8> =
        views.iter().flat_map(|(view, title)| draw(view, title, size).pixels).collect();
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(())
}

fn draw(view: &View<'_>, title: &str, size: Size) -> Canvas {
    let mut canvas = Canvas { size, pixels: vec![PAPER; size.width * size.height * 3] };
    let (width, height) = (size.width - LEFT - RIGHT, size.height - TOP - BOTTOM);
    let (bottom, end) = (TOP + height, LEFT + width);
    let room = (size.width - 2 * LETTER) / LETTER;
    canvas.text(LETTER, 6, &shortened(title, room));

    for (i, &level) in view.image(width, height).iter().enumerate() {
        canvas.set(LEFT + i % width, TOP + i / width, colormap::color(level));
    }
    canvas.frame(LEFT, TOP, width, height);

    let units = TOP - LINE - 6;
    let name = view.rows.name();
    canvas.text(LEFT.saturating_sub(name.len() * LETTER).max(LETTER), units, name);
    let rows_per_pixel = view.grid.n_rows as f64 / height as f64;
    for tick in view.rows.ticks(1.6 * LINE as f64 * rows_per_pixel) {
        let y = bottom - ((tick.place / rows_per_pixel) as usize).min(height);
        canvas.line(LEFT - MARK, y, MARK, 1);
        canvas.text_left_of(LEFT - MARK - 4, centred(y, LINE), &tick.text);
    }

    for tick in view.time.ticks(width, 9.0 * LETTER as f64) {
        let x = LEFT + (tick.place as usize).min(width);
        canvas.line(x, bottom, 1, MARK);
        canvas.text(centred(x, tick.text.len() * LETTER), bottom + MARK + 3, &tick.text);
    }
    let time = "time in s";
    canvas.text(centred(LEFT + width / 2, time.len() * LETTER), bottom + MARK + 3 + LINE, time);

    let bar = end + GAP;
    for y in 0..height {
        let color = colormap::color(1.0 - y as f32 / (height - 1).max(1) as f32);
        for x in 0..BAR {
            canvas.set(bar + x, TOP + y, color);
        }
    }
    canvas.frame(bar, TOP, BAR, height);
    let values = &view.values;
    let unit = shortened(&values.unit, room.saturating_sub(14));
    canvas.text_left_of(size.width - LETTER, units, &unit);
    for tick in axis::value_ticks(values.low, values.high, (height / (3 * LINE)).max(1)) {
        let y = bottom - (tick.place * (height - 1) as f64) as usize - 1;
        canvas.line(bar + BAR, y, MARK, 1);
        canvas.text(bar + BAR + MARK + 4, centred(y, LINE), &tick.text);
    }
    canvas
}

/// Where something of the given extent begins so that `middle` is its middle.
fn centred(middle: usize, extent: usize) -> usize {
    middle.saturating_sub(extent / 2)
}

/// The end of a text that is longer than there is room, since names differ at their ends.
fn shortened(text: &str, room: usize) -> String {
    let length = text.chars().count();
    if length <= room {
        return text.into();
    }
    let kept: String = text.chars().skip(length + 3 - room).collect();
    format!("...{kept}")
}

struct Canvas {
    size: Size,
    pixels: Vec<u8>,
}

impl Canvas {
    fn set(&mut self, x: usize, y: usize, color: [u8; 3]) {
        if x < self.size.width && y < self.size.height {
            let start = (y * self.size.width + x) * 3;
            self.pixels[start..start + 3].copy_from_slice(&color);
        }
    }

    fn line(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for y in y..y + height {
            for x in x..x + width {
                self.set(x, y, INK);
            }
        }
    }

    /// A line around an area, outside it.
    fn frame(&mut self, x: usize, y: usize, width: usize, height: usize) {
        self.line(x - 1, y - 1, width + 2, 1);
        self.line(x - 1, y + height, width + 2, 1);
        self.line(x - 1, y - 1, 1, height + 2);
        self.line(x + width, y - 1, 1, height + 2);
    }

    fn text_left_of(&mut self, end: usize, y: usize, text: &str) {
        self.text(end.saturating_sub(text.chars().count() * LETTER), y, text);
    }

    /// Text with its upper left corner at the given place; characters that the font lacks are shown
    /// as a question mark.
    fn text(&mut self, x: usize, y: usize, text: &str) {
        for (i, letter) in text.chars().enumerate() {
            let raster = get_raster(letter, FONT.0, FONT.1).or_else(|| get_raster('?', FONT.0, FONT.1));
            for (row, line) in raster.iter().flat_map(|raster| raster.rows().enumerate()) {
                for (column, &strength) in line.iter().enumerate() {
                    if strength > 0 {
                        let mixed = INK.map(|ink| {
                            let (ink, paper, part) =
                                (u32::from(ink), u32::from(PAPER), u32::from(strength));
                            ((ink * part + paper * (255 - part)) / 255) as u8
                        });
                        self.set(x + i * LETTER + column, y + row, mixed);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_keep_their_end() {
        assert_eq!(shortened("recordings/a.wav", 10), "...s/a.wav".to_string());
        assert_eq!(shortened("a.wav", 10), "a.wav");
    }

    #[test]
    fn text_leaves_ink_and_stays_inside() {
        let size = Size { width: 40, height: 20 };
        let mut canvas = Canvas { size, pixels: vec![PAPER; 40 * 20 * 3] };
        canvas.text(30, 10, "8語×");
        assert!(canvas.pixels.iter().any(|&value| value < 0x80));
    }
}
