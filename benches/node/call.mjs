// Calls of the Node package, as in a user's program: "computeSync" makes a new result each time,
// "computeInto" writes to the same one, "stream" pushes to one stream.

import { MelExtractor, version } from 'mojo-audio';
import { name, serve } from '../peers/node/serve.mjs';

const extractor = new MelExtractor({ preset: 'whisper' });

function into() {
  let out = new Float32Array();
  return (samples) => {
    const length = extractor.nMels * extractor.frameCount(samples.length);
    if (out.length !== length) out = new Float32Array(length);
    return { nMels: extractor.nMels, nFrames: extractor.computeInto(samples, out), data: out };
  };
}

function stream() {
  const live = new MelExtractor({ preset: 'whisper', reference: 'none' }).stream();
  return (samples) => live.push(samples);
}

const calls = {
  computeSync: (samples) => extractor.computeSync(samples),
  computeInto: into(),
  stream: stream(),
};
if (calls[name] === undefined) throw new Error(`no call: ${name}`);
await serve(version, calls[name], ({ nMels, nFrames, data }) => ({ rows: nMels, frames: nFrames, data }));
