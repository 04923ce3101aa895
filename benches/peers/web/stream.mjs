// Our package: pushes of 10 ms to a stream.

import { MelExtractor, init } from 'mojo-audio';

export async function make() {
  await init();
  const live = new MelExtractor({ preset: 'whisper', reference: 'none' }).stream();
  return {
    compute(samples) {
      for (let at = 0; at < samples.length; at += 160) live.push(samples.subarray(at, at + 160));
    },
  };
}
