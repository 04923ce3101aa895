// Debian's Chromium and Firefox, and a server of the package, of the conformance cases and of other folders.

import { access, readFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const ANYONE = { 'access-control-allow-origin': '*' };

/** Serves folders, each below its name; the root is an empty page. */
export async function serve(folders) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const [, name, ...rest] = pathname.split('/');
    try {
      if (name === '') {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>mojo-audio</title>');
        return;
      }
      const path = normalize(join(folders[name], ...rest.map(decodeURIComponent)));
      const bytes = await readFile(path);
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

// Each of these starts a browser. It returns the page; `download`, which clicks an element and returns the saved file;
// `answer`, which serves another site's addresses from files; and `close`.

/** Chromium with a profile of its own. Its microphone plays a WAV file over and over; it beeps if none is named. */
export async function browseChromium({ microphone } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'mojo-audio-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.MOJO_AUDIO_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      ...(microphone === undefined ? [] : [`--use-file-for-fake-audio-capture=${microphone}`])],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    page,
    async download(selector) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(selector)]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    },
    answer: (site, find) =>
      page.route(`${site}**`, (route) => route.fulfill({ headers: ANYONE, ...find(route.request().url()) })),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Firefox with a profile of its own. Its page has those functions of Playwright's that tests in every browser call;
 * Playwright itself can't open a page in Debian's Firefox.
 */
async function browseFirefox() {
  const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-firefox-'));
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.MOJO_AUDIO_FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: { 'browser.download.folderList': 2, 'browser.download.dir': folder },
  });
  const driven = await browser.newPage();
  const page = {
    on: (event, listener) => driven.on(event, listener),
    goto: (address) => driven.goto(address),
    title: () => driven.title(),
    evaluate: (run, value) => driven.evaluate(run, value),
    waitForFunction: (run, value) => driven.waitForFunction(run, {}, value),
    textContent: (selector) => driven.$eval(selector, (element) => element.textContent),
    setViewportSize: (size) => driven.setViewport(size),
    setInputFiles: async (selector, path) => (await driven.$(selector)).uploadFile(path),
    selectOption: (selector, value) => driven.select(selector, value),
    click: (selector) => driven.click(selector),
    focus: (selector) => driven.focus(selector),
    keyboard: driven.keyboard,
    async fill(selector, text) {
      await driven.$eval(selector, (element) => {
        element.focus();
        element.select();
      });
      await driven.keyboard.type(text);
    },
    press: async (selector, key) => (await driven.$(selector)).press(key),
  };
  return {
    page,
    async download(selector, name) {
      await driven.click(selector);
      const path = join(folder, name);
      const isThere = (file) => access(file).then(() => true, () => false);
      // Until it is whole, its file is empty and another one has its bytes.
      for (const end = Date.now() + 30000; Date.now() < end; await sleep(20)) {
        const bytes = (await isThere(path)) ? await readFile(path) : [];
        if (bytes.length > 0 && !(await isThere(`${path}.part`))) return { name, bytes };
      }
      throw new Error(`Firefox did not save ${name}`);
    },
    async answer(site, find) {
      await driven.setRequestInterception(true);
      driven.on('request', async (request) => {
        if (!request.url().startsWith(site)) return request.continue();
        const { path, contentType } = find(request.url());
        return request.respond({ status: 200, headers: ANYONE, contentType, body: await readFile(path) });
      });
    },
    async close() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const BROWSERS = { Chromium: browseChromium, Firefox: browseFirefox };

/** Those that `launch` started, by their names. */
export const running = {};

export async function launch(settings) {
  for (const [name, browse] of Object.entries(BROWSERS)) running[name] = await browse(settings);
}

export async function close() {
  await Promise.all(Object.values(running).map((browser) => browser.close()));
}

/** One test for each browser. */
export function everywhere(title, run) {
  for (const name of Object.keys(BROWSERS)) test(`${name}: ${title}`, () => run(running[name], name));
}
