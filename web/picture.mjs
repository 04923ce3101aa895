// A spectrogram on a canvas, as the command draws it: hertz, seconds and a colour bar.

/** The colour map "magma" of matplotlib (by Nathaniel Smith and Stéfan van der Walt, CC0), each ninth of the way. */
const MAGMA = [
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

/** Levels from 0 to 255 as colours. */
const COLORS = Array.from({ length: 256 }, (_, level) => {
  const place = (level / 255) * (MAGMA.length - 1);
  const below = Math.min(Math.floor(place), MAGMA.length - 2);
  const mix = (low, high) => Math.round(low + (high - low) * (place - below));
  return MAGMA[below].map((low, part) => mix(low, MAGMA[below + 1][part]));
});

/** Hertz on the option's scale; only proportions matter. */
function mel(scale, hertz) {
  if (scale !== 'slaney') return Math.log1p(hertz / 700);
  return hertz < 1000 ? (hertz * 3) / 200 : 15 + (Math.log(hertz / 1000) * 27) / Math.log(6.4);
}

const ROUND_FREQUENCIES = [1000, 0, 4000, 2000, 500, 8000, 250, 16000, 3000, 6000, 1500, 750, 100, 10000, 20000];

/** Frequencies and the row that each is at, the roundest first, at least `spacing` rows apart. */
function frequencyTicks({ melScale, fMin, fMax, sampleRate, nMels }, spacing) {
  const high = fMax ?? sampleRate / 2;
  const [bottom, top] = [mel(melScale, fMin), mel(melScale, high)];
  const ticks = [];
  for (const hertz of ROUND_FREQUENCIES) {
    if (hertz < fMin || hertz > high) continue;
    // Band i is centred on the point i + 1 of the nMels + 2 that the edges are at.
    const place = ((mel(melScale, hertz) - bottom) / (top - bottom)) * (nMels + 1) - 0.5;
    const row = Math.min(Math.max(place, 0), nMels);
    if (ticks.every((tick) => Math.abs(tick.place - row) >= spacing)) ticks.push({ place: row, text: String(hertz) });
  }
  return ticks;
}

/** The smallest of 1, 2 and 5 times a power of ten that is no less than `least`. */
function niceStep(least) {
  const decade = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((factor) => factor * decade >= least * (1 - 1e-9)) * decade;
}

/** Round values from `low` to `high`, about `count` of them. */
function valueTicks(low, high, count) {
  if (!(high > low)) return [{ place: 0.5, text: String(low) }];
  const step = niceStep((high - low) / count);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const ticks = [];
  for (let at = Math.ceil(low / step - 1e-6); at * step <= high + step * 1e-6; at += 1) {
    ticks.push({ place: (at * step - low) / (high - low), text: (at * step).toFixed(decimals) });
  }
  return ticks;
}

function range(data, length) {
  let [low, high] = [Infinity, -Infinity];
  for (let at = 0; at < length; at += 1) {
    if (data[at] < low) low = data[at];
    if (data[at] > high) high = data[at];
  }
  return { low, high };
}

/** The first and the last + 1 of `count` values that a cell of `cells` covers. */
function covered(cell, cells, count) {
  const start = Math.floor((cell * count) / cells);
  return [start, Math.max(start + 1, Math.floor(((cell + 1) * count) / cells))];
}

/** The frames as an image: each pixel is the mean of the values that it covers. */
function image(context, { data, nMels, nFrames }, { low, high }, width, height) {
  const pixels = context.createImageData(width, height);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let x = 0; x < width; x += 1) {
    const [firstFrame, endFrame] = covered(x, width, nFrames);
    for (let y = 0; y < height; y += 1) {
      const [firstRow, endRow] = covered(height - 1 - y, height, nMels);
      let sum = 0;
      for (let frame = firstFrame; frame < endFrame; frame += 1) {
        for (let row = firstRow; row < endRow; row += 1) sum += data[frame * nMels + row];
      }
      const value = sum / ((endFrame - firstFrame) * (endRow - firstRow));
      const [red, green, blue] = COLORS[Math.min(255, Math.max(0, Math.round((value - low) * scale)))];
      pixels.data.set([red, green, blue, 255], 4 * (y * width + x));
    }
  }
  return pixels;
}

/**
 * Draws frames, one after the other in `data`, whose first is at `start` seconds; `bounds` holds the values of the
 * darkest and the brightest colour, those of the frames if left out.
 */
export function draw(canvas, { data, nMels, nFrames, start = 0 }, config, bounds = range(data, nMels * nFrames)) {
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  const style = getComputedStyle(canvas);
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, width, height);
  context.fillStyle = style.color;
  context.font = `${12 * ratio}px system-ui, sans-serif`;
  const [left, right, top, bottom] = [52, 76, 22, 26].map((size) => Math.round(size * ratio));
  const [plotWidth, plotHeight] = [width - left - right, height - top - bottom];
  if (nFrames === 0 || plotWidth < 10 || plotHeight < 10) return;
  context.putImageData(image(context, { data, nMels, nFrames }, bounds, plotWidth, plotHeight), left, top);

  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const isMel = config.nMfcc === null;
  const rowHeight = plotHeight / nMels;
  const rows = isMel
    ? frequencyTicks(config, (18 * ratio) / rowHeight)
    : valueTicks(0, nMels - 1, 8).map(({ place, text }) => ({ place: place * (nMels - 1) + 0.5, text }));
  for (const { place, text } of rows) {
    const y = top + plotHeight - place * rowHeight;
    context.fillRect(left - 5 * ratio, y, 4 * ratio, ratio);
    context.fillText(text, left - 8 * ratio, y);
  }
  context.fillText(isMel ? 'Hz' : 'coefficient', left - 8 * ratio, top / 2);

  context.textBaseline = 'top';
  context.textAlign = 'center';
  const seconds = (nFrames * config.hopLength) / config.sampleRate;
  for (const { place, text } of valueTicks(start, start + seconds, Math.max(1, plotWidth / (90 * ratio)))) {
    const x = left + place * plotWidth;
    context.fillRect(x, top + plotHeight, ratio, 4 * ratio);
    context.fillText(`${text} s`, x, top + plotHeight + 7 * ratio);
  }

  const bar = { x: width - right + 14 * ratio, width: 14 * ratio };
  for (let y = 0; y < plotHeight; y += 1) {
    const [red, green, blue] = COLORS[Math.round(255 * (1 - y / plotHeight))];
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect(bar.x, top + y, bar.width, 1);
  }
  context.fillStyle = style.color;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const { place, text } of valueTicks(bounds.low, bounds.high, 5)) {
    context.fillText(text, bar.x + bar.width + 5 * ratio, top + plotHeight * (1 - place));
  }
  context.textAlign = 'right';
  context.fillText(unit(config), width, top / 2);
}

/** The unit of the values, spelled out as the command does. */
function unit({ log, power, offset, scale, nMfcc, normalize }) {
  const energy = power === 1 ? 'magnitude' : 'power';
  const texts = { none: energy, ln: `ln ${energy}`, log10: `log10 ${energy}`, db: 'dB', db_magnitude: 'dB' };
  let text = { ...texts, pcen: `PCEN of ${energy}` }[log];
  if (offset !== 0) text += ` ${offset < 0 ? '−' : '+'} ${Math.abs(Number(offset.toPrecision(4)))}`;
  if (scale !== 1) text = `(${text}) × ${Number(scale.toPrecision(4))}`;
  if (nMfcc !== null) text = `cepstrum of ${text}`;
  return normalize === 'none' ? text : `${text}, normalized`;
}
