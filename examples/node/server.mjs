// Turns audio into mel frames while it arrives: 16-bit samples (16 kHz, mono) in the body of a POST, float32
// frames, one after another, in the response.
//
// npm install mojo-audio
// node server.mjs 8000
// node microphone.mjs ../data/speech.wav http://localhost:8000     in another terminal

import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { MelExtractor, createMelTransform } from 'mojo-audio';

// One for all requests. The maximum of live audio is not known beforehand, so the level is fixed.
const extractor = new MelExtractor({
  preset: 'whisper',
  reference: 'fixed',
  referenceValue: 1.5,
  layout: 'frame_major',
});

async function* bytes(mels) {
  for await (const { data } of mels) yield new Uint8Array(data.buffer);
}

const server = createServer(async (request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST' }).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'x-n-mels': extractor.nMels });
  response.flushHeaders();
  try {
    // If a client reads slowly, sending to it and reading from it both wait.
    await pipeline(request, createMelTransform(extractor, { format: 's16le' }), bytes, response);
  } catch (error) {
    console.error(`${request.socket.remoteAddress}: ${error.message}`);
  }
});

server.listen(Number(process.argv[2] ?? 8000), () => {
  console.log(`listening on http://localhost:${server.address().port}`);
});
