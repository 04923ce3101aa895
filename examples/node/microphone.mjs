// Sends a 16-bit mono WAV file to server.mjs as a microphone would, a tenth of a second at a time, and
// prints when frames arrive.
//
// node microphone.mjs ../data/speech.wav http://localhost:8000

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const [file, address] = process.argv.slice(2);
const wav = readFileSync(file);
let at = 12;
while (wav.toString('latin1', at, at + 4) !== 'data') at += 8 + wav.readUInt32LE(at + 4);
const samples = wav.subarray(at + 8, at + 8 + wav.readUInt32LE(at + 4));

let sent = 0;
let received = 0;
const post = request(address, { method: 'POST' });
post.on('response', (response) => {
  const frame = 4 * Number(response.headers['x-n-mels']);
  response.on('data', (bytes) => {
    received += bytes.length;
    console.log(`${(sent / 32000).toFixed(1)} s sent, ${Math.floor(received / frame)} frames received`);
  });
});
post.flushHeaders();
for (; sent < samples.length; sent += 3200) {
  post.write(samples.subarray(sent, sent + 3200));
  await sleep(100);
}
post.end();
