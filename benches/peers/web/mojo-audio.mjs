// Our package, with the WebAssembly module next to the bundle.

import { MelExtractor, init } from 'mojo-audio';

export async function make() {
  await init();
  const extractor = new MelExtractor('whisper');
  return {
    compute: (samples) => extractor.computeSync(samples),
    rows: ({ nMels, nFrames, data }) => ({ rows: nMels, frames: nFrames, data }),
  };
}
