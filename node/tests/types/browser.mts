// The typings as a strict program for browsers sees them, without Node's types.

import { MelExtractor, MelStream, createMelTransformStream, init, initSync } from 'mojo-audio';
import type { MelSpectrogram } from 'mojo-audio';
import * as inline from 'mojo-audio/inline';
import { createMelWorker } from 'mojo-audio/worker';
import type { MelWorker } from 'mojo-audio/worker';
import { createMelWorklet } from 'mojo-audio/worklet';
import type { MelWorkletNode } from 'mojo-audio/worklet';

await init();
await init(new URL('https://example.org/mojo_audio.wasm'));
await inline.init();
initSync(new Uint8Array(8));
const mel: MelSpectrogram = new MelExtractor('whisper').computeSync(new Float32Array(16000));
self.postMessage(mel, '*', [mel.data.buffer]);
const stream = new MelStream({ reference: 'fixed', referenceValue: 1.5 });
const context = new AudioContext();
context.createBuffer(1, 1, 16000).copyToChannel(stream.push(new Float32Array(160)).data, 0);
const frames: ReadableStream<MelSpectrogram> = new Response('').body!.pipeThrough(
  createMelTransformStream({ reference: 'none' }, { format: 's16le' }),
);
void frames;
const node: MelWorkletNode = await createMelWorklet(context, 'kaldi-fbank', { framesPerBatch: 25 });
context.createMediaElementSource(new Audio()).connect(node);
const live: ReadableStream<MelSpectrogram> = node.readable;
void live;
node.finish();
const worker: MelWorker = createMelWorker('whisper', { rowMean: new Float32Array(80) });
const decoded = await context.decodeAudioData(new ArrayBuffer(0));
const whole: MelSpectrogram = await worker.compute(decoded, { signal: AbortSignal.timeout(1000) });
await worker.compute(whole.data, { transfer: true });
worker.close();
