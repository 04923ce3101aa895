// The engine that computes: Node's addon, or WebAssembly. It is set once it is loaded.

import { ERROR_NUMBERS } from './table.mjs';

let engine;

/** The engine, if there is one by now. */
export function theEngine() {
  if (engine === undefined) {
    throw engineError('mojo-audio is not loaded yet: `await init()` before anything else');
  }
  return engine;
}

export const hasEngine = () => engine !== undefined;

export function setEngine(loaded) {
  engine = loaded;
}

/** The error where no engine can be had. */
export function engineError(message, cause) {
  const error = new Error(message, cause && { cause });
  return Object.assign(error, { code: 'ERR_MOJO_AUDIO_ENGINE', kind: 'engine', number: ERROR_NUMBERS.engine });
}
