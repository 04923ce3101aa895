// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
// npm install mojo-audio
// node mel.mjs ../data/speech.wav

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { melSpectrogram } from 'mojo-audio';

const file = process.argv[2];
const wav = readFileSync(file);
let at = 12;
while (wav.toString('latin1', at, at + 4) !== 'data') at += 8 + wav.readUInt32LE(at + 4);
const start = wav.byteOffset + at + 8;
const samples = new Int16Array(wav.buffer.slice(start, start + wav.readUInt32LE(at + 4)));

const { data, nMels, nFrames } = await melSpectrogram(samples);

const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
const max = data.reduce((most, value) => Math.max(most, value));
const numbers = `mean ${mean.toFixed(4)}, max ${max.toFixed(4)}`;
console.log(`${basename(file)}: ${nMels} x ${nFrames} mel frames, ${numbers}`);
