// A worklet that does nothing: the time of the audio graph.

import { rendered } from './rendered.mjs';

const PROCESSOR = `registerProcessor('trivial', class extends AudioWorkletProcessor { process() { return true; } });`;

export function make() {
  const connect = async (context) => {
    await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(PROCESSOR)}`);
    return new AudioWorkletNode(context, 'trivial', { numberOfOutputs: 0 });
  };
  const compute = (samples) => rendered(samples, connect);
  return { compute, isTimed: true };
}
