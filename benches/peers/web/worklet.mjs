// Our package: the worklet, which pushes each block of the audio graph to a stream.

import { init } from 'mojo-audio';
import { createMelWorklet } from 'mojo-audio/worklet';
import { rendered } from './rendered.mjs';

export async function make() {
  await init();
  const connect = async (context) => {
    const node = await createMelWorklet(context, { preset: 'whisper', reference: 'none' });
    node.readable.pipeTo(new WritableStream());
    return node;
  };
  const compute = (samples) => rendered(samples, connect);
  return { compute, isTimed: true };
}
