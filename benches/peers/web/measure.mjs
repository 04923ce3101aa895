// Measures libraries in headless Chromium, by turns, each in a page of its own. Arguments: a copy of our package, whose
// tests bring the browser; the folder of the bundles; that of the clips; the number of rounds; and NAME:CLIP, a bundle
// and what it computes, as often as wanted. Prints JSON: by name, what was measured, or the fault.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const [ours, bundles, clips, rounds, ...jobs] = process.argv.slice(2);
const { browseChromium, serve } = await import(pathToFileURL(join(ours, 'tests/web/browser.mjs')));

/** Its results are within 1e-7 of float64's: those of the others are compared with them. */
const EXACT = 'transformers.js';

/** In the page: loads a library; gives the milliseconds of making it ready and its first call. */
async function load([name, clip]) {
  if (!crossOriginIsolated) throw new Error('the page is not isolated: its clock has steps of 0.1 ms');
  const samples = new Float32Array(await (await fetch(`/clips/${clip}.f32`)).arrayBuffer());
  const { make } = await import(`/bundles/${name}/page.js`);
  const start = performance.now();
  const library = await make();
  await library.compute(samples);
  const first = performance.now() - start;
  globalThis.bench = { samples, library };
  return first;
}

/** In the page: the milliseconds of each call, or those that it tells, for a turn of 150 ms or one call. */
async function turn() {
  const { samples, library } = globalThis.bench;
  const times = [];
  const end = performance.now() + 150;
  do {
    const start = performance.now();
    const told = await library.compute(samples);
    times.push(library.isTimed ? told : performance.now() - start);
  } while (performance.now() < end);
  return times;
}

/** In the page: the values of a result. */
async function result() {
  const { samples, library } = globalThis.bench;
  const computed = await library.compute(samples);
  return library.rows && Array.from(library.rows(computed).data);
}

/** Bytes of a bundle's files, by name, as a server sends them. */
function sizes(name) {
  const folder = join(bundles, name);
  const size = (file) => brotliCompressSync(readFileSync(join(folder, file))).length;
  return Object.fromEntries(readdirSync(folder).map((file) => [file, size(file)]));
}

/** The largest and the mean difference. */
function differences(values, exact) {
  if (exact === undefined || values?.length !== exact.length) return null;
  const all = values.map((value, at) => Math.abs(value - exact[at]));
  return [all.reduce((a, b) => Math.max(a, b)), all.reduce((a, b) => a + b) / all.length];
}

const server = await serve({ bundles, clips });
const { page: blank, close } = await browseChromium();
const context = blank.context();
// Chromium's clock has steps of 5 µs in a page that these headers isolate, of 100 µs in others.
const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
const root = { contentType: 'text/html', headers, body: '<!doctype html><title>bench</title>' };

async function open(job) {
  const page = await context.newPage();
  // Once, as every request of a page that has a route makes a detour through this program.
  await page.route(`${server.address}/`, (route) => route.fulfill(root), { times: 1 });
  await page.goto(`${server.address}/`);
  return { page, first: await page.evaluate(load, job) };
}

const measured = {};
const running = [];
let exact;
for (const job of jobs.map((job) => job.split(':'))) {
  const [name] = job;
  try {
    const { page } = await open(job);
    const values = await page.evaluate(result);
    if (name === EXACT) exact = values;
    await page.evaluate(turn);
    measured[name] = { first: [], steady: [], sizes: sizes(name), values };
    running.push({ job, page, into: measured[name] });
  } catch (error) {
    measured[name] = { fault: error.message.split('\n')[0] };
  }
}
for (let round = 0; round < Number(rounds); round += 1) {
  // Each has every place in the order once.
  running.push(running.shift());
  for (const { job, page, into } of running) {
    into.steady.push(...(await page.evaluate(turn)));
    const fresh = await open(job);
    into.first.push(fresh.first);
    await fresh.page.close();
  }
}
await close();
server.close();
for (const into of Object.values(measured)) {
  into.differences = differences(into.values, exact);
  delete into.values;
}
console.log(JSON.stringify(measured));
