// Whisper's mel spectrogram of a 16-bit mono WAV file.
//
// npm install mojo-audio
// node mel.mjs ../data/speech.wav

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { melSpectrogram } from 'mojo-audio';

const file = process.argv[2];
const { data, nMels, nFrames } = await melSpectrogram(readWav(file));

const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
const max = data.reduce((most, value) => Math.max(most, value));
const numbers = `mean ${mean.toFixed(4)}, max ${max.toFixed(4)}`;
console.log(`${basename(file)}: ${nMels} x ${nFrames} mel frames, ${numbers}`);

// The samples of a 16-bit mono WAV file at 16 kHz.
function readWav(file) {
    const wav = readFileSync(file);
    const text = (at, end) => wav.toString('latin1', at, end);
    if (text(0, 4) !== 'RIFF' || text(8, 12) !== 'WAVE') throw new Error(`${file} is not a WAV file`);
    let isReadable = false;
    // Programs write other chunks, too: ffmpeg puts one named LIST in front of the data.
    for (let at = 12; at + 8 <= wav.length; ) {
        const name = text(at, at + 4);
        const size = wav.readUInt32LE(at + 4);
        at += 8;
        if (at + size > wav.length) throw new Error(`${file} ends before its ${name} chunk does`);
        if (name === 'fmt ' && size >= 16) {
            isReadable =
                wav.readUInt16LE(at) === 1 &&
                wav.readUInt16LE(at + 2) === 1 &&
                wav.readUInt32LE(at + 4) === 16000 &&
                wav.readUInt16LE(at + 14) === 16;
        } else if (name === 'data') {
            if (!isReadable) throw new Error(`${file} is not 16-bit mono PCM at 16000 Hz`);
            const start = wav.byteOffset + at;
            return new Int16Array(wav.buffer.slice(start, start + size - (size % 2)));
        }
        at += size + (size % 2); // A chunk of odd length is followed by a pad byte.
    }
    throw new Error(`${file} has no data chunk`);
}
