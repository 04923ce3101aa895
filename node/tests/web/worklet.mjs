// Runs in the page: audio through Web Audio's graphs, to worklets.

import { MelExtractor, init } from '/package/web.mjs';
import { createMelWorklet } from '/package/worklet.mjs';

const RATE = 16000;

/** Something like a voice, of seconds that are no whole number of the graph's blocks. */
const signal = Float32Array.from({ length: 5 * RATE + 77 }, (_, at) => 0.5 * Math.sin(at * at * 1e-6));

/** Reads a stream to its end: how many batches it has, and all of them as one, frame by frame. */
async function collect(readable, isFrameMajor) {
  const sizes = [];
  const values = [];
  await readable.pipeTo(
    new WritableStream({
      write({ data, nMels, nFrames, shape }) {
        sizes.push(nFrames);
        if (shape.join() !== (isFrameMajor ? [nFrames, nMels] : [nMels, nFrames]).join()) throw new Error(`shape ${shape}`);
        for (let frame = 0; frame < nFrames; frame += 1) {
          for (let row = 0; row < nMels; row += 1) {
            values.push(data[isFrameMajor ? frame * nMels + row : row * nFrames + frame]);
          }
        }
      },
    }),
  );
  return { sizes, values };
}

const described = ({ name, code, kind, field, index, message }) => ({ name, code, kind, field, index, message });

/** Renders a signal to a worklet. */
async function render(samples, options, settings, rate = RATE) {
  const context = new OfflineAudioContext(1, samples.length, rate);
  const source = context.createBufferSource();
  const buffer = context.createBuffer(1, samples.length, rate);
  buffer.copyToChannel(samples, 0);
  // Firefox takes the samples that the buffer has now.
  source.buffer = buffer;
  const node = await createMelWorklet(context, options, settings);
  source.connect(node);
  source.start();
  const result = collect(node.readable, options.layout === 'frame_major');
  await Promise.all([context.startRendering(), result]);
  return result;
}

/** Whether the frames of a rendered signal have the bits of the whole signal's, and how many there are at a time. */
export async function rendered(options, settings, rate) {
  await init();
  const { sizes, values } = await render(signal, options, settings, rate);
  const whole = new MelExtractor({ ...options, inputRate: rate ?? RATE, layout: 'frame_major' }).computeSync(signal);
  const bits = new Uint32Array(Float32Array.from(values).buffer);
  const wanted = new Uint32Array(whole.data.buffer);
  return { sizes, nFrames: whole.nFrames, isSame: bits.length === wanted.length && bits.every((bit, at) => bit === wanted[at]) };
}

export async function failures(streamable) {
  await init();
  const bad = signal.slice();
  bad[10007] = NaN;
  const attempts = [
    () => render(bad, streamable),
    () => render(signal, { preset: 'whisper' }),
    () => createMelWorklet(new OfflineAudioContext(1, 128, 44100), { ...streamable, inputRate: 48000 }),
    () => createMelWorklet({}, streamable),
    async () => {
      const context = new AudioContext({ sampleRate: RATE });
      const { readable } = await createMelWorklet(context, streamable);
      const read = readable.getReader().read();
      await context.close();
      return read;
    },
  ];
  const said = [];
  for (const attempt of attempts) said.push(await attempt().then(() => null, described));
  return said;
}

/** Three seconds of the microphone, as it is: frames one after the other. */
export async function microphone(options) {
  await init();
  const context = new AudioContext();
  const media = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const node = await createMelWorklet(context, options);
  context.createMediaStreamSource(media).connect(node);
  setTimeout(() => node.finish(), 3000);
  const { values, sizes } = await collect(node.readable, options.layout === 'frame_major');
  await context.close();
  for (const track of media.getTracks()) track.stop();
  return { nFrames: sizes.reduce((sum, size) => sum + size, 0), values };
}

/** A worklet that computes nothing, and posts as much as ours. */
const TRIVIAL = `registerProcessor('trivial', class extends AudioWorkletProcessor {
  nSamples = 0;
  process([[samples]]) {
    this.nSamples += samples.length;
    if (this.nSamples >= 1600) {
      this.nSamples -= 1600;
      const data = new Float32Array(800);
      this.port.postMessage({ mel: { data, nMels: 80, nFrames: 10, shape: [80, 10] } }, [data.buffer]);
    }
    return true;
  }
});`;

/** Renders ten minutes to a worklet, ours or one that computes nothing, and calls `measure` after the first and the last. */
export async function longRender(options, isOurs, measure) {
  await init();
  const [first, last] = [60, 600];
  const context = new OfflineAudioContext(1, (last + 1) * RATE, RATE);
  const source = context.createBufferSource();
  source.buffer = context.createBuffer(1, signal.length, RATE);
  source.buffer.copyToChannel(signal, 0);
  source.loop = true;
  let nFrames = 0;
  const add = (mel) => void (nFrames += mel.nFrames);
  let node;
  if (isOurs) {
    node = await createMelWorklet(context, options);
    node.readable.pipeTo(new WritableStream({ write: add }));
  } else {
    await context.audioWorklet.addModule(`data:text/javascript,${encodeURIComponent(TRIVIAL)}`);
    node = new AudioWorkletNode(context, 'trivial', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data: { mel } }) => add(mel);
  }
  source.connect(node);
  source.start();
  const pauses = [first, last].map((seconds) => context.suspend(seconds));
  const rendering = context.startRendering();
  for (const pause of pauses) {
    await pause;
    await measure();
    await context.resume();
  }
  await rendering;
  return nFrames;
}
