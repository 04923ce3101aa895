// Runs in each runtime, where the package is installed: the bits of the conformance cases of one signal, by the module
// within the code. Argument: the folder of the cases.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import * as api from 'mojo-audio/inline';
import { optionsOf, spectrograms } from './cases.mjs';

const folder = argv[2];

function read(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(`${folder}/${file}`);
  return new (file.endsWith('.i16') ? Int16Array : Float32Array)(buffer.slice(byteOffset, byteOffset + byteLength));
}

await api.init();
const defaults = new api.MelExtractor().config;
const { cases } = JSON.parse(readFileSync(`${folder}/cases.json`, 'utf8'));
const bits = cases
  .filter(({ kind }) => kind === 'single' || kind === 'int16')
  .map((testCase) => {
    const [{ data }] = spectrograms(testCase, optionsOf(testCase, defaults), api, [read(testCase.input)]);
    return [testCase.name, createHash('sha256').update(data).digest('hex')];
  });
console.log(JSON.stringify(bits));
