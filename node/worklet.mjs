// Live features in a page: a MelStream in an audio worklet, behind an AudioWorkletNode. What it does is said in
// worklet.d.mts.

import { checkCount, rangeError, typeError } from './lib/arguments.mjs';
import { engineError, theEngine } from './lib/engine.mjs';
import { MelExtractor } from './lib/extractor.mjs';
import { errorOf } from './lib/posted-error.mjs';

export async function createMelWorklet(context, options, { framesPerBatch = 10, script } = {}) {
  if (typeof context?.audioWorklet?.addModule !== 'function') {
    throw typeError('context', context, 'an AudioContext or an OfflineAudioContext of a page with https or on localhost');
  }
  checkCount(framesPerBatch, 'framesPerBatch', 1);
  // What the processor would refuse is refused here, where its error is seen.
  const extractor = new MelExtractor(optionsFor(options, context.sampleRate));
  extractor.stream();
  const { config } = extractor;
  if (config.inputRate !== context.sampleRate) {
    throw rangeError('options.inputRate', config.inputRate, `the context's sampleRate, ${context.sampleRate}`);
  }
  await context.audioWorklet.addModule(script ?? new URL('./mel-processor.js', import.meta.url));
  const node = new AudioWorkletNode(context, 'mojo-audio-mel', {
    numberOfInputs: 1,
    numberOfOutputs: 0,
    // The browser mixes what is connected down to one channel.
    channelCount: 1,
    channelCountMode: 'explicit',
    processorOptions: {
      module: theEngine().module,
      config,
      framesPerBatch,
      // An OfflineAudioContext says how long it is.
      nSamples: context.length,
    },
  });
  return Object.assign(node, {
    readable: readableOf(node, context),
    finish: () => node.port.postMessage('finish'),
  });
}

/** Options for audio that has the context's rate. */
function optionsFor(options, rate) {
  const named = typeof options === 'string' ? { preset: options } : (options ?? {});
  if (typeof named !== 'object') throw typeError('options', options, "an object of options or a preset's name");
  return { ...named, inputRate: named.inputRate ?? rate };
}

/** The stream of what the processor posts. */
function readableOf(node, context) {
  return new ReadableStream({
    start(controller) {
      let isOver = false;
      const end = (error) => {
        if (isOver) return;
        isOver = true;
        context.removeEventListener('statechange', whenClosed);
        node.port.close();
        if (error === undefined) controller.close();
        else controller.error(error);
      };
      const whenClosed = () => {
        // An OfflineAudioContext is closed once it is rendered; its last frames are on their way.
        if (context.state !== 'closed' || context.length !== undefined) return;
        end(engineError('mojo-audio: the AudioContext was closed before `finish`, so that the last frames are missing'));
      };
      context.addEventListener('statechange', whenClosed);
      node.addEventListener('processorerror', ({ message }) => end(engineError(`mojo-audio stopped: ${message}`)));
      node.port.onmessage = ({ data: { mel, error, isLast } }) => {
        if (isOver) return;
        if (mel !== undefined) controller.enqueue(mel);
        if (error !== undefined) end(errorOf(error));
        else if (isLast) end();
      };
    },
    cancel() {
      node.port.postMessage('stop');
    },
  });
}
