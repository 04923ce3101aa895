// The Node packages to compare mojo-audio with. Plans and filters are made beforehand.

import { readFileSync } from 'node:fs';
import { name, serve } from './serve.mjs';

const version = (name) =>
  JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url))).version;

const LIBRARIES = {
  'transformers.js': ['@huggingface/transformers', './transformers.mjs'],
  meyda: ['meyda', './meyda.mjs'],
};

const [packageName, file] = LIBRARIES[name];
const { make } = await import(file);
const { compute, rows } = make();
await serve(version(packageName), compute, rows);
