// Audio files, which Node's addon reads on libuv's threads.

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { abortable } from './abort.mjs';
import { checkCount, checkSignal, checkThreads, isBytes, typeError } from './arguments.mjs';
import { engineError, theEngine } from './engine.mjs';
import { MelExtractor, computeAudio } from './extractor.mjs';

function checkFile(file, name) {
  if (typeof file === 'string' || isBytes(file)) return file;
  if (file instanceof URL) return fileURLToPath(file);
  throw typeError(name, file, 'a path, a file: URL, or a Uint8Array with the bytes of a file');
}

/** Reads a file into the engine's memory. */
async function read(source, sampleRate, ffmpeg, signal) {
  const engine = theEngine();
  if (engine.readFile === undefined) throw engineError('mojo-audio reads files with its addon, and finds none here');
  const audio = await abortable(signal, engine.Cancel, (cancel) =>
    engine.readFile(source, sampleRate, ffmpeg, cancel),
  );
  const { warnings } = audio;
  const what = typeof source === 'string' ? source : "the file's bytes";
  for (const warning of warnings) {
    process.emitWarning(`mojo-audio read ${what}: ${warning}`, { code: 'MOJO_AUDIO_FILE' });
  }
  return { audio, warnings };
}

export async function load(file, { sampleRate, ffmpeg = true, signal } = {}) {
  if (sampleRate !== undefined) checkCount(sampleRate, 'sampleRate', 1);
  checkSignal(signal);
  signal?.throwIfAborted();
  const { audio, warnings } = await read(checkFile(file, 'file'), sampleRate, ffmpeg, signal);
  const samples = new (audio.isInt16 ? Int16Array : Float32Array)(audio.length);
  audio.copyTo(samples);
  return {
    samples,
    sampleRate: audio.sampleRate,
    format: audio.format,
    original: { sampleRate: audio.sourceSampleRate, channels: audio.sourceChannels },
    warnings,
  };
}

export async function* computeFiles(files, options, { threads, ffmpeg = true, signal } = {}) {
  if (typeof files?.[Symbol.iterator] !== 'function' || typeof files === 'string' || isBytes(files)) {
    throw typeError('files', files, 'an array of paths');
  }
  const atOnce = checkThreads(threads) || availableParallelism();
  checkSignal(signal);
  signal?.throwIfAborted();
  const extractor = options instanceof MelExtractor ? options : new MelExtractor(options);
  const { inputRate, sampleRate } = extractor.config;
  // What ends the work: the caller's signal, or a loop that is left.
  const stop = new AbortController();
  const whenAborted = () => stop.abort(signal.reason);
  signal?.addEventListener('abort', whenAborted, { once: true });

  const compute = async (file, source) => {
    try {
      const { audio, warnings } = await read(source, inputRate ?? sampleRate, ffmpeg, stop.signal);
      return { file, mel: await computeAudio(extractor, audio, stop.signal), warnings };
    } catch (error) {
      // A file that can't be used doesn't end the others.
      return { file, error, warnings: [] };
    }
  };
  const begun = [];
  try {
    let place = 0;
    for (const file of files) {
      begun.push(compute(file, checkFile(file, `files[${place}]`)));
      place += 1;
      if (begun.length < atOnce) continue;
      yield await next();
    }
    while (begun.length > 0) yield await next();
  } finally {
    signal?.removeEventListener('abort', whenAborted);
    stop.abort();
  }

  async function next() {
    const result = await begun.shift();
    signal?.throwIfAborted();
    return result;
  }
}
