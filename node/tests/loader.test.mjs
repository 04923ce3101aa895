// What the loader says where there is no engine.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = require('../package.json');
const folder = mkdtempSync(join(tmpdir(), 'mojo-audio-'));
after(() => rmSync(folder, { recursive: true }));
for (const part of ['index.js', 'lib', 'package.json', 'platforms.json']) {
  cpSync(join(PACKAGE, part), join(folder, part), { recursive: true });
}

/** The error of a package without an engine, as on some machine. */
function failure(platform, arch) {
  const program = `
    Object.defineProperty(process, 'platform', { value: '${platform}' });
    Object.defineProperty(process, 'arch', { value: '${arch}' });
    try { require('./index.js'); } catch (error) { console.log(JSON.stringify([error.code, error.message])); }
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

test('an engine that is not installed is named, and how to get it', () => {
  const [code, message] = failure('linux', 'x64');
  assert.equal(code, 'ERR_MOJO_AUDIO_ENGINE');
  assert.match(message, /no engine for linux-x64 \(mojo-audio-linux-x64-gnu: not installed; /);
  assert.ok(message.includes(`npm install mojo-audio-linux-x64-gnu@${version}`));
  assert.match(failure('win32', 'arm64')[1], /mojo-audio-win32-arm64-msvc: not installed/);
});

test('a platform without one is told so', () => {
  const [code, message] = failure('aix', 'ppc64');
  assert.equal(code, 'ERR_MOJO_AUDIO_ENGINE');
  assert.match(message, /no engine for aix-ppc64\. There are: linux-x64-gnu, .*darwin-arm64, /);
});

test('an engine of another version, or that does not load, is told so', () => {
  const engine = join(folder, 'node_modules', 'mojo-audio-darwin-x64');
  mkdirSync(engine, { recursive: true });
  writeFileSync(join(engine, 'package.json'), '{"main": "engine.js"}');
  writeFileSync(join(engine, 'engine.js'), 'exports.version = () => "0.0.9";');
  assert.match(failure('darwin', 'x64')[1], /its engine mojo-audio-darwin-x64 is 0\.0\.9\. Install both anew/);
  writeFileSync(join(engine, 'engine.js'), 'throw new Error("image not found");');
  assert.match(failure('darwin', 'x64')[1], /mojo-audio-darwin-x64: image not found/);
});
