// What the worklets share: a render that is timed.

/** Blocks of 128 samples that are rendered before the clock starts: the processor is made meanwhile. */
const WARM = 100;
const BLOCK = 128;

/** Renders a clip to the node that `connect` makes; gives the milliseconds of a block. */
export async function rendered(samples, connect) {
  const rate = 16000;
  const context = new OfflineAudioContext(1, samples.length, rate);
  const source = context.createBufferSource();
  source.buffer = context.createBuffer(1, samples.length, rate);
  source.buffer.copyToChannel(samples, 0);
  source.connect(await connect(context));
  source.start();
  const warm = context.suspend((WARM * BLOCK) / rate);
  const rendering = context.startRendering();
  await warm;
  const start = performance.now();
  context.resume();
  await rendering;
  const took = performance.now() - start;
  return took / (Math.ceil(samples.length / BLOCK) - WARM);
}
