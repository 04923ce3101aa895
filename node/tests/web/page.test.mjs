// The page that `cargo xtask web` builds, in Debian's headless Chromium: from its folder, and from a server.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MelExtractor, initSync } from '../../web.mjs';
import { CHECKOUT } from '../support.mjs';
import { browse, serve } from './browser.mjs';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PAGE = join(PACKAGE, '..', '..', 'web', 'page');
const SPEECH = join(CHECKOUT, 'examples', 'data', 'speech.wav');

let server;
let browser;
let page;
const faults = [];

before(async () => {
  initSync(readFileSync(join(PACKAGE, 'mojo_audio.wasm')));
  server = await serve({ page: PAGE });
  browser = await browse();
  ({ page } = browser);
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
});

after(async () => {
  await browser?.close();
  server?.close();
});

const status = (pattern) =>
  page.waitForFunction((source) => new RegExp(source).test(document.getElementById('status').textContent), pattern.source);

test('from a folder: a file, by the keyboard, is computed and can be saved', async () => {
  await page.goto(pathToFileURL(join(PAGE, 'index.html')).href);
  await page.setInputFiles('#file', SPEECH);
  await status(/^speech\.wav: 5\.18 s in .* real time; 80 × 517 values$/);
  await page.focus('#preset');
  await page.keyboard.type('parakeet');
  await status(/80 × 518 values/);
  await page.selectOption('#preset', 'whisper');
  await page.fill('#nMels', '128');
  await page.press('#nMels', 'Enter');
  await status(/128 × 517 values/);
  assert.match(await page.textContent('#code'), /new MelExtractor\(\{ preset: 'whisper', nMels: 128 \}\)/);

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#npy')]);
  assert.equal(download.suggestedFilename(), 'speech.npy');
  const bytes = readFileSync(await download.path());
  assert.equal(bytes.subarray(0, 6).toString('latin1'), '\x93NUMPY');
  const start = 10 + bytes.readUInt16LE(8);
  assert.equal(start % 64, 0);
  assert.match(bytes.subarray(10, start).toString(), /'descr': '<f4', 'fortran_order': False, 'shape': \(128, 517\)/);
  const wav = readFileSync(SPEECH);
  const integers = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
  // Chromium decodes 16-bit samples above 0 as parts of 32,767.
  const samples = Float32Array.from(integers, (sample) => sample / (sample > 0 ? 32767 : 32768));
  const { data } = new MelExtractor({ preset: 'whisper', nMels: 128 }).computeSync(samples);
  const saved = new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  assert.equal(saved.length, data.length);
  const largest = data.reduce((most, value, at) => Math.max(most, Math.abs(value - saved[at])), 0);
  assert.ok(largest < 1e-4, `${largest} off`);

  const [picture] = await Promise.all([page.waitForEvent('download'), page.click('#png')]);
  assert.equal(picture.suggestedFilename(), 'speech.png');
  assert.equal(readFileSync(await picture.path()).subarray(1, 4).toString(), 'PNG');
});

test('what is wrong is said, and the page goes on', async () => {
  await page.fill('#nMels', '0');
  await page.press('#nMels', 'Enter');
  await status(/^nMels must be from 1 to 4096, got 0$/);
  await page.fill('#nMels', '80');
  await page.press('#nMels', 'Enter');
  await status(/80 × 517 values/);
  await page.setInputFiles('#file', { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no audio') });
  await status(/^notes\.txt: the browser can't decode it$/);
  await page.selectOption('#preset', 'kaldi-fbank');
  await status(/80 × 516 values/);
});

test('transformers.js is loaded when it is asked for, and computes the same', async () => {
  const loaded = [];
  await page.route('https://cdn.jsdelivr.net/**', (route) => {
    const [, name, rest] = /npm\/(@?[^@]+)@[^/]+(.*)/.exec(route.request().url());
    loaded.push(name);
    const path = join(PACKAGE, 'node_modules', name, rest || JSON.parse(readFileSync(join(PACKAGE, 'node_modules', name, 'package.json'))).jsdelivr);
    const contentType = path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
    return route.fulfill({ path, contentType, headers: { 'access-control-allow-origin': '*' } });
  });
  await page.selectOption('#preset', 'whisper');
  await status(/80 × 517 values/);
  assert.deepEqual(loaded, []);
  await page.click('#compare');
  await page.waitForFunction(() => !/…$|^$/.test(document.getElementById('comparison').textContent));
  const text = await page.textContent('#comparison');
  assert.ok(loaded.includes('@huggingface/transformers') && loaded.includes('onnxruntime-web'), `${loaded}: ${text}`);
  const [, difference] = /Largest difference (\S+)\.$/.exec(text);
  assert.ok(Number(difference) < 5e-5, text);
});

test('the canvas has colours, on a phone in the dark too, and nothing is wider than it', async () => {
  const colors = () =>
    page.evaluate(() => {
      const { width, height } = document.getElementById('picture');
      const { data } = document.getElementById('picture').getContext('2d').getImageData(0, 0, width, height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  assert.ok((await colors()) > 100);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForFunction(() => document.getElementById('picture').width < 360);
  assert.ok((await colors()) > 100);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360));
});

for (const [name, address] of [
  ['a folder', () => pathToFileURL(join(PAGE, 'index.html')).href],
  ['a server', () => `${server.address}/page/index.html`],
]) {
  test(`from ${name}: the microphone is drawn while it lasts`, async () => {
    await page.goto(address());
    await page.click('#record');
    await status(/^Microphone, with reference: fixed/);
    await page.waitForFunction(() => document.getElementById('picture').getAttribute('aria-label').includes('microphone'));
    const drawn = () => page.evaluate(() => document.getElementById('picture').toDataURL());
    await page.waitForTimeout(700);
    const before = await drawn();
    await page.waitForTimeout(500);
    assert.notEqual(await drawn(), before);
    await page.click('#record');
    assert.equal(await page.getAttribute('#record', 'aria-pressed'), 'false');
  });
}

test('nothing went wrong that nobody saw', () => {
  assert.deepEqual(faults, []);
});
