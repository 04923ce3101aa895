// The options that a model's own files name, which Node's addon reads.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { typeError } from './arguments.mjs';
import { engineError, theEngine } from './engine.mjs';
import { objectOf } from './options.mjs';

/** The path and the text of a file, or those of the files in a model's folder that have its settings. */
function filesAt(path, names) {
  if (!statSync(path).isDirectory()) return [[path, readFileSync(path, 'utf8')]];
  const files = [];
  for (const name of names) {
    const file = join(path, name);
    try {
      files.push([file, readFileSync(file, 'utf8')]);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  if (files.length === 0) {
    throw Object.assign(new Error(`${path}: the folder has no ${names.join(' or ')}`), { code: 'ENOENT', path });
  }
  return files;
}

/** The addon. */
function addon() {
  const engine = theEngine();
  if (engine.modelOptions === undefined) {
    throw engineError("mojo-audio reads models' files with its addon, and finds none here");
  }
  return engine;
}

export function rowStatistics(path) {
  if (typeof path !== 'string' && !(path instanceof URL)) throw typeError('path', path, 'a path or a file: URL');
  const [rowMean, rowScale] = addon().rowStatistics(readFileSync(path, 'utf8'));
  return { rowMean, rowScale };
}

export function fromPreprocessorConfig(source) {
  const engine = addon();
  let files;
  if (typeof source === 'string') files = filesAt(source, engine.modelFiles());
  else if (source instanceof URL) files = filesAt(fileURLToPath(source), engine.modelFiles());
  else if (typeof source === 'object' && source !== null && !Array.isArray(source) && !ArrayBuffer.isView(source)) {
    files = [['source', JSON.stringify(source)]];
  } else throw typeError('source', source, 'a path, a file: URL, or the object that a file has as JSON');
  const [names, texts] = [0, 1].map((part) => files.map((file) => file[part]));
  return objectOf(engine.modelOptions(names, texts));
}
