// What libraries of a frame at a time lack for Whisper's features.

export const SAMPLE_RATE = 16000;
export const HOP_LENGTH = 160;
export const N_MELS = 80;

/** Whisper's logarithm and levels of the bands that `bandsAt` returns for the frame that starts at a sample. */
export function whisper(frames, bandsAt) {
  const data = new Float32Array(N_MELS * frames);
  let highest = -Infinity;
  for (let frame = 0; frame < frames; frame += 1) {
    const bands = bandsAt(frame * HOP_LENGTH);
    for (let band = 0; band < N_MELS; band += 1) {
      const value = Math.log10(Math.max(bands[band], 1e-10));
      highest = Math.max(highest, value);
      data[band * frames + frame] = value;
    }
  }
  for (let i = 0; i < data.length; i += 1) {
    data[i] = (Math.max(data[i], highest - 8) + 4) / 4;
  }
  return { rows: N_MELS, frames, data };
}
