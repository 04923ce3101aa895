// The page that `cargo xtask web` builds, in Debian's headless Chromium and Firefox: from its folder, and from a server.
// Two things are tested in Chromium alone: a microphone, as Firefox does not start an AudioContext without a sound card,
// and dark colours, which the driver of Firefox can't switch on.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { MelExtractor, initSync } from '../../web.mjs';
import { CHECKOUT } from '../support.mjs';
import { close, everywhere, launch, running, serve } from './browser.mjs';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PAGE = join(PACKAGE, '..', '..', 'web', 'page');
const SPEECH = join(CHECKOUT, 'examples', 'data', 'speech.wav');

const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-page-'));
const notes = join(folder, 'notes.txt');
writeFileSync(notes, 'no audio');

let server;
const faults = [];

before(async () => {
  initSync(readFileSync(join(PACKAGE, 'mojo_audio.wasm')));
  server = await serve({ page: PAGE });
  await launch({ microphone: SPEECH });
  for (const [name, { page }] of Object.entries(running)) {
    page.on('pageerror', ({ message }) => faults.push([name, message]));
    page.on('console', (message) => message.type() === 'error' && faults.push([name, message.text()]));
  }
});

after(async () => {
  await close();
  server?.close();
  rmSync(folder, { recursive: true });
});

const status = (page, pattern) =>
  page.waitForFunction((source) => new RegExp(source).test(document.getElementById('status').textContent), pattern.source);

everywhere('from a folder: a file, by the keyboard, is computed and can be saved', async ({ page, download }) => {
  await page.goto(pathToFileURL(join(PAGE, 'index.html')).href);
  await page.setInputFiles('#file', SPEECH);
  await status(page, /^speech\.wav: 5\.18 s in .* real time; 80 × 517 values$/);
  await page.focus('#preset');
  await page.keyboard.type('parakeet');
  await status(page, /80 × 518 values/);
  await page.selectOption('#preset', 'whisper');
  await page.fill('#nMels', '128');
  await page.press('#nMels', 'Enter');
  await status(page, /128 × 517 values/);
  assert.match(await page.textContent('#code'), /new MelExtractor\(\{ preset: 'whisper', nMels: 128 \}\)/);

  const { name, bytes } = await download('#npy', 'speech.npy');
  assert.equal(name, 'speech.npy');
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

  const picture = await download('#png', 'speech.png');
  assert.equal(picture.name, 'speech.png');
  assert.equal(picture.bytes.subarray(1, 4).toString(), 'PNG');
});

everywhere('what is wrong is said, and the page goes on', async ({ page }) => {
  await page.fill('#nMels', '0');
  await page.press('#nMels', 'Enter');
  await status(page, /^nMels must be from 1 to 4096, got 0$/);
  await page.fill('#nMels', '80');
  await page.press('#nMels', 'Enter');
  await status(page, /80 × 517 values/);
  await page.setInputFiles('#file', notes);
  await status(page, /^notes\.txt: the browser can't decode it$/);
  await page.selectOption('#preset', 'kaldi-fbank');
  await status(page, /80 × 516 values/);
});

everywhere('a file that is dropped is computed', async ({ page }) => {
  await page.selectOption('#preset', 'whisper');
  await page.evaluate((base64) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    transfer.items.add(new File([bytes], 'dropped.wav', { type: 'audio/wav' }));
    const fire = (name) => {
      const event = new DragEvent(name, { dataTransfer: transfer, bubbles: true, cancelable: true });
      document.getElementById('drop').dispatchEvent(event);
      // The browser would show the file in place of the page.
      if (!event.defaultPrevented) throw new Error(`${name} was not prevented`);
    };
    fire('dragover');
    if (!document.getElementById('drop').classList.contains('over')) throw new Error('the place is not marked');
    fire('drop');
    if (document.getElementById('drop').classList.contains('over')) throw new Error('the place is still marked');
  }, readFileSync(SPEECH, 'base64'));
  await status(page, /^dropped\.wav: 5\.18 s in .* real time; 80 × 517 values$/);
});

everywhere('transformers.js is loaded when it is asked for, and computes the same', async ({ page, answer }) => {
  const loaded = [];
  await answer('https://cdn.jsdelivr.net/', (address) => {
    const [, name, rest] = /npm\/(@?[^@]+)@[^/]+(.*)/.exec(address);
    loaded.push(name);
    const path = join(PACKAGE, 'node_modules', name, rest || JSON.parse(readFileSync(join(PACKAGE, 'node_modules', name, 'package.json'))).jsdelivr);
    return { path, contentType: path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript' };
  });
  await page.selectOption('#preset', 'whisper');
  await status(page, /80 × 517 values/);
  assert.deepEqual(loaded, []);
  await page.click('#compare');
  await page.waitForFunction(() => !/…$|^$/.test(document.getElementById('comparison').textContent));
  const text = await page.textContent('#comparison');
  assert.ok(loaded.includes('@huggingface/transformers') && loaded.includes('onnxruntime-web'), `${loaded}: ${text}`);
  const [, difference] = /Largest difference (\S+)\.$/.exec(text);
  assert.ok(Number(difference) < 5e-5, text);
});

everywhere('the canvas has colours, on a phone too, and nothing is wider than it', async ({ page }, name) => {
  const colors = () =>
    page.evaluate(() => {
      const { width, height } = document.getElementById('picture');
      const { data } = document.getElementById('picture').getContext('2d').getImageData(0, 0, width, height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  assert.ok((await colors()) > 100);
  if (name === 'Chromium') await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 360, height: 740 });
  await page.waitForFunction(() => document.getElementById('picture').width < 360);
  assert.ok((await colors()) > 100);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 360));
});

for (const [name, address] of [
  ['a folder', () => pathToFileURL(join(PAGE, 'index.html')).href],
  ['a server', () => `${server.address}/page/index.html`],
]) {
  test(`Chromium: from ${name}: the microphone is drawn while it lasts`, async () => {
    const { page } = running.Chromium;
    await page.goto(address());
    await page.click('#record');
    await status(page, /^Microphone, with reference: fixed/);
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
