//! The colour map "magma" of matplotlib (by Nathaniel Smith and Stéfan van der Walt, CC0), dark for
//! low values and of even brightness steps.

/// Every ninth of the way, from 0 to 1; colours between are mixed.
const MAGMA: [[u8; 3]; 10] = [
    [0x00, 0x00, 0x04],
    [0x18, 0x0f, 0x3d],
    [0x44, 0x0f, 0x76],
    [0x72, 0x1f, 0x81],
    [0x9e, 0x2f, 0x7f],
    [0xcd, 0x40, 0x71],
    [0xf1, 0x60, 0x5d],
    [0xfd, 0x96, 0x68],
    [0xfe, 0xca, 0x8d],
    [0xfc, 0xfd, 0xbf],
];

/// The colour of a level from 0 to 1.
pub fn color(level: f32) -> [u8; 3] {
    let place = level.clamp(0.0, 1.0) * (MAGMA.len() - 1) as f32;
    let below = (place as usize).min(MAGMA.len() - 2);
    let part = place - below as f32;
    std::array::from_fn(|i| {
        let (low, high) = (f32::from(MAGMA[below][i]), f32::from(MAGMA[below + 1][i]));
        (low + (high - low) * part).round() as u8
    })
}

/// The nearest of xterm's 256 colours that no user changes: the cube of 216 and the 24 greys.
pub fn indexed([red, green, blue]: [u8; 3]) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest = |value: u8| (0..6).min_by_key(|&i| LEVELS[i].abs_diff(value)).unwrap_or(0);
    let cube = [red, green, blue].map(nearest);
    let distance = |color: [u8; 3]| {
        let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
        square(color[0], red) + square(color[1], green) + square(color[2], blue)
    };
    let mean = (u32::from(red) + u32::from(green) + u32::from(blue)) / 3;
    let grey = (mean.saturating_sub(3) / 10).min(23) as u8;
    if distance([8 + 10 * grey; 3]) < distance(cube.map(|i| LEVELS[i])) {
        232 + grey
    } else {
        (16 + 36 * cube[0] + 6 * cube[1] + cube[2]) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_rises_in_brightness() {
        let brightness = |level: f32| {
            let [red, green, blue] = color(level).map(f32::from);
            0.2126 * red + 0.7152 * green + 0.0722 * blue
        };
        assert!((0..100).all(|i| brightness(i as f32 / 100.0) < brightness((i + 1) as f32 / 100.0)));
        assert_eq!((color(-1.0), color(2.0)), (MAGMA[0], MAGMA[9]));
    }

    #[test]
    fn indexed_colours_are_the_nearest() {
        assert_eq!(indexed([0, 0, 0]), 16);
        assert_eq!(indexed([255, 255, 255]), 231);
        assert_eq!(indexed([255, 0, 0]), 196);
        assert_eq!(indexed([128, 128, 128]), 244);
    }
}
